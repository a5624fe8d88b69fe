/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "users/worker.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "userns/idmap-helper.h"
#include "util/exit-status.h"

/* The time from SIGTERM, after which a process finishes the current file, to SIGKILL, and from there to
 * giving up. */
#define URGE_US (5ULL * 1000 * 1000)

/* Enough for the messages of a run in which everything fails. */
#define MESSAGES_MAX (16U << 10)

/* The default size of a pipe. Without privilege it can be raised to 1 MiB (fs.pipe-max-size). */
#define READ_BYTES  (64U << 10)
#define DRAIN_READS 16U

enum {
        FD_PID,
        FD_OUT,
        FD_ERR,
        FD_ASK,
};

/* ------------------------------------------------------------------------------------------- reading */

/* Read once, so that the other processes have their turn. Data above the limit, or without memory for it,
 * is discarded: the writer must not block. Return false if no more data is available. */
static bool read_some(int *fd, struct text *text, size_t max) {
        char buffer[READ_BYTES];
        ssize_t n = *fd < 0 ? -1 : read(*fd, buffer, sizeof(buffer));
        size_t room = max - text->len;

        if (n > 0) {
                (void) text_add(text, buffer, (size_t) n < room ? (size_t) n : room);
                return true;
        }
        if (n == 0)
                *fd = close_fd(*fd);
        return false;
}

/* The process has exited, but its children may still write. */
static void drain(int *fd, struct text *text, size_t max) {
        for (unsigned i = 0; i < DRAIN_READS && read_some(fd, text, max); i++)
                ;
}

/* ------------------------------------------------------------------------------------------- the end */

/* The status, from the exit code and the status that the process reported. */
static enum user_status judge(const struct worker *worker, enum user_status claimed, int code) {
        bool did_all = code == STATUS_DONE || code == STATUS_REFUSED;

        if (claimed != USER_WAITING && (did_all || (code == STATUS_FAILED && worker->urge == URGE_NONE)))
                return claimed;
        if (worker->urge != URGE_NONE)
                return worker->why;
        return code == STATUS_TIMEOUT ? USER_LOCKED : USER_FAILED;
}

static void tell_signal(struct worker *worker, int status) {
        if (WIFSIGNALED(status) && worker->urge == URGE_NONE)
                (void) text_addf(&worker->report->messages, "the process was ended by signal %d\n",
                                 WTERMSIG(status));
}

static void release(struct worker *worker) {
        user_process_done(&worker->process);
        text_done(&worker->wire);
        worker->user = NULL;
}

static void conclude(struct worker *worker, int status) {
        struct user_report *report = worker->report;
        struct user *user = worker->user;
        int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

        drain(&worker->process.out_fd, &worker->wire, worker->wire_max);
        drain(&worker->process.err_fd, &report->messages, MESSAGES_MAX);
        tell_signal(worker, status);
        if (worker->wire.s && wire_read(&report->wire, worker->wire.s) < 0)
                (void) text_adds(&report->messages, "there is no memory for its report\n");

        user->status = judge(worker, report->wire.status, code);
        report->status = user->status == USER_COLLECTED ? code : user_status_exit_status(user->status);
        release(worker);
}

/* --------------------------------------------------------------------------------------- the worker */

bool worker_start(struct worker *worker, int program_fd, char *const *argv, uint64_t until_us) {
        int r;

        r = user_process_start(worker->user, program_fd, argv, &worker->process);
        if (r >= 0) {
                worker->until_us = until_us;
                return true;
        }
        (void) text_addf(&worker->report->messages, "starting a process: %s\n", strerror(-r));
        worker->user->status = USER_FAILED;
        worker->report->status = user_status_exit_status(USER_FAILED);
        worker->user = NULL;
        return false;
}

void worker_fill(const struct worker *worker, struct pollfd fds[static WORKER_FDS]) {
        const struct user_process *process = &worker->process;
        bool runs = worker->user;

        fds[FD_PID] = (struct pollfd){.fd = runs ? process->pid_fd : -1, .events = POLLIN};
        fds[FD_OUT] = (struct pollfd){.fd = runs ? process->out_fd : -1, .events = POLLIN};
        fds[FD_ERR] = (struct pollfd){.fd = runs ? process->err_fd : -1, .events = POLLIN};
        fds[FD_ASK] = (struct pollfd){.fd = runs ? process->ask_fd : -1, .events = POLLIN};
}

static void map_ids_of(const struct user *user, struct user_process *process) {
        const struct id_owner owner = {.name = user->name, .uid = user->uid, .gid = user->gid};

        idmap_helper_serve(process->ask_fd, process->pid, &owner);
        process->ask_fd = close_fd(process->ask_fd);
}

bool worker_handle(struct worker *worker, const struct pollfd fds[static WORKER_FDS]) {
        struct user_process *process = &worker->process;
        int status;

        if (fds[FD_OUT].revents)
                (void) read_some(&process->out_fd, &worker->wire, worker->wire_max);
        if (fds[FD_ERR].revents)
                (void) read_some(&process->err_fd, &worker->report->messages, MESSAGES_MAX);
        if (fds[FD_ASK].revents)
                map_ids_of(worker->user, process);
        if (!fds[FD_PID].revents || waitpid(process->pid, &status, WNOHANG) != process->pid)
                return false;
        conclude(worker, status);
        return true;
}

static void send_signal(const struct worker *worker, int number) {
        (void) syscall(SYS_pidfd_send_signal, worker->process.pid_fd, number, NULL, 0);
}

bool worker_urge(struct worker *worker, enum user_status why, uint64_t now_us) {
        switch (worker->urge) {
        case URGE_NONE:
                send_signal(worker, SIGTERM);
                worker->urge = URGE_END;
                worker->why = why;
                break;
        case URGE_END:
                send_signal(worker, SIGKILL);
                worker->urge = URGE_KILL;
                break;
        case URGE_KILL:
                worker->user->status = USER_UNKILLABLE;
                worker->report->status = user_status_exit_status(USER_UNKILLABLE);
                (void) text_addf(&worker->report->messages, "process %d is left behind\n",
                                 worker->process.pid);
                release(worker);
                return true;
        }
        worker->until_us = now_us + URGE_US;
        return false;
}
