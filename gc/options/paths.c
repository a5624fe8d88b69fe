/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Check that the directories in the options exist. */

#include <sys/stat.h>

#include "options/options.h"

static int check_path(const char *option, const char *path, struct error *reterr) {
        struct stat st;

        if (!path)
                return 0;
        if (stat(path, &st) < 0) {
                if (errno == ENOENT || errno == ENOTDIR)
                        return error_set(reterr, -EINVAL,
                                         "%s: %.160s does not exist. Name the directory that podman uses",
                                         option, path);
                return error_errno(reterr, negative_errno(), "cannot look at %s", path);
        }
        if (!S_ISDIR(st.st_mode))
                return error_set(reterr, -EINVAL,
                                 "%s: %.160s is not a directory. Name the directory that podman uses", option,
                                 path);
        return 0;
}

static bool is_missing(const char *path) {
        struct stat st;

        return stat(path, &st) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

/*
 * The runroot need not exist at the beginning of a boot, if it is that of the configuration (an option may
 * confirm it), or of a store that is fully described by options. A runroot that replaces the configured one
 * and does not exist is a mistake.
 */
static bool runroot_may_be_missing(const struct options *options) {
        return (options->root && options->driver) || options_runroot_is_configured(options);
}

static int check_runroot(const struct options *options, struct error *reterr) {
        if (options->runroot && is_missing(options->runroot) && runroot_may_be_missing(options))
                return 0;
        return check_path("--runroot", options->runroot, reterr);
}

int options_check_paths(const struct options *options, struct error *reterr) {
        int r;

        r = check_path("--root", options->root, reterr);
        if (r >= 0)
                r = check_runroot(options, reterr);
        if (r >= 0)
                r = check_path("--imagestore", options->imagestore, reterr);
        return r;
}
