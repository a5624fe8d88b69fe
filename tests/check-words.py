#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Nothing in lib and gc rests on words of 64 bits: the compiler takes all of it for a machine with 32, with the warnings
of this build. Nothing is linked, so that no library of such a machine is needed.

    check-words.py BUILD
"""
import concurrent.futures, json, os, shlex, subprocess, sys

build = sys.argv[1]
own = tuple(os.path.realpath(os.path.join(os.path.dirname(__file__), "..", top)) + "/" for top in ("lib", "gc"))
FOR_32 = ["-m32", "-fsyntax-only", "-fdiagnostics-color=never"]


def narrow(command):
    """The same, for 32 bits, with no result; sanitizers have nothing to do here."""
    words = shlex.split(command)
    for option in ("-o", "-MQ", "-MF"):
        del words[words.index(option):words.index(option) + 2]
    return [w for w in words if w != "-MD" and not w.startswith("-fsanitize=")] + FOR_32


def run(words):
    return subprocess.run(words, cwd=build, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


with open(os.path.join(build, "compile_commands.json")) as f:
    commands = {os.path.realpath(os.path.join(build, c["file"])): narrow(c["command"]) for c in json.load(f)}
commands = {file: words for file, words in commands.items() if file.startswith(own)}

probe = run([next(iter(commands.values()))[0], *FOR_32, "-include", "stdio.h", "-x", "c", os.devnull])
if probe.returncode != 0:
    print("1..0 # SKIP the compiler has nothing for 32 bits here (gcc-multilib)")
    sys.exit(77)

failed = 0
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    for n, (file, done) in enumerate(zip(sorted(commands), pool.map(run, map(commands.get, sorted(commands)))), 1):
        name = os.path.relpath(file, os.path.join(os.path.dirname(__file__), ".."))
        print(f"{'ok' if done.returncode == 0 else 'not ok'} {n} - {name}")
        if done.returncode != 0:
            failed = 1
            print("".join(f"# {line}\n" for line in done.stdout.splitlines()), end="")
print(f"1..{len(commands)}")
sys.exit(failed)
