/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "userns/userns.h"

#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "userns/idmap-helper.h"
#include "userns/idmap.h"
#include "userns/podman-ns-handles.h"
#include "userns/podman-pause.h"
#include "util/log.h"

/* pkg/unshare/unshare_linux.go: the variable by which the library and every Go program detect that they
 * are in the namespace. */
#define ENV_CONFIGURED "_CONTAINERS_USERNS_CONFIGURED"
#define ENV_UID        "_CONTAINERS_ROOTLESS_UID"
#define ENV_GID        "_CONTAINERS_ROOTLESS_GID"

bool userns_is_wanted(void) {
        return geteuid() != 0 && !secure_getenv(ENV_CONFIGURED);
}

/* A file whose id is not mapped appears to be owned by nobody. If only its owner may read or delete it,
 * the user cannot. */
static void tell_unmapped(uid_t uid, const struct error *error) {
        log_error("cannot map all subordinate ids of user %" PRIu32
                  ": %s. Files that belong to the others may not be removed",
                  uid, error->text);
}

static void map(struct idmap *uids, struct idmap *gids, uid_t uid) {
        bool all_uids = idmap_write(uids), all_gids = idmap_write(gids);

        if (!all_uids || !all_gids)
                tell_unmapped(uid, all_uids ? &gids->error : &uids->error);
}

/* If the kernel does not permit it, podman does not work either. */
static int unshare_users(void) {
        if (unshare(CLONE_NEWUSER) >= 0)
                return 0;
        log_error("cannot make a user namespace: %s. Files that belong to subordinate ids may not be removed",
                  strerror(errno));
        return negative_errno();
}

static void enter_new(uid_t uid, gid_t gid) {
        struct idmap uids = IDMAP_UIDS(uid), gids = IDMAP_GIDS(gid);

        idmap_prepare(&uids, uid);
        idmap_prepare(&gids, uid);
        if (unshare_users() >= 0) {
                map(&uids, &gids, uid);
                return;
        }
        idmap_dismiss(&gids); /* started after uids, so it also has uids' pipe open */
        idmap_dismiss(&uids);
}

static void enter_new_of_root(uid_t uid, gid_t gid, int root_fd) {
        struct idmap uids = IDMAP_UIDS(uid), gids = IDMAP_GIDS(gid);
        struct error error;

        if (unshare_users() < 0 || idmap_helper_ask(root_fd, &error) >= 0)
                return;
        tell_unmapped(uid, &error);
        idmap_write_own(&uids);
        idmap_write_own(&gids);
}

static int set_number(const char *name, uint32_t number) {
        char text[16];

        (void) snprintf(text, sizeof(text), "%" PRIu32, number);
        return setenv(name, text, /* overwrite= */ true) < 0 ? negative_errno() : 0;
}

/* The id outside of the namespace, which the library uses as well (lib/config/load.c). */
static int set_environment(uid_t uid, gid_t gid) {
        int r;

        r = set_number(ENV_UID, uid);
        if (r >= 0)
                r = set_number(ENV_GID, gid);
        if (r >= 0 && setenv(ENV_CONFIGURED, "done", /* overwrite= */ true) < 0)
                r = negative_errno();
        return r;
}

/* Enter the namespaces of podman's containers, if there are any. */
static int join(void) {
        int r;

        r = podman_ns_handles_join();
        return r < 0 && r != -ENOTRECOVERABLE ? podman_pause_join() : r;
}

int userns_enter(int root_fd, struct error *reterr) {
        uid_t uid = geteuid();
        gid_t gid = getegid();
        int r;

        r = join();
        if (r == -ENOTRECOVERABLE)
                return error_set(reterr, r, "cannot enter the mount namespace of podman's containers");
        if (r < 0) {
                if (root_fd >= 0)
                        enter_new_of_root(uid, gid, root_fd);
                else
                        enter_new(uid, gid);
        }
        if (geteuid() != 0 && geteuid() != uid)
                return error_set(reterr, -EOVERFLOW,
                                 "user %" PRIu32 " is not mapped in the namespace of podman's pause process. "
                                 "Run \"podman system migrate\"",
                                 uid);

        r = set_environment(uid, gid);
        return r < 0 ? error_errno(reterr, r, "cannot set the environment") : 0;
}
