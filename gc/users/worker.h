/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <poll.h>

#include "users/process.h"
#include "users/wire.h"

/* What came of one user; the status is in struct user. */
struct user_report {
        struct wire wire;
        struct text messages; /* what the process had on standard error */
        int status;           /* the exit status that it amounts to */
};

/*
 * A user's process while it runs. It may be anything by now. So what it says is read as it comes, kept up to
 * a limit, and understood when it ended; and it is asked to end when its time is over, then killed, then
 * left.
 */
struct worker {
        struct user *user; /* NULL: none */
        struct user_report *report;
        struct user_process process;
        struct text wire;
        size_t wire_max;
        enum { URGE_NONE, URGE_END, URGE_KILL } urge;
        enum user_status why; /* it was urged */
        uint64_t until_us;    /* of the monotonic clock */
};

#define WORKER_FDS 4U

/* It has until then. What cannot be started has failed at once: false. */
bool worker_start(struct worker *worker, int program_fd, char *const *argv, uint64_t until_us);

/* What to wait for. */
void worker_fill(const struct worker *worker, struct pollfd fds[static WORKER_FDS]);

/* What there was. True: it ended, the status and the report are there, and the worker is free. */
bool worker_handle(struct worker *worker, const struct pollfd fds[static WORKER_FDS]);

/* Its time is over, or all are to end: true where it is left behind, which frees the worker too. */
bool worker_urge(struct worker *worker, enum user_status why, uint64_t now_us);
