#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Check that the tests of the decision code fail if that code is changed.

    mutants.py [--all] [--seed N] [--file FILE]... BUILD

Each mutant is a copy of the code with one change. A mutant is killed if a test fails with it, or uses too much time. A
mutant that survives is printed as a difference: add a golden pair, a law or a unit test that kills it. If no test can,
change the code so that the mutant is impossible; only if that is no improvement, add the mutant and the reason to the file
"equivalent" beside this program. The normal run takes a sample; --all, or CSTORAGE_TEST_LONG=1, takes all mutants.
"""
import argparse, collections, concurrent.futures, json, os, random, re, resource, shlex, shutil, signal, subprocess, sys, tempfile, time
from dataclasses import dataclass, field

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(TOP, "tests", "support", "mutants"))
import mutate

GOLDEN = os.path.join(TOP, "tests", "plan", "golden")
SAMPLE = 300
CPU_SECONDS_MIN = 2  # for a test of milliseconds, on any machine
WALL_SECONDS = 120   # for tests that hang
MEMORY_BYTES = 4 << 30


@dataclass
class Group:
    """Sources, and the commands that test them, fast ones first."""
    files: list
    tests: list
    users: list = field(default_factory=list)  # sources that use mutated headers and have no mutants of their own
    only: dict = field(default_factory=dict)   # by file: the functions that decide; all functions of other files


def unit(name, *env):
    return (f"tests/unit/test-{name}", [], dict(env))


def stored(*names):
    """The tests that make stores, in both modes."""
    return [unit(n) for n in names] + [unit(n, ("STORAGE_TRANSIENT", "1")) for n in names]


GROUPS = [
    Group(["gc/plan/plan.c", "gc/plan/references.c", "gc/plan/references.h", "gc/plan/missing-records.c", "gc/plan/foreign-store.c", "gc/plan/volatile-reset.c", "gc/plan/liveness.c",
           "gc/plan/damage.c", "gc/plan/layer-chains.c", "gc/plan/losses.c",
           "gc/facts/facts.h", "gc/plan/intern.c", "gc/plan/reasons.c"],
          [("tests/plan/plan-tool", [GOLDEN], {}), unit("gc-plan"), unit("gc-reasons"),
           ("tests/plan/plan-laws", ["1", "300"], {}), ("tests/plan/plan-laws", ["301", "11700"], {})],
          only={"gc/facts/facts.h": {"fact_entry_is_examined", "fact_entry_is_gone"}}),
    Group(["lib/inventory/quick-check.c"], stored("lib-quick-check")),
    Group(["lib/trash/move.c", "lib/trash/check.c"], [unit("lib-trash"), unit("lib-trash-move"), *stored("lib-txn", "lib-delete")],
          only={"lib/trash/move.c": {"is_planned", "verify_renamed", "remove_empty", "leads_to"},
                "lib/trash/check.c": {"trash_check", "is_in_use"}}),
    Group(["lib/inventory/kinds.c"], [unit("lib-trash-order"), *stored("lib-inventory", "lib-quick-check")],
          only={"lib/inventory/kinds.c": {"is_data", "is_listed_in", "entry_kind_by_suffix", "entry_kind_by_name", "entry_kind_of"}}),
    Group(["lib/inventory/examine.c"], [unit("lib-examine"), *stored("lib-inventory")]),
    Group(["lib/txn/reset-volatile.c"], stored("lib-reset-volatile") + [unit("lib-txn")],
          only={"lib/txn/reset-volatile.c": {"own_file_of", "check_torn", "reset"}}),
    Group(["gc/users/users.c"], [unit("gc-users")]),
    Group(["gc/users/wire-read.c"], [unit("gc-wire")]),
]


class Equivalents:
    """The file "equivalent": blocks of "FILE: FUNCTION", lines that begin with "-" and "+", and "=" before the reason."""

    def __init__(self, path):
        self.reasons = {}
        for block in re.split(r"\n\s*\n", open(path).read()):
            lines = [s for s in block.split("\n") if s.strip() and not s.startswith("#")]
            if not lines:
                continue
            file, function = lines[0].split(": ")
            old, new, reason = ([s[1:].strip() for s in lines[1:] if s[0] == sign] for sign in "-+=")
            if not reason or len(old) + len(new) + len(reason) != len(lines) - 1:
                sys.exit(f"{path}: no reason, or a line that is not understood:\n{block}")
            self.reasons[file, function, tuple(old), tuple(new)] = " ".join(reason)
        self.used = set()

    def has(self, mutant):
        if mutant.key() not in self.reasons:
            return False
        self.used.add(mutant.key())
        return True


# --------------------------------------------------------------------------------------------------- building

class Builder:
    def __init__(self, build, scratch):
        self.build, self.scratch = os.path.realpath(build), scratch
        with open(os.path.join(build, "compile_commands.json")) as f:
            self.commands = {os.path.relpath(os.path.realpath(os.path.join(c["directory"], c["file"])), TOP): c
                             for c in json.load(f)}
        for top in ("gc", "lib"):
            shutil.copytree(os.path.join(TOP, top), os.path.join(scratch, top), ignore=lambda d, names: [
                n for n in names if not n.endswith(".h") and not os.path.isdir(os.path.join(d, n))])

    def run(self, words):
        return subprocess.run(words, cwd=self.build, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def compile(self, file, text):
        """The messages of the compiler; empty on success."""
        source = os.path.join(self.scratch, file)
        with open(source, "w") as f:
            f.write(text)
        if file.endswith(".h"):
            return ""
        words = [self.here(w) for w in shlex.split(self.commands[file]["command"])]
        for option in ("-o", "-MQ", "-MF", "-c"):
            del words[words.index(option):words.index(option) + 2]
        done = self.run([w for w in words if w not in ("-MD", "-Werror", "-g")] +
                        ["-O1", "-w", "-fdiagnostics-color=never", "-c", source, "-o", source + ".o"])
        return done.stdout if done.returncode != 0 else ""

    def here(self, word):
        m = re.fullmatch(r"-I(.*)", word)
        if not m:
            return word
        path = os.path.relpath(os.path.realpath(os.path.join(self.build, m.group(1))), TOP)
        return "-I" + os.path.join(self.scratch, path) if path in ("gc", "lib") else word

    def chooser(self):
        path = os.path.join(self.scratch, "chooser.c")
        with open(path, "w") as f:
            f.write('#include <stdlib.h>\nint mutant_chosen;\n'
                    '__attribute__((constructor(101))) static void choose(void) {\n'
                    '        const char *chosen = getenv("MUTANT");\n        mutant_chosen = chosen ? atoi(chosen) : 0;\n}\n')
        compiler = [w for w in shlex.split(next(iter(self.commands.values()))["command"]) if not w.startswith("-")]
        self.must([*compiler[:2 if compiler[0].endswith("ccache") else 1], "-c", path, "-o", path + ".o"])
        return path + ".o"

    def must(self, words):
        done = self.run(words)
        if done.returncode != 0:
            sys.exit(f"{shlex.join(words)}:\n{done.stdout}")
        return done.stdout

    def link(self, target, objects, to):
        command = self.must(["ninja", "-t", "commands", target]).strip().split("\n")[-1]
        words = shlex.split(command)
        at = words.index("-o")
        self.must(words[:at] + ["-o", to] + objects + words[at + 2:])


def wrong_in(said):
    """The mutants with compile errors, in the copy of a function or in the expansion of a macro."""
    found, function = set(), None
    for line in said.split("\n"):
        if m := re.search(r"In function .*__(\d+)\W*$", line):
            function = int(m.group(1))
        if m := re.match(r"mutant-(\d+):[\d:]* error", line):
            found.add(int(m.group(1)))
        elif ": error:" in line and function:
            found.add(function)
        elif m := re.search(r" note: .*\W\w+__(\d+)\b", line):
            found.add(int(m.group(1)))
    return found


def compile_group(builder, group, mutants):
    """Leave out mutants that do not compile; return the objects and these mutants."""
    left_out = set()
    sources = {f: mutate.Source(f, open(os.path.join(TOP, f)).read()) for f in group.files + group.users}
    headers = {f for f in group.files if f.endswith(".h")}
    while True:
        wrong = set()
        for file in sorted(sources, key=lambda f: not f.endswith(".h")):
            mine = [m for m in mutants if m.number not in left_out and (m.file == file or m.file in headers and m.kind != "function")]
            said = builder.compile(file, sources[file].weave(mine))
            found = wrong_in(said)
            if said and not found:
                sys.exit(f"{file} does not compile:\n{said}")
            wrong |= found
        if not wrong:
            return [os.path.join(builder.scratch, f + ".o") for f in sources if not f.endswith(".h")], left_out
        left_out |= wrong


# ---------------------------------------------------------------------------------------------------- running

@dataclass
class Test:
    words: list
    env: dict
    cpu_seconds: int = 0

    def name(self):
        return " ".join([os.path.basename(self.words[0]), *(w for w in self.words[1:] if "/" not in w), *self.env])


def where_files_are_fast():
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def limits(test):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    if test.cpu_seconds:
        resource.setrlimit(resource.RLIMIT_CPU, (test.cpu_seconds, test.cpu_seconds))


def passes(test, number):
    top = tempfile.mkdtemp(prefix="mutant-", dir=where_files_are_fast())
    env = {**os.environ, **test.env, "MUTANT": str(number), "TMPDIR": top, "CMOCKA_MESSAGE_OUTPUT": "TAP",
           "CSTORAGE_CORPUS": os.path.join(TOP, "tests", "corpus")}
    env.pop("CSTORAGE_TEST_LONG", None)
    child = subprocess.Popen(test.words, cwd=top, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, start_new_session=True, preexec_fn=lambda: limits(test))
    try:
        return child.wait(WALL_SECONDS) == 0
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        return False
    finally:
        shutil.rmtree(top, ignore_errors=True)


def killer(tests, number):
    """The first test that fails, or None."""
    return next((t for t in tests if not passes(t, number)), None)


def set_limit(test):
    """The limits, from a run of the original code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    if not passes(test, 0):
        sys.exit(f"{test.name()} fails without any mutant")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    test.cpu_seconds = CPU_SECONDS_MIN + int(10 * used)


def make_tests(builder, group, objects):
    linked = {}
    for target, _, _ in group.tests:
        if target not in linked:
            linked[target] = os.path.join(builder.scratch, f"{os.path.basename(group.files[0])}-{os.path.basename(target)}")
            builder.link(target, objects, linked[target])
    tests = [Test([linked[target], *words], env) for target, words, env in group.tests]
    for test in tests:
        set_limit(test)
    return tests


# -------------------------------------------------------------------------------------------------- the report

class Tally:
    def __init__(self):
        self.counts = collections.defaultdict(collections.Counter)
        self.kills = collections.Counter()
        self.failed = False

    def add(self, mutant, what):
        self.counts[mutant.file][what] += 1

    def fail(self, text):
        self.failed = True
        print("".join(f"# {line}\n" for line in text.split("\n")), end="", flush=True)

    def report(self, seconds):
        names = ("made", "does not compile", "tried", "killed", "equivalent", "survived")
        print("# " + "".join(f"{n:>18}" for n in names))
        total = collections.Counter()
        for file in self.counts:
            print("# " + "".join(f"{self.counts[file][n]:18}" for n in names) + f"  {file}")
            total.update(self.counts[file])
        print("# " + "".join(f"{total[n]:18}" for n in names) + "  all")
        for name, n in self.kills.most_common():
            print(f"# {n:6} killed by {name}")
        print(f"# {seconds:.0f} s")


def all_mutants(files):
    mutants = []
    for group in GROUPS:
        for file in group.files:
            if files and file not in files:
                continue
            source = mutate.Source(file, open(os.path.join(TOP, file)).read())
            found = list(source.mutants())
            missing = group.only.get(file, set()) - {m.item for m in found}
            if missing:
                sys.exit(f"{file}: no mutants in {', '.join(sorted(missing))}")
            for m in found:
                if m.item not in group.only.get(file, {m.item}):
                    continue
                m.number = len(mutants) + 1
                mutants.append(m)
    return mutants


def try_mutants(pool, tally, equivalents, tests, mutants, everything):
    chosen = [m for m in mutants if everything or not equivalents.has(m)]
    for mutant, test in zip(chosen, pool.map(lambda m: killer(tests, m.number), chosen)):
        tally.add(mutant, "tried")
        listed = equivalents.has(mutant)
        if test:
            tally.kills[test.name()] += 1
        tally.add(mutant, "killed" if test else "equivalent" if listed else "survived")
        if listed and test:
            tally.fail(f"killed by {test.name()}, but listed as equivalent:\n{mutant.diff()}")
        elif not test and not listed:
            tally.fail(f"survived:\n{mutant.diff()}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true", default=os.environ.get("CSTORAGE_TEST_LONG") == "1")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", action="append", default=[])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("build")
    options = parser.parse_args()

    start = time.monotonic()
    equivalents = Equivalents(os.path.join(os.path.dirname(os.path.realpath(__file__)), "equivalent"))
    mutants = all_mutants(options.file)
    for m in mutants:
        equivalents.has(m)
    if options.list:
        print("\n".join(m.diff() for m in mutants))
        return 0

    tally = Tally()
    unused = set(equivalents.reasons) - equivalents.used
    for file, item, old, new in sorted(unused if not options.file else ()):
        tally.fail("listed as equivalent, but no such mutant is made:\n" + mutate.Mutant(file, item, "", old, new).diff())
    for m in mutants:
        tally.add(m, "made")
    if not options.all and not options.file:
        mutants = random.Random(options.seed).sample(mutants, min(SAMPLE, len(mutants)))
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        os.chmod(scratch, 0o755)
        builder = Builder(options.build, scratch)
        os.environ["LD_LIBRARY_PATH"] = os.path.join(builder.build, "lib")  # the programs are linked in another directory
        chooser = builder.chooser()
        for group in GROUPS:
            mine = [m for m in mutants if m.file in group.files]
            if not mine:
                continue
            objects, left_out = compile_group(builder, group, mine)
            for m in mine:
                if m.number in left_out:
                    tally.add(m, "does not compile")
            tests = make_tests(builder, group, [chooser, *objects])
            try_mutants(pool, tally, equivalents, tests, [m for m in mine if m.number not in left_out],
                        options.all or options.file)
    tally.report(time.monotonic() - start)
    print(f"{'not ' if tally.failed else ''}ok 1 - the tests kill every mutant of the decision code\n1..1")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
