/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "base/strlist.h"

/*
 * The subordinate ids that subuid(5) and subgid(5) give to users, and the map of a user namespace with them.
 * Decided here, done in userns.c.
 */

/* Megabytes have tens of thousands of users. Who has more of them keeps them elsewhere. */
#define SUBIDS_BYTES_MAX (4U << 20)

/* What the kernel takes for one map is 340 lines (UID_GID_MAP_MAX_EXTENTS), and the first is the user. */
#define SUBIDS_MAX 339U

struct subid_range {
        uint32_t start, count;
};

struct subids {
        struct subid_range ranges[SUBIDS_MAX];
        size_t n;
};

#define SUBIDS_INIT ((struct subids){0})

/*
 * The ranges of one user, sorted, from the text of one of the files. A user stands there by name, which may
 * be NULL here, or by uid. What is said of others is not looked at; -EBADMSG where what is said of this one
 * makes no sense, -E2BIG where it is too much for the kernel. Writes to the text.
 */
int subids_parse(char *text, const char *name, uint32_t uid, struct subids *ret, struct error *reterr);

/*
 * The map that podman makes of them: 0 is the user, from 1 on the ranges follow. Three strings for each line,
 * as newuidmap(1) takes them. Nothing is added where it fails: -ENOMEM, or -ERANGE where there are not so
 * many ids.
 */
int subids_map(const struct subids *subids, uint32_t own, struct strlist *args);
