/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decide which users are collected, and why others are not. No path is accessed here. */

#include "users/users.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "util/fs-type.h"

/* The uid of nobody, in 16 and in 32 bits, and the invalid uid. */
static const uint32_t nobodies[] = {65534, 65535, UINT32_MAX};

/* ------------------------------------------------------------------------------------------ the lists */

void users_done(struct users *users) {
        free(users->users);
        strlist_done(&users->strings);
        *users = USERS_INIT;
}

/* A copy that is owned by the list; NULL if out of memory. */
static const char *keep(struct strlist *strings, const char *s, size_t n) {
        return strlist_add_bytes(strings, s, n) < 0 ? NULL : strings->s[strings->n - 1];
}

/* The length without trailing slashes. */
static size_t length_of_path(const char *path) {
        size_t n = strlen(path);

        while (n > 1 && path[n - 1] == '/')
                n--;
        return n;
}

int users_add(struct users *users, const char *name, uint32_t uid, uint32_t gid, const char *home) {
        struct user user = {.uid = uid, .gid = gid, .order = users->n};
        int r;

        if (users->n == USERS_MAX)
                return -E2BIG;
        r = ARRAY_RESERVE(users->users, users->cap, users->n + 1);
        if (r < 0)
                return r;

        user.name = keep(&users->strings, name, strlen(name));
        user.home = keep(&users->strings, home, length_of_path(home));
        if (!user.name || !user.home)
                return -ENOMEM;
        users->users[users->n++] = user;
        return 0;
}

void mount_table_done(struct mount_table *table) {
        free(table->points);
        strlist_done(&table->strings);
        *table = MOUNT_TABLE_INIT;
}

int mount_table_add(struct mount_table *table, const char *directory, const char *type) {
        struct mount_point point;
        int r;

        r = ARRAY_RESERVE(table->points, table->cap, table->n + 1);
        if (r < 0)
                return r;

        point.directory = keep(&table->strings, directory, length_of_path(directory));
        point.type = keep(&table->strings, type, strlen(type));
        if (!point.directory || !point.type)
                return -ENOMEM;
        table->points[table->n++] = point;
        return 0;
}

/* ------------------------------------------------------------------------------------------- the path */

static bool is_root(const char *directory) {
        return strcmp(directory, "/") == 0;
}

/* Whether the path is the directory or in it, by whole components. */
static bool is_in(const char *path, const char *directory) {
        size_t n = is_root(directory) ? 0 : strlen(directory); /* all paths are in the root */

        return strncmp(path, directory, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

/* The innermost mount of the path; of several mounts on the same directory the last one, which hides the
 * others. */
static const struct mount_point *find_mount(const char *path, const struct mount_table *table) {
        const struct mount_point *found = NULL;

        for (size_t i = 0; i < table->n; i++) {
                const struct mount_point *point = &table->points[i];

                if (is_in(path, point->directory) &&
                    (!found || strlen(point->directory) >= strlen(found->directory)))
                        found = point;
        }
        return found;
}

static bool is_mounted(const struct mount_table *table, const char *directory) {
        for (size_t i = 0; i < table->n; i++)
                if (strcmp(table->points[i].directory, directory) == 0)
                        return true;
        return false;
}

/* The root is always mounted. */
static bool lacks_mount(const char *path, const struct mount_table *mounted,
                        const struct mount_table *fstab) {
        for (size_t i = 0; i < fstab->n; i++) {
                const char *directory = fstab->points[i].directory;

                if (!is_root(directory) && is_in(path, directory) && !is_mounted(mounted, directory))
                        return true;
        }
        return false;
}

static enum user_status judge_type(const char *type) {
        if (fs_type_is_network(type))
                return USER_HOME_NETWORK;
        if (strcmp(type, "autofs") == 0)
                return USER_HOME_AUTOFS;
        if (strcmp(type, "fuse") == 0 || strcmp(type, "fuseblk") == 0 || strncmp(type, "fuse.", 5) == 0)
                return USER_HOME_FUSE;
        return USER_WAITING;
}

enum user_status users_judge_path(const char *path, const struct mount_table *mounted,
                                  const struct mount_table *fstab) {
        const struct mount_point *point = find_mount(path, mounted);
        enum user_status status = point ? judge_type(point->type) : USER_WAITING;

        if (status == USER_WAITING && lacks_mount(path, mounted, fstab))
                return USER_HOME_NOT_MOUNTED;
        return status;
}

/* ------------------------------------------------------------------------------------------ the users */

static bool is_nobody(uint32_t uid) {
        for (size_t i = 0; i < ARRAY_SIZE(nobodies); i++)
                if (uid == nobodies[i])
                        return true;
        return false;
}

/* An absolute path, not the root, without "." and ".." components and "//": with these, the mount it is on
 * cannot be determined from the text. */
static bool is_plausible(const char *home) {
        if (home[0] != '/' || is_root(home))
                return false;
        return !strstr(home, "//") && !strstr(home, "/./") && !strstr(home, "/../") &&
               !has_suffix(home, "/.") && !has_suffix(home, "/..");
}

static int compare_users(const void *a, const void *b) {
        const struct user *x = a, *y = b;
        int order = (x->uid > y->uid) - (x->uid < y->uid);

        return order ? order : (x->order > y->order) - (x->order < y->order);
}

static enum user_status judge(const struct user *user, const struct mount_table *mounted,
                              const struct mount_table *fstab) {
        if (is_nobody(user->uid))
                return USER_NOBODY;
        if (user->uid == 0)
                return USER_WAITING;
        if (!is_plausible(user->home))
                return USER_NO_HOME;
        return users_judge_path(user->home, mounted, fstab);
}

void users_decide(struct users *users, const struct mount_table *mounted, const struct mount_table *fstab) {
        if (users->n > 0)
                qsort(users->users, users->n, sizeof(users->users[0]), compare_users);
        for (size_t i = 0; i < users->n; i++) {
                struct user *user = &users->users[i];

                user->status =
                        i > 0 && user->uid == user[-1].uid ? USER_DUPLICATE_UID : judge(user, mounted, fstab);
        }
}
