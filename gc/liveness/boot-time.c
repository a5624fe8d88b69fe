/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The time of this boot, even if the clock was set since. */

#include "liveness/boot-time.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "base/cleanup.h"
#include "base/fd.h"

/* Files that programs create early in each boot (sd_booted(3) checks the first), and with podman's first
 * command. */
static const char *const made_at_boot[] = {
        "/run/systemd/system", "/run/openrc", "/run/runit", "/run/s6", "/run/libpod/alive",
};

static bool is_in_memory(int fd) {
        struct statfs fs;

        if (fstatfs(fd, &fs) < 0)
                return false;
        /* f_type is signed, and has 32 bits on some machines, so that the second magic would be negative. */
        return (uint32_t) fs.f_type == TMPFS_MAGIC || (uint32_t) fs.f_type == RAMFS_MAGIC;
}

static bool identity_in_memory(const char *path, struct identity *ret) {
        _cleanup_close_ int fd = open(path, O_PATH | O_CLOEXEC);

        return fd >= 0 && is_in_memory(fd) && identity_at(fd, "", ret) >= 0;
}

/* If a file system does not store the creation time of a file, use the time of its last change. */
static int64_t made_ns(const struct identity *id) {
        return id->btime_ns > 0 ? id->btime_ns : id->ctime_ns;
}

static int64_t earlier_of(int64_t ns, const char *path) {
        struct identity id;

        return identity_in_memory(path, &id) && made_ns(&id) < ns ? made_ns(&id) : ns;
}

int64_t boot_time_ns(int64_t now_ns, int64_t since_boot_ns, const char *runroot) {
        int64_t ns = now_ns - since_boot_ns;

        for (size_t i = 0; i < ARRAY_SIZE(made_at_boot); i++)
                ns = earlier_of(ns, made_at_boot[i]);
        return runroot ? earlier_of(ns, runroot) : ns;
}

/* Without a creation time: the last change may have happened at any time of the boot. */
bool boot_span_of_first_clock(int64_t boot_ns, int64_t since_boot_ns, const char *path,
                              struct boot_span *ret) {
        struct identity id;

        if (!identity_in_memory(path, &id) || made_ns(&id) >= boot_ns)
                return false;
        *ret = (struct boot_span){
                .begin_ns = made_ns(&id) - (id.btime_ns > 0 ? 0 : since_boot_ns),
                .end_ns = made_ns(&id) + since_boot_ns,
        };
        return true;
}
