/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/idset.h"

/* The mounts of this mount namespace at one moment (/proc/self/mountinfo). */
struct mountinfo;

/* path NULL: /proc/self/mountinfo. Tests use other paths. -ENOENT if /proc is missing, -EBADMSG if a line
 * cannot be parsed. */
int mountinfo_read(const char *path, struct mountinfo **ret, struct error *reterr);
/* As mountinfo_read(), from memory. */
int mountinfo_parse(const char *text, size_t len, struct mountinfo **ret, struct error *reterr);

struct mountinfo *mountinfo_free(struct mountinfo *info);
DEFINE_CLEANUP(struct mountinfo *, mountinfo_free);

/* Is something mounted at the path (absolute, as from fd_path()) or below it? Only whole components match:
 * /a/b does not include /a/bc. */
bool mountinfo_has_below(const struct mountinfo *info, const char *path);

/*
 * The ids of layers and containers that are in use, whatever the records contain: components of the paths of
 * mounted directories (bind mounts), of the mount points and options of overlay mounts, and last components
 * of any mount point. The set is sealed; info owns the strings.
 */
const struct idset *mountinfo_layers(const struct mountinfo *info);
