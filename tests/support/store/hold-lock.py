#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""hold-lock.py FILE...: take the lock on each as the Go library does (a POSIX record lock over all of it, for writing;
the file is made where it is missing), say "held", and keep it until the standard input ends."""

import fcntl
import os
import sys

files = [os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644) for path in sys.argv[1:]]
for fd in files:
    fcntl.lockf(fd, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
