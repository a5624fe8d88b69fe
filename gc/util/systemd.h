/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

#include "base/cleanup.h"

/*
 * What systemd has to say to us, and we to it: the one door to libsystemd. Without it, at build time or on
 * the machine, nobody is told and nothing was passed, as where no service manager started us.
 */

/* The one socket that this process was started for; -ENOENT where there is none, -EINVAL where there are
 * several. It is the caller's, and not passed on to children. */
int systemd_take_socket(void);

/* One or several lines of VARIABLE=value, see sd_notify(3). */
void systemd_notify(const char *format, ...) _printf_(1, 2);

/* Whether the system manager has not reached basic.target yet, in a boot that is no soft reboot; false if it
 * does not answer. */
bool systemd_is_initializing(void);

/* One record of the journal, of n fields NAME=value; see sd_journal_sendv(3). Negative errno. */
int systemd_journal(const struct iovec *fields, size_t n);
