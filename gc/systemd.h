/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

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

/* One record of the journal, of n fields NAME=value; see sd_journal_sendv(3). Negative errno. */
int systemd_journal(const struct iovec *fields, size_t n);
