/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/idset.h"

/* What is mounted, as /proc/self/mountinfo has it at one moment. */
struct mountinfo;

/*
 * path NULL: /proc/self/mountinfo. Another path is for tests. -ENOENT where /proc is not there, -EBADMSG
 * where one line of it is not understood: refuse, do not guess.
 */
int mountinfo_read(const char *path, struct mountinfo **ret, struct error *reterr);
/* The same from memory. */
int mountinfo_parse(const char *text, size_t len, struct mountinfo **ret, struct error *reterr);

struct mountinfo *mountinfo_free(struct mountinfo *info);
DEFINE_CLEANUP(struct mountinfo *, mountinfo_free);

/* Is something mounted at the path (absolute, as fd_path() gives it) or below it? By whole components: /a/b
 * does not cover /a/bc. */
bool mountinfo_has_below(const struct mountinfo *info, const char *path);

/*
 * The ids that stand as a component of a path in the directories that are mounted (bind mounts), and in the
 * mount points and options of overlay mounts, or are the name of any mount point: layers, and containers,
 * that are in use whatever the records say. Sealed; the strings are info's.
 */
const struct idset *mountinfo_layers(const struct mountinfo *info);

/* The same of short links ("l/<link id>"), which lowerdir options may have instead of the layers. */
const struct idset *mountinfo_links(const struct mountinfo *info);
