/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "collect/handover.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/fd.h"
#include "collect/delete.h"
#include "util/clock.h"
#include "util/log.h"

/*
 * The messages stay in the socket until systemd starts the deleter, after the boot; the collector does not
 * wait for that. One connection is enough for the temp dirs of a usual run; if other processes left hundreds,
 * the collector opens more. 64 connections of each of several collectors fit into the queue of the socket
 * (Backlog= of the unit, by default SOMAXCONN). The collector deletes the temp dirs that do not fit.
 */
#define CONNECTIONS_MAX 64U

/* How long the deleter waits for the messages of one collector in total: other collectors must not wait if
 * it stops in the middle, or sends slowly. */
#define RECEIVE_PATIENCE_US 10000000

/* More than any run sends: the inventory limits the number of a store's temp dirs, so a sender that
 * exceeds this is broken. */
#define RECEIVE_MAX 100000U

/* ---------------------------------------------------------------------------------------- sending */

/* The user of the process at the other end. For the collector this is the process that called listen(): the
 * systemd manager of the system or of the user. For the deleter it is the collector. */
static int get_peer(int fd, uid_t *ret) {
        struct ucred peer;
        socklen_t size = sizeof(peer);

        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
                return negative_errno();
        *ret = peer.uid;
        return 0;
}

/* Another user could hold the locks for ever, or make the deleter remove files of other users. */
static bool is_trusted(uid_t peer) {
        return peer == 0 || peer == geteuid();
}

static int connect_to(const char *path) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        _cleanup_close_ int fd = -1;

        if (strlen(path) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        memcpy(address.sun_path, path, strlen(path));

        fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return negative_errno();
        if (connect(fd, (const struct sockaddr *) &address, sizeof(address)) < 0)
                return negative_errno();
        return TAKE_FD(fd);
}

static int send_over_one(struct cstorage_trash *trash, const char *path, struct error *reterr) {
        _cleanup_close_ int fd = connect_to(path);
        uid_t peer;
        int r;

        if (fd < 0)
                return error_errno(reterr, fd, "no deleter listens at %s", path);
        r = get_peer(fd, &peer);
        if (r < 0)
                return error_errno(reterr, r, "cannot find out which user listens at %s", path);
        if (!is_trusted(peer))
                return error_set(reterr, -EACCES, "cannot hand over the deletion: user %u listens at %s",
                                 peer, path);
        return cstorage_trash_send(trash, fd, (struct cstorage_error *) reterr);
}

int handover_send(struct cstorage_trash *trash, const char *path, struct error *reterr) {
        int r = -EAGAIN;

        for (unsigned i = 0; i < CONNECTIONS_MAX && r == -EAGAIN; i++)
                r = send_over_one(trash, path, reterr);
        return r;
}

/* -------------------------------------------------------------------------------------- receiving */

int handover_begin(struct handover *handover, int socket_fd, struct error *reterr) {
        uid_t peer;
        int r;

        r = get_peer(socket_fd, &peer);
        if (r < 0)
                return error_errno(reterr, r, "cannot find out which user sends the trash");
        if (!is_trusted(peer))
                return error_set(reterr, -EACCES, "user %u has nothing to hand over here", peer);
        *handover = (struct handover){.fd = socket_fd, .patience_us = RECEIVE_PATIENCE_US};
        return 0;
}

static void spend(struct handover *handover, uint64_t us) {
        handover->patience_us -= us < handover->patience_us ? us : handover->patience_us;
}

/* Return 1 if there is something to receive, 0 if the deleter is to stop. */
static int wait_for_message(struct handover *handover, struct error *reterr) {
        struct pollfd ready = {.fd = handover->fd, .events = POLLIN};
        int n = -EINTR;

        while (n == -EINTR && !delete_is_stopped()) {
                uint64_t started_us = now_us();

                n = poll(&ready, 1, (int) (handover->patience_us / 1000));
                n = n < 0 ? negative_errno() : n;
                spend(handover, now_us() - started_us);
        }
        if (n == -EINTR)
                return 0;
        if (n < 0)
                return error_errno(reterr, n, "cannot wait for a collector");
        return n > 0 ? 1 : error_set(reterr, -ETIMEDOUT, "a collector did not hand over all in time");
}

/* On -EBADMSG the next message may be valid. */
static int receive_one(struct handover *handover, struct cstorage_trash **ret, struct error *reterr) {
        int r;

        if (handover->n++ >= RECEIVE_MAX)
                return error_set(reterr, -E2BIG,
                                 "cannot receive from a collector: it sent more than %u messages",
                                 RECEIVE_MAX);
        r = wait_for_message(handover, reterr);
        return r <= 0 ? r : cstorage_trash_receive(handover->fd, ret, (struct cstorage_error *) reterr);
}

int handover_next(struct handover *handover, struct cstorage_trash **ret, struct error *reterr) {
        int r;

        while ((r = receive_one(handover, ret, reterr)) == -EBADMSG)
                log_error("%s", reterr->text);
        return r;
}
