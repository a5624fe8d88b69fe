# SPDX-License-Identifier: LGPL-2.1-or-later
"""The contents of two stores in a comparable form: paths, attributes, contents and records, with random ids replaced by those of the
first store, and times by a word."""

import glob
import hashlib
import json
import os
import re
import stat

ID = re.compile(r"[a-f0-9]{64}")
LINK = re.compile(r"\b[A-Z2-7]{26}\b")
TIME = re.compile(r'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?Z)"')
RECORDS = re.compile(r".*-(layers|images|containers)/(volatile-)?(layers|images|containers|mountpoints)\.json")
CONTENT = re.compile(r"(root|images)/(overlay/[^/]+/diff|vfs/dir/[^/]+)/.")

# Whiteouts in the work directory of the kernel; files of Go's feature probes; locks that only Go takes or writes, or that the
# library writes in both modes; leftovers of Go from deleted images and containers; and empty directories of temp dirs.
NOT_COMPARED = re.compile("|".join((
    r".*/work/work/.*", r"root/overlay/\.has-mount-program", r"run/overlay(/.*)?", r"root/(storage|userns)\.lock",
    r"run/[^/]+/mountpoints\.lock", r".*/containers\.lock", r"run/[^/]+-locks", r"run/[^/]+-images(/.*)?",
    r"run/[^/]+-containers/[0-9a-f]+", r"images/(l|overlay/l|vfs/dir)", r".*/tempdirs", r".*-layers/tmp")))

# The kernel makes a unique value for these.
OF_THE_FILE = ("trusted.overlay.uuid", "trusted.overlay.origin", "trusted.overlay.upper")


class Names:
    """A map of the ids and short links of a store to those of another."""

    def __init__(self):
        self.ids, self.links = {}, {}

    def learn(self, go, library):
        """Match the ids at the same positions of two texts."""
        for a, b in zip(ID.findall(go), ID.findall(library)):
            if a != b:
                self.ids.setdefault(b, a)

    def learn_links(self, top):
        """Map the short links by the layers that they lead to."""
        for link in glob.glob(f"{top}/*/overlay/*/link"):
            layer = os.path.basename(os.path.dirname(link))
            with open(link, encoding="ascii") as f:
                self.links[f.read()] = f"LINK-{self.ids.get(layer, layer)[:12]}"

    def replace(self, text):
        text = ID.sub(lambda m: self.ids.get(m[0], m[0]), text)
        return LINK.sub(lambda m: self.links.get(m[0], m[0]), text)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def describe(top, relative, st, names, where):
    """The properties of a file that must be equal in both stores."""
    path = os.path.join(top, relative)
    what = {"mode": f"{st.st_mode:o}", "owner": f"{st.st_uid}:{st.st_gid}"}
    if stat.S_ISREG(st.st_mode):
        data = read(path)
        if relative.endswith(".lock"):
            what["size"] = len(data)
        elif RECORDS.fullmatch(relative):
            text = data.decode().replace(where, "WHERE")
            what["records"] = json.loads(names.replace(TIME.sub('"TIME"', text))) if text else None
            if what["records"] and relative.endswith("mountpoints.json"):
                what["records"].sort(key=lambda mount: mount["id"])  # the order has no meaning
        elif CONTENT.match(relative):
            what.update(sha256=hashlib.sha256(data).hexdigest(), mtime=st.st_mtime_ns, links=st.st_nlink)
        else:
            what["text"] = names.replace(data.decode(errors="replace"))
    elif stat.S_ISLNK(st.st_mode):
        what["target"] = names.replace(os.readlink(path))
    elif not stat.S_ISDIR(st.st_mode):
        what["device"] = st.st_rdev
    xattrs = {n: "" if n in OF_THE_FILE else os.getxattr(path, n, follow_symlinks=False).hex()
              for n in os.listxattr(path, follow_symlinks=False)}
    if xattrs:
        what["xattrs"] = xattrs
    return what


def look(top, where, names, everything):
    """{path: properties}; where is the path of top in the machine. If not everything: only the record files."""
    names.learn_links(top)
    seen, todo = {}, ["root", "run", "images"]
    while todo:
        relative = todo.pop()
        try:
            st = os.lstat(os.path.join(top, relative))
        except FileNotFoundError:
            continue
        if stat.S_ISDIR(st.st_mode) and (everything or relative.count("/") < 2):
            todo += [os.path.join(relative, name) for name in os.listdir(os.path.join(top, relative))]
        if NOT_COMPARED.fullmatch(relative) or not (everything or RECORDS.fullmatch(relative)):
            continue
        # Go leaves the links of an image store's layers behind (overlay.go:removeCommon).
        if relative.startswith("images/overlay/l/") and not os.path.exists(os.path.join(top, relative)):
            continue
        what = describe(top, relative, st, names, where)
        # Go writes empty record files whenever it saves others; the library does not.
        if what.get("records", True):
            seen[names.replace(relative)] = what
    return seen


def differences(a, b, where=""):
    """The differences of two values, as lines."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(a.keys() | b.keys()):
            yield from differences(a.get(key, "nothing"), b.get(key, "nothing"), f"{where}/{key}")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            yield from differences(x, y, f"{where}[{i}]")
    elif a != b:
        yield f"{where}: containers-storage {json.dumps(a)}, store-client {json.dumps(b)}"


def records(seen, kind):
    """All records of a kind, each with its file."""
    return [record | {"file": path} for path, what in sorted(seen.items())
            if (m := RECORDS.fullmatch(path)) and m[3] == kind for record in what["records"] or []]
