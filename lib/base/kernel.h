/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* System calls that some C libraries have no function for: musl has these two since 1.2.5, but its struct
 * statx lacks the mount id. They return -1 and set errno on failure, as the functions of glibc do. */

/* From <linux/stat.h>, which cannot be included together with <sys/stat.h>. musl defines it in both. */
struct statx;

int kernel_statx(int fd, const char *name, int flags, unsigned mask, struct statx *ret);
int kernel_renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags);
