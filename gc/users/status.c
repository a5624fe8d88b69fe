/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of all statuses of a user. */

#include "users/status.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "util/exit-status.h"

static const struct {
        const char *name, *text;
        int status;
} statuses[USER_STATUS_COUNT] = {
        [USER_WAITING] = {"waiting", NULL, STATUS_DONE},

        [USER_NOBODY] = {"nobody", "is nobody", STATUS_DONE},
        [USER_DUPLICATE_UID] = {"duplicate-uid", "is the same user as the one before", STATUS_DONE},
        [USER_NO_HOME] = {"no-home", "has no home directory in passwd(5)", STATUS_DONE},
        [USER_HOME_NETWORK] = {"home-network", "the home directory is on the network", STATUS_DONE},
        [USER_HOME_FUSE] = {"home-fuse", "the home directory depends on a process, by FUSE", STATUS_DONE},
        [USER_HOME_AUTOFS] = {"home-autofs", "the home directory would be mounted by that", STATUS_DONE},
        [USER_HOME_NOT_MOUNTED] = {"home-not-mounted",
                                   "what fstab(5) mounts for the home directory is not mounted", STATUS_DONE},

        [USER_HOME_MISSING] = {"home-missing", "there is no home directory that the user can enter",
                               STATUS_DONE},
        [USER_HOME_NOT_OWNED] = {"home-not-owned", "the home directory is not the user's", STATUS_DONE},
        [USER_RUNTIME_DIR_AMBIGUOUS] =
                {"runtime-dir-ambiguous",
                 "containers may be recorded below /run/user and below /tmp/storage-run-*. "
                 "Where none of the user's runs, remove the second",
                 STATUS_REFUSED},
        [USER_RUNTIME_DIR_MISSING] =
                {"runtime-dir-missing",
                 "processes of the user are in a namespace of their own, and /run/user, where "
                 "their containers would be recorded, has nothing of the user's. End them",
                 STATUS_REFUSED},
        [USER_NO_STORE] = {"no-store", "has no store", STATUS_DONE},
        [USER_COLLECTED] = {"collected", NULL, STATUS_DONE},

        [USER_LOCKED] = {"locked", "the locks were not obtained in time; nothing was done", STATUS_TIMEOUT},
        [USER_FAILED] = {"failed", "the collection failed", STATUS_FAILED},
        [USER_TOO_LONG] = {"too-long", "it took too long, and was ended; the next run goes on with it",
                           STATUS_FAILED},
        [USER_UNKILLABLE] = {"unkillable",
                             "it took too long, and cannot be killed; its process is left behind",
                             STATUS_FAILED},
        [USER_INTERRUPTED] = {"interrupted", "it was interrupted", STATUS_FAILED},
};

const char *user_status_name(enum user_status status) {
        assert(status < USER_STATUS_COUNT);
        return statuses[status].name;
}

const char *user_status_text(enum user_status status) {
        assert(status < USER_STATUS_COUNT);
        return statuses[status].text;
}

int user_status_exit_status(enum user_status status) {
        assert(status < USER_STATUS_COUNT);
        return statuses[status].status;
}

int worse_status(int a, int b) {
        static const int order[] = {STATUS_FAILED, STATUS_REFUSED, STATUS_TIMEOUT};

        for (size_t i = 0; i < ARRAY_SIZE(order); i++)
                if (a == order[i] || b == order[i])
                        return order[i];
        return STATUS_DONE;
}

int user_status_claimed(const char *name, enum user_status *ret) {
        for (size_t i = USER_HOME_NETWORK; i <= USER_COLLECTED; i++)
                if (strcmp(name, statuses[i].name) == 0) {
                        *ret = (enum user_status) i;
                        return 0;
                }
        return -EBADMSG;
}
