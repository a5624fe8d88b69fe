/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/syscall.h>
#include <unistd.h>

#include "base/kernel.h"

int kernel_statx(int fd, const char *name, int flags, unsigned mask, struct statx *ret) {
        return (int) syscall(SYS_statx, fd, name, flags, mask, ret);
}

int kernel_renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags) {
        return (int) syscall(SYS_renameat2, from_fd, from, to_fd, to, flags);
}
