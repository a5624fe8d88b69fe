/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <cstorage.h>

#include "base/error.h"

/*
 * Both ends of the socket over which a collector that must not keep a boot waiting hands what it retired to
 * the reaper. What a connection brings, until it is closed, is one collection's.
 */

/*
 * Send all temp dirs of the trash to whoever listens there. Negative errno and a text where nobody does, or
 * where not all could be sent: those that were not stay the trash's.
 */
int handover_send(struct cstorage_trash *trash, const char *path, struct error *reterr);

/* Trashes that came over one connection. */
struct handover {
        struct cstorage_trash **items;
        size_t n, cap;
};

#define HANDOVER_INIT ((struct handover){0})

void handover_done(struct handover *handover);
#define _cleanup_handover_ _cleanup_(handover_done)

/*
 * All that a connection brings, appended. -EACCES where the other side runs as another user, and nothing was
 * looked at. What is no temp dir is complained of, and nothing of it kept.
 */
int handover_receive(struct handover *handover, int socket_fd, struct error *reterr);
