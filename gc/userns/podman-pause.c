/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* podman's pause process (podman pkg/rootless/rootless_linux.c). */

#include "userns/podman-pause.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/text.h"

#define TEXT_MAX 64U /* a number, or the name of a process, at most 15 bytes */

/* Below the user's runtime directory, independent of containers.conf. */
#define PAUSE_PID "libpod/tmp/pause.pid"

/* Read as much as fits; files in /proc have no size. */
static int read_text(const char *path, char text[static TEXT_MAX]) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        ssize_t n = fd < 0 ? -1 : read(fd, text, TEXT_MAX - 1);

        if (n < 0)
                return negative_errno();
        text[n] = '\0';
        return 0;
}

static int read_pid(pid_t *ret) {
        const char *runtime = secure_getenv("XDG_RUNTIME_DIR");
        _cleanup_free_ char *path = NULL;
        char text[TEXT_MAX];
        uint64_t pid;
        int r;

        if (!runtime || *runtime != '/')
                return -ENOENT;
        if (asprintf(&path, "%s/" PAUSE_PID, runtime) < 0)
                return -ENOMEM;
        r = read_text(path, text);
        if (r < 0)
                return r;
        if (parse_u64(text, &pid) < 0 || pid == 0 || pid > INT32_MAX)
                return -EBADMSG;
        *ret = (pid_t) pid;
        return 0;
}

/* The pid may have been reused. The pause process is catatonit if that is installed, else podman with
 * another process name. */
static bool is_pause(pid_t pid) {
        char path[TEXT_MAX], name[TEXT_MAX];

        (void) snprintf(path, sizeof(path), "/proc/%d/comm", pid);
        return read_text(path, name) >= 0 &&
               (strcmp(name, "catatonit\n") == 0 || strcmp(name, "podman pause\n") == 0);
}

int podman_pause_join(void) {
        _cleanup_close_ int fd = -1;
        pid_t pid;
        int r;

        r = read_pid(&pid);
        if (r < 0)
                return r;

        /* The pidfd ensures that the process that is checked is the one whose namespaces are entered. The
         * kernel checks that they belong to this user. */
        fd = (int) syscall(SYS_pidfd_open, pid, 0);
        if (fd < 0)
                return negative_errno();
        if (!is_pause(pid))
                return -ENOENT;
        return setns(fd, CLONE_NEWUSER | CLONE_NEWNS) < 0 ? negative_errno() : 0;
}
