/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When this boot began, even if the clock was set since. */

#include "liveness/boot-time.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "base/cleanup.h"
#include "base/fd.h"

/* What the programs that begin a boot make (sd_booted(3) looks for the first), and podman's first command. */
static const char *const made_at_boot[] = {
        "/run/systemd/system", "/run/openrc", "/run/runit", "/run/s6", "/run/libpod/alive",
};

static bool is_in_memory(int fd) {
        struct statfs fs;

        if (fstatfs(fd, &fs) < 0)
                return false;
        /* It has a sign, and 32 bits on some machines, where the second magic would be negative. */
        return (uint32_t) fs.f_type == TMPFS_MAGIC || (uint32_t) fs.f_type == RAMFS_MAGIC;
}

/* A file system that does not keep the time at which a file was made has that of its last change. */
static int64_t earlier_of(int64_t ns, const char *path) {
        _cleanup_close_ int fd = open(path, O_PATH | O_CLOEXEC);
        struct identity id;
        int64_t made_ns;

        if (fd < 0 || !is_in_memory(fd) || identity_at(fd, "", &id) < 0)
                return ns;
        made_ns = id.btime_ns > 0 ? id.btime_ns : id.ctime_ns;
        return made_ns < ns ? made_ns : ns;
}

int64_t boot_time_ns(int64_t now_ns, int64_t since_boot_ns, const char *runroot) {
        int64_t ns = now_ns - since_boot_ns;

        for (size_t i = 0; i < ARRAY_SIZE(made_at_boot); i++)
                ns = earlier_of(ns, made_at_boot[i]);
        return runroot ? earlier_of(ns, runroot) : ns;
}
