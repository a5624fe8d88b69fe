/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Moving entries out of a store, with its locks held. Each is renamed into a temp dir with the layout of the
 * Go library. A rename takes the same time for a directory of a million files as for an empty one; even
 * unlinking a symbolic link takes many times longer, because the file system frees the inode.
 */

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>

#include "base/kernel.h"
#include "base/owner.h"
#include "disk/lock.h"
#include "trash/check.h"
#include "tree/make-removable.h"

/*
 * Each try removes garbage. On most file systems one try is enough; a new name takes some 200 KiB of a btrfs
 * quota, which is as many small files.
 */
#define FULL_DISK_TRIES_MAX 64

/* The mode of an empty directory that is made again when a commit is undone, as Go makes new directories. */
#define EMPTY_DIR_MODE 0700

/*
 * Some file systems, btrfs above all under a quota, free space only when they next write to the disk.
 * syncfs() forces that, but takes time while the locks are held, so it is called only if the first try did
 * not free enough.
 */
static bool make_room(struct cstorage_trash *trash, const struct mountinfo *mounts, int fd, int tries) {
        if (!trash_free_space(trash, mounts))
                return false;
        if (tries > 0)
                (void) syncfs(fd);
        return true;
}

/* ----------------------------------------------------------------- temp dirs */

/*
 * Find the directory for the temp dirs of an entry. A rename must stay on one mount, and the driver home may
 * be a mount of its own, if only because Go bind-mounts it on itself (overlay.go:Init). Entries that have no
 * temp dirs of their own use those of the layer data (internal/tempdir users: layers.go, overlay.go).
 */
static int temp_root_of(const struct store_dir *place, const char **ret_name,
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

static void append_dir(struct cstorage_trash *trash, struct cstorage_trash_dir *dir) {
        if (trash->last)
                trash->last->next = dir;
        else
                trash->dirs = dir;
        trash->last = dir;
}

/* Takes ownership of the temp dir on success only. */
static int add_dir(struct cstorage_trash *trash, struct temp_dir *temp, struct cstorage_trash_dir **ret) {
        _cleanup_free_ struct cstorage_trash_dir *dir = calloc(1, sizeof(*dir));
        int r;

        if (!dir)
                return -ENOMEM;
        *dir = (struct cstorage_trash_dir){.temp = *temp, .base_fd = -1};
        r = fd_path(temp->dir_fd, &dir->path);
        if (r < 0)
                return r;

        *temp = TEMP_DIR_INIT;
        append_dir(trash, dir);
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
        for (int i = 0; is_full(r) && i < FULL_DISK_TRIES_MAX && make_room(trash, mounts, base_fd, i); i++)
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

static int dir_for(struct cstorage_trash *trash, const struct store_dir *place,
                   const struct mountinfo *mounts, struct cstorage_trash_dir **ret, struct error *reterr) {
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

/* ------------------------------------------------------------------ moving */

/*
 * For file systems without rename flags (NFS): the name does not exist, and a process that would make it
 * waits for the locks that this process holds.
 */
static int rename_without_flags(int from_fd, const char *from, int to_fd, const char *to) {
        struct identity there;
        int r;

        r = identity_at(to_fd, to, &there);
        if (r != -ENOENT)
                return r < 0 ? r : -EEXIST;
        return renameat(from_fd, from, to_fd, to) < 0 ? negative_errno() : 0;
}

static int rename_new(int from_fd, const char *from, int to_fd, const char *to) {
        if (kernel_renameat2(from_fd, from, to_fd, to, RENAME_NOREPLACE) >= 0)
                return 0;
        return errno == EINVAL ? rename_without_flags(from_fd, from, to_fd, to) : negative_errno();
}

/*
 * A file with the immutable or append-only flag cannot be renamed, and a read-only subvolume cannot be moved
 * to another directory. The entry is garbage: make it removable.
 */
static int rename_stubborn(const struct cstorage_trash_item *item, int code, int to_fd, const char *to) {
        const struct cstorage_entry *entry = item->entry;
        _cleanup_removable_file_ struct removable_file file = REMOVABLE_FILE_INIT;
        int from_fd = entry->place->fd, r;

        r = item->seen.type == CSTORAGE_TYPE_DIRECTORY ? make_dir_removable_at(from_fd, entry->name)
                                                       : make_file_removable_at(&file, from_fd, entry->name);
        return r > 0 ? rename_new(from_fd, entry->name, to_fd, to) : code;
}

static int rename_into(struct cstorage_trash *trash, const struct cstorage_trash_item *item, int to_fd,
                       const char *to, const struct mountinfo *mounts) {
        const struct cstorage_entry *entry = item->entry;
        int r;

        r = rename_new(entry->place->fd, entry->name, to_fd, to);
        if (r == -EPERM || r == -EROFS)
                r = rename_stubborn(item, r, to_fd, to);
        for (int i = 0; is_full(r) && i < FULL_DISK_TRIES_MAX && make_room(trash, mounts, to_fd, i); i++)
                r = rename_new(entry->place->fd, entry->name, to_fd, to);
        return r;
}

/* Whether the entry with this name is the one that the caller examined. */
static bool is_planned(const struct cstorage_trash_item *item, int fd, const char *name) {
        struct identity id;

        return identity_at(fd, name, &id) >= 0 && id.dev == item->seen.device && id.ino == item->seen.inode;
}

/* If the renamed entry is not the one that was examined, move it back. */
static int verify_renamed(const struct cstorage_trash_item *item, int fd, const char *name,
                          struct error *reterr) {
        const struct cstorage_entry *entry = item->entry;

        if (is_planned(item, fd, name))
                return 0;

        (void) rename_new(fd, name, entry->place->fd, entry->name);
        return error_set(reterr, -ESTALE, "%s was replaced since it was looked at", entry->path);
}

/*
 * Name an entry in a temp dir as Go does: a counter and the former name
 * (internal/tempdir/tempdir.go:StageDeletion). The caller frees the name.
 */
static char *name_in(const struct cstorage_trash_dir *dir, const char *name) {
        char *numbered;

        return asprintf(&numbered, "%u-%s", dir->count, name) < 0 ? NULL : numbered;
}

static bool leads_to(const struct store_dir *links, const char *link, const char *id) {
        _cleanup_free_ char *target = NULL;
        char target_id[ID_LENGTH + 1];

        return readlink_alloc_at(links->fd, link, &target) >= 0 &&
               store_dir_link_target(links, target, target_id) >= 0 && strcmp(target_id, id) == 0;
}

/*
 * The link is moved before its layer, so that a crash in between leaves no dangling link. A layer may have no
 * link.
 */
static void move_short_name(const struct cstorage_entry *entry, struct cstorage_trash_dir *dir,
                            struct short_name *ret) {
        const struct driver *driver = entry->place->store->driver;
        const struct store_dir *links =
                inventory_find_dir(entry->inventory, entry->place->root, STORE_DIR_LINKS);

        if (entry->kind != CSTORAGE_ENTRY_LAYER_DIR || !links || !driver->read_link)
                return;
        if (driver->read_link(entry->place->base_fd, entry->id, ret->name) < 0 ||
            !leads_to(links, ret->name, entry->id))
                return;
        ret->moved = name_in(dir, ret->name);
        if (!ret->moved || rename_new(links->fd, ret->name, dir->temp.dir_fd, ret->moved) < 0)
                return;

        dir->count++;
        ret->fd = links->fd;
}

static void put_back(struct short_name *link, const struct cstorage_trash_dir *dir) {
        if (link->fd >= 0)
                (void) rename_new(dir->temp.dir_fd, link->moved, link->fd, link->name);
        free(link->moved);
        *link = SHORT_NAME_INIT;
}

/*
 * An empty directory needs no temp dir. Some can be removed although they cannot be renamed: the stub that a
 * btrfs snapshot contains in place of a subvolume (ENOTEMPTY), a directory of another project quota or of a
 * lower layer (EXDEV), any directory on a full disk. EBUSY means a mount point, which stays. AT_REMOVEDIR
 * removes no other type of file.
 */
static bool remove_empty(struct cstorage_trash_item *item, int code) {
        const struct cstorage_entry *entry = item->entry;

        if (code == -EBUSY || !is_planned(item, entry->place->fd, entry->name))
                return false;
        item->removed = unlinkat(entry->place->fd, entry->name, AT_REMOVEDIR) >= 0;
        return item->removed;
}

static int move_into(struct cstorage_trash *trash, struct cstorage_trash_item *item,
                     struct cstorage_trash_dir *dir, const struct mountinfo *mounts) {
        const struct cstorage_entry *entry = item->entry;
        _cleanup_free_ char *name = name_in(dir, entry->name);
        int r;

        if (!name)
                return error_errno(&item->error, -ENOMEM, "%s", entry->path);

        r = rename_into(trash, item, dir->temp.dir_fd, name, mounts);
        if (item->done) /* it was removed to free space */
                return 0;
        if (r < 0 && remove_empty(item, r))
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

static int move(struct cstorage_trash *trash, struct cstorage_trash_item *item,
                const struct mountinfo *mounts) {
        struct cstorage_trash_dir *dir;
        int r;

        r = dir_for(trash, item->entry->place, mounts, &dir, &item->error);
        if (item->done || (r < 0 && remove_empty(item, r)))
                return 0;
        if (r < 0)
                return r;

        move_short_name(item->entry, dir, &item->link);
        r = move_into(trash, item, dir, mounts);
        if (r < 0)
                put_back(&item->link, dir);
        return r;
}

/*
 * The locks of the store do not protect a temp dir: its own lock does, and is taken when the temp dir is
 * deleted. Locking thousands at once would take more descriptors than a process may have.
 */
static int trash_temp_dir(struct cstorage_trash *trash, struct cstorage_trash_item *item) {
        _cleanup_free_ struct cstorage_trash_dir *dir = calloc(1, sizeof(*dir));

        if (dir) {
                *dir = (struct cstorage_trash_dir){.temp = TEMP_DIR_INIT, .left = item, .base_fd = -1};
                dir->path = strdup(item->entry->path);
        }
        if (!dir || !dir->path)
                return error_errno(&item->error, -ENOMEM, "%s", item->entry->path);

        item->dir = dir;
        append_dir(trash, TAKE_PTR(dir));
        return 0;
}

/*
 * Entries of older releases have no lock file, and none is made: these entries are from before the boot. In
 * the trash, the lock of the temp dir protects the entry.
 */
static int trash_staging(struct cstorage_trash *trash, struct cstorage_trash_item *item,
                         const struct mountinfo *mounts) {
        _cleanup_close_ int fd = -1;
        char lock[NAME_BUFFER];

        if (!entry_lock_name(item->entry, lock))
                return error_errno(&item->error, -ENAMETOOLONG, "%s", item->entry->path);

        fd = lock_take(item->entry->place->fd, lock, false, 0);
        if (fd == -ETIMEDOUT)
                return error_set(&item->error, -EBUSY, "another process works on %s", item->entry->path);
        if (fd < 0 && fd != -ENOENT)
                return error_errno(&item->error, fd, "cannot lock %s/%s", item->entry->place->path, lock);

        return move(trash, item, mounts);
}

/* The runroot has no temp dirs; only single files are removed there. */
static int unlink_in_runroot(struct cstorage_trash_item *item) {
        const struct cstorage_entry *entry = item->entry;

        if (unlinkat(entry->place->fd, entry->name, 0) < 0)
                return error_errno(&item->error, negative_errno(), "cannot remove %s", entry->path);
        return 0;
}

static int move_to_trash(struct cstorage_trash *trash, struct cstorage_trash_item *item,
                         const struct mountinfo *mounts) {
        if (item->entry->place->root == ROOT_RUN)
                return unlink_in_runroot(item);

        switch (entry_kinds[item->entry->kind].lock) {
        case ENTRY_LOCK_BESIDE:
                return trash_temp_dir(trash, item);
        case ENTRY_LOCK_INSIDE:
                return trash_staging(trash, item, mounts);
        case ENTRY_LOCK_NONE:
                break;
        }
        return move(trash, item, mounts);
}

/* In the reverse order of the move: the layer before its link. */
void trash_restore(struct cstorage_trash_item *item) {
        if (item->removed)
                (void) owned_mkdirat(item->entry->place->fd, item->entry->name, EMPTY_DIR_MODE);
        item->removed = false;
        if (!item->dir || !item->name)
                return;

        (void) rename_new(item->dir->temp.dir_fd, item->name, item->entry->place->fd, item->entry->name);
        put_back(&item->link, item->dir);
        item->dir = NULL;
}

void trash_move(struct cstorage_trash *trash, struct cstorage_trash_item *item,
                const struct mountinfo *mounts) {
        int r;

        if (item->done)
                return;

        r = trash_check(item, mounts, &item->error);
        if (r >= 0)
                r = move_to_trash(trash, item, mounts);
        if (r >= 0)
                item->error = (struct error){0}; /* the error of an earlier try */
        else if (item->error.code != r)
                error_errno(&item->error, r, "cannot move %s to the trash", item->entry->name);
        item->done = true;
}
