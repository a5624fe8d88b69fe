/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* User namespaces. */

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/fd.h"
#include "base/userns.h"

#define UID_MAP_BYTES_MAX 4096U /* far more than the one line of the initial namespace */

#define ALL_IDS 4294967295U /* all but the last id, which is invalid */

/* The size of a file in /proc is unknown, so read as much as fits. */
static bool read_map(char buffer[static UID_MAP_BYTES_MAX]) {
        _cleanup_close_ int fd = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
        ssize_t n = fd < 0 ? -1 : read(fd, buffer, UID_MAP_BYTES_MAX - 1);

        buffer[n < 0 ? 0 : n] = '\0';
        return n >= 0;
}

/* As pkg/unshare/unshare_linux.go:IsRootless. The map of a new namespace is empty at first. */
bool in_user_namespace(void) {
        char map[UID_MAP_BYTES_MAX];
        uint32_t inside, outside, n;

        if (!read_map(map))
                return false;
        return sscanf(map, "%" SCNu32 " %" SCNu32 " %" SCNu32, &inside, &outside, &n) != 3 || inside != 0 ||
               outside != 0 || n != ALL_IDS;
}

uint32_t uid_outside(void) {
        char map[UID_MAP_BYTES_MAX];
        uint32_t inside, outside, n;

        if (!in_user_namespace() || !read_map(map) ||
            sscanf(map, "%" SCNu32 " %" SCNu32 " %" SCNu32, &inside, &outside, &n) != 3)
                return geteuid();
        return outside;
}
