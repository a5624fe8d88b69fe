/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <cstorage.h>

#include "base/error.h"

/*
 * Both ends of the socket over which a collector that must not keep a boot waiting hands its temp dirs to the
 * deleter. What a connection brings, until it is closed, is one collection's.
 */

/*
 * Send all temp dirs of the trash to the process that listens there; never waits for it. Negative errno and a
 * text if there is none, or not all could be sent: those that were not stay the trash's. -EACCES: the process
 * belongs to another user.
 */
int handover_send(struct cstorage_trash *trash, const char *path, struct error *reterr);

/* One connection, from the side of the deleter. */
struct handover {
        int fd;               /* the caller's */
        uint64_t patience_us; /* how long it may still be waited for, in all */
        unsigned n;           /* messages so far */
};

/* -EACCES: the other side is neither root nor the user of this process. */
int handover_begin(struct handover *handover, int socket_fd, struct error *reterr);

/*
 * Wait for the next temp dir: 1, and a trash that holds it, the caller's; 0 if the other side is done, or
 * this process is to stop. A message that is no temp dir is reported and passed by. -ETIMEDOUT: the other
 * side took too long; -E2BIG: it does not end. One at a time, so that they take few descriptors: those that
 * are not received yet are locked all the same.
 */
int handover_next(struct handover *handover, struct cstorage_trash **ret, struct error *reterr);
