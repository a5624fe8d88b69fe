/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Creating files as the owner of a directory. */

#include "base/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Applies to this thread only: the file system ids belong to the thread. */
struct acting {
        bool active;
        gid_t gid; /* the group id before */
};

static bool find_owner(int dirfd, uid_t *ret_uid, gid_t *ret_gid) {
        int saved = errno;
        struct stat st;
        bool found;

        found = geteuid() == 0 && fstat(dirfd, &st) >= 0 && st.st_uid != 0;
        errno = saved;
        if (found) {
                *ret_uid = st.st_uid;
                *ret_gid = st.st_gid;
        }
        return found;
}

/* Set the group first and restore it last: without the user id of root the thread may not change it. */
static void begin(struct acting *acting, int dirfd) {
        uid_t uid;
        gid_t gid;

        if (!find_owner(dirfd, &uid, &gid))
                return;
        acting->gid = (gid_t) setfsgid(gid);
        (void) setfsuid(uid);
        acting->active = true;
}

static void end(struct acting *acting) {
        int saved = errno;

        if (!acting->active)
                return;
        (void) setfsuid(0);
        (void) setfsgid(acting->gid);
        acting->active = false;
        errno = saved;
}

/* Returns true if the operation must be repeated as root. */
static bool give_up(struct acting *acting, int result) {
        bool again = acting->active && result < 0 && (errno == EACCES || errno == EPERM);

        end(acting);
        return again;
}

int owned_mkdirat(int dirfd, const char *name, mode_t mode) {
        _cleanup_(end) struct acting acting = {0};
        int r;

        begin(&acting, dirfd);
        r = mkdirat(dirfd, name, mode);
        return give_up(&acting, r) ? mkdirat(dirfd, name, mode) : r;
}

int owned_symlinkat(const char *target, int dirfd, const char *name) {
        _cleanup_(end) struct acting acting = {0};
        int r;

        begin(&acting, dirfd);
        r = symlinkat(target, dirfd, name);
        return give_up(&acting, r) ? symlinkat(target, dirfd, name) : r;
}

int owned_openat(int dirfd, const char *name, int flags, mode_t mode) {
        _cleanup_(end) struct acting acting = {0};
        int r;

        begin(&acting, dirfd);
        r = openat(dirfd, name, flags, mode);
        return give_up(&acting, r) ? openat(dirfd, name, flags, mode) : r;
}

int owned_openat2(int dirfd, const char *name, void *how, size_t size) {
        _cleanup_(end) struct acting acting = {0};
        int r;

        begin(&acting, dirfd);
        r = (int) syscall(SYS_openat2, dirfd, name, how, size);
        return give_up(&acting, r) ? (int) syscall(SYS_openat2, dirfd, name, how, size) : r;
}
