/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The status of a user in a run for all users. The table is in status.c. */

enum user_status {
        USER_WAITING, /* to be collected */

        /* Not examined. */
        USER_NOBODY,
        USER_DUPLICATE_UID, /* another name of the same uid comes first */
        USER_NO_HOME,       /* passwd(5) contains no valid home directory */

        /* Not examined either. If links lead there, the user's process reports it. */
        USER_HOME_NETWORK,     /* an access may block for ever */
        USER_HOME_FUSE,        /* an access may block for ever */
        USER_HOME_AUTOFS,      /* an access would mount it */
        USER_HOME_NOT_MOUNTED, /* listed in fstab(5), but not mounted */

        /* Results of the user's process. */
        USER_HOME_MISSING,
        USER_HOME_NOT_OWNED,        /* owned by another user */
        USER_RUNTIME_DIR_AMBIGUOUS, /* two directories may contain volatile records */
        USER_RUNTIME_DIR_MISSING,   /* there is none, and containers may still run */
        USER_NO_STORE,
        USER_COLLECTED,

        /* How that process ended. */
        USER_LOCKED,
        USER_FAILED,
        USER_TOO_LONG,
        USER_UNKILLABLE, /* it did not exit after SIGKILL */
        USER_INTERRUPTED,

        USER_STATUS_COUNT,
};

/* "home-network" */
const char *user_status_name(enum user_status status);

/* A sentence for reports. NULL if the store was collected. */
const char *user_status_text(enum user_status status);

/* The exit status for this user status. */
int user_status_exit_status(enum user_status status);

/* The exit status of the whole, from those of two parts: 1 before 3, and 3 before 4. */
int worse_status(int a, int b);

/* The status with this name, if a user's process may report it; else -EBADMSG. */
int user_status_claimed(const char *name, enum user_status *ret);
