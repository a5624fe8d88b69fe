/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * On a full disk not even a temp dir can be made. Garbage is then removed at once: a small file, else some
 * files of a tree in the store, else some files of a tree in the trash.
 */

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "trash/check.h"

/* Few files are removed while the locks are held: enough to make a directory and two names. */
#define FREED_FILES_MAX 64U
#define FREED_DEPTH_MAX 16

static enum entry_relief relief_of(const struct cstorage_trash_item *item) {
        return entry_kinds[item->entry->kind].relief;
}

/*
 * The plan reads these names in a layer directory: without one of them the rest looks like one directory of a
 * split layer, which is refused, or like a layer without lowers. If this process is killed here, the next
 * collection must be able to decide on the layer. This order guarantees that after each removal: "work" is
 * removed before them.
 */
static const char *const last_names[] = {"lower-layers", "lower", "link", "diff"};

static bool is_last_name(const char *name) {
        for (size_t i = 0; i < ARRAY_SIZE(last_names); i++)
                if (strcmp(name, last_names[i]) == 0)
                        return true;
        return false;
}

static bool remove_at(int dirfd, const char *name, unsigned char type) {
        return unlinkat(dirfd, name, type == DT_DIR ? AT_REMOVEDIR : 0) >= 0;
}

static unsigned unlink_files(int fd, const struct dir_list *list, bool is_top) {
        unsigned n = 0;

        for (size_t i = 0; i < list->n && n < FREED_FILES_MAX; i++) {
                const struct dir_entry *entry = &list->entries[i];

                if (entry->type == DT_DIR || (is_top && is_last_name(entry->name)))
                        continue;
                n += remove_at(fd, entry->name, DT_REG);
        }
        return n;
}

static const struct dir_entry *first_directory(const struct dir_list *list) {
        for (size_t i = 0; i < list->n; i++)
                if (list->entries[i].type == DT_DIR)
                        return &list->entries[i];
        return NULL;
}

/* The position in a tree. */
struct way {
        int top_fd, parent_fd, fd; /* parent_fd is -1 if the parent is top_fd */
        char name[NAME_MAX + 1];   /* of fd */
};

static void way_done(struct way *way) {
        close_fd(way->parent_fd);
        close_fd(way->fd);
}

static void go_down(struct way *way, const char *name) {
        int fd = open_beneath_same_mount(way->fd, name, O_RDONLY | O_DIRECTORY);

        close_fd(way->parent_fd);
        way->parent_fd = way->fd;
        way->fd = fd;
        (void) strncpy(way->name, name, NAME_MAX);
}

static bool remove_end(const struct way *way) {
        bool is_below_top = way->parent_fd < 0;

        if (is_below_top && is_last_name(way->name))
                return false;
        return remove_at(is_below_top ? way->top_fd : way->parent_fd, way->name, DT_DIR);
}

/* Remove some files of a directory, the first ones on the way down; else the empty directory at the end. */
static bool thin_out_dir(int top_fd, const char *name) {
        _cleanup_(way_done) struct way way = {.top_fd = top_fd, .parent_fd = -1, .fd = -1};

        way.fd = open_beneath_same_mount(top_fd, name, O_RDONLY | O_DIRECTORY);
        (void) strncpy(way.name, name, NAME_MAX);
        for (int depth = 0; way.fd >= 0 && depth < FREED_DEPTH_MAX; depth++) {
                _cleanup_dir_list_ struct dir_list list = DIR_LIST_INIT;
                const struct dir_entry *next;

                if (dir_list_read(&list, way.fd) < 0)
                        return false;
                if (unlink_files(way.fd, &list, /* is_top= */ false) > 0)
                        return true;
                next = first_directory(&list);
                if (!next)
                        return remove_end(&way);
                go_down(&way, next->name);
        }
        return false;
}

static bool thin_out_dirs(int fd, const struct dir_list *list) {
        for (size_t i = 0; i < list->n; i++)
                if (list->entries[i].type == DT_DIR && thin_out_dir(fd, list->entries[i].name))
                        return true;
        return false;
}

static bool has_more_than_last_names(const struct dir_list *list) {
        for (size_t i = 0; i < list->n; i++)
                if (!is_last_name(list->entries[i].name))
                        return true;
        return false;
}

static bool remove_last_name(int fd, const struct dir_list *list) {
        for (size_t i = 0; i < ARRAY_SIZE(last_names); i++)
                for (size_t k = 0; k < list->n; k++)
                        if (strcmp(list->entries[k].name, last_names[i]) == 0)
                                return remove_at(fd, last_names[i], list->entries[k].type);
        return false;
}

static bool thin_out(int dirfd, const char *name) {
        _cleanup_close_ int fd = open_beneath_same_mount(dirfd, name, O_RDONLY | O_DIRECTORY);
        _cleanup_dir_list_ struct dir_list list = DIR_LIST_INIT;

        if (fd < 0 || dir_list_read(&list, fd) < 0)
                return false;
        if (unlink_files(fd, &list, /* is_top= */ true) > 0 || thin_out_dirs(fd, &list))
                return true;
        return !has_more_than_last_names(&list) && remove_last_name(fd, &list);
}

/*
 * The removal changed the entry: record the new time, so that it does not count as a change by another
 * process.
 */
static void accept_own_change(struct cstorage_trash_item *item, const struct mountinfo *mounts) {
        struct cstorage_entry_stat now;

        if (entry_examine(item->entry, mounts, &now, NULL) >= 0)
                item->seen.changed_ns = now.changed_ns;
}

static bool make_room_by(struct cstorage_trash_item *item, const struct mountinfo *mounts) {
        if (relief_of(item) == ENTRY_RELIEF_TREE) {
                if (!thin_out(item->entry->place->fd, item->entry->name))
                        return false;
                accept_own_change(item, mounts);
                return true;
        }
        if (unlinkat(item->entry->place->fd, item->entry->name, 0) < 0)
                return false;
        item->done = true;
        return true;
}

static bool make_room_in_trash(const struct cstorage_trash *trash) {
        for (size_t i = 0; i < trash->n; i++) {
                const struct cstorage_trash_item *item = &trash->items[i];

                if (item->name && relief_of(item) == ENTRY_RELIEF_TREE &&
                    thin_out(item->dir->temp.dir_fd, item->name))
                        return true;
        }
        return false;
}

bool trash_free_space(struct cstorage_trash *trash, const struct mountinfo *mounts) {
        for (enum entry_relief relief = ENTRY_RELIEF_FILE; relief <= ENTRY_RELIEF_TREE; relief++)
                for (size_t i = 0; i < trash->n; i++) {
                        struct cstorage_trash_item *item = &trash->items[i];

                        if (item->done || relief_of(item) != relief)
                                continue;
                        if (trash_check(item, mounts, NULL) >= 0 && make_room_by(item, mounts))
                                return true;
                }
        return make_room_in_trash(trash);
}
