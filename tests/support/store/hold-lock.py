#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""hold-lock.py FILE...: lock each file as the Go library does (a POSIX write lock on the whole file, which is created if it is
missing), print "held", and keep the locks until the end of standard input."""

import fcntl
import os
import sys

files = [os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644) for path in sys.argv[1:]]
for fd in files:
    fcntl.lockf(fd, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
