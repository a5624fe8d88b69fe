/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

#include "base/cleanup.h"

/* Communication with systemd: the only code that uses libsystemd. If the library is missing, at build time
 * or at run time, all functions behave as if no service manager had started the process. */

/* The one socket that the service manager passed; -ENOENT if there is none, -EINVAL if there are several.
 * The caller owns it; child processes do not inherit it. */
int systemd_take_socket(void);

/* Send one or several lines of VARIABLE=value, see sd_notify(3). */
void systemd_notify(const char *format, ...) _printf_(1, 2);

/* Whether the system manager has not reached basic.target yet, in a boot that is no soft reboot; false if
 * it does not answer. */
bool systemd_is_initializing(void);

/* Send one journal record of n fields NAME=value; see sd_journal_sendv(3). Return a negative errno on
 * failure. */
int systemd_journal(const struct iovec *fields, size_t n);
