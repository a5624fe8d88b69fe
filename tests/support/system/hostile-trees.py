#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Make the trees of hostile-trees.sh, and disturb them."""

import ctypes
import os
import random
import socket
import stat
import sys


def deep(path, levels):
    """A chain of directories, with a file in the last."""
    os.mkdir(path)
    os.chdir(path)
    for _ in range(int(levels) - 1):
        os.mkdir("d")
        os.chdir("d")
    os.mknod("file")


def flat(path, files):
    os.makedirs(path)
    os.chdir(path)
    for i in range(int(files)):
        os.mknod(f"file-{i}")


def wide(path, dirs):
    """Many directories side by side, each with a directory that contains a file."""
    os.mkdir(path)
    os.chdir(path)
    for i in range(int(dirs)):
        os.mkdir(f"d{i}")
        os.mkdir(f"d{i}/e")
        os.mknod(f"d{i}/e/f")


def nested(path, subjects, dirs, files):
    for s in range(int(subjects)):
        for d in range(int(dirs)):
            at = f"{path}/{s}-{'a' * 64}/diff/{'/'.join('abcdef'[: d % 4 + 1])}/{d}"
            os.makedirs(at)
            for f in range(int(files)):
                with open(f"{at}/{f}", "w", encoding="ascii") as out:
                    out.write("x" * 100 * f)


def names(path):
    top = os.fsencode(path)
    odd = [b"n" * 255, b"\n", b"a\nb", b"\xff\xfe", b" ", b"-rf", b"*", b"%1%x", b"%2%" + b"y" * 252,
           b"%ffffffffffff%z", b"\xc0\x80", b"\x1b[2J", b"...", b"%", b"\\"]
    for name in odd:
        os.makedirs(b"/".join([top, name, name]))
        for inner in odd[:6]:
            os.mknod(b"/".join([top, name, name, inner]))
    for i in range(3):  # files with equal tags
        os.mkdir(top + b"/" + b"m" * 254 + b"%d" % i)


def types(path):
    os.chdir(path)
    os.mkfifo("fifo")
    os.symlink("/", "link")
    os.symlink("nowhere", "dangling")
    s = socket.socket(socket.AF_UNIX)
    s.bind("socket")
    for name, mode, device in (("whiteout", stat.S_IFCHR, (0, 0)), ("block", stat.S_IFBLK, (7, 200)),
                               ("char", stat.S_IFCHR, (5, 250))):
        try:
            os.mknod(name, mode | 0o600, os.makedev(*device))
        except PermissionError:
            pass


def pairs(path, count, precious):
    for i in range(int(count)):
        os.makedirs(f"{path}/d{i}/sub")
        os.mknod(f"{path}/d{i}/file")
        os.symlink(precious, f"{path}/l{i}")


def swap(path, count):
    """Exchange directories and links until killed."""
    exchange = 2
    libc = ctypes.CDLL(None)
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    while True:
        i = random.randrange(int(count))
        libc.renameat2(fd, b"d%d" % i, fd, b"l%d" % i, exchange)


def write(path):
    """Make files in the directory until killed, even if it is moved."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    os.fchdir(fd)
    i = 0
    while True:
        i += 1
        try:
            os.mknod(f"new-{i}")
            os.mkdir(f"dir-{i}")
        except OSError:
            pass


def fill(path):
    """Make directories until the disk is full."""
    try:
        os.mkdir(path)
        for i in range(100000):
            os.mkdir(f"{path}/{i}")
    except OSError:
        pass


globals()[sys.argv[1]](*sys.argv[2:])
