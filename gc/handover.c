/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "handover.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/array.h"
#include "base/fd.h"
#include "complain.h"

/*
 * What is sent waits in the socket until the reaper is started, after the boot: nobody waits for that. One
 * connection holds the temp dirs of any usual run; where others left hundreds, there are more connections.
 * This many fit into the queue of the socket (SOMAXCONN of systemd's units), beside those of others; what
 * does not is deleted here.
 */
#define CONNECTIONS_MAX 64U

/* How long a send or connect may take: to a socket that is full it will not get better. */
#define SEND_PATIENCE_US 50000

/* How long the reaper waits for a collector that stopped in the middle. */
#define RECEIVE_PATIENCE_US 10000000

/* More than any run has: what a store's temp dirs hold is bounded by its inventory, and a sender that goes on
 * is broken. */
#define RECEIVE_MAX 100000U

/* ---------------------------------------------------------------------------------------- sending */

static int set_patience(int fd, int option, unsigned us) {
        const struct timeval patience = {.tv_sec = us / 1000000, .tv_usec = us % 1000000};

        return setsockopt(fd, SOL_SOCKET, option, &patience, sizeof(patience)) < 0 ? negative_errno() : 0;
}

static int connect_to(const char *path) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        _cleanup_close_ int fd = -1;
        int r;

        if (strlen(path) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        memcpy(address.sun_path, path, strlen(path));

        fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return negative_errno();

        r = set_patience(fd, SO_SNDTIMEO, SEND_PATIENCE_US); /* of connect(2) too */
        if (r < 0)
                return r;
        if (connect(fd, (const struct sockaddr *) &address, sizeof(address)) < 0)
                return negative_errno();
        return TAKE_FD(fd);
}

static int send_over_one(struct cstorage_trash *trash, const char *path, struct error *reterr) {
        _cleanup_close_ int fd = connect_to(path);

        if (fd < 0)
                return error_errno(reterr, fd, "nobody takes over the deletion at %s", path);
        return cstorage_trash_send(trash, fd, (struct cstorage_error *) reterr);
}

int handover_send(struct cstorage_trash *trash, const char *path, struct error *reterr) {
        int r = -EAGAIN;

        for (unsigned i = 0; i < CONNECTIONS_MAX && r == -EAGAIN; i++)
                r = send_over_one(trash, path, reterr);
        return r;
}

/* -------------------------------------------------------------------------------------- receiving */

void handover_done(struct handover *handover) {
        for (size_t i = 0; i < handover->n; i++)
                cstorage_trash_free(handover->items[i]);
        free(handover->items);
}

static int check_peer(int fd, struct error *reterr) {
        struct ucred peer;
        socklen_t size = sizeof(peer);

        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
                return error_errno(reterr, negative_errno(), "who is at the other end");
        if (peer.uid != geteuid())
                return error_set(reterr, -EACCES, "user %u has nothing to hand over here", peer.uid);
        return 0;
}

/* 1 where there may be more. */
static int receive_one(struct handover *handover, int fd, struct error *reterr) {
        struct cstorage_trash *trash;
        int r;

        r = ARRAY_RESERVE(handover->items, handover->cap, handover->n + 1);
        if (r < 0)
                return error_errno(reterr, r, "what is handed over");

        r = cstorage_trash_receive(fd, &trash, (struct cstorage_error *) reterr);
        if (r == -EBADMSG) {
                complain("%s", reterr->text);
                return 1;
        }
        if (r > 0)
                handover->items[handover->n++] = trash;
        return r;
}

int handover_receive(struct handover *handover, int socket_fd, struct error *reterr) {
        int r;

        r = check_peer(socket_fd, reterr);
        if (r < 0)
                return r;

        r = set_patience(socket_fd, SO_RCVTIMEO, RECEIVE_PATIENCE_US);
        if (r < 0)
                return error_errno(reterr, r, "a socket");

        for (size_t i = 0; i < RECEIVE_MAX; i++) {
                r = receive_one(handover, socket_fd, reterr);
                if (r <= 0)
                        return r;
        }
        return error_set(reterr, -E2BIG, "more is handed over than any collection has");
}
