/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "base/strlist.h"

/* The subordinate ids of users in subuid(5) and subgid(5), and the map of a user namespace with them.
 * idmap.c and idmap-helper.c write the map. */

/* A file of this size lists tens of thousands of users. With more users, a directory service is used
 * instead. */
#define SUBIDS_BYTES_MAX (4U << 20)

/* The kernel accepts 340 lines in one map (UID_GID_MAP_MAX_EXTENTS); the first is the user. */
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
 * Get the ranges of one user, sorted, from the text of one of the files. A line contains the name of the
 * user, which may be NULL here, or the uid. Lines of other users are ignored. -EBADMSG: a line of this user
 * is invalid; -E2BIG: more ranges than the kernel accepts. The text is modified.
 */
int subids_parse(char *text, const char *name, uint32_t uid, struct subids *ret, struct error *reterr);

/*
 * Add the map that podman makes of them: 0 is the user, the ranges follow from 1 on. Three strings for each
 * line, as newuidmap(1) takes them. On failure nothing is added: -ENOMEM, or -ERANGE if the ids exceed 32
 * bits.
 */
int subids_map(const struct subids *subids, uint32_t own, struct strlist *args);
