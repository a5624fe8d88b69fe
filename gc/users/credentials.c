/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "users/credentials.h"

#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* The resource limits of one user's process. They depend neither on the number of users nor on root's own
 * limits: the user can make the process do anything. */
static const struct {
        int resource;
        rlim_t max;
} limits[] = {
        {RLIMIT_DATA, 1ULL << 30},   /* records at all of their limits need more than half of it */
        {RLIMIT_CORE, 0},            /* no core dumps */
        {RLIMIT_MEMLOCK, 64U << 10}, /* the kernel's default in old releases */
        {RLIMIT_NICE, 0},            /* no higher priority */
        {RLIMIT_RTPRIO, 0},          /* no real-time priority */
};

static int limit(void) {
        for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
                struct rlimit value;

                if (getrlimit(limits[i].resource, &value) < 0)
                        return negative_errno();
                if (value.rlim_max > limits[i].max)
                        value.rlim_max = limits[i].max;
                if (value.rlim_cur > value.rlim_max)
                        value.rlim_cur = value.rlim_max;
                if (setrlimit(limits[i].resource, &value) < 0)
                        return negative_errno();
        }
        return 0;
}

/* Drop all capabilities up to the last one that the kernel has. */
static int drop_bounding_set(void) {
        for (unsigned long capability = 0;; capability++) {
                int has = prctl(PR_CAPBSET_READ, capability, 0, 0, 0);

                if (has < 0)
                        return errno == EINVAL ? 0 : negative_errno();
                if (has > 0 && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0)
                        return negative_errno();
        }
}

/* setresuid() keeps the inheritable capabilities. */
static int drop_capabilities(void) {
        struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
        const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};

        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
            syscall(SYS_capset, &header, none) < 0)
                return negative_errno();
        return 0;
}

static int become(const struct user *user) {
        uid_t real, effective, saved;

        if (initgroups(user->name, user->gid) < 0 || setresgid(user->gid, user->gid, user->gid) < 0 ||
            setresuid(user->uid, user->uid, user->uid) < 0 || getresuid(&real, &effective, &saved) < 0)
                return negative_errno();
        return real == user->uid && effective == user->uid && saved == user->uid ? 0 : -EPERM;
}

/* Drop root's session keyring. If the kernel has none, or a seccomp filter forbids the call, no keyring is
 * accessible. */
static void leave_keyring(void) {
        (void) syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
}

int user_credentials_take(const struct user *user, struct error *reterr) {
        int r;

        r = limit();
        if (r < 0)
                return error_errno(reterr, r, "cannot set the resource limits of the user's process");
        r = drop_bounding_set();
        if (r < 0)
                return error_errno(reterr, r, "cannot drop the capability bounding set");
        r = become(user);
        if (r < 0)
                return error_errno(reterr, r, "cannot become the user %s", user->name);
        r = drop_capabilities();
        if (r >= 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
                r = negative_errno();
        if (r < 0)
                return error_errno(reterr, r, "cannot drop the capabilities");
        leave_keyring();
        return 0;
}
