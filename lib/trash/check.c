/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checking that an entry is still what the caller examined. */

#include "trash/check.h"

static bool is_in_use(const struct cstorage_entry *entry, const struct mountinfo *mounts) {
        return entry_kinds[entry->kind].is_used_by_mounts && entry->id &&
               idset_has(mountinfo_layers(mounts), entry->id);
}

int trash_check(const struct cstorage_trash_item *item, const struct mountinfo *mounts,
                struct error *reterr) {
        const char *path = cstorage_entry_get_path(item->entry);
        struct cstorage_entry_stat now;
        int r;

        r = entry_examine(item->entry, mounts, &now, reterr);
        if (r < 0)
                return r;

        if (now.type == CSTORAGE_TYPE_ABSENT)
                return error_set(reterr, -ENOENT, "%s is gone", path);
        if (now.device != item->seen.device || now.inode != item->seen.inode || now.type != item->seen.type)
                return error_set(reterr, -ESTALE, "%s was replaced since it was looked at", path);
        if (now.changed_ns != item->seen.changed_ns)
                return error_set(reterr, -ESTALE, "%s changed since it was looked at", path);
        if (now.other_mount || now.mount_below)
                return error_set(reterr, -EBUSY, "something is mounted at or below %s", path);
        if (is_in_use(item->entry, mounts))
                return error_set(reterr, -EBUSY, "something that is mounted uses %s", path);
        if (now.lock == CSTORAGE_ENTRY_LOCK_HELD)
                return error_set(reterr, -EBUSY, "another process works on %s", path);
        return 0;
}
