/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "systemd.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef HAVE_SYSTEMD

#define SD_JOURNAL_SUPPRESS_LOCATION /* the file and line of this one door say nothing */
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>

#include "base/library.h"

/* With what it needs itself it takes longer to load than a run in which nothing is to be done. */
#define LIBSYSTEMD_NAME "libsystemd.so.0"
LIBRARY_NOTE(libsystemd, LIBSYSTEMD_NAME, "systemd", "the journal and the sockets of units", "required");

#define LIBSYSTEMD_FUNCTIONS(F)                                                                              \
        F(sd_journal_sendv)                                                                                  \
        F(sd_listen_fds)                                                                                     \
        F(sd_notify)

static struct { LIBSYSTEMD_FUNCTIONS(LIBRARY_POINTER) } libsystemd;

static const char *const libsystemd_names[] = {LIBSYSTEMD_FUNCTIONS(LIBRARY_NAME)};

/* Only ever called by the thread that runs main(). */
static bool load(void) {
        static bool tried, loaded;

        if (!tried)
                loaded = library_load(LIBSYSTEMD_NAME, libsystemd_names, ARRAY_SIZE(libsystemd_names),
                                      &libsystemd);
        tried = true;
        return loaded;
}

int systemd_take_socket(void) {
        int n;

        if (!getenv("LISTEN_FDS"))
                return -ENOENT;
        if (!load())
                return -ENOSYS;

        n = libsystemd.sd_listen_fds(/* unset_environment= */ true);
        if (n <= 0)
                return n < 0 ? n : -ENOENT;
        return n == 1 ? SD_LISTEN_FDS_START : -EINVAL;
}

void systemd_notify(const char *format, ...) {
        _cleanup_free_ char *state = NULL;
        va_list args;
        int n;

        if (!getenv("NOTIFY_SOCKET") || !load())
                return;

        va_start(args, format);
        n = vasprintf(&state, format, args);
        va_end(args);
        if (n < 0)
                state = NULL; /* the manual leaves it undefined */
        else
                (void) libsystemd.sd_notify(/* unset_environment= */ false, state);
}

int systemd_journal(const struct iovec *fields, size_t n) {
        return load() ? libsystemd.sd_journal_sendv(fields, (int) n) : -ENOSYS;
}

#else

int systemd_take_socket(void) {
        return -ENOENT;
}

void systemd_notify(const char *format, ...) {
        (void) format;
}

int systemd_journal(const struct iovec *fields, size_t n) {
        (void) fields;
        (void) n;
        return -ENOSYS;
}

#endif
