#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""traces.py TRACE: print the calls in an output of strace -f that change a file system or try to; exit status 1 if there are
any."""

import re
import sys

CHANGES = re.compile(r"""(mkdir|mkdirat|rmdir|unlink|unlinkat|rename|renameat|renameat2|link|linkat|symlink|symlinkat|mknod
    |mknodat|creat|mount|umount2?|move_mount|fsopen|fsmount|mount_setattr|pivot_root|chmod|fchmod|fchmodat2?|chown|fchown
    |lchown|fchownat|utime|utimes|utimensat|futimesat|truncate|ftruncate|fallocate|setxattr|lsetxattr|fsetxattr
    |removexattr|lremovexattr|fremovexattr|setxattrat|removexattrat|pwrite64|pwritev2?|copy_file_range|sendfile|splice
    |fsync|fdatasync|sync|syncfs|sync_file_range|quotactl|quotactl_fd|swapon|flock)\(""", re.X)
OPENS = re.compile(r"(open|openat|openat2)\(")
WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE")
TERMINALS = re.compile(r'"/dev/(null|tty|pts/\d+)"')
LOCKS = re.compile(r"fcntl\(.*F_(OFD_)?SETLKW?,.*F_WRLCK")
FLAGS = re.compile(r"ioctl\(.*FS_IOC_(SETFLAGS|FSSETXATTR)")
TREES = re.compile(r"open_tree\(.*OPEN_TREE_CLONE")


def main():
    found = 0
    for line in open(sys.argv[1], encoding="utf-8", errors="replace"):
        call = re.sub(r"^(\[pid +)?\d+\]? +", "", line)
        if (CHANGES.match(call) or LOCKS.match(call) or FLAGS.match(call) or TREES.match(call)
                or OPENS.match(call) and WRITES.search(call) and not TERMINALS.search(call)):
            print(call.rstrip()[:300])
            found = 1
    sys.exit(found)


main()
