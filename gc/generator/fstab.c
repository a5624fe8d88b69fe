/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Read the mounts in fstab. Only this file of the generator uses libmount. */

#include <libmount.h>
#include <string.h>

#include "base/array.h"
#include "generator/fstab.h"
#include "generator/unit-file.h"
#include "util/fs-type.h"

/* The generator refuses a longer fstab, so that its time is limited. No known machine has so many entries. */
#define FSTAB_ENTRIES_MAX 1000U

enum {
        NETWORK = 1 << 0,
        ON_DEMAND = 1 << 1,
        UNSURE = 1 << 2,
};

/* systemd.mount(5). With some of these options, the mount waits for units that could be anything. */
static const struct {
        const char *name;
        int property;
} options[] = {
        {"_netdev", NETWORK},
        {"nofail", UNSURE},
        {"noauto", ON_DEMAND},
        {"x-systemd.automount", ON_DEMAND},
        {"x-systemd.after", UNSURE},
        {"x-systemd.requires", UNSURE},
        {"x-systemd.requires-mounts-for", UNSURE},
};

static bool has_network_type(struct libmnt_fs *fs) {
        const char *type = mnt_fs_get_fstype(fs);

        return mnt_fs_is_netfs(fs) || (type && fs_type_is_network(type));
}

static int mount_properties(struct libmnt_fs *fs) {
        int all = has_network_type(fs) ? NETWORK : 0;

        for (size_t i = 0; i < ARRAY_SIZE(options); i++)
                if (mnt_fs_get_option(fs, options[i].name, NULL, NULL) == 0)
                        all |= options[i].property;
        return all;
}

/* A device needs no other mount. The source is a path on another mount only for a bind or loop mount. */
static int get_source(struct libmnt_fs *fs, char **ret) {
        const char *source = mnt_fs_get_srcpath(fs);
        int r;

        *ret = NULL;
        if (!source || *source != '/' || has_prefix(source, "/dev/"))
                return 0;
        r = unit_path_normalise(source, ret, NULL);
        return r == -EINVAL ? 0 : r;
}

static int add(struct dropin_mounts *mounts, struct libmnt_fs *fs) {
        _cleanup_free_ char *source = NULL, *normal = NULL;
        const char *target = mnt_fs_get_target(fs);
        int r, all = mount_properties(fs);

        if (!target || *target != '/' || mnt_fs_is_swaparea(fs))
                return 0;
        r = unit_path_normalise(target, &normal, NULL);
        if (r >= 0)
                r = get_source(fs, &source);
        if (r < 0)
                return r == -EINVAL ? 0 : r;

        if (mounts->n == FSTAB_ENTRIES_MAX)
                return -EFBIG;
        r = ARRAY_RESERVE(mounts->mounts, mounts->cap, mounts->n + 1);
        if (r < 0)
                return r;
        mounts->mounts[mounts->n++] = (struct dropin_mount){
                .target = TAKE_PTR(normal),
                .source = TAKE_PTR(source),
                .network = all & NETWORK,
                .on_demand = all & ON_DEMAND,
                .unsure = all & UNSURE,
        };
        return 0;
}

static int add_all(struct dropin_mounts *mounts, struct libmnt_table *table) {
        struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
        struct libmnt_fs *fs;
        int r = iter ? 0 : -ENOMEM;

        while (r >= 0 && mnt_table_next_fs(table, iter, &fs) == 0)
                r = add(mounts, fs);
        mnt_free_iter(iter);
        return r;
}

int fstab_read(const char *path, struct dropin_mounts *mounts, struct error *reterr) {
        struct libmnt_table *table = mnt_new_table();
        int r = table ? mnt_table_parse_fstab(table, path) : -ENOMEM;

        if (r == -ENOENT)
                r = 0;
        else if (r >= 0)
                r = add_all(mounts, table);
        mnt_unref_table(table);
        return r < 0 ? error_errno(reterr, r, "cannot read fstab") : 0;
}
