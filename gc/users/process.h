/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "users/users.h"

/*
 * A process that root starts for a user: it has the rights of that user and no more, and nothing of root's
 * but its ends of two pipes and a socket. What it was then, the user can change: it is the user's.
 */
struct user_process {
        pid_t pid;
        int pid_fd; /* ready to be read when it ended */
        int out_fd, err_fd;
        int ask_fd; /* where it asks for its ids */
};

#define USER_PROCESS_INIT ((struct user_process){.pid_fd = -1, .out_fd = -1, .err_fd = -1, .ask_fd = -1})

/* Closes what is open; the process stays. */
void user_process_done(struct user_process *process);

/*
 * Run the program that is open there, with these arguments, in the environment of a session of the user's
 * that sets no more than it must; root's own process keeps that of root. Negative errno where there is no
 * such process; what goes wrong in it, it says and exits with 1.
 */
int user_process_start(const struct user *user, int program_fd, char *const *argv, struct user_process *ret);
