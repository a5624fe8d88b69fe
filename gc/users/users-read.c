/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Read the users and the mounts. The decisions about users depend on these only. */

#include "users/users-read.h"

#include <mntent.h>
#include <pwd.h>
#include <stdio.h>

/* The maximum length of a line of a mount table: overlays of containers have long ones. A longer line is
 * cut; the path comes first. */
#define MOUNT_LINE_MAX 65536U

/* The kernel allows 100000 (fs.mount-max). */
#define MOUNTS_MAX 200000U

#define MOUNTED_NOW "/proc/self/mounts"
#define FSTAB       "/etc/fstab"

int users_read(struct users *users, struct error *reterr) {
        struct passwd *entry;
        int r = 0;

        setpwent();
        while (r >= 0 && (errno = 0, entry = getpwent()))
                r = users_add(users, entry->pw_name, entry->pw_uid, entry->pw_gid, entry->pw_dir);
        if (r >= 0 && errno != 0 && errno != ENOENT)
                r = negative_errno();
        endpwent();
        if (r == -E2BIG)
                return error_set(reterr, r, "passwd has more than %u users; the others are left out",
                                 USERS_MAX);
        return r < 0 ? error_errno(reterr, r, "not all of passwd can be read; some users may be left out")
                     : 0;
}

static int read_table(struct mount_table *table, FILE *file) {
        _cleanup_free_ char *line = malloc(MOUNT_LINE_MAX);
        struct mntent entry;
        int r = line ? 0 : -ENOMEM;

        while (r >= 0 && getmntent_r(file, &entry, line, MOUNT_LINE_MAX))
                r = table->n < MOUNTS_MAX ? mount_table_add(table, entry.mnt_dir, entry.mnt_type) : -E2BIG;
        return r;
}

static int read_file(struct mount_table *table, const char *path, struct error *reterr) {
        FILE *file = setmntent(path, "re");
        int r;

        r = file ? read_table(table, file) : negative_errno();
        if (file)
                (void) endmntent(file);
        return r < 0 ? error_errno(reterr, r, "cannot read %s", path) : 0;
}

int users_read_mounted(struct mount_table *table, struct error *reterr) {
        return read_file(table, MOUNTED_NOW, reterr);
}

int users_read_fstab(struct mount_table *table, struct error *reterr) {
        int r = read_file(table, FSTAB, reterr);

        return r == -ENOENT ? 0 : r;
}
