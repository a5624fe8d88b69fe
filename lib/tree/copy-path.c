/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Paths relative to the directory that is copied. */

#include <stdio.h>
#include <string.h>

#include "tree/copy-run.h"

char *copy_path(const struct copy_dir *dir, const char *name) {
        char *path;

        if (strcmp(dir->path, COPY_TOP) == 0)
                return strdup(name);
        return asprintf(&path, "%s/%s", dir->path, name) < 0 ? NULL : path;
}
