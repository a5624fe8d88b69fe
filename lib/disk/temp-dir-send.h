/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "disk/temp-dir.h"

/*
 * A temp dir on its way to another process: one message of a Unix socket of sequential packets, with the open
 * directories and the held lock (SCM_RIGHTS). An OFD lock belongs to the open file, and so it is held on the
 * way too: whoever asks finds it held until the last descriptor is closed, wherever that is.
 */

/* 0: it is the other's now, and this one lets go. Negative errno: nothing was sent, and it is held as before;
 * -ENOMEM and the codes of sendmsg(2). */
int temp_dir_send(struct temp_dir *temp, int socket_fd);

/*
 * Wait for one. 1: it is ours; 0: the other side is done. -EBADMSG: a message that is none, or a temp dir
 * that is not what it says: its lock file or its directory is another by now.
 */
int temp_dir_receive(struct temp_dir *ret, int socket_fd);
