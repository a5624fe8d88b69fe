/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/fs-type.h"

#include <string.h>

#include "base/text.h"

/* The network file systems in systemd, which orders their mounts after the network
 * (basic/mountpoint-util.c), and in libmount. Neither list includes the other. */
static const char *const network_types[] = {
        "9p",  "afs",   "ceph", "cifs", "davfs", "gfs",   "gfs2", "glusterfs", "lustre",
        "ncp", "ncpfs", "nfs",  "nfs4", "ocfs2", "pvfs2", "smb3", "smbfs",     "sshfs",
};

bool fs_type_is_network(const char *type) {
        if (has_prefix(type, "fuse."))
                type += strlen("fuse.");
        for (size_t i = 0; i < ARRAY_SIZE(network_types); i++)
                if (strcmp(type, network_types[i]) == 0)
                        return true;
        return false;
}
