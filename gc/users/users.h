/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#include "base/strlist.h"
#include "users/status.h"

/*
 * The users of a machine, and what becomes of each in a run for all of them. Whether a user's home is looked
 * at is decided here, from facts that are had without touching it.
 */

/* More than a machine has that people share. The limits of what is kept of each count on it. */
#define USERS_MAX 16384U

struct user {
        const char *name, *home;
        uint32_t uid, gid;
        size_t order; /* in passwd(5) */
        enum user_status status;
};

struct users {
        struct user *users;
        size_t n, cap;
        struct strlist strings; /* what they borrow */
};

#define USERS_INIT ((struct users){0})

void users_done(struct users *users);
#define _cleanup_users_ _cleanup_(users_done)

/* -ENOMEM; -E2BIG above USERS_MAX. */
int users_add(struct users *users, const char *name, uint32_t uid, uint32_t gid, const char *home);

/* Where file systems are mounted, or to be: a line of a table of mounts. */
struct mount_point {
        const char *directory, *type;
};

struct mount_table {
        struct mount_point *points;
        size_t n, cap;
        struct strlist strings;
};

#define MOUNT_TABLE_INIT ((struct mount_table){0})

void mount_table_done(struct mount_table *table);
#define _cleanup_mount_table_ _cleanup_(mount_table_done)

/* -ENOMEM, and then nothing changed. */
int mount_table_add(struct mount_table *table, const char *directory, const char *type);

/*
 * Whether who looks at the path may wait for ever for somebody, or causes something to be mounted, or finds
 * only what a mount that is missing would hide: USER_WAITING where nothing is said against it. It is by its
 * text that the path counts: links are not followed.
 */
enum user_status users_judge_path(const char *path, const struct mount_table *mounted,
                                  const struct mount_table *fstab);

/* Sort by uid, and decide who is looked at. Of several names of one uid it is the first in passwd(5), as it
 * is for who asks for that uid. Root's home does not matter: its store is not there. */
void users_decide(struct users *users, const struct mount_table *mounted, const struct mount_table *fstab);
