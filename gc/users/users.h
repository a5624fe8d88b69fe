/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#include "base/strlist.h"
#include "users/status.h"

/* The users of a machine and the status of each in a run for all users. Whether a home directory is
 * accessed is decided from facts that are read without an access to it. */

/* More users than any shared machine has. The limits of the data of each user depend on it. */
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
        struct strlist strings; /* owns the strings of the users */
};

#define USERS_INIT ((struct users){0})

void users_done(struct users *users);
#define _cleanup_users_ _cleanup_(users_done)

/* -ENOMEM; -E2BIG above USERS_MAX. */
int users_add(struct users *users, const char *name, uint32_t uid, uint32_t gid, const char *home);

/* The directory and type of a mount, from a mount table or fstab. */
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

/* On -ENOMEM the table is unchanged. */
int mount_table_add(struct mount_table *table, const char *directory, const char *type);

/*
 * Whether an access to the path may block for ever, or cause a mount, or find only the directory below a
 * mount that is missing; USER_WAITING if none of these. Only the text of the path counts: links are not
 * followed.
 */
enum user_status users_judge_path(const char *path, const struct mount_table *mounted,
                                  const struct mount_table *fstab);

/* Sort by uid, and decide which users are collected. If a uid has several names, the first one in
 * passwd(5) counts, as in getpwuid(3). Root's home directory does not matter: root's store is not in it. */
void users_decide(struct users *users, const struct mount_table *mounted, const struct mount_table *fstab);
