/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Owners and modes of new directories. The Go library relies on the umask, which its programs set to 022. A
 * library must accept the umask of its caller, and a container is useless if its root directory does not
 * admit other users.
 */

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/owner.h"
#include "driver/content.h"

#define PERMISSIONS 0777

int content_access(int fd, struct dir_access *ret) {
        struct stat st;

        if (fstat(fd, &st) < 0)
                return negative_errno();
        *ret = (struct dir_access){.mode = st.st_mode & PERMISSIONS, .uid = st.st_uid, .gid = st.st_gid};
        return 0;
}

static bool is_wanted(uint32_t has, uint32_t wanted) {
        return wanted == OWNER_OF_PARENT || has == wanted;
}

/* An unprivileged process cannot change the owner, but then its files have the right one. The inherited
 * setgid bit stays. */
static int fix_access(int dirfd, const char *name, const struct dir_access *access) {
        struct stat st;

        if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return negative_errno();
        if ((!is_wanted(st.st_uid, access->uid) || !is_wanted(st.st_gid, access->gid)) &&
            fchownat(dirfd, name, access->uid, access->gid, AT_SYMLINK_NOFOLLOW) < 0)
                return negative_errno();
        if ((st.st_mode & PERMISSIONS) != access->mode &&
            fchmodat(dirfd, name, (st.st_mode & 07000) | access->mode, AT_SYMLINK_NOFOLLOW) < 0)
                return negative_errno();
        return 0;
}

int dir_make_with(int dirfd, const char *name, const struct dir_access *access) {
        int r;

        if (owned_mkdirat(dirfd, name, access->mode) < 0)
                return negative_errno();

        r = fix_access(dirfd, name, access);
        if (r < 0)
                (void) unlinkat(dirfd, name, AT_REMOVEDIR);
        return r;
}
