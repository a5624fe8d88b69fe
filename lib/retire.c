/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Taking things out of a store, with its locks held. Directories and files are renamed into a temp dir of the
 * Go side's layout, which takes as long for one of a million files as for an empty one. Links and leftovers
 * of interrupted saves are unlinked at once: that is no more work than a rename, and leaves nothing behind.
 */

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/loosen.h"
#include "disk/lock.h"
#include "trash.h"

/* Each try removes something that had to go anyhow, so that a few are enough or none is. */
#define FULL_DISK_TRIES_MAX 8

/* What is removed in place while the locks are held is little: enough for a directory and two names. */
#define ROOM_FILES_MAX 64U
#define ROOM_DEPTH_MAX 16

static bool is_full(int code) {
        return code == -ENOSPC || code == -EDQUOT;
}

int trash_check(const struct cstorage_trash_item *item, const struct mountinfo *mounts,
                struct error *reterr) {
        const char *path = cstorage_entry_get_path(item->entry);
        struct cstorage_identity now;
        int r;

        r = entry_examine(item->entry, mounts, &now, reterr);
        if (r < 0)
                return r;

        if (now.type == CSTORAGE_ENTRY_IS_ABSENT && now.lock == CSTORAGE_ENTRY_LOCK_NONE)
                return error_set(reterr, -ENOENT, "%s is gone", path);
        if (now.device != item->seen.device || now.inode != item->seen.inode || now.type != item->seen.type)
                return error_set(reterr, -ESTALE, "%s was replaced since it was looked at", path);
        if (now.other_mount || now.mount_below)
                return error_set(reterr, -EBUSY, "something is mounted at or below %s", path);
        if (now.lock == CSTORAGE_ENTRY_LOCK_HELD)
                return error_set(reterr, -EBUSY, "somebody works on %s", path);
        return 0;
}

/* ------------------------------------------------------------------------------------------------- a full
 * disk */

static bool is_small(const struct cstorage_entry *entry) {
        return entry->kind == CSTORAGE_ENTRY_TAR_SPLIT || entry->kind == CSTORAGE_ENTRY_SAVE_LEFTOVER;
}

static bool is_tree(const struct cstorage_entry *entry) {
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
static bool thin_out(const struct cstorage_entry *entry) {
        _cleanup_close_ int fd =
                open_beneath_same_mount(entry->place->fd, entry->name, O_RDONLY | O_DIRECTORY);

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
        if (is_tree(item->entry))
                return thin_out(item->entry);
        if (unlinkat(item->entry->place->fd, item->entry->name, 0) < 0)
                return false;
        item->done = true;
        return true;
}

/*
 * Where a disk is full not even a temp dir can be made. So something that was to go anyhow is removed in
 * place: a small file, else some files of a tree. False where there is nothing.
 */
static bool make_room(struct cstorage_trash *trash, const struct mountinfo *mounts) {
        for (int trees = 0; trees <= 1; trees++)
                for (size_t i = 0; i < trash->n; i++) {
                        struct cstorage_trash_item *item = &trash->items[i];

                        if (item->done || !(trees ? is_tree(item->entry) : is_small(item->entry)))
                                continue;
                        if (trash_check(item, mounts, NULL) >= 0 && make_room_by(item))
                                return true;
                }
        return false;
}

/* ------------------------------------------------------------------------------------------------- temp dirs
 */

/*
 * Where things of a place go: a rename must stay on one mount, and the driver's home may be one of its own,
 * if only because Go bind-mounts it on itself (overlay.go:Init). What has no temp dirs of its own goes to
 * those of the layers' data (internal/tempdir users: layers.go, overlay.go).
 */
static int temp_root_of(const struct place *place, const char **ret_name,
                        char buffer[static PATH_LENGTH_MAX]) {
        const struct cstorage_store *store = place->store;
        const struct store_root *root = &store->roots[place->root];

        if (place->base_fd == root->home_fd || place->root == ROOT_IMAGE) {
                *ret_name = store->driver->temp_root;
                return root->home_fd;
        }
        *ret_name = path_of(PATH_LAYERS_TEMP, store->driver->name, buffer);
        return root->fd;
}

static int dir_path(const struct temp_dir *temp, char **ret) {
        _cleanup_free_ char *root = NULL;
        int r;

        if (temp->dir_fd >= 0)
                return fd_path(temp->dir_fd, ret);

        r = fd_path(temp->root_fd, &root);
        if (r < 0)
                return r;
        return asprintf(ret, "%s/" TEMP_LOCK_PREFIX "%s", root, temp->number) < 0 ? -ENOMEM : 0;
}

/* Takes the temp dir over, or does nothing. */
static int add_dir(struct cstorage_trash *trash, struct temp_dir *temp, struct cstorage_trash_dir **ret) {
        _cleanup_free_ struct cstorage_trash_dir *dir = calloc(1, sizeof(*dir));
        int r;

        if (!dir)
                return -ENOMEM;
        *dir = (struct cstorage_trash_dir){.temp = *temp, .base_fd = -1};
        r = dir_path(temp, &dir->path);
        if (r < 0)
                return r;

        *temp = TEMP_DIR_INIT;
        if (trash->last)
                trash->last->next = dir;
        else
                trash->dirs = dir;
        trash->last = dir;
        *ret = TAKE_PTR(dir);
        return 0;
}

static struct cstorage_trash_dir *find_dir(const struct cstorage_trash *trash, int base_fd,
                                           const char *root) {
        for (struct cstorage_trash_dir *dir = trash->dirs; dir; dir = dir->next)
                if (dir->base_fd == base_fd && strcmp(dir->root, root) == 0)
                        return dir;
        return NULL;
}

static int make_dir(struct cstorage_trash *trash, int base_fd, const char *root,
                    const struct mountinfo *mounts, struct cstorage_trash_dir **ret, struct error *reterr) {
        _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
        struct cstorage_trash_dir *dir;
        int r;

        r = temp_dir_make(&temp, base_fd, root, reterr);
        for (int i = 0; is_full(r) && i < FULL_DISK_TRIES_MAX && make_room(trash, mounts); i++)
                r = temp_dir_make(&temp, base_fd, root, reterr);
        if (r < 0)
                return r;

        r = add_dir(trash, &temp, &dir);
        if (r < 0) {
                (void) temp_dir_remove(&temp, NULL);
                return error_errno(reterr, r, "%s", root);
        }
        dir->base_fd = base_fd;
        (void) snprintf(dir->root, sizeof(dir->root), "%s", root);
        *ret = dir;
        return 0;
}

static int dir_for(struct cstorage_trash *trash, const struct place *place, const struct mountinfo *mounts,
                   struct cstorage_trash_dir **ret, struct error *reterr) {
        char buffer[PATH_LENGTH_MAX];
        const char *root;
        int base_fd;

        base_fd = temp_root_of(place, &root, buffer);
        if (base_fd < 0 || !root)
                return error_set(reterr, -EOPNOTSUPP, "%s: the driver has no place for temp dirs",
                                 place->path);

        *ret = find_dir(trash, base_fd, root);
        return *ret ? 0 : make_dir(trash, base_fd, root, mounts, ret, reterr);
}

/* ------------------------------------------------------------------------------------------------- retiring
 */

static int unlink_now(struct cstorage_trash_item *item) {
        const struct cstorage_entry *entry = item->entry;

        if (unlinkat(entry->place->fd, entry->name, 0) < 0)
                return error_errno(&item->error, negative_errno(), "cannot remove %s", entry->path);
        return 0;
}

/* The short name goes before its layer, so that nothing dangles should we die in between. */
static void unlink_short_name(const struct cstorage_entry *entry) {
        const struct driver *driver = entry->place->store->driver;
        const struct place *links = inventory_find_place(entry->inventory, entry->place->root, PLACE_LINKS);
        char name[LINK_ID_LENGTH + 1], id[ID_LENGTH + 1];
        _cleanup_free_ char *target = NULL;

        if (!links || !driver->read_link || driver->read_link(entry->place->base_fd, entry->id, name) < 0)
                return;
        if (readlink_alloc_at(links->fd, name, &target) < 0 || name_link_target(target, id) < 0)
                return;
        if (strcmp(id, entry->id) == 0)
                (void) unlinkat(links->fd, name, 0);
}

static int rename_new(int from_fd, const char *from, int to_fd, const char *to) {
        return renameat2(from_fd, from, to_fd, to, RENAME_NOREPLACE) < 0 ? negative_errno() : 0;
}

/* What has the immutable or append-only flag cannot be renamed; this is garbage, flag and all. */
static int rename_stubborn(const struct cstorage_entry *entry, int to_fd, const char *to) {
        _cleanup_loosened_ struct loosened file = LOOSENED_INIT;
        int from_fd = entry->place->fd, r;

        r = is_tree(entry) ? loosen_dir_at(from_fd, entry->name)
                           : loosen_file_at(&file, from_fd, entry->name);
        return r > 0 ? rename_new(from_fd, entry->name, to_fd, to) : -EPERM;
}

static int rename_into(struct cstorage_trash *trash, const struct cstorage_entry *entry, int to_fd,
                       const char *to, const struct mountinfo *mounts) {
        int r;

        r = rename_new(entry->place->fd, entry->name, to_fd, to);
        if (r == -EPERM)
                r = rename_stubborn(entry, to_fd, to);
        for (int i = 0; is_full(r) && i < FULL_DISK_TRIES_MAX && make_room(trash, mounts); i++)
                r = rename_new(entry->place->fd, entry->name, to_fd, to);
        return r;
}

/* What we renamed must be what we looked at: else it goes back. */
static int verify_renamed(const struct cstorage_trash_item *item, int fd, const char *name,
                          struct error *reterr) {
        const struct cstorage_entry *entry = item->entry;
        struct identity id;

        if (identity_at(fd, name, &id) >= 0 && id.dev == item->seen.device && id.ino == item->seen.inode)
                return 0;

        (void) rename_new(fd, name, entry->place->fd, entry->name);
        return error_set(reterr, -ESTALE, "%s was replaced since it was looked at", entry->path);
}

static int move(struct cstorage_trash *trash, struct cstorage_trash_item *item,
                const struct mountinfo *mounts) {
        const struct cstorage_entry *entry = item->entry;
        _cleanup_free_ char *name = NULL;
        struct cstorage_trash_dir *dir;
        int r;

        r = dir_for(trash, entry->place, mounts, &dir, &item->error);
        if (r < 0)
                return r;
        if (item->done) /* it made room for the temp dir */
                return 0;

        /* Named as the Go side does: a counter and what it was (internal/tempdir/tempdir.go:StageDeletion).
         */
        if (asprintf(&name, "%u-%s", dir->count, entry->name) < 0) {
                name = NULL;
                return error_errno(&item->error, -ENOMEM, "%s", entry->path);
        }

        r = rename_into(trash, entry, dir->temp.dir_fd, name, mounts);
        if (item->done)
                return 0;
        if (r < 0)
                return error_errno(&item->error, r, "cannot move %s to %s", entry->path, dir->path);

        r = verify_renamed(item, dir->temp.dir_fd, name, &item->error);
        if (r < 0)
                return r;

        dir->count++;
        item->dir = dir;
        item->name = TAKE_PTR(name);
        return 0;
}

static int retire_layer(struct cstorage_trash *trash, struct cstorage_trash_item *item,
                        const struct mountinfo *mounts) {
        unlink_short_name(item->entry);
        return move(trash, item, mounts);
}

static int retire_temp_dir(struct cstorage_trash *trash, struct cstorage_trash_item *item) {
        const struct place *place = item->entry->place;
        const char *number = entry_temp_dir_number(item->entry);
        _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
        int r;

        r = temp_dir_adopt(&temp, place->base_fd, place->name, number, &item->error);
        if (r < 0)
                return r;

        r = add_dir(trash, &temp, &item->dir);
        if (r < 0)
                return error_errno(&item->error, r, "%s", item->entry->path);
        return 0;
}

/* Entries of older releases have no lock file, which is then not made: they lie there since before the boot.
 */
static int retire_staging(struct cstorage_trash *trash, struct cstorage_trash_item *item,
                          const struct mountinfo *mounts) {
        char lock[NAME_BUFFER];
        int fd;

        if (!entry_lock_name(item->entry, lock))
                return error_errno(&item->error, -ENAMETOOLONG, "%s", item->entry->path);

        fd = lock_take(item->entry->place->fd, lock, false, 0);
        if (fd == -ETIMEDOUT)
                return error_set(&item->error, -EBUSY, "somebody works on %s", item->entry->path);
        if (fd < 0 && fd != -ENOENT)
                return error_errno(&item->error, fd, "cannot lock %s/%s", item->entry->place->path, lock);

        item->lock_fd = fd < 0 ? -1 : fd;
        return move(trash, item, mounts);
}

static int retire(struct cstorage_trash *trash, struct cstorage_trash_item *item,
                  const struct mountinfo *mounts) {
        switch (item->entry->kind) {
        case CSTORAGE_ENTRY_LINK:
        case CSTORAGE_ENTRY_SAVE_LEFTOVER:
                return unlink_now(item);
        case CSTORAGE_ENTRY_LAYER_DIR:
                return retire_layer(trash, item, mounts);
        case CSTORAGE_ENTRY_TEMP_DIR:
                return retire_temp_dir(trash, item);
        case CSTORAGE_ENTRY_STAGING:
                return retire_staging(trash, item, mounts);
        case CSTORAGE_ENTRY_CONTAINER_DIR:
        case CSTORAGE_ENTRY_IMAGE_DIR:
        case CSTORAGE_ENTRY_TAR_SPLIT:
        case CSTORAGE_ENTRY_LAYER_DATA:
                break;
        }
        return move(trash, item, mounts);
}

void trash_retire(struct cstorage_trash *trash, struct cstorage_trash_item *item,
                  const struct mountinfo *mounts) {
        int r;

        if (item->done)
                return;

        r = trash_check(item, mounts, &item->error);
        if (r >= 0)
                r = retire(trash, item, mounts);
        if (r >= 0)
                item->error = (struct error){0}; /* of tries before the one that went well */
        else if (item->error.code != r)
                error_errno(&item->error, r, "cannot retire %s", item->entry->name);
        item->done = true;
}
