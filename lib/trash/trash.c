/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The trash: entries that were moved out of a store and are not deleted yet. */

#include <string.h>

#include "disk/temp-dir-send.h"
#include "trash/trash.h"
#include "tree/delete.h"

void trash_item_done(struct cstorage_trash_item *item) {
        cstorage_inventory_unref(item->entry->inventory);
        free(item->name);
        free(item->link.moved);
}

_public_ struct cstorage_trash *cstorage_trash_free(struct cstorage_trash *trash) {
        if (!trash)
                return NULL;

        for (size_t i = 0; i < trash->n; i++)
                trash_item_done(&trash->items[i]);
        for (size_t i = 0; i < trash->n_repairs; i++)
                repair_done(&trash->repairs[i]);
        for (struct cstorage_trash_dir *dir = trash->dirs, *next; dir; dir = next) {
                next = dir->next;
                temp_dir_done(&dir->temp);
                free(dir->path);
                free(dir);
        }
        free(trash->items);
        free(trash->repairs);
        free(trash);
        return NULL;
}

_public_ struct cstorage_trash_dir *cstorage_trash_next_dir(struct cstorage_trash *trash,
                                                            struct cstorage_trash_dir *prev) {
        return prev ? prev->next : trash->dirs;
}

_public_ const struct cstorage_trash_item *cstorage_trash_next_item(const struct cstorage_trash *trash,
                                                                    const struct cstorage_trash_item *prev) {
        const struct cstorage_trash_item *next = prev ? prev + 1 : trash->items;

        return next < trash->items + trash->n ? next : NULL;
}

_public_ int cstorage_trash_dir_get_fd(const struct cstorage_trash_dir *dir) {
        return dir->temp.dir_fd;
}

_public_ int cstorage_trash_dir_get_lock_fd(const struct cstorage_trash_dir *dir) {
        return dir->temp.lock_fd;
}

_public_ const char *cstorage_trash_dir_get_path(const struct cstorage_trash_dir *dir) {
        return dir->path;
}

/* Another process may have deleted the temp dir, and a new one may have its number. */
static int check_left(const struct cstorage_trash_item *item, const struct temp_dir *temp,
                      struct error *reterr) {
        const char *path = item->entry->path;
        struct identity id;
        int r;

        if (temp->dir_fd < 0)
                return 0;
        r = identity_at(temp->dir_fd, "", &id);
        if (r < 0)
                return error_errno(reterr, r, "cannot look at %s", path);
        if (item->seen.type != CSTORAGE_TYPE_DIRECTORY || id.ino != item->seen.inode ||
            id.dev != item->seen.device)
                return error_set(reterr, -ESTALE, "%s was replaced since it was looked at", path);
        return 0;
}

static int lock_left(struct cstorage_trash_dir *dir, struct error *reterr) {
        const struct cstorage_entry *entry = dir->left->entry;
        _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
        int r;

        r = temp_dir_adopt(&temp, entry->place->base_fd, entry->place->name, entry_temp_dir_number(entry),
                           reterr);
        if (r >= 0)
                r = check_left(dir->left, &temp, reterr);
        if (r < 0)
                return r;

        dir->temp = temp;
        temp = TEMP_DIR_INIT;
        return 1;
}

static int lock_dir(struct cstorage_trash_dir *dir, struct error *reterr) {
        if (!dir)
                return -EINVAL;
        if (dir->temp.lock_fd >= 0)
                return 1;
        return dir->left ? lock_left(dir, reterr) : 0;
}

_public_ int cstorage_trash_dir_lock(struct cstorage_trash_dir *dir, struct cstorage_error *reterr) {
        return error_end(reterr, lock_dir(dir, error_begin(reterr)), "cannot lock a temporary directory");
}

_public_ void cstorage_trash_dir_unlock(struct cstorage_trash_dir *dir) {
        temp_dir_done(&dir->temp);
}

static int remove_dir(struct cstorage_trash_dir *dir, struct error *reterr) {
        int r;

        if (!dir || dir->temp.lock_fd < 0)
                return -EINVAL;
        r = temp_dir_remove(&dir->temp, reterr);
        if (r >= 0)
                dir->left = NULL;
        return r;
}

_public_ int cstorage_trash_dir_remove(struct cstorage_trash_dir *dir, struct cstorage_error *reterr) {
        return error_end(reterr, remove_dir(dir, error_begin(reterr)), "cannot remove a temporary directory");
}

/* A temp dir that cannot be locked stays in the trash; the caller gets the error when it locks it. */
static int send_dir(struct cstorage_trash_dir *dir, int socket_fd) {
        int r;

        if (lock_dir(dir, NULL) <= 0)
                return 0;
        r = temp_dir_send(&dir->temp, socket_fd);
        if (r >= 0)
                dir->left = NULL;
        else if (dir->left)
                cstorage_trash_dir_unlock(dir); /* as it was */
        return r;
}

static int send_all(struct cstorage_trash *trash, int socket_fd, struct error *reterr) {
        int r = 0;

        if (!trash || socket_fd < 0)
                return -EINVAL;
        for (struct cstorage_trash_dir *dir = trash->dirs; dir && r >= 0; dir = dir->next)
                r = send_dir(dir, socket_fd);
        return r < 0 ? error_errno(reterr, r, "cannot hand over a temporary directory") : 0;
}

_public_ int cstorage_trash_send(struct cstorage_trash *trash, int socket_fd, struct cstorage_error *reterr) {
        return error_end(reterr, send_all(trash, socket_fd, error_begin(reterr)), "cannot hand over");
}

static int trash_of(struct temp_dir *temp, struct cstorage_trash **ret) {
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = calloc(1, sizeof(*trash));
        struct cstorage_trash_dir *dir = calloc(1, sizeof(*dir));
        int r;

        if (!trash || !dir) {
                free(dir);
                return -ENOMEM;
        }
        dir->base_fd = -1;
        dir->temp = *temp;
        *temp = TEMP_DIR_INIT;
        trash->dirs = trash->last = dir;

        r = fd_path(dir->temp.dir_fd >= 0 ? dir->temp.dir_fd : dir->temp.root_fd, &dir->path);
        if (r >= 0)
                *ret = TAKE_PTR(trash);
        return r;
}

static int receive(int socket_fd, struct cstorage_trash **ret, struct error *reterr) {
        _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
        int r;

        if (socket_fd < 0 || !ret)
                return -EINVAL;

        r = temp_dir_receive(&temp, socket_fd);
        if (r == -EBADMSG)
                return error_set(reterr, r, "what was received is no temporary directory");
        if (r <= 0)
                return r < 0 ? error_errno(reterr, r, "cannot receive a temporary directory") : 0;

        r = trash_of(&temp, ret);
        return r < 0 ? r : 1;
}

_public_ int cstorage_trash_receive(int socket_fd, struct cstorage_trash **ret,
                                    struct cstorage_error *reterr) {
        return error_end(reterr, receive(socket_fd, ret, error_begin(reterr)), "cannot receive");
}

static int empty_locked(struct cstorage_trash_dir *dir, struct error *reterr) {
        _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;
        int r;

        if (dir->temp.dir_fd >= 0) {
                r = tree_remove(dir->temp.dir_fd, NULL, &result, reterr);
                if (r < 0)
                        return r;
                if (r > 0 && result.total.error) {
                        if (reterr)
                                *reterr = *result.total.error;
                        return result.total.error->code;
                }
        }
        return remove_dir(dir, reterr);
}

/* Another process holds the lock, or has removed the temp dir: it does the deletion. */
static bool is_done_by_others(int code) {
        return code == -EBUSY || code == -ENOENT || code == -ESTALE;
}

static int empty_dir(struct cstorage_trash_dir *dir, struct error *reterr) {
        int r = lock_dir(dir, reterr);

        if (r <= 0)
                return is_done_by_others(r) ? 0 : r;
        r = empty_locked(dir, reterr);
        if (r < 0)
                cstorage_trash_dir_unlock(dir);
        return r;
}

/* The error is the first one. */
static int empty(struct cstorage_trash *trash, struct error *reterr) {
        int r = 0;

        if (!trash)
                return -EINVAL;
        for (struct cstorage_trash_dir *dir = trash->dirs; dir; dir = dir->next) {
                int k = empty_dir(dir, r < 0 ? NULL : reterr);

                r = r < 0 ? r : k;
        }
        return r;
}

_public_ int cstorage_trash_empty(struct cstorage_trash *trash, struct cstorage_error *reterr) {
        return error_end(reterr, empty(trash, error_begin(reterr)), "cannot delete what was taken out");
}

_public_ const struct cstorage_entry *cstorage_trash_item_get_entry(const struct cstorage_trash_item *item) {
        return item->entry;
}

_public_ void *cstorage_trash_item_get_userdata(const struct cstorage_trash_item *item) {
        return item->userdata;
}

_public_ int cstorage_trash_item_get_code(const struct cstorage_trash_item *item) {
        return item->error.code;
}

_public_ const char *cstorage_trash_item_get_text(const struct cstorage_trash_item *item) {
        return item->error.text;
}

_public_ const struct cstorage_trash_dir *
cstorage_trash_item_get_dir(const struct cstorage_trash_item *item) {
        return item->dir;
}

_public_ const char *cstorage_trash_item_get_name(const struct cstorage_trash_item *item) {
        return item->name;
}
