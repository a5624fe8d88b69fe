/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What becomes of a user in a run for all users. The one table of it is in user-status.c. */

enum user_status {
        USER_WAITING, /* to be collected */

        /* Not looked at. */
        USER_NOBODY,
        USER_DUPLICATE_UID, /* the same user under another name comes first */
        USER_NO_HOME,       /* what passwd(5) names can be none */

        /* Nor these; where links lead there, a process of the user's tells. */
        USER_HOME_NETWORK,     /* looking at it may take for ever */
        USER_HOME_FUSE,        /* likewise */
        USER_HOME_AUTOFS,      /* looking at it would mount it */
        USER_HOME_NOT_MOUNTED, /* fstab(5) knows of it */

        /* What a process of the user's found. */
        USER_HOME_MISSING,
        USER_HOME_NOT_OWNED,        /* not the user's own */
        USER_RUNTIME_DIR_AMBIGUOUS, /* there are two places for records that do not outlive a boot */
        USER_RUNTIME_DIR_MISSING,   /* there is none, and containers may run all the same */
        USER_NO_STORE,
        USER_COLLECTED,

        /* What became of that process. */
        USER_LOCKED,
        USER_FAILED,
        USER_TOO_LONG,
        USER_UNKILLABLE, /* and it could not even be killed */
        USER_INTERRUPTED,

        USER_STATUS_COUNT,
};

/* "home-network" */
const char *user_status_name(enum user_status status);

/* A sentence for people; what became of a store has none. */
const char *user_status_text(enum user_status status);

/* The exit status that it amounts to. */
int user_status_status(enum user_status status);

/* Which of the exit statuses of two parts is that of the whole: 1 before 3, and 3 before 4. */
int worse_status(int a, int b);

/* The status that a user's own process may claim by this name; -EBADMSG where it may not. */
int user_status_claimed(const char *name, enum user_status *ret);
