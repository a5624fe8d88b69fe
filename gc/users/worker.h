/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <poll.h>

#include "users/process.h"
#include "users/wire.h"

/* The result of one user; the status is in struct user. */
struct user_report {
        struct wire wire;
        struct text messages; /* the process's standard error */
        int status;           /* the exit status for this user */
};

/*
 * A running process of a user. The user can make it do anything. So its output is read as it arrives, kept up
 * to a limit, and parsed after the process has exited. When its time is over, it gets SIGTERM, then SIGKILL,
 * and is then left behind.
 */
struct worker {
        struct user *user; /* NULL: none */
        struct user_report *report;
        struct user_process process;
        struct text wire;
        size_t wire_max;
        enum { URGE_NONE, URGE_END, URGE_KILL } urge;
        enum user_status why; /* the reason for the signal */
        uint64_t until_us;    /* by the monotonic clock */
};

#define WORKER_FDS 4U

/* Start the process and set its time limit. Return false if it cannot be started: the user has failed. */
bool worker_start(struct worker *worker, int program_fd, char *const *argv, uint64_t until_us);

/* Fill in the descriptors to poll. */
void worker_fill(const struct worker *worker, struct pollfd fds[static WORKER_FDS]);

/* Handle the events. Return true if the process has exited: then the status and the report are set, and
 * the worker is free. */
bool worker_handle(struct worker *worker, const struct pollfd fds[static WORKER_FDS]);

/* End the process, because its time is over or the run is to stop. Return true if it is left behind; then
 * the worker is free. */
bool worker_urge(struct worker *worker, enum user_status why, uint64_t now_us);
