/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Run a program and print its costs in one line:
 *
 *     status wall_us maxrss_kb locked_us unlocked_us held_us cpu_us written_bytes
 *
 * Bytes are those passed to write(2) on any file system. The times of the lock are those that another process
 * sees that tries to lock FILE: first and last time at which it was locked for writing, since the start, and
 * the total. They are 0 without a lock file, or if it was never locked. The program waits for locks instead
 * of polling, since the interval of a poll is too coarse for a program of a few milliseconds.
 *
 *     bench-gc-run [--cold] [--lock FILE] PROGRAM ARGUMENT...
 */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static const struct timespec pause_between_looks = {.tv_nsec = 20 * 1000};

static long long now_us(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

/*
 * The caches of the store and of the program are cold. Files that each system has in memory, such as the C
 * library, are warm.
 */
static void drop_caches(void) {
        char name[] = "true", *argv[] = {name, NULL};
        int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
        pid_t pid;

        if (fd < 0 || write(fd, "3", 1) != 1)
                err(1, "cannot drop the caches");
        (void) close(fd);
        if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0 || waitpid(pid, NULL, 0) != pid)
                errx(1, "cannot run mount");
}

static bool is_locked(int fd) {
        struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};

        return fcntl(fd, F_OFD_GETLK, &lock) >= 0 && lock.l_type == F_WRLCK;
}

struct held {
        long long first, last, sum;
};

static long long us_of(struct timeval t) {
        return t.tv_sec * 1000000LL + t.tv_usec;
}

/* Read it while the child is a zombie: after wait4() it is gone. */
static long long bytes_written(pid_t pid) {
        long long bytes = 0;
        siginfo_t info;
        char line[128];
        FILE *f;

        (void) snprintf(line, sizeof(line), "/proc/%d/io", (int) pid);
        f = waitid(P_PID, (id_t) pid, &info, WEXITED | WNOWAIT) < 0 ? NULL : fopen(line, "re");
        if (!f)
                return 0;
        while (fgets(line, sizeof(line), f) && sscanf(line, "wchar: %lld", &bytes) != 1)
                ;
        (void) fclose(f);
        return bytes;
}

/* Wait until the child ends, and leave it to wait4(). */
static void watch(int fd, long long started, struct held *held) {
        long long before = now_us(), now;
        siginfo_t info = {0};

        while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) >= 0 && info.si_pid == 0) {
                now = now_us();
                if (is_locked(fd)) {
                        held->first = held->first ? held->first : now - started;
                        held->last = now - started;
                        held->sum += now - before;
                }
                before = now;
                (void) nanosleep(&pause_between_looks, NULL);
        }
}

int main(int argc, char **argv) {
        const char *lock = NULL;
        struct held held = {0};
        struct rusage usage;
        long long started, wall_us, bytes;
        bool cold = false;
        int i, r, status, fd = -1;
        pid_t pid;

        for (i = 1; i < argc && strncmp(argv[i], "--", 2) == 0; i++)
                if (strcmp(argv[i], "--cold") == 0)
                        cold = true;
                else if (strcmp(argv[i], "--lock") == 0 && i + 1 < argc)
                        lock = argv[++i];
                else
                        errx(2, "unknown option %s", argv[i]);
        if (i >= argc)
                errx(2, "what shall be run?");
        if (lock) {
                fd = open(lock, O_RDWR | O_CLOEXEC);
                if (fd < 0)
                        err(1, "%s", lock);
        }
        sync(); /* so that earlier writes are not measured */
        if (cold)
                drop_caches();

        started = now_us();
        r = posix_spawnp(&pid, argv[i], NULL, NULL, argv + i, environ);
        if (r != 0) {
                errno = r;
                err(1, "%s", argv[i]);
        }
        if (fd >= 0)
                watch(fd, started, &held);
        bytes = bytes_written(pid);
        wall_us = now_us() - started;
        if (wait4(pid, &status, 0, &usage) != pid)
                err(1, "wait4");
        fprintf(stderr, "%d %lld %ld %lld %lld %lld %lld %lld\n",
                WIFEXITED(status) ? WEXITSTATUS(status) : 128, wall_us, usage.ru_maxrss, held.first,
                held.last, held.sum, us_of(usage.ru_utime) + us_of(usage.ru_stime), bytes);
        return 0;
}
