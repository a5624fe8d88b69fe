/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * System calls that not every C library has a function for: musl has these two since 1.2.5, and its structure
 * of statx(2) lacks the mount id. They return what the functions of glibc return: -1 with errno on failure.
 */

/* Of <linux/stat.h>, which cannot be included together with <sys/stat.h>: musl defines it there, too. */
struct statx;

int kernel_statx(int fd, const char *name, int flags, unsigned mask, struct statx *ret);
int kernel_renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags);
