/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a disk is full not even a temp dir can be made. So something that was to go anyhow is removed at
 * once: a small file, else some files of a tree that is still in its place, else of one that was retired
 * already.
 */

#include <dirent.h>
#include <fcntl.h>

#include "trash.h"

/* What is removed in place while the locks are held is little: enough for a directory and two names. */
#define ROOM_FILES_MAX 64U
#define ROOM_DEPTH_MAX 16

static bool is_small(const struct cstorage_entry *entry) {
        return entry->kind == CSTORAGE_ENTRY_TAR_SPLIT || entry->kind == CSTORAGE_ENTRY_SAVE_LEFTOVER ||
               entry->kind == CSTORAGE_ENTRY_LINK || entry->kind == CSTORAGE_ENTRY_QUOTA;
}

bool entry_is_tree(const struct cstorage_entry *entry) {
        return entry->kind == CSTORAGE_ENTRY_LAYER_DIR || entry->kind == CSTORAGE_ENTRY_CONTAINER_DIR ||
               entry->kind == CSTORAGE_ENTRY_IMAGE_DIR || entry->kind == CSTORAGE_ENTRY_LAYER_DATA;
}

static unsigned unlink_files(int fd, const struct dir_list *list) {
        unsigned n = 0;

        for (size_t i = 0; i < list->n && n < ROOM_FILES_MAX; i++)
                if (list->entries[i].type == DT_REG && unlinkat(fd, list->entries[i].name, 0) >= 0)
                        n++;
        return n;
}

static int open_first_directory(int fd, const struct dir_list *list) {
        for (size_t i = 0; i < list->n; i++)
                if (list->entries[i].type == DT_DIR)
                        return open_beneath_same_mount(fd, list->entries[i].name, O_RDONLY | O_DIRECTORY);
        return -ENOENT;
}

/* Some files of a tree, those that are met first on the way down. */
static bool thin_out(int dirfd, const char *name) {
        _cleanup_close_ int fd = open_beneath_same_mount(dirfd, name, O_RDONLY | O_DIRECTORY);

        for (int depth = 0; fd >= 0 && depth < ROOM_DEPTH_MAX; depth++) {
                _cleanup_dir_list_ struct dir_list list = DIR_LIST_INIT;
                int next;

                if (dir_list_read(&list, fd) < 0)
                        return false;
                if (unlink_files(fd, &list) > 0)
                        return true;
                next = open_first_directory(fd, &list);
                close_fd(fd);
                fd = next;
        }
        return false;
}

static bool make_room_by(struct cstorage_trash_item *item) {
        if (entry_is_tree(item->entry))
                return thin_out(item->entry->place->fd, item->entry->name);
        if (unlinkat(item->entry->place->fd, item->entry->name, 0) < 0)
                return false;
        item->done = true;
        return true;
}

static bool make_room_in_trash(const struct cstorage_trash *trash) {
        for (size_t i = 0; i < trash->n; i++) {
                const struct cstorage_trash_item *item = &trash->items[i];

                if (item->name && entry_is_tree(item->entry) && thin_out(item->dir->temp.dir_fd, item->name))
                        return true;
        }
        return false;
}

bool trash_make_room(struct cstorage_trash *trash, const struct mountinfo *mounts) {
        for (int trees = 0; trees <= 1; trees++)
                for (size_t i = 0; i < trash->n; i++) {
                        struct cstorage_trash_item *item = &trash->items[i];

                        if (item->done || !(trees ? entry_is_tree(item->entry) : is_small(item->entry)))
                                continue;
                        if (trash_check(item, mounts, NULL) >= 0 && make_room_by(item))
                                return true;
                }
        return make_room_in_trash(trash);
}
