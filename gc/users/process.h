/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "users/users.h"

/* A process that root starts for a user: it has the rights of that user only, and gets no descriptors of
 * root's but its ends of two pipes and a socket. The user can change it in any way after the start. */
struct user_process {
        pid_t pid;
        int pid_fd; /* readable when the process has exited */
        int out_fd, err_fd;
        int ask_fd; /* the socket over which it asks for its id maps */
};

#define USER_PROCESS_INIT ((struct user_process){.pid_fd = -1, .out_fd = -1, .err_fd = -1, .ask_fd = -1})

/* Close the descriptors. The process is not affected. */
void user_process_done(struct user_process *process);

/*
 * Run the open program with these arguments, in a minimal environment of a session of the user; the process
 * for root keeps root's environment. Return a negative errno if there is no process. If a later step fails,
 * the process prints an error and exits with 1.
 */
int user_process_start(const struct user *user, int program_fd, char *const *argv, struct user_process *ret);
