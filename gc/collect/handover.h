/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <cstorage.h>

#include "base/error.h"

/* Both ends of the socket between a collector that must not delay a boot and the deleter. The collector sends
 * its temp dirs. All messages of one connection are from one collector. */

/*
 * Send all temp dirs of the trash to the process that listens on the socket, without waiting for it. If there
 * is no such process, or not all temp dirs can be sent, return a negative errno and set the error: the others
 * remain in the trash. -EACCES: the process belongs to another user.
 */
int handover_send(struct cstorage_trash *trash, const char *path, struct error *reterr);

/* One connection, on the side of the deleter. */
struct handover {
        int fd;               /* owned by the caller */
        uint64_t patience_us; /* how long the deleter still waits for it, in total */
        unsigned n;           /* number of messages so far */
};

/* -EACCES: the peer is neither root nor the user of this process. */
int handover_begin(struct handover *handover, int socket_fd, struct error *reterr);

/*
 * Wait for the next temp dir. Return 1 and a trash that contains it, owned by the caller; 0 if the peer has
 * finished, or this process is to stop. A message that is no temp dir is reported and skipped. -ETIMEDOUT:
 * the peer took too long; -E2BIG: the peer sent too many. Temp dirs are received one at a time, so that they
 * need few descriptors: those that are not received yet are locked as well.
 */
int handover_next(struct handover *handover, struct cstorage_trash **ret, struct error *reterr);
