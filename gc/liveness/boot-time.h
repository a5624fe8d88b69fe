/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
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

/* A span of the time of files. */
struct boot_span {
        int64_t begin_ns, end_ns;
};

/*
 * If the clock was set forward in this boot: which times a file of this boot can have that was written
 * before, counted from when the kernel made devtmpfs, the first file system of a boot, which is mounted on
 * path. The begin is no time of the boot as those above: without a clock chip it is 1970, and each file is
 * later.
 *
 * False if path is no such file system, or not older than the boot.
 */
bool boot_span_of_first_clock(int64_t boot_ns, int64_t since_boot_ns, const char *path,
                              struct boot_span *ret);
