#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compare this project with the Go library on generated input, until the time is over:

  records         the bytes of one record file: the same records, and no file that Go reads is judged to be reset
  stores          whole stores: nothing that Go lists is removed or reset by the collector
  configurations  files of storage.conf and the environment: the same settings

Prints "disagreement CLASS: ..." with the input for the first one of each class, and counts the others. The last line is a JSON
object of counts. Run it in a mount namespace."""

import argparse
import collections
import json
import os
import random
import shutil
import subprocess
import threading
import time

import odd_json
import odd_toml

RECORDS_BATCH = 1000
CONFIG_BATCH = 200
STORES_BATCH = 50
KINDS = ("layers", "images", "containers", "mounts")
SHOWN_BYTES = 1500


class Server:
    """A program that answers each line with a line."""

    def __init__(self, command, env=None):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env)

    def start(self, lines):
        data = "".join(line + "\n" for line in lines).encode()
        self.n = len(lines)
        self.writer = threading.Thread(target=self.write, args=(data,), daemon=True)
        self.writer.start()

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def finish(self):
        answers = [self.process.stdout.readline().decode().rstrip("\n").split("\t") for _ in range(self.n)]
        self.writer.join()
        if answers and answers[-1] == [""]:
            raise SystemExit(f"{self.process.args[-1]} ended early")
        return answers

    def ask(self, lines):
        self.start(lines)
        return self.finish()


def ask_all(servers_and_lines):
    for server, lines in servers_and_lines:
        server.start(lines)
    return [server.finish() for server, _ in servers_and_lines]


class Comparison:
    def __init__(self, options):
        self.o = options
        self.counts = collections.Counter()
        self.disagreements = collections.Counter()
        # The inputs of each kind depend on the seed only, and not on those of other kinds.
        self.random = {kind: random.Random(f"{options.seed} {kind}") for kind in ("records", "stores", "configurations")}
        self.number = 0
        # The Go library reads the variable once.
        self.runtime = f"{options.scratch}/runtime"
        os.mkdir(self.runtime, 0o700)
        self.library = Server([*options.library.split(), options.scratch])

    def go(self):
        return Server(self.o.go.split())

    def next_random(self, kind):
        return random.Random(self.random[kind].getrandbits(64))

    def disagree(self, kind, what, data=b""):
        self.disagreements[kind] += 1
        if self.disagreements[kind] <= self.o.show:
            text = data if len(data) <= SHOWN_BYTES else data[:SHOWN_BYTES] + b"..."
            print(f"disagreement {kind}: {what[:SHOWN_BYTES]}\n  input: {text!r}", flush=True)
            if self.o.keep and data:
                with open(os.path.join(self.o.keep, f"{kind}-{self.disagreements[kind]}".replace(" ", "-")), "wb") as f:
                    f.write(data)

    # ------------------------------------------------------------------------------------------------ record files

    def tree(self, r, kind):
        """A valid list of records."""
        records = odd_json.Records(r)
        ids = [records.id() for _ in range(r.randrange(1, 4))]
        if kind == "layers":
            return odd_json.Array(records.layer(id, parent) for id, parent in zip(ids, [None] + ids))
        if kind == "images":
            return odd_json.Array(records.image(id, records.id()) for id in ids)
        if kind == "containers":
            return odd_json.Array(records.container(id, records.id(), records.id()) for id in ids)
        return odd_json.Array(records.mount(id) for id in ids)

    def compare_records(self, go):
        inputs = []
        for _ in range(RECORDS_BATCH):
            r = self.next_random("records")
            kind = r.choice(KINDS)
            inputs.append((kind, odd_json.Oddities(r).change(self.tree(r, kind))))
        lines = [f"records {kind} {data.hex()}" for kind, data in inputs]
        go_answers, library_answers = ask_all([(go, lines), (self.library, lines)])
        for (kind, data), go_answer, library_answer in zip(inputs, go_answers, library_answers):
            self.counts["record files"] += 1
            self.judge_records(kind, data, go_answer, library_answer)

    def judge_records(self, kind, data, go_answer, library_answer):
        state, reset, items = library_answer[0], library_answer[1], library_answer[2:]
        listed = without_repeats(kind, go_answer[1:]) if go_answer[0] == "ok" else []
        if go_answer[0] == "ok":
            self.counts["record files that Go reads"] += 1
            if reset == "reset" and (listed or not is_nothing(data)):
                self.disagree(f"{kind} reset", f"Go reads {go_answer[1:]}", data)
            if state == "ok" and without_repeats(kind, items) != listed:
                self.disagree(f"{kind} differ", f"Go: {go_answer[1:]}, library: {items}", data)
            if state == "damaged":
                self.counts["record files that only Go reads"] += 1
                if not has_one_of("".join(items), REFUSED_RECORDS):
                    self.disagree(f"{kind} only Go reads", f"library: {items}, Go: {go_answer[1:]}", data)
        elif state == "ok":
            self.counts["record files that only the library reads"] += 1
            self.disagree(f"{kind} laxer", f"Go: {go_answer[1:]}, library: {items}", data)

    # ------------------------------------------------------------------------------------------------ configurations

    def compare_configurations(self, go, uid):
        cases, lines = [], []
        base = f"{self.o.scratch}/conf"
        for i in range(CONFIG_BATCH):
            r = self.next_random("configurations")
            root = f"{base}/{i}"
            files, environment = odd_toml.Configurations(r).make(root, uid, self.runtime)
            for path, data in files.items():
                os.makedirs(os.path.dirname(f"{root}/{path}"), exist_ok=True)
                with open(f"{root}/{path}", "wb") as f:
                    f.write(data)
            cases.append((root, files, environment))
            lines.append(" ".join([f"config {root}"] + [f"{k}={v}".encode().hex() for k, v in environment.items()]))
        self.library.ask([f"uid {uid}"])
        go_answers, library_answers = ask_all([(go, lines), (self.library, lines)])
        for (root, files, environment), go_answer, library_answer in zip(cases, go_answers, library_answers):
            self.counts["configurations"] += 1
            self.judge_configuration(root, files, environment, go_answer, library_answer)
        shutil.rmtree(base, ignore_errors=True)

    def judge_configuration(self, root, files, environment, go_answer, library_answer):
        data = json.dumps([environment, {k: v.decode("utf-8", "backslashreplace") for k, v in files.items()}], indent=1).encode()
        self.counts["configurations that Go reads"] += go_answer[0] == "ok"
        if go_answer[0] == library_answer[0] == "ok":
            different = [f"{t} is {o}" for t, o in zip(go_answer, library_answer) if t != o]
            if different:
                self.disagree("configuration differs", "; ".join(different), data)
        elif go_answer[0] == "ok" and not has_one_of(library_answer[1], REFUSED_ON_PURPOSE):
            self.disagree("configuration only Go reads", f"library: {library_answer[1]}, Go: {go_answer[1:]}", data)
        elif library_answer[0] == "ok" and not has_one_of(go_answer[1], TAKEN_ON_PURPOSE):
            self.disagree("configuration only the library reads", f"Go: {go_answer[1:]}, library: {library_answer[1:]}", data)

    # ------------------------------------------------------------------------------------------------ stores

    def compare_stores(self, go):
        stores = []
        base = f"{self.o.disk}/stores"
        for _ in range(STORES_BATCH):
            self.number += 1
            stores.append(Store(self.next_random("stores"), f"{base}/{self.number}"))
            stores[-1].write()
        go_answers = go.ask([f"store {s.at}/go/g {s.at}/go/r {s.mode}" for s in stores])
        library_answers = self.collect(base, stores)
        for store, go_answer, library_answer in zip(stores, go_answers, library_answers):
            self.counts["stores"] += 1
            self.judge_store(store, go_answer[1:], library_answer)
        shutil.rmtree(base)

    def collect(self, base, stores):
        """The plans of the collector for stores from before the boot of its machine."""
        script = "".join(f"{self.o.gc} --root={s.at}/collector/g --runroot={s.at}/collector/r --storage-driver={s.driver} --dry-run --json --verbose "
                         f">{s.at}/report 2>{s.at}/errors; echo $? >{s.at}/status\n" for s in stores)  # fmt: skip
        with open(f"{base}/collect.sh", "w") as f:
            f.write(script)
        # After a second, all files of the stores are older than the simulated boot.
        time.sleep(max(0, 2.1 - (time.time() - os.stat(f"{stores[-1].at}/collector").st_ctime)))
        subprocess.run([*(self.o.after_boot.split() or new_boot()), "sh", f"{base}/collect.sh"], check=True)
        return [s.report() for s in stores]

    def judge_store(self, store, go_answer, report):
        opened, by_files = store.split(go_answer)
        if opened is not None:
            self.counts["stores that Go opens"] += 1
            if opened != store.expected(by_files):
                self.disagree("decoder is not the store", f"store: {opened}, files: {by_files}", store.inputs())
        if report is None:
            self.disagree("no report", store.read("errors"), store.inputs())
            return
        listed = {(kind, id) for kind, id in by_files["ids"]} | (opened or set())
        for subject in report["objects"]:
            self.counts[f"subjects to {subject['verdict']}"] += 1
            if subject["verdict"] == "remove" and store.object_of(subject) in listed:
                self.disagree("removed", f"{subject['path']} ({subject['reason']}) is listed by Go", store.inputs())
            if subject["verdict"] in ("repair", "repair"):
                path = store.relative(subject["path"])
                if by_files["records"].get(path, 0) > 0:
                    self.disagree("reset", f"{path}: Go reads {by_files['records'][path]} records", store.inputs())
        if store.odd_files == 0:
            self.counts["stores as they should be"] += 1
            missing = store.orphans - {store.object_of(s) for s in report["objects"] if s["verdict"] == "remove"}
            if missing:
                self.disagree("nothing is seen", f"orphans are not removed: {missing}, {report}", store.inputs())


def new_boot():
    """Runs a command on a machine that has just booted."""
    with open("/proc/uptime") as f:
        uptime = int(float(f.read().split()[0]))
    return ["unshare", "--time", "--boottime", str(1 - uptime), "--fork", "--kill-child"]


def is_nothing(data):
    """Go reads an empty file and null as a list without records, and may stop at a NUL. Such a file may be reset."""
    return data.split(b"\x00")[0].strip(b" \t\r\n") in (b"", b"null")


def without_repeats(kind, items):
    """Go uses the first of several layers or containers with the same id."""
    if kind not in ("layers", "containers"):
        return items
    first = {}
    for item in items:
        first.setdefault(item.split("|")[1], item)
    return list(first.values())


# The reasons to refuse a record file that Go reads, and all removals that depend on it: repeated members, of which Go uses the last
# or, depending on the release, another one; ids and names that are empty or not UTF-8; null in place of a value; bytes that only
# Go's decoder accepts as JSON; and limits.
REFUSED_RECORDS = (
    "is there twice", "has a member twice", "is spelled as only some releases read it", "is missing or empty", "is no text",
    "the name of a member is no text", "this is no object", "is no whole number from", "this is not JSON", "this is no white space",
    "values lie too deep", "is too large",
)  # fmt: skip
# The reasons to refuse a configuration that Go reads: paths that depend on the working directory, options with which Go cannot
# open the store, keys of which Go uses a random one, and syntax that TOML forbids.
REFUSED_ON_PURPOSE = (
    "must be an absolute path", "additional image store by a path that is not absolute", "is no key=value", "holds a NUL", "is there twice",
    "is an inline table, which nothing can be added to", "is defined before", "line 1, column 1: byte 0xff is no UTF-8",
    "line 1, column 1: byte 0xfe is no UTF-8",
)  # fmt: skip
# An error of Go for a value that no key can have: only a float can be too large for a float.
TAKEN_ON_PURPOSE = ("is out of range for float64",)


def has_one_of(escaped, texts):
    text = escaped.replace("\\x20", " ").replace("\\x2c", ",")
    return any(t in text for t in texts)


# ------------------------------------------------------------------------------------------------------------- stores


class Store:
    """A store in two copies, one for the Go library (vfs), one for the collector (vfs or overlay)."""

    FILES = [("layers", "g", "-layers/layers.json"), ("layers", "v", "-layers/volatile-layers.json"), ("images", "g", "-images/images.json"),
             ("containers", "g", "-containers/containers.json"), ("containers", "v", "-containers/volatile-containers.json"),
             ("mounts", "r", "-layers/mountpoints.json")]  # fmt: skip
    KIND_OF = {"layer-dir": "layer", "layer-data": "layer", "tar-split": "layer", "link": "layer", "image-dir": "image", "container-dir": "container"}

    def __init__(self, r, at):
        self.r, self.at = r, at
        self.mode = r.choice(("transient", "normal"))
        self.driver = r.choice(("vfs", "overlay"))
        self.orphans = set()
        self.odd_files = 0
        self.files = {}
        self.make()

    def make(self):
        r, records = self.r, odd_json.Records(self.r)
        self.layer_ids = [records.id() for _ in range(r.randrange(3, 7))]
        self.image_ids = [records.id() for _ in range(2)]
        self.container_ids = [records.id() for _ in range(3)]
        stable, volatile = self.layer_ids[:-2], self.layer_ids[-2:]
        self.lists = {
            "-layers/layers.json": odd_json.Array(records.layer(id, p) for id, p in zip(stable, [None] + stable)),
            "-layers/volatile-layers.json": odd_json.Array(records.layer(id, stable[0]) for id in volatile),
            "-images/images.json": odd_json.Array(records.image(id, stable[-1]) for id in self.image_ids),
            "-containers/containers.json": odd_json.Array(records.container(self.container_ids[0], stable[-1], self.image_ids[0]) for _ in (1,)),
            "-containers/volatile-containers.json": odd_json.Array(
                records.container(id, layer, self.image_ids[0]) for id, layer in zip(self.container_ids[1:], volatile)),
            "-layers/mountpoints.json": odd_json.Array([records.mount(volatile[0])]),
        }  # fmt: skip
        self.orphan_layer, self.orphan_container, self.orphan_image = records.id(), records.id(), records.id()
        self.orphans = {("layer", self.orphan_layer), ("container", self.orphan_container), ("image", self.orphan_image)}
        self.choose_bytes()

    def choose_bytes(self):
        r = self.r
        odd = set(r.sample(list(self.lists), r.choice((0, 1, 1, 1, 2, 3))))
        for path, tree in self.lists.items():
            if path in odd:
                self.odd_files += 1
                self.files[path] = odd_json.Oddities(r).change(tree)
            elif path != "-layers/mountpoints.json" or r.random() < 0.5:
                self.files[path] = odd_json.text(tree)

    def root_of(self, place):
        return {"g": "g", "r": "r", "v": "r" if self.mode == "transient" else "g"}[place]

    def write(self):
        for copy, driver in (("go", "vfs"), ("collector", self.driver)):
            self.write_copy(f"{self.at}/{copy}", driver)

    def write_copy(self, at, driver):
        directories = [f"g/{driver}-{kind}" for kind in ("layers", "images", "containers")] + [f"r/{driver}-{kind}" for kind in ("layers", "containers")]
        directories += [f"g/{driver}/{'l' if driver == 'overlay' else 'dir'}"]
        below = "" if driver == "overlay" else "dir/"
        directories += [f"g/{driver}/{below}{id}/{'diff' if driver == 'overlay' else ''}" for id in [*self.layer_ids, self.orphan_layer]]
        directories += [f"g/{driver}-images/{id}" for id in [*self.image_ids, self.orphan_image]]
        directories += [f"g/{driver}-containers/{id}/userdata" for id in [*self.container_ids, self.orphan_container]]
        for directory in directories:
            os.makedirs(f"{at}/{directory}", exist_ok=True)
        for kind, place, path in self.FILES:
            if path in self.files:
                with open(f"{at}/{self.root_of(place)}/{driver}{path}", "wb") as f:
                    f.write(self.files[path])

    def read(self, name):
        with open(f"{self.at}/{name}", errors="replace") as f:
            return f.read()

    def report(self):
        try:
            return json.loads(self.read("report"))
        except ValueError:
            return None

    def split(self, items):
        """The objects of the opened store, or None, and the objects of each file, from an answer."""
        opened, by_files = None, {"ids": [], "records": {}, "incomplete": set()}
        current = None
        for item in items:
            fields = item.split("|")
            if fields[0] == "store":
                opened = set() if fields[1] == "ok" else None
                self.error = item
                current = "store"
            elif fields[0] == "file":
                current = fields[1].replace("/vfs", "/", 1)
                by_files["records"][current] = int(fields[3]) if fields[2] == "ok" else -1
            elif current == "store":
                opened.add((fields[0], fields[1]))
            elif fields[0] != "mount":
                by_files["ids"].append((fields[0], fields[1]))
                if fields[0] == "layer" and fields[-1] == "true":
                    by_files["incomplete"].add(fields[1])
        return opened, by_files

    def expected(self, by_files):
        """An opened store lists the objects of its files, except incomplete layers, which it deletes."""
        return {(kind, id) for kind, id in by_files["ids"] if kind != "layer" or id not in by_files["incomplete"]}

    def object_of(self, subject):
        return self.KIND_OF.get(subject["kind"]), subject["id"]

    def relative(self, path):
        return path.removeprefix(f"{self.at}/collector/").replace("/" + self.driver, "/", 1)

    def inputs(self):
        return json.dumps([self.mode, self.driver, self.at, {k: v.decode("utf-8", "backslashreplace") for k, v in self.files.items()}], indent=1).encode()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--go", required=True, help="command of the Go program")
    parser.add_argument("--library", required=True, help="command of differential-library")
    parser.add_argument("--gc", required=True, help="command of cstorage-gc")
    parser.add_argument("--after-boot", default="", help="command that runs another one as on a machine that has just booted")
    parser.add_argument("--scratch", required=True, help="directory in memory")
    parser.add_argument("--disk", required=True, help="directory on a disk: what lies in memory is of this boot")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--only", choices=("records", "stores", "configurations"))
    parser.add_argument("--show", type=int, default=3, help="of each class")
    parser.add_argument("--keep", help="directory for inputs that are shown")
    o = parser.parse_args()

    c = Comparison(o)
    root, user = c.go(), c.go()
    turns = {
        "records": lambda: c.compare_records(root),
        "stores": lambda: c.compare_stores(root),
        "configurations": lambda: (c.compare_configurations(root, 0), c.compare_configurations(user, 1000)),
    }
    begin = time.monotonic()
    spent = {name: 0 for name in turns if o.only in (None, name)}
    while time.monotonic() - begin < o.seconds:
        # The same time for each.
        name, since = min(spent, key=spent.get), time.monotonic()
        turns[name]()
        spent[name] += time.monotonic() - since
    for kind, n in sorted(c.disagreements.items()):
        print(f"{n} x {kind}")
    print(json.dumps({"seconds": round(time.monotonic() - begin), "disagreements": sum(c.disagreements.values()), **c.counts}))


if __name__ == "__main__":
    main()
