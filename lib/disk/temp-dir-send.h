/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "disk/temp-dir.h"

/*
 * Sending a temp dir to another process: one message on a SOCK_SEQPACKET Unix socket, with the open
 * directories and the held lock (SCM_RIGHTS). An OFD lock belongs to the open file, so it stays held in
 * transit, until the last descriptor in any process is closed.
 */

/* Returns 0 if sent: the receiver owns the temp dir, and *temp is released. Negative errno if nothing was
 * sent: *temp still holds it. -ENOMEM and the codes of sendmsg(2). */
int temp_dir_send(struct temp_dir *temp, int socket_fd);

/* Wait for a temp dir. 1: received; 0: the sender closed the socket. -EBADMSG: the message is invalid, or the
 * lock file or directory was replaced meanwhile. */
int temp_dir_receive(struct temp_dir *ret, int socket_fd);
