/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Find the mounts that have a unit file. The output of other generators does not exist yet: fstab is read
 * directly, and the mounts of systemd-gpt-auto-generator(8) are local. */

#include <fcntl.h>
#include <string.h>

#include "base/array.h"
#include "generator/mount-units.h"
#include "generator/unit-file.h"

/* systemd.unit(5): the directories that exist before any generator runs. */
static const char *const directories[] = {
        "/etc/systemd/system",     "/run/systemd/system", "/usr/local/lib/systemd/system",
        "/usr/lib/systemd/system", "/lib/systemd/system",
};

/* Return 1 if there is a unit of this type for the directory, 0 if there is none. */
static int has_unit(const char *directory, const char *type) {
        _cleanup_text_ struct text name = TEXT_INIT;
        int r = unit_add_name(&name, directory, type);

        for (size_t i = 0; i < ARRAY_SIZE(directories) && r >= 0; i++) {
                _cleanup_text_ struct text path = TEXT_INIT;

                r = text_addf(&path, "%s/%s", directories[i], name.s);
                if (r >= 0 && faccessat(AT_FDCWD, path.s, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
                        return 1;
        }
        return r;
}

/* Find a mount that fstab or another path added already. */
static struct dropin_mount *find(const struct dropin_mounts *mounts, const char *directory) {
        for (size_t i = 0; i < mounts->n; i++)
                if (strcmp(mounts->mounts[i].target, directory) == 0)
                        return &mounts->mounts[i];
        return NULL;
}

static int add(struct dropin_mounts *mounts, const char *directory, bool automount) {
        struct dropin_mount *found = find(mounts, directory);
        char *target;
        int r;

        if (found) {
                found->on_demand = found->on_demand || automount;
                found->unsure = true;
                return 0;
        }

        r = ARRAY_RESERVE(mounts->mounts, mounts->cap, mounts->n + 1);
        if (r < 0)
                return r;
        target = strdup(directory);
        if (!target)
                return -ENOMEM;
        mounts->mounts[mounts->n++] =
                (struct dropin_mount){.target = target, .on_demand = automount, .unsure = true};
        return 0;
}

static int look_for(struct dropin_mounts *mounts, const char *directory) {
        int mount, automount;

        automount = has_unit(directory, ".automount");
        if (automount < 0)
                return automount;
        mount = has_unit(directory, ".mount");
        if (mount < 0)
                return mount;
        return mount || automount ? add(mounts, directory, automount) : 0;
}

/* Check the path and all directories above it except the root. */
static int look_along(struct dropin_mounts *mounts, const char *path) {
        _cleanup_free_ char *directory = NULL;
        int r;

        r = unit_path_normalise(path, &directory, NULL);
        if (r == -EINVAL) /* dropin_compose() reports the error */
                return 0;
        while (r >= 0 && *directory) {
                r = look_for(mounts, directory);
                *strrchr(directory, '/') = '\0';
        }
        return r;
}

int mount_units_add(const struct dropin_store *store, struct dropin_mounts *mounts, struct error *reterr) {
        const char *const paths[] = {store->graphroot, store->runroot, store->imagestore};
        int r = 0;

        for (size_t i = 0; i < ARRAY_SIZE(paths) && r >= 0; i++)
                if (paths[i])
                        r = look_along(mounts, paths[i]);
        return r < 0 ? error_errno(reterr, r, "cannot look for mount units") : 0;
}
