/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which processes /proc shows. */

#include "liveness/proc-view.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"

/* The inode of the initial PID namespace (linux/proc_ns.h:PROC_PID_INIT_INO). In any other namespace,
 * processes outside of it are hidden. */
#define FIRST_PID_NAMESPACE 0xEFFFFFFCU

static bool is_first_pid_namespace(int proc_fd) {
        struct stat st;

        return fstatat(proc_fd, "self/ns/pid", &st, 0) >= 0 && st.st_ino == FIRST_PID_NAMESPACE;
}

/* With hidepid=, a process sees the processes that it may trace (proc(5)). */
static bool may_trace_all(void) {
        struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
        struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

        if (syscall(SYS_capget, &header, data) < 0)
                return false;
        return data[0].effective & 1U << CAP_SYS_PTRACE;
}

/* Whether PID 1 can be read; hidepid= or subset= may hide it. */
static bool shows_init(int proc_fd) {
        struct stat st;

        return fstatat(proc_fd, "1", &st, AT_SYMLINK_NOFOLLOW) >= 0;
}

const char *proc_view_hides(int proc_fd) {
        if (!is_first_pid_namespace(proc_fd))
                return "this is not the first PID namespace (it is a container), so the processes of the "
                       "host are not seen";
        if (!shows_init(proc_fd))
                return "/proc hides processes (hidepid=)";
        return may_trace_all() ? NULL : "without CAP_SYS_PTRACE the processes of other users are not seen";
}

/* An argument list has at most 2 MiB by default (execve(2)); a mount table of 100,000 mounts about 20 MB. */
#define PROC_FILE_BYTES_MAX (64U * 1024 * 1024)

#define PIECE_BYTES 16384U

int proc_read(int fd, bool until_end, struct text *text) {
        char piece[PIECE_BYTES];
        ssize_t n;
        int r;

        while ((n = read(fd, piece, sizeof(piece))) > 0) {
                if (text->len > PROC_FILE_BYTES_MAX)
                        return -E2BIG;
                r = text_add(text, piece, (size_t) n);
                if (r < 0 || (!until_end && n < (ssize_t) sizeof(piece)))
                        return r;
        }
        return n < 0 ? negative_errno() : 0;
}
