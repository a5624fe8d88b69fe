#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The writes in an output of "strace -f -y".

    writes.py syncs TRACE           the calls that wait for a disk, one a line
    writes.py below DIR TRACE       the files that were made, written or changed below DIR, sorted, with ids and
                                    numbers replaced; not those renamed into a temp dir, deleted or only locked
    writes.py files DIR... TRACE    the record files that were written, in their order
    writes.py order DIR... TRACE    errors in the order of the writes of record files below each DIR:
                                    all files before the first rename; before each the token and the file's data, after
                                    the last one the directory

syncs and order exit with 1 if they print anything."""

import re
import sys

CALL = re.compile(r"^(?:(\d+) +)?(\w+)\((.*)\) += (-?\d+|\?)(?:<(.*)>)?(?:\(deleted\))?(?: .*)?$")
UNFINISHED = re.compile(r"^(\d+) +(.*) <unfinished \.\.\.>$")
RESUMED = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$")
FD = re.compile(r"^(-?\d+|AT_FDCWD)(?:<(.*)>)?(?:\(deleted\))?$")

SYNCS = {"fsync", "fdatasync", "sync_file_range", "syncfs", "sync", "msync"}
WRITES = {"write", "writev", "pwrite64", "pwritev", "pwritev2", "ftruncate", "fallocate", "fchmod", "fchown", "fsetxattr",
          "fremovexattr", "copy_file_range"}
# The arguments with the directory and the name of the new file.
MAKES = {"mkdir": (None, 0), "mkdirat": (0, 1), "symlink": (None, 1), "symlinkat": (1, 2), "link": (None, 1),
         "linkat": (2, 3), "mknod": (None, 0), "mknodat": (0, 1), "rename": (None, 1), "renameat": (2, 3),
         "renameat2": (2, 3), "chmod": (None, 0), "fchmodat": (0, 1), "chown": (None, 0), "lchown": (None, 0),
         "fchownat": (0, 1), "utimensat": (0, 1), "setxattr": (None, 0), "lsetxattr": (None, 0), "truncate": (None, 0)}
RECORDS = {"layers": "layers.lock", "images": "images.lock", "containers": "containers.lock", "mountpoints": "mountpoints.lock"}
RECORD_FILE = re.compile(r"/\w+-\w+/(?:volatile-)?(layers|images|containers|mountpoints)\.json$")
TEMP_FILE = re.compile(r"/\w+-\w+/\.tmp-[\w-]+\.json\d+$")


def arguments(text):
    """Split at the commas outside of strings, braces and the paths of descriptors."""
    parts, depth, quoted, at, i = [], 0, False, 0, 0
    while i < len(text):
        c = text[i]
        if quoted and c == "\\":
            i += 1
        elif c == '"':
            quoted = not quoted
        elif not quoted and c in "[{<":
            depth += 1
        elif not quoted and c in "]}>":
            depth -= 1
        elif not quoted and depth == 0 and c == ",":
            parts.append(text[at:i].strip())
            at = i + 1
        i += 1
    return parts + [text[at:].strip()]


class Call:
    def __init__(self, name, args, ret, path):
        self.name, self.args, self.ret, self.path = name, args, ret, path

    def fd(self, i):
        """The path of a descriptor."""
        found = FD.match(self.args[i]) if i < len(self.args) else None
        return (found.group(2) or "") if found else ""

    def at(self, where):
        """The path of a name in a directory."""
        directory, name = where
        path = self.args[name].strip('"')
        if path.startswith("/") or directory is None:
            return path
        return self.fd(directory) + "/" + path if path else self.fd(directory)


def calls(trace):
    """The successful calls; an interrupted one is listed when it ends."""
    begun = {}
    for line in open(trace, encoding="utf-8", errors="replace"):
        line = line.rstrip("\n")
        found = UNFINISHED.match(line)
        if found:
            begun[found.group(1)] = found.group(2)
            continue
        found = RESUMED.match(line)
        if found:
            line = f"{found.group(1)} {begun.pop(found.group(1), '')}{found.group(2)}"
        found = CALL.match(line)
        if found and not found.group(4).startswith("-"):
            yield Call(found.group(2), arguments(found.group(3)), found.group(4), found.group(5))


def touched(call):
    """The path that a call made, wrote or changed, or None. A file without a name counts when it is linked."""
    if call.name in WRITES:
        return call.fd(0)
    if call.name in MAKES:
        return call.at(MAKES[call.name])
    if call.name in ("open", "openat", "openat2", "creat") and re.search(r"O_EXCL|O_TRUNC", " ".join(call.args)):
        return call.path
    return None


def below(root, trace):
    found = set()
    for call in calls(trace):
        path = touched(call)
        if not path or not path.startswith(root + "/"):
            continue
        path = re.sub(r"\b[0-9a-f]{64}\b", "ID", path[len(root) + 1:])
        path = re.sub(r"\b[A-Z2-7]{26}\b", "SHORT", path)
        path = re.sub(r"(lock-|temp-dir-|\.json)\d+", r"\1N", path)
        if not re.search(r"temp-dir-N/", path):
            found.add(path)
    return sorted(found)


def is_below(path, roots):
    return any(path.startswith(root + "/") for root in roots)


def files(roots, trace):
    for call in calls(trace):
        if call.name.startswith("rename"):
            path = call.at(MAKES[call.name])
            if is_below(path, roots) and RECORD_FILE.search(path):
                yield path


def begins(call):
    """Whether the transaction is in order."""
    return call.name == "fcntl" and "F_WRLCK" in call.args[2] and call.fd(0).endswith("/layers.lock")


def order(roots, trace):
    """A transaction writes all files, then for each of them writes the token, syncs and renames it; after the last rename it
    syncs their directories."""
    tokens, synced, waiting, placed = set(), set(), set(), None
    for call in calls(trace):
        path = touched(call)
        if placed and path and is_below(path, roots) and TEMP_FILE.search(path):
            yield f"{path} is written after {placed} was put in its place"
        if begins(call):
            yield from unsynced(waiting)
            tokens.clear()
            waiting.clear()
            placed = None
        elif call.name == "pwrite64" and path.endswith(".lock") and call.args[2] == "64":
            tokens.add(path.rsplit("/", 1)[1])
        elif call.name == "fdatasync":
            synced.add(call.fd(0))
        elif call.name == "fsync":
            waiting.discard(call.fd(0))
        elif call.name.startswith("rename") and is_below(path, roots) and RECORD_FILE.search(path):
            source = call.at((None, 0) if call.name == "rename" else (0, 1))
            placed = path
            if RECORDS[RECORD_FILE.search(path).group(1)] not in tokens:
                yield f"{path} is put in its place before its token"
            if not re.search(r"/\.tmp-[^/]*\d$", source):
                yield f"{path} is renamed from {source}"
            if "volatile-" in path or "mountpoints" in path:
                continue
            if source not in synced:
                yield f"{path} is renamed before it is synced"
            waiting.add(path.rsplit("/", 1)[0])
    yield from unsynced(waiting)


def unsynced(directories):
    return [f"{path} is not synced after the last rename in it" for path in sorted(directories)]


def main():
    what, *roots, trace = sys.argv[1:]
    if what == "syncs":
        found = [f"{c.name}({', '.join(c.args)})" for c in calls(trace) if c.name in SYNCS]
    elif what == "below":
        found = below(roots[0], trace)
    elif what == "files":
        found = list(files(roots, trace))
    else:
        found = list(order(roots, trace))
    print("\n".join(found)) if found else None
    sys.exit(bool(found) and what in ("syncs", "order"))


main()
