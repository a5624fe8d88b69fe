#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# dead-mount.py DIRECTORY COMMAND...: run a command while a file system whose server never answers is mounted there, as a network
# file system after a failure. A process that accesses it hangs until it is killed.
import ctypes
import os
import subprocess
import sys

directory = sys.argv[1]
libc = ctypes.CDLL(None, use_errno=True)
server = os.open("/dev/fuse", os.O_RDWR)  # closed on exec; while it is open, requests wait
options = f"fd={server},rootmode=40000,user_id=0,group_id=0"
if libc.mount(b"dead", directory.encode(), b"fuse", 0, options.encode()) != 0:
    sys.exit(f"cannot mount: {os.strerror(ctypes.get_errno())}")
try:
    status = subprocess.run(sys.argv[2:]).returncode
finally:
    libc.umount2(directory.encode(), 2)  # MNT_DETACH
sys.exit(status)
