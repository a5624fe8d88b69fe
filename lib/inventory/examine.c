/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Examining an entry. Nothing is opened for writing, and nothing is locked. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "disk/lock.h"
#include "inventory/inventory.h"
#include "tree/subvolume.h"

const char *entry_temp_dir_number(const struct cstorage_entry *entry) {
        const char *number = name_number_after(entry->name, TEMP_DIR_PREFIX);

        return number ? number : name_number_after(entry->name, TEMP_LOCK_PREFIX);
}

const char *entry_lock_name(const struct cstorage_entry *entry, char buffer[static NAME_BUFFER]) {
        int n = (int) NAME_BUFFER;

        switch (entry_kinds[entry->kind].lock) {
        case ENTRY_LOCK_BESIDE:
                n = snprintf(buffer, NAME_BUFFER, TEMP_LOCK_PREFIX "%s", entry_temp_dir_number(entry));
                break;
        case ENTRY_LOCK_INSIDE:
                n = snprintf(buffer, NAME_BUFFER, "%s/" STAGING_LOCK_NAME, entry->name);
                break;
        case ENTRY_LOCK_NONE:
                break;
        }
        return n < (int) NAME_BUFFER ? buffer : NULL;
}

static enum cstorage_entry_type type_of(uint32_t mode) {
        if (S_ISDIR(mode))
                return CSTORAGE_TYPE_DIRECTORY;
        if (S_ISREG(mode))
                return CSTORAGE_TYPE_FILE;
        return S_ISLNK(mode) ? CSTORAGE_TYPE_LINK : CSTORAGE_TYPE_OTHER;
}

/*
 * A btrfs snapshot contains an empty, unused stub in place of a nested subvolume; the ctime of the stub is
 * the time of its lookup (fs/btrfs/inode.c:new_simple_dir).
 */
static bool is_stub(const struct cstorage_entry *entry, const struct identity *id) {
        return id->ino == SUBVOLUME_STUB_INODE && S_ISDIR(id->mode) && is_btrfs(entry->place->fd);
}

static int64_t time_of_change(const struct cstorage_entry *entry, const struct identity *id) {
        return is_stub(entry, id) ? 0 : id->ctime_ns;
}

/* A file of the directory or of the entry may have changed later than the entry itself. */
static void note_change(const struct cstorage_entry *entry, const char *name, int64_t *changed_ns) {
        struct identity id;

        if (identity_at(entry->place->fd, name, &id) >= 0 && time_of_change(entry, &id) > *changed_ns)
                *changed_ns = id.ctime_ns;
}

static void note_parts(const struct cstorage_entry *entry, int64_t *changed_ns) {
        char path[NAME_BUFFER];

        for (const char *const *part = entry_kinds[entry->kind].parts; *part; part++)
                if (snprintf(path, sizeof(path), "%s/%s", entry->name, *part) < (int) sizeof(path))
                        note_change(entry, path, changed_ns);
}

static int examine_lock(const struct cstorage_entry *entry, struct cstorage_entry_stat *identity,
                        struct error *reterr) {
        char lock[NAME_BUFFER];
        int r;

        if (!entry_lock_name(entry, lock))
                return 0;

        if (entry_kinds[entry->kind].lock == ENTRY_LOCK_INSIDE && identity->type != CSTORAGE_TYPE_DIRECTORY)
                return 0;

        note_change(entry, lock, &identity->changed_ns);
        r = lock_probe(entry->place->fd, lock);
        if (r == -ENOENT)
                return 0;
        if (r < 0)
                return error_errno(reterr, r, "cannot test the lock %s/%s", entry->place->path, lock);
        identity->lock = r > 0 ? CSTORAGE_ENTRY_LOCK_HELD : CSTORAGE_ENTRY_LOCK_FREE;
        return 0;
}

static bool is_subvolume(const struct cstorage_entry *entry, const struct identity *id) {
        _cleanup_close_ int fd = -1;

        if (id->ino != SUBVOLUME_INODE || !S_ISDIR(id->mode))
                return false;
        fd = open_beneath_same_mount(entry->place->fd, entry->name, O_RDONLY | O_DIRECTORY);
        return fd >= 0 && subvolume_is(fd);
}

/*
 * The default subvolume is mounted when a mount names no subvolume, perhaps at the next boot. It is in use,
 * and so is the entry that contains it. Finding it needs CAP_SYS_ADMIN; without it, only the current mounts
 * are checked.
 */
static int refuse_default_subvolume(const struct cstorage_entry *entry, const struct identity *id,
                                    struct error *reterr) {
        const char *path = cstorage_entry_get_path(entry);
        _cleanup_free_ char *default_path = NULL;
        int r;

        r = subvolume_default_path(entry->place->fd, &default_path);
        if (r == -EOPNOTSUPP && is_subvolume(entry, id))
                return error_set(reterr, r, "%s is a subvolume: install libbtrfsutil", path);
        if (r < 0 || !entry->id || !strstr(default_path, entry->id))
                return 0;
        return error_set(reterr, -EBUSY,
                         "%s is or holds the default subvolume of its file system: make another one that "
                         "(btrfs subvolume set-default)",
                         path);
}

int entry_examine(const struct cstorage_entry *entry, const struct mountinfo *mounts,
                  struct cstorage_entry_stat *ret, struct error *reterr) {
        struct cstorage_entry_stat identity = {.lock = CSTORAGE_ENTRY_LOCK_NONE};
        const char *path = cstorage_entry_get_path(entry);
        struct identity id;
        int r;

        if (!path)
                return -ENOMEM;

        r = identity_at(entry->place->fd, entry->name, &id);
        if (r == -ENOENT) {
                *ret = (struct cstorage_entry_stat){.type = CSTORAGE_TYPE_ABSENT};
                return 0;
        }
        if (r < 0)
                return error_errno(reterr, r, "cannot examine %s", path);
        r = refuse_default_subvolume(entry, &id, reterr);
        if (r < 0)
                return r;

        identity.device = id.dev;
        identity.inode = id.ino;
        identity.mount_id = id.mnt_id;
        identity.changed_ns = time_of_change(entry, &id);
        identity.type = type_of(id.mode);
        identity.other_mount = id.mnt_id != entry->place->mount_id;
        identity.mount_below = mountinfo_has_below(mounts, path);

        if (identity.type == CSTORAGE_TYPE_DIRECTORY)
                note_parts(entry, &identity.changed_ns);
        r = examine_lock(entry, &identity, reterr);
        if (r < 0)
                return r;

        *ret = identity;
        return 0;
}

static int look_at(const struct cstorage_entry *entry, struct cstorage_entry_stat *ret,
                   struct error *reterr) {
        const struct mountinfo *mounts;

        if (!entry || !ret)
                return -EINVAL;

        mounts = inventory_mounts(entry->inventory, reterr);
        if (!mounts)
                return entry->inventory->mounts_error.code;
        return entry_examine(entry, mounts, ret, reterr);
}

_public_ int cstorage_entry_stat(const struct cstorage_entry *entry, struct cstorage_entry_stat *ret,
                                 struct cstorage_error *reterr) {
        return error_end(reterr, look_at(entry, ret, error_begin(reterr)), "cannot examine an entry");
}
