/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * cstorage-gc-delete deletes the trash that collectors hand over. Its socket starts it, and it exits when no
 * more trash arrives. If it is stopped or killed, the next podman command or the next collection deletes the
 * rest, as after a crash of a collector.
 */

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "collect/delete.h"
#include "collect/handover.h"
#include "report/journal.h"
#include "tree/delete.h"
#include "userns/userns.h"
#include "util/clock.h"
#include "util/descriptors.h"
#include "util/exit-status.h"
#include "util/human.h"
#include "util/log.h"
#include "util/systemd.h"
#include "util/ticker.h"

/* Long enough for a collector that follows immediately; then the process exits to free its memory. */
#define IDLE_MS 5000

#define TELL_NS 1000000000ULL

/* Extends the units' time limits; the next extension comes long before. */
#define EXTEND_US 30000000

/* The trash of one connection. */
struct deletion {
        struct tree_progress counters;
        size_t n;    /* number of directories received */
        size_t left; /* number of these that were not fully deleted */
};

/* --------------------------------------------------------------------------------------- deleting */

static void delete_dir(struct deletion *deletion, struct cstorage_trash_dir *dir) {
        _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;
        const struct tree_options options = {
                .count_bytes = true,
                .progress = &deletion->counters,
                .stop = delete_stop_flag(),
        };
        struct error error = {0};
        int fd = cstorage_trash_dir_get_fd(dir), r = 0;

        if (fd >= 0)
                r = tree_remove(fd, &options, &result, &error);
        if (r == 0)
                r = cstorage_trash_dir_remove(dir, (struct cstorage_error *) &error);
        if (r == 0)
                return;

        deletion->left++;
        if (!result.stopped)
                log_error_about(cstorage_trash_dir_get_path(dir),
                                result.total.error ? result.total.error->text : error.text);
}

/* Each directory is deleted before the next one is received: those that wait in the socket are locked as
 * well. */
static int delete_all(struct deletion *deletion, struct handover *handover, struct error *reterr) {
        struct cstorage_trash *trash;
        int r;

        while ((r = handover_next(handover, &trash, reterr)) > 0) {
                deletion->n++;
                delete_dir(deletion, cstorage_trash_next_dir(trash, NULL));
                cstorage_trash_free(trash);
        }
        return r;
}

static void tell(void *data) {
        struct deletion *deletion = data;
        char human[HUMAN_MAX];

        systemd_notify("STATUS=deleting: %" PRIu64 " entries, %s\nEXTEND_TIMEOUT_USEC=%d",
                       atomic_load(&deletion->counters.entries),
                       human_bytes(human, atomic_load(&deletion->counters.bytes)), EXTEND_US);
}

/* ---------------------------------------------------------------------------------------- serving */

static void report(const struct deletion *deletion, uint64_t started_us) {
        uint64_t entries = atomic_load(&deletion->counters.entries);

        if (journal_is_stderr())
                journal_deleted(entries, atomic_load(&deletion->counters.bytes), deletion->left,
                                now_us() - started_us);
        systemd_notify("STATUS=deleted %" PRIu64 " entries; %zu directories are left to others", entries,
                       deletion->left);
}

/* Return the number of directories that are left. */
static size_t serve_one(int connection_fd) {
        struct deletion deletion = {0};
        struct handover handover;
        uint64_t started_us = now_us();
        struct ticker *ticker = NULL;
        struct error error = {0};

        (void) ticker_start(&ticker, TELL_NS, tell, &deletion); /* on failure no status is sent */
        if (handover_begin(&handover, connection_fd, &error) < 0 ||
            delete_all(&deletion, &handover, &error) < 0)
                log_error("%s", error.text);
        (void) ticker_stop(ticker);
        if (deletion.n > 0)
                report(&deletion, started_us);
        return deletion.left;
}

/* Return 1 if there is a connection, 0 if none arrives in time. */
static int wait_for_one(int socket_fd) {
        struct pollfd ready = {.fd = socket_fd, .events = POLLIN};

        while (!delete_is_stopped()) {
                int n = poll(&ready, 1, IDLE_MS);

                if (n >= 0)
                        return n;
                if (errno != EINTR)
                        return negative_errno();
        }
        return 0;
}

static int serve(int socket_fd, size_t *ret_left) {
        int r;

        while ((r = wait_for_one(socket_fd)) > 0) {
                _cleanup_close_ int fd = accept4(socket_fd, NULL, NULL, SOCK_CLOEXEC);

                if (fd >= 0)
                        *ret_left += serve_one(fd);
                else if (errno != EINTR && errno != ECONNABORTED)
                        return negative_errno();
        }
        return r;
}

/* A stop request is no failure. */
static int run_deleter(int socket_fd) {
        struct error error = {0};
        size_t left = 0;
        int r;

        r = userns_is_wanted() ? userns_enter(/* root_fd= */ -1, &error) : 0;
        if (r < 0) {
                log_error("%s", error.text);
                return STATUS_FAILED;
        }
        r = delete_catch_signals();
        if (r < 0) {
                log_error("catching signals: %s", strerror(-r));
                return STATUS_FAILED;
        }
        systemd_notify("READY=1");
        r = serve(socket_fd, &left);
        if (r < 0)
                log_error("its socket: %s", strerror(-r));
        return r < 0 || (left > 0 && !delete_is_stopped()) ? STATUS_FAILED : STATUS_DONE;
}

int main(int argc, char **argv) {
        int fd = systemd_take_socket();

        (void) argv;
        if (fd == -ENOSYS) {
                log_error("cannot take the socket: libsystemd.so.0 cannot be loaded. Install it");
                return STATUS_FAILED;
        }
        if (argc > 1 || fd < 0) {
                log_error("it takes no arguments, and is started by its socket, cstorage-gc-delete.socket");
                return STATUS_USAGE;
        }
        descriptors_allow();
        return run_deleter(fd);
}
