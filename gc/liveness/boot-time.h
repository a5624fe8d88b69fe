/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * The time of this boot in nanoseconds since the epoch, and never later than the real one: a file of this
 * boot must not look older than the boot. The wall clock minus the uptime is too late if the clock was set
 * forward in between (no clock chip, a resumed machine). So the creation times of files that every boot
 * creates anew count as well, and the earliest time is returned.
 *
 * runroot: counts if it is on a tmpfs or ramfs.
 */
int64_t boot_time_ns(int64_t now_ns, int64_t since_boot_ns, const char *runroot);

/* An interval of file times. */
struct boot_span {
        int64_t begin_ns, end_ns;
};

/*
 * If the clock was set forward in this boot, get the times that a file of this boot may have if it was
 * written before that: from the creation of devtmpfs, the first file system of a boot, which is mounted on
 * path. The begin is no candidate for the time of the boot: without a clock chip it is 1970, and every file
 * is later.
 *
 * Return false if path is no such file system, or is not older than the boot.
 */
bool boot_span_of_first_clock(int64_t boot_ns, int64_t since_boot_ns, const char *path,
                              struct boot_span *ret);
