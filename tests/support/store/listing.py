#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""List all properties of the files of a tree, one line each, and compare two listings.

  listing.py make DIR [--ctime]          write the listing of a tree to standard output
  listing.py diff BEFORE AFTER           print the differences; exit status 1 if there are any
        --removed FILE                   only these paths (one a line, relative) must be gone; their parent
                                         directories may have another mtime
        --touched PATH                   this directory may have another mtime
  listing.py summary BEFORE AFTER        the same in a few words
        --removed FILE
  listing.py orphans DIR RUNROOT DRIVER  the orphans in a graphroot, by brute force
        IMAGESTORE                       and in an image store; the paths then contain the store

It enters subvolumes, but no mounts. A name that is not UTF-8 is printed with escapes."""

import argparse
import hashlib
import json
import os
import re
import stat
import sys

TYPES = {stat.S_IFDIR: "dir", stat.S_IFREG: "file", stat.S_IFLNK: "link", stat.S_IFCHR: "char", stat.S_IFBLK: "block",
         stat.S_IFIFO: "fifo", stat.S_IFSOCK: "socket"}
ID = re.compile(r"[a-f0-9]{64}$")


def describe(path, st, ctime):
    kind = TYPES[stat.S_IFMT(st.st_mode)]
    what = {"type": kind, "mode": f"{stat.S_IMODE(st.st_mode):04o}", "owner": f"{st.st_uid}:{st.st_gid}",
            "mtime": st.st_mtime_ns}
    if ctime:
        what.update(ctime=st.st_ctime_ns, inode=st.st_ino)
    if kind != "dir":
        what.update(size=st.st_size, links=st.st_nlink)
    if kind == "file":
        with open(path, "rb", opener=lambda p, f: os.open(p, f | os.O_NOATIME | os.O_NOFOLLOW)) as f:
            what["sha256"] = hashlib.file_digest(f, "sha256").hexdigest() if hasattr(hashlib, "file_digest") \
                else hashlib.sha256(f.read()).hexdigest()
    elif kind == "link":
        what["target"] = os.readlink(path)
    elif kind in ("char", "block"):
        what["device"] = st.st_rdev
    xattrs = {name: os.getxattr(path, name, follow_symlinks=False).hex()
              for name in sorted(os.listxattr(path, follow_symlinks=False))}
    if xattrs:
        what["xattrs"] = xattrs
    return what


def mount_points():
    with open("/proc/self/mountinfo", "rb") as f:
        return {re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), line.split()[4]) for line in f}


def make(top, ctime):
    mounted, top, todo = mount_points(), os.path.realpath(top), [""]
    while todo:
        relative = todo.pop()
        path = os.path.join(top, relative)
        st = os.lstat(path)
        print(json.dumps([relative or ".", describe(path, st, ctime)]))
        if stat.S_ISDIR(st.st_mode) and (not relative or os.fsencode(path) not in mounted):
            todo += [os.path.join(relative, name) for name in sorted(os.listdir(path), reverse=True)]


def load(path):
    with open(path, encoding="utf-8") as f:
        return dict(json.loads(line) for line in f)


def below(path, roots):
    while path:
        if path in roots:
            return True
        path = os.path.dirname(path)
    return False


def diff(before, after, removed, touched):
    """The differences, as lines."""
    touched = set(touched) | {os.path.dirname(path) or "." for path in removed}
    for path in sorted(before.keys() | after.keys()):
        if below(path, removed):
            if path in after and (path in removed or os.path.dirname(path) not in after):
                yield f"still there: {path}"
        elif path not in after:
            yield f"lost: {path}"
        elif path not in before:
            yield f"new: {path}"
        else:
            a, b = before[path], after[path]
            for key in sorted(a.keys() | b.keys()):
                if a.get(key) != b.get(key) and not (path in touched and key in ("mtime", "ctime")):
                    yield f"changed: {path}: {key} was {a.get(key)}, is {b.get(key)}"
    for path in sorted(removed - before.keys()):
        yield f"never was there: {path}"


CLASSES = (("layer", r"[^/]+/(overlay|vfs/dir|btrfs/subvolumes)/[a-f0-9]{64}"), ("link", r"[^/]+/overlay/l/[A-Z2-7]{26}"),
           ("container", r"[^/]+/\w+-containers/[a-f0-9]{64}"), ("image", r"[^/]+/\w+-images/[a-f0-9]{64}"),
           ("tar-split", r"[^/]+/\w+-layers/[a-f0-9]{64}\.tar-split\.gz"), ("outside file", r"outside(/.*)?"),
           ("probe", r"[^/]+/overlay/[a-z-]+[0-9]+"))


def classify(paths):
    """The number of paths of each class, in words; a tree counts once."""
    counts = {}
    for path in paths:
        name = next((n for n, pattern in CLASSES if re.fullmatch(pattern, path)), path)
        counts[name] = counts.get(name, 0) + 1
    return ", ".join(f"{n} {name}{'s' if n > 1 else ''}" if any(name == c for c, _ in CLASSES) else name
                     for name, n in sorted(counts.items()))


def summary(before, after, removed):
    """The lost paths and the orphans that are left, in words."""
    lost = {p for p in before.keys() - after.keys() if not below(p, removed)}
    tops = [p for p in lost if p.startswith("outside/") or os.path.dirname(p) not in lost]
    left = [p for p in after if p in removed]
    words = ["LOST " + classify(tops)] if tops else []
    words += [f"left {classify(left)}"] if left else []
    return "; ".join(words) or "orphans gone, all else kept"


def records(path):
    try:
        with open(path, encoding="utf-8") as f:
            return json.loads(f.read() or "[]") or []
    except FileNotFoundError:
        return []


def names(path):
    try:
        return sorted(os.listdir(path))
    except FileNotFoundError:
        return []


def orphans_in(root, others, known, driver):
    """The orphans in one root of a store."""
    home = {"vfs": "vfs/dir", "btrfs": "btrfs/subvolumes"}.get(driver, driver)
    yield from (f"{driver}/quotas/{name}" for name in names(f"{root}/{driver}/quotas") if name not in known["layers"])
    gone = [name for name in names(f"{root}/{home}") if ID.match(name) and name not in known["layers"]]
    yield from (f"{home}/{name}" for name in gone)
    for name in names(f"{root}/{driver}/l"):
        target = os.readlink(f"{root}/{driver}/l/{name}").split("/")[-2]
        if target in gone or not any(os.path.lexists(f"{other}/{driver}/{target}") for other in others):
            yield f"{driver}/l/{name}"
    for kind in "containers", "images":
        yield from (f"{driver}-{kind}/{name}" for name in names(f"{root}/{driver}-{kind}")
                    if ID.match(name) and name not in known[kind])
    for name in names(f"{root}/{driver}-layers"):
        layer = name.removesuffix(".tar-split.gz")
        if ID.match(layer) and layer not in known["layers"]:
            yield f"{driver}-layers/{name}"
    for kind in "layers", "images", "containers":
        yield from (f"{driver}-{kind}/{name}" for name in names(f"{root}/{driver}-{kind}")
                    if re.match(rf"\.tmp-(volatile-)?{kind}\.json[0-9]+$", name))
    # A lock file without directory may belong to a process that is about to make it, so it stays for a minute.
    for temp in f"{driver}/tempdirs", f"{driver}-layers/tmp":
        yield from (f"{temp}/{name}" for name in names(f"{root}/{temp}")
                    if os.path.lexists(f"{root}/{temp}/{name.replace('lock-', 'temp-dir-')}"))


def orphans(graphroot, runroot, driver, imagestore):
    """The names of 64 hex digits that no record file contains. All record files must be intact."""
    roots = [graphroot, imagestore] if imagestore else [graphroot]
    known = {kind: {record["id"] for root in [*roots, runroot] for prefix in ("", "volatile-")
                    for record in records(f"{root}/{driver}-{kind}/{prefix}{kind}.json")}
             for kind in ("layers", "images", "containers")}
    for root in roots:
        prefix = os.path.basename(root) + "/" if imagestore else ""
        yield from (prefix + path for path in orphans_in(root, roots, known, driver))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = p.add_subparsers(dest="command", required=True)
    c = commands.add_parser("make")
    c.add_argument("dir")
    c.add_argument("--ctime", action="store_true")
    c = commands.add_parser("diff")
    c.add_argument("before")
    c.add_argument("after")
    c.add_argument("--removed")
    c.add_argument("--touched", action="append", default=[])
    c = commands.add_parser("summary")
    c.add_argument("before")
    c.add_argument("after")
    c.add_argument("--removed", required=True)
    c = commands.add_parser("orphans")
    c.add_argument("dir")
    c.add_argument("runroot")
    c.add_argument("driver")
    c.add_argument("imagestore", nargs="?")
    o = p.parse_args()
    if o.command == "make":
        make(o.dir, o.ctime)
    elif o.command == "orphans":
        for path in orphans(o.dir, o.runroot, o.driver, o.imagestore):
            print(path)
    elif o.command == "summary":
        print(summary(load(o.before), load(o.after), set(open(o.removed, encoding="utf-8").read().split("\n")) - {""}))
    else:
        removed = set(open(o.removed, encoding="utf-8").read().split("\n")) - {""} if o.removed else set()
        lines = list(diff(load(o.before), load(o.after), removed, o.touched))
        print("\n".join(lines))
        sys.exit(bool(lines))


main()
