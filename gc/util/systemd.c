/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/systemd.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_SYSTEMD

#define SD_JOURNAL_SUPPRESS_LOCATION /* all records have the same file and line */
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>

#include "base/library.h"

/* With its dependencies, the library takes longer to load than a run that finds no orphans. */
#define LIBSYSTEMD_NAME "libsystemd.so.0"
LIBRARY_NOTE(libsystemd, LIBSYSTEMD_NAME, "systemd", "the journal and the sockets of units", "required");

#define LIBSYSTEMD_FUNCTIONS(F)                                                                              \
        F(sd_bus_close_unref)                                                                                \
        F(sd_bus_get_property_string)                                                                        \
        F(sd_bus_get_property_trivial)                                                                       \
        F(sd_bus_new)                                                                                        \
        F(sd_bus_set_address)                                                                                \
        F(sd_bus_set_method_call_timeout)                                                                    \
        F(sd_bus_start)                                                                                      \
        F(sd_journal_sendv)                                                                                  \
        F(sd_listen_fds)                                                                                     \
        F(sd_notify)

static struct { LIBSYSTEMD_FUNCTIONS(LIBRARY_POINTER) } libsystemd;

static const char *const libsystemd_names[] = {LIBSYSTEMD_FUNCTIONS(LIBRARY_NAME)};

/* Called only by the main thread. */
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
                state = NULL; /* it is undefined on error (asprintf(3)) */
        else
                (void) libsystemd.sd_notify(/* unset_environment= */ false, state);
}

/* The private socket of the manager: the D-Bus daemon starts late in the boot (systemctl does the same). */
#define MANAGER_ADDRESS "unix:path=/run/systemd/private"

/* If the manager is too busy to answer in time, the result is false. */
#define MANAGER_TIMEOUT_US (2ULL * 1000 * 1000)

/* Without a bus the library may not have been loaded. */
static sd_bus *close_bus(sd_bus *bus) {
        return bus ? libsystemd.sd_bus_close_unref(bus) : NULL;
}
DEFINE_CLEANUP(sd_bus *, close_bus);

static int connect_manager(sd_bus **ret) {
        _cleanup_(close_busp) sd_bus *bus = NULL;
        int r;

        r = libsystemd.sd_bus_new(&bus);
        if (r >= 0)
                r = libsystemd.sd_bus_set_address(bus, MANAGER_ADDRESS);
        if (r >= 0)
                r = libsystemd.sd_bus_set_method_call_timeout(bus, MANAGER_TIMEOUT_US);
        if (r >= 0)
                r = libsystemd.sd_bus_start(bus);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(bus);
        return 0;
}

#define MANAGER "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"

/* systemd 256 and later count soft reboots; with older releases, only the traces of engines in /run show
 * one. */
static bool is_soft_rebooted(sd_bus *bus) {
        uint32_t count = 0;

        return libsystemd.sd_bus_get_property_trivial(bus, MANAGER, "SoftRebootsCount", NULL, 'u', &count) >=
                       0 &&
               count > 0;
}

bool systemd_is_initializing(void) {
        _cleanup_(close_busp) sd_bus *bus = NULL;
        _cleanup_free_ char *state = NULL;

        if (access("/run/systemd/private", F_OK) < 0 || !load() || connect_manager(&bus) < 0 ||
            libsystemd.sd_bus_get_property_string(bus, MANAGER, "SystemState", NULL, &state) < 0)
                return false;
        return strcmp(state, "initializing") == 0 && !is_soft_rebooted(bus);
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

bool systemd_is_initializing(void) {
        return false;
}

int systemd_journal(const struct iovec *fields, size_t n) {
        (void) fields;
        (void) n;
        return -ENOSYS;
}

#endif
