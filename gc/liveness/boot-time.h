/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/*
 * When this boot began, in the time of files (nanoseconds since the epoch), and never later than it did: a
 * file of this boot must not pass for an older one. The wall clock less the time since the boot is too late
 * if the clock was set forward in between (no clock chip, a resumed machine). So the time at which files were
 * made that every boot makes anew counts as well, and the earliest of all is taken.
 *
 * runroot: counts if it lies in memory.
 */
int64_t boot_time_ns(int64_t now_ns, int64_t since_boot_ns, const char *runroot);
