/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "userns/idmap.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/array.h"
#include "base/fd.h"
#include "userns/subids.h"

/* The maximum size of a passwd entry; for a larger one, the ranges are looked up by uid only. */
#define PASSWD_MAX 16384

#define EXIT_NOT_RUN 127 /* as in shells */

/* --------------------------------------------------------------------------------------- the ranges */

/* The file may be a link: /etc belongs to the administrator. */
static int read_ranges(const struct idmap *map, const char *name, uid_t uid, struct subids *subids,
                       struct error *reterr) {
        _cleanup_close_ int fd = open(map->ranges, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        _cleanup_free_ char *text = NULL;
        size_t len;
        int r;

        r = fd < 0 ? negative_errno() : read_fd(fd, SUBIDS_BYTES_MAX, &text, &len, NULL);
        if (r < 0)
                return error_errno(reterr, r, "cannot read %s", map->ranges);

        r = subids_parse(text, name, uid, subids, reterr);
        if (r < 0)
                return r;
        if (subids->n == 0)
                return error_set(reterr, -ENOENT,
                                 "%s has no line for the user. Add one with \"usermod --add-subuids\" and "
                                 "\"--add-subgids\"",
                                 map->ranges);
        return 0;
}

int idmap_read(const struct idmap *map, const char *name, uid_t uid, struct strlist *ret,
               struct error *reterr) {
        struct subids subids = SUBIDS_INIT;
        int r;

        r = read_ranges(map, name, uid, &subids, reterr);
        if (r < 0)
                return r;

        r = subids_map(&subids, map->own, ret);
        return r < 0 ? error_errno(reterr, r, "cannot read %s", map->ranges) : 0;
}

/* Make the command line; the list owns the strings. */
static int compose(const struct idmap *map, uid_t uid, struct strlist *args, struct error *reterr) {
        struct passwd passwd, *found = NULL;
        char entry[PASSWD_MAX];
        int r;

        r = strlist_add(args, map->program);
        if (r >= 0)
                r = strlist_addf(args, "%d", getpid());
        if (r < 0)
                return error_errno(reterr, r, "cannot read %s", map->ranges);

        (void) getpwuid_r(uid, &passwd, entry, sizeof(entry), &found);
        r = idmap_read(map, found ? passwd.pw_name : NULL, uid, args, reterr);
        if (r < 0)
                return r;
        r = ARRAY_RESERVE(args->s, args->cap, args->n + 1);
        if (r < 0)
                return error_errno(reterr, r, "cannot read %s", map->ranges);
        args->s[args->n] = NULL;
        return 0;
}

/* -------------------------------------------------------------------------------- the other process */

/* The parent may die before it writes to the pipe. */
static _Noreturn void wait_and_run(int go_fd, char **argv) {
        char go;

        if (read(go_fd, &go, 1) == 1)
                (void) execvp(argv[0], argv);
        _exit(EXIT_NOT_RUN);
}

static int start(struct idmap *map, char **argv) {
        int fds[2];

        if (pipe2(fds, O_CLOEXEC) < 0)
                return negative_errno();

        map->pid = fork();
        if (map->pid == 0) {
                close_fd(fds[1]);
                wait_and_run(fds[0], argv);
        }
        close_fd(fds[0]);
        map->go_fd = fds[1];
        if (map->pid < 0) {
                idmap_dismiss(map);
                return negative_errno();
        }
        return 0;
}

static int wait_for(struct idmap *map) {
        int status;

        map->go_fd = close_fd(map->go_fd);
        while (waitpid(map->pid, &status, 0) < 0)
                if (errno != EINTR)
                        return error_errno(&map->error, negative_errno(), "cannot wait for %s", map->program);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
                return 0;
        if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOT_RUN)
                return error_set(&map->error, -ENOENT,
                                 "cannot run %s. Install it (package uidmap or shadow-utils)", map->program);
        return error_set(&map->error, -EPERM, "%s failed", map->program);
}

/* ---------------------------------------------------------------------------------------- mapping */

static int write_file(const char *path, const char *text) {
        _cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

        if (fd < 0 || write(fd, text, strlen(text)) < 0)
                return negative_errno();
        return 0;
}

/* A process that is alone in its namespace cannot change its groups (user_namespaces(7)). The map of uids
 * does not affect that. */
void idmap_write_own(struct idmap *map) {
        char line[64];
        int r;

        (void) snprintf(line, sizeof(line), "0 %" PRIu32 " 1\n", map->own);
        r = write_file("/proc/self/setgroups", "deny");
        if (r >= 0)
                r = write_file(map->file, line);
        if (r < 0)
                (void) error_errno(&map->error, r, "%s", map->file);
}

void idmap_prepare(struct idmap *map, uid_t uid) {
        _cleanup_strlist_ struct strlist args = STRLIST_INIT;
        int r;

        r = compose(map, uid, &args, &map->error);
        if (r < 0)
                return;
        r = start(map, args.s);
        if (r < 0)
                (void) error_errno(&map->error, r, "%s", map->program);
}

bool idmap_write(struct idmap *map) {
        if (map->go_fd >= 0 && write(map->go_fd, "", 1) == 1 && wait_for(map) == 0)
                return true;
        idmap_write_own(map);
        return false;
}

void idmap_dismiss(struct idmap *map) {
        map->go_fd = close_fd(map->go_fd);
        if (map->pid > 0)
                (void) waitpid(map->pid, NULL, 0);
        map->pid = 0;
}
