#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same operations on two stores, by the real containers-storage and by store-client; the stores must agree all the time.

  same-ops.py MACHINE DRIVER MODE CLIENT OPERATIONS SECONDS SEED

MACHINE is the directory of a running machine, CLIENT the path of the client in it. MODE is stable or transient, with "+imagestore"
for an image store. It ends after so many operations or seconds. The operations are chosen at random among all that change the store,
valid ones and ones that must fail. Both programs must have the same exit status and output and write the same records; sometimes
the whole trees and the output of the reading verbs are compared."""

import json
import os
import random
import re
import shlex
import subprocess
import sys
import time

import same_store

DISK = "/var/lib/containers"
NAMES = [f"localhost/name{i}:latest" for i in range(8)] + ["a<b>&c", "ümlaut", "with blank", "x"]
KEYS = ["manifest", "manifest-2", "config", "sha256:0123", "Upper", "lastX", "a.b", "with blank", "ü"]
WHOLE_TREE_EVERY = 12
FLAGS = {"layers": "-l", "images": "-i", "containers": "-c"}


class Side:
    """One of the two stores, and a shell in the machine that works on it."""

    def __init__(self, machine, name, program, driver, mode):
        self.where = f"{DISK}/{name}"
        self.top = os.path.join(machine, "store", name)
        os.makedirs(self.top)
        self.names = same_store.Names()
        self.program = [program, "--graph", f"{self.where}/root", "--run", f"{self.where}/run", "--storage-driver", driver]
        if "transient" in mode:
            self.program.append("--transient-store")
        if "imagestore" in mode:
            self.program += ["--image-store", f"{self.where}/images"]
        enter = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../machine/enter.sh")
        self.shell = subprocess.Popen([enter, "run", machine, "sh"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start(self, command, data):
        with open(os.path.join(self.top, "stdin"), "wb") as f:
            f.write(data)
        self.shell.stdin.write(f"{{ {command}; }} <{self.where}/stdin >{self.where}/stdout 2>{self.where}/stderr; echo $?\n")
        self.shell.stdin.flush()

    def end(self):
        status = self.shell.stdout.readline().strip()
        if not status:
            sys.exit(f"the shell of {self.where} is gone")
        out, err = (same_store.read(os.path.join(self.top, f"std{n}")).decode(errors="replace") for n in ("out", "err"))
        return int(status), out, err

    def command(self, arguments):
        return "timeout 60 " + shlex.join(self.program + arguments)

    def look(self, everything):
        return same_store.look(self.top, self.where, self.names, everything)

    def wording(self, out):
        # The order of the digests of an image is random (images.go:recomputeDigests iterates over a map).
        out = re.sub(r"(?:\tdigest: .*\n)+", lambda found: "".join(sorted(found[0].splitlines(True))), out)
        return self.names.replace(same_store.TIME.sub('"TIME"', out.replace(self.where, "WHERE")))


class Disagreement(Exception):
    pass


class Run:
    """Both stores, their objects, and the log of operations."""

    def __init__(self, go, library, dice):
        self.go, self.library, self.dice = go, library, dice
        self.history, self.seen = [], {}
        self.counts = {}

    def both(self, command, data=b""):
        """Run it on both sides in sequence; command is a function of the side. Both stores have the same ids, and a layer with
        a mount of the other store would count as in use."""
        results = []
        for side in self.go, self.library:
            side.start(command(side), data)
            results.append(side.end())
        return results

    def do(self, arguments, data=b""):
        """An operation: both must have the same exit status and output."""
        self.history.append(shlex.join(arguments))
        go, library = self.both(lambda side: side.command(self.own_ids(side, arguments)), data)
        verb = arguments[0]
        self.counts.setdefault(verb, [0, 0])[go[0] != 0] += 1
        if go[0] != library[0]:
            raise Disagreement(f"exit status: containers-storage {go[0]} ({go[2][-300:]}), store-client {library[0]} ({library[2][-300:]})")
        if verb.startswith("create-"):
            self.library.names.learn(go[1], library[1])
        self.agree_on_words(go[1], library[1])
        return go

    def own_ids(self, side, arguments):
        """Replace the ids of containers-storage in the arguments by those of store-client."""
        own = {a: b for b, a in side.names.ids.items()}
        return [own.get(a, a) for a in arguments]

    def agree_on_words(self, go, library):
        a, b = self.go.wording(go), self.library.wording(library)
        # Go sorts objects by id, and some ids differ.
        if a != b and not (a.startswith("{") and json.loads(a) == json.loads(b)):
            at = max(len(os.path.commonprefix([a, b])) - 100, 0)
            raise Disagreement(f"output: containers-storage {a[at:at + 400]!r}, store-client {b[at:at + 400]!r}")

    def judge(self):
        """Run the check of containers-storage on both stores; it ends all mounts."""
        go, library = self.both(lambda side: "timeout 60 " + shlex.join(self.go.program + ["check"]).replace(
            self.go.where, side.where))
        if go[0] != library[0]:
            raise Disagreement(f"check: containers-storage {go}, store-client {library}")

    def compare(self, everything):
        self.learn_layers()
        self.seen = self.go.look(everything)
        lines = list(same_store.differences(self.seen, self.library.look(everything)))
        if lines:
            raise Disagreement("\n".join(lines[:20]))

    def learn_layers(self):
        """Find the ids of the layers of containers, which no argument or output contains."""
        a, b = ({c["id"]: c["layer"] for c in same_store.records(side.look(False), "containers")}
                for side in (self.go, self.library))
        for container in a.keys() & b.keys():
            self.library.names.learn(a[container], b[container])

    # -------------------------------------------------------------------------------------------- what there is

    def all(self, kind):
        return same_store.records(self.seen, kind)

    def ids(self, kind):
        return [r["id"] for r in self.all(kind)]

    def pick(self, *kinds):
        """An object of these kinds, by id, name or prefix of its id; sometimes a missing object."""
        known = [r for kind in kinds for r in self.all(kind)]
        if not known or self.dice.random() < 0.04:
            return self.dice.choice(NAMES + ["", "nosuchthing", "f" * 64])
        record, roll = self.dice.choice(known), self.dice.random()
        if record.get("names") and roll < 0.3:
            return self.dice.choice(record["names"])
        # Random ids have different prefixes.
        return record["id"] if roll < 0.9 or record["id"] in self.library.names.ids.values() else record["id"][:12]

    def pick_layer(self):
        """A layer, by its id, that does not belong to a container: a layer of a container must have no children and no images, but
        containers-storage checks only ids, and images never (store.go:getParentLayer, DeleteContainer)."""
        taken = {c["layer"] for c in self.all("containers")}
        return self.dice.choice([i for i in self.ids("layers") if i not in taken] + ["nosuchthing"])

    def new_id(self, kind):
        roll = self.dice.random()
        if roll < 0.05 and self.ids(kind):
            return ["--id", self.dice.choice(self.ids(kind))]
        if roll < 0.2:
            return []
        return ["--id", "".join(self.dice.choices("0123456789abcdef", k=63)) + "a"]

    def new_names(self):
        """Unique names: the next process that loads a layer with a repeated name treats it as a name of two layers."""
        return [word for name in self.dice.sample(NAMES, self.dice.randint(0, 2)) for word in ("--name", name)]


def create_layer(run):
    parent = [run.pick_layer()] if run.dice.random() < 0.6 else []
    run.do(["create-layer"] + run.new_id("layers") + (run.new_names() if run.dice.random() < 0.4 else [])
           + (["--readonly"] if run.dice.random() < 0.4 else []) + parent)


def create_image(run):
    options = run.new_names()
    if run.dice.random() < 0.3:
        options += ["--metadata", run.dice.choice(['{"a": "<b>"}', "text\nof lines", "ü\u2028"])]
    if run.dice.random() < 0.2:
        options += ["--digest", "sha256:" + "".join(run.dice.choices("0123456789abcdef", k=64))]
    run.do(["create-image"] + run.new_id("images") + options + [run.pick_layer() if run.dice.random() < 0.9 else ""])


def create_container(run):
    options = (["--volatile"] if run.dice.random() < 0.3 else []) + (["--metadata", "m"] if run.dice.random() < 0.2 else [])
    run.do(["create-container"] + run.new_id("containers") + run.new_names() + options
           + [run.pick("images") if run.dice.random() < 0.9 else ""])


def delete(run):
    kind = run.dice.choice(["layer", "image", "container", "container"])
    # containers-storage does not check the users of a layer that is given by name (store.go:DeleteLayer).
    run.do([f"delete-{kind}", run.dice.choice(run.ids("layers") + ["nosuchthing"]) if kind == "layer" else run.pick(f"{kind}s")])
    sweep(run)


def sweep(run):
    """With an image store containers-storage leaves the user directory of a deleted image in the graphroot (store.go:DeleteImage)."""
    run.both(lambda side: f"cd {side.where}/root/*-images 2>/dev/null && test -d {side.where}/images && for id in *; do "
             f"test ! -d $id || grep -qs $id {side.where}/images/*-images/images.json || rm -rf $id; done")


def delete_anything(run):
    """Delete without checks: only unused objects, since containers-storage would leave an unusable store."""
    used = {r.get(k) for kind in ("layers", "images", "containers") for r in run.all(kind) for k in ("parent", "layer", "image")}
    free = [i for kind in ("layers", "images", "containers") for i in run.ids(kind) if i not in used]
    run.do(["delete", run.dice.choice(free or ["nosuchthing"])])
    sweep(run)


def names(run):
    """Names move from one to another, but not to a record of another file: the real program saves that one alone, and the
    next process that loads both files decides which record keeps the name (layers.go:saveFor)."""
    kind = run.dice.choice(["layers", "images", "containers"])
    records = run.all(kind) or [{"id": "nosuchthing", "file": ""}]
    record = run.dice.choice(records)
    elsewhere = {name for r in records if r["file"] != record["file"] for name in r.get("names", [])}
    free = [name for name in NAMES if name not in elsewhere]
    given = [word for name in run.dice.choices(free, k=run.dice.randint(0, min(3, len(free)))) for word in ("--name", name)]
    # A name that an object of another kind also has would select that object.
    others = [r for k in ("layers", "images", "containers") if k != kind for r in run.all(k)]
    taken = {name for r in others for name in r.get("names", [])}
    own = [name for name in record.get("names", []) if name not in taken]
    run.do([run.dice.choice(["add-names", "set-names", "remove-names"])] + given + [run.dice.choice([record["id"]] + own)])


def metadata(run):
    text = run.dice.choice(["new", "<&>", 'quoted "text"', "two\nlines", "ü"])
    run.do(["set-metadata", "--metadata", text, run.pick("layers", "images", "containers")])


def big_data(run):
    kind = run.dice.choice(["layer", "image", "container"])
    key = run.dice.choice(KEYS)
    if kind == "image" and run.dice.random() < 0.3:
        key = "manifest"
    run.do([f"set-{kind}-data", run.pick(f"{kind}s"), key], run.dice.randbytes(run.dice.choice([0, 1, 100, 5000])))


def read_big_data(run):
    kind = run.dice.choice(["layer", "image", "container"])
    records = [r for r in run.all(f"{kind}s") if r.get("big-data-names")]
    if records:
        record = run.dice.choice(records)
        key = run.dice.choice(record["big-data-names"] + ["nosuchkey"])
        verbs = [""] if kind == "layer" else ["", "-size", "-digest"]
        run.do([f"get-{kind}-data" + run.dice.choice(verbs), record["id"], key])


def directory(run):
    kind, where = run.dice.choice(["image", "container"]), run.dice.choice(["dir", "run-dir"])
    ids = run.ids(f"{kind}s")
    # containers-storage makes directories for missing images, and for names.
    if ids:
        path = run.do([f"get-{kind}-{where}", run.dice.choice(ids)])[1].strip()
        work_in(run, path, "echo data >file")


def work_in(run, path, command):
    """Run a command in a directory of each store."""
    if not path:
        return
    library = path.replace(run.go.where, run.library.where)
    for b, a in run.library.names.ids.items():
        library = library.replace(a, b)
    run.history.append(f"in {path}: {command}")
    results = run.both(lambda side: f"cd {shlex.quote(path if side is run.go else library)} && {{ {command}; }}")
    if results[0][:2] != results[1][:2]:
        raise Disagreement(f"in the directory: containers-storage {results[0]}, store-client {results[1]}")


FILES = ["one", "two", "dir/three", "dir/four", "link"]


def change_content(run, path):
    """Make, change and remove files of all kinds, with the same times in both."""
    name, when = run.dice.choice(FILES), run.dice.randint(1, 1 << 30)
    command = run.dice.choice([
        f"mkdir -p dir && echo {when} >{name} && touch -d @{when} {name}",
        f"ln -sfn one link && touch -h -d @{when} link",
        f"test ! -f one || ln -f one hard && test ! -e hard || touch -d @{when} hard",
        f"rm -rf {name} hard",
        "rm -rf dir",
        f"mkdir -p dir && chown 1{when % 1000}:7 dir && chmod 1770 dir",
        f"rm -f fifo && mkfifo -m 640 fifo && touch -d @{when} fifo",
        f"mkdir -p dir && rm -f dir/null && mknod dir/null c 1 3 && touch -d @{when} dir/null",
        f"test ! -f two || {{ chmod 4711 two && setfattr -n user.x -v y{when} two && touch -d @{when} two; }}"])
    work_in(run, path, command + "; find . -exec stat -c '%n %A %u:%g %h' {} + | sed '/^\\.\\(.dir\\)\\? /s/ [0-9]*$//' | sort")


def mountable(run):
    """containers-storage looks for a directory with the name of a layer that is given by name (layers.go:Mount)."""
    container = run.dice.choice(run.all("containers") or [{"id": "nosuchthing"}])
    return run.dice.choice(run.dice.choice([run.ids("layers") or ["nosuchthing"], [container["id"]], container.get("names", [""])]))


def mount(run):
    what = mountable(run)
    status, out, _ = run.do(["mount", what])
    if status == 0:
        change_content(run, out.strip())
        if run.dice.random() < 0.8:
            run.do(["unmount", what])


def mount_image(run):
    images = [i["id"] for i in run.all("images") if i.get("layer")]
    if images:
        image = run.dice.choice(images)
        status, out, _ = run.do(["mount", "--read-only", image])
        if status == 0:
            work_in(run, out.strip(), "find . | sort")
            run.do(["unmount", image])


def unmount(run):
    run.do(["unmount"] + (["--force"] if run.dice.random() < 0.5 else []) + [mountable(run)])


def collect(run):
    # wipe ends all mounts, which only containers-storage does.
    for what in [r["id"] for r in run.all("mountpoints")]:
        run.do(["unmount", "--force", what])
    run.do(["gc"])


def wipe(run):
    for what in [r["id"] for r in run.all("mountpoints")]:
        run.do(["unmount", "--force", what])
    run.do(["wipe"])
    # containers-storage leaves user directories that are not beside the data (store.go:Wipe).
    run.both(lambda side: f"find {side.where}/run/*-containers {side.where}/root/*-images -mindepth 1 -maxdepth 1 -type d "
             "-exec rm -rf {} +")


def ask(run):
    kind = run.dice.choice(list(FLAGS))
    run.do(run.dice.choice([
        [kind], [kind, "--json"], [kind[:-1], "--json", run.pick(kind)], ["exists", FLAGS[kind], run.pick(kind)],
        ["get-names", run.pick(kind)], ["get-names", "--json", run.pick(kind)], ["metadata", run.pick(kind)],
        ["metadata", "--json", run.pick(kind), run.pick(kind)], ["mounted", run.pick("layers", "containers")],
        [f"list-{kind[:-1]}-data", run.pick(kind)], ["exists", "--json", run.pick(kind), run.pick(kind)]]))


OPERATIONS = [(create_layer, 14), (create_image, 8), (create_container, 12), (delete, 10), (delete_anything, 2), (names, 10),
              (metadata, 5), (big_data, 8), (read_big_data, 4), (directory, 3), (mount, 14), (mount_image, 2), (unmount, 4),
              (collect, 1), (wipe, 0.2), (ask, 10)]


def run_operations(run, operations, seconds):
    """The number of operations."""
    functions, weights = zip(*OPERATIONS)
    begin = time.monotonic()
    # Make all files that each program makes on first use.
    run.do(["create-container", "--name", "first", ""])
    run.do(["delete-container", "first"])
    done = 0
    while done < operations and time.monotonic() - begin < seconds:
        run.dice.choices(functions, weights)[0](run)
        done += 1
        run.compare(everything=done % WHOLE_TREE_EVERY == 0)
    run.compare(everything=True)
    run.judge()
    return done


def main():
    machine, driver, mode, client, operations, seconds, seed = sys.argv[1:]
    dice = random.Random(f"{driver} {mode} {seed}")
    go = Side(machine, f"{driver}-{mode}-go", "containers-storage", driver, mode)
    library = Side(machine, f"{driver}-{mode}-library", client, driver, mode)
    run = Run(go, library, dice)
    try:
        done = run_operations(run, int(operations), float(seconds))
    except Disagreement as e:
        print(f"they disagree after {len(run.history)} commands, seed {seed}:\n{e}\nthe last commands:")
        print("\n".join(run.history[-15:]))
        return 1
    print(f"{done} operations, {len(run.history)} commands; verb: proper, refused by both")
    print("\n".join(f"  {verb}: {n[0]}, {n[1]}" for verb, n in sorted(run.counts.items())))
    return 0


sys.exit(main())
