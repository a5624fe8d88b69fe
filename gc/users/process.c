/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Start a process for a user. */

#include "users/process.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/error.h"
#include "users/child.h"
#include "users/credentials.h"

/* The descriptors of the new process, in addition to the three standard ones. */
enum {
        FD_ASK = 3,
        FD_PROGRAM, /* closed on exec */
        FD_FREE,    /* first unused descriptor */
};

/* The descriptors for the new process. They are first moved above their final numbers, so that dup2()
 * overwrites none of them. */
struct ends {
        int in_fd, out_fd, err_fd, ask_fd, program_fd;
};

#define ENDS_INIT ((struct ends){-1, -1, -1, -1, -1})

static void ends_done(struct ends *ends) {
        close_fd(ends->in_fd);
        close_fd(ends->out_fd);
        close_fd(ends->err_fd);
        close_fd(ends->ask_fd);
        close_fd(ends->program_fd);
}

void user_process_done(struct user_process *process) {
        close_fd(process->pid_fd);
        close_fd(process->out_fd);
        close_fd(process->err_fd);
        close_fd(process->ask_fd);
        *process = USER_PROCESS_INIT;
}

/* ------------------------------------------------------------------------------------ the new process */

static _Noreturn void fail(const char *what) {
        dprintf(STDERR_FILENO, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
        _exit(EXIT_FAILURE);
}

static int place(const struct ends *ends) {
        if (dup2(ends->err_fd, STDERR_FILENO) < 0 || dup2(ends->in_fd, STDIN_FILENO) < 0 ||
            dup2(ends->out_fd, STDOUT_FILENO) < 0 || dup2(ends->ask_fd, FD_ASK) < 0 ||
            dup3(ends->program_fd, FD_PROGRAM, O_CLOEXEC) < 0)
                return -1;
        return 0;
}

static bool set_number(const char *name, const char *prefix, uint32_t number) {
        char text[64];

        (void) snprintf(text, sizeof(text), "%s%" PRIu32, prefix, number);
        return setenv(name, text, /* overwrite= */ true) >= 0;
}

/* The variables that pam_systemd(8) and login(1) set and podman uses. */
static bool set_environment(const struct user *user) {
        if (user->uid == 0)
                return set_number(ENV_ROOT_FD, "", FD_ASK);
        return clearenv() == 0 && set_number(ENV_ROOT_FD, "", FD_ASK) &&
               setenv("HOME", user->home, true) >= 0 && setenv("USER", user->name, true) >= 0 &&
               setenv("LOGNAME", user->name, true) >= 0 &&
               set_number("XDG_RUNTIME_DIR", "/run/user/", user->uid);
}

/* A session of its own, so that the process cannot access root's terminal. The root process forwards
 * interrupts. */
static bool leave_session(void) {
        sigset_t none;

        (void) sigemptyset(&none);
        return setsid() >= 0 && sigprocmask(SIG_SETMASK, &none, NULL) >= 0 &&
               signal(SIGPIPE, SIG_DFL) != SIG_ERR && chdir("/") >= 0;
}

/* If the root process is killed, this process must not run on unsupervised. */
static bool die_with(pid_t parent) {
        return prctl(PR_SET_PDEATHSIG, SIGKILL) >= 0 && getppid() == parent;
}

static _Noreturn void become(const struct user *user, const struct ends *ends, pid_t parent,
                             char *const *argv) {
        struct error error = {0};

        if (place(ends) < 0)
                _exit(EXIT_FAILURE);
        if (!leave_session())
                fail("a session");
        if (user->uid != 0 && user_credentials_take(user, &error) < 0) {
                errno = -error.code;
                fail(error.text);
        }
        if (!set_environment(user))
                fail("the environment");
        if (!die_with(parent))
                fail("root's process");

        (void) umask(0077);
        if (syscall(SYS_close_range, FD_FREE, ~0U, 0) >= 0)
                (void) syscall(SYS_execveat, FD_PROGRAM, "", argv, environ, AT_EMPTY_PATH);
        fail("the program");
}

/* ---------------------------------------------------------------------------------------- root's side */

/* Move a descriptor above the final numbers. */
static int move_up(int *fd) {
        int moved = fcntl(*fd, F_DUPFD_CLOEXEC, FD_FREE);

        if (moved < 0)
                return negative_errno();
        close_fd(*fd);
        *fd = moved;
        return 0;
}

static int make_pipe(int *ret_ours, int *ret_theirs) {
        int fds[2];

        if (pipe2(fds, O_CLOEXEC) < 0)
                return negative_errno();
        *ret_ours = fds[0];
        *ret_theirs = fds[1];
        if (fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0)
                return negative_errno();
        return move_up(ret_theirs);
}

static int make_socket(int *ret_ours, int *ret_theirs) {
        int fds[2];

        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
                return negative_errno();
        *ret_ours = fds[0];
        *ret_theirs = fds[1];
        return move_up(ret_theirs);
}

static int open_ends(struct ends *ends, int program_fd, struct user_process *process) {
        int r;

        ends->in_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        ends->program_fd = fcntl(program_fd, F_DUPFD_CLOEXEC, FD_FREE);
        if (ends->in_fd < 0 || ends->program_fd < 0)
                return negative_errno();
        r = move_up(&ends->in_fd);
        if (r >= 0)
                r = make_pipe(&process->out_fd, &ends->out_fd);
        if (r >= 0)
                r = make_pipe(&process->err_fd, &ends->err_fd);
        return r < 0 ? r : make_socket(&process->ask_fd, &ends->ask_fd);
}

/* The process is not reaped yet, so its pid cannot be reused. */
static int watch(struct user_process *process) {
        int r;

        process->pid_fd = (int) syscall(SYS_pidfd_open, process->pid, 0);
        if (process->pid_fd >= 0)
                return 0;
        r = negative_errno();
        (void) kill(process->pid, SIGKILL);
        (void) waitpid(process->pid, NULL, 0);
        user_process_done(process);
        return r;
}

int user_process_start(const struct user *user, int program_fd, char *const *argv, struct user_process *ret) {
        _cleanup_(ends_done) struct ends ends = ENDS_INIT;
        pid_t parent = getpid();
        int r;

        *ret = USER_PROCESS_INIT;
        r = open_ends(&ends, program_fd, ret);
        if (r >= 0) {
                ret->pid = fork();
                r = ret->pid < 0 ? negative_errno() : 0;
        }
        if (r < 0) {
                user_process_done(ret);
                return r;
        }
        if (ret->pid == 0)
                become(user, &ends, parent, argv);

        return watch(ret);
}
