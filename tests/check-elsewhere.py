#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compile all sources of lib and gc for another kind of machine, with the warnings of this build. Nothing is linked, so no library
of that machine is needed.

    check-elsewhere.py BUILD words      for words of 32 bits
    check-elsewhere.py BUILD musl       with the headers of musl instead of those of glibc
"""
import concurrent.futures, json, os, shlex, subprocess, sys, tempfile

build, kind = sys.argv[1:]
source = os.path.realpath(os.path.join(os.path.dirname(__file__), ".."))
# The other headers in the directory of glibc's headers that the sources use. If one is missing, the build has not found its library
# either, and has no source that includes it.
HEADERS = ("asm", "asm-generic", "btrfsutil.h", "linux", "sha2.h", "sqlite3.h", "systemd", "yajl", "zconf.h", "zlib.h")
# Names of glibc that musl dropped in 1.2.4; the headers of older releases define them as macros.
GONE = ("blkcnt64_t", "dirent64", "fstat64", "fstatat64", "ftruncate64", "getdents64", "ino64_t", "lseek64", "lstat64",
        "mmap64", "off64_t", "open64", "openat64", "pread64", "pwrite64", "readdir64", "rlim64_t", "sendfile64", "stat64",
        "statfs64", "statvfs64", "truncate64")
DEFINED_IN = ("dirent.h", "fcntl.h", "stdio.h", "stdlib.h", "sys/mman.h", "sys/resource.h", "sys/sendfile.h", "sys/stat.h",
              "sys/statvfs.h", "sys/types.h", "sys/uio.h", "sys/vfs.h", "unistd.h")


def for_musl(directory):
    """The compiler with the headers of musl, and with those of other libraries."""
    triplet = subprocess.run(["gcc", "-print-multiarch"], stdout=subprocess.PIPE, text=True).stdout.strip()
    for name in HEADERS:
        for top in ("/usr/include", f"/usr/include/{triplet}"):
            if os.path.exists(f"{top}/{name}"):
                os.symlink(f"{top}/{name}", f"{directory}/include/{name}")
                break
    with open(f"{directory}/gone.h", "w") as f:
        f.writelines(f"#include <{header}>\n" for header in DEFINED_IN)
        f.writelines(f"#undef {name}\n#pragma GCC poison {name}\n" for name in GONE)
    return ["musl-gcc"], ["-isystem", f"{directory}/include", "-include", f"{directory}/gone.h"]


def elsewhere(command, compiler, options):
    """The same command for the other machine, without an output file and sanitizers."""
    words = shlex.split(command)
    for option in ("-o", "-MQ", "-MF"):
        del words[words.index(option):words.index(option) + 2]
    first = next(i for i, word in enumerate(words) if word.startswith("-"))
    words = [w for w in words[first:] if w != "-MD" and not w.startswith("-fsanitize=")]
    return [*compiler, *words, "-fsyntax-only", "-fdiagnostics-color=never", *options]


def run(words):
    try:
        return subprocess.run(words, cwd=build, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except FileNotFoundError as error:
        return subprocess.CompletedProcess(words, 127, str(error))


def skip(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(77)


directory = tempfile.TemporaryDirectory()
os.mkdir(f"{directory.name}/include")
with open(os.path.join(build, "compile_commands.json")) as f:
    commands = {os.path.realpath(os.path.join(build, c["file"])): c["command"] for c in json.load(f)}
if kind == "musl":
    compiler, options = for_musl(directory.name)
    missing = "there are no headers of musl here (musl-tools)"
else:
    own = shlex.split(next(iter(commands.values())))
    compiler, options = own[:next(i for i, word in enumerate(own) if word.startswith("-"))], ["-m32"]
    missing = "the compiler has nothing for 32 bits here (gcc-multilib)"
if run([*compiler, *options, "-fsyntax-only", "-include", "stdio.h", "-x", "c", os.devnull]).returncode != 0:
    skip(missing)

own = tuple(f"{source}/{top}/" for top in ("lib", "gc"))
commands = {file: elsewhere(command, compiler, options) for file, command in commands.items() if file.startswith(own)}
failed = 0
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    for n, (file, done) in enumerate(zip(sorted(commands), pool.map(run, map(commands.get, sorted(commands)))), 1):
        print(f"{'ok' if done.returncode == 0 else 'not ok'} {n} - {os.path.relpath(file, source)}")
        if done.returncode != 0:
            failed = 1
            print("".join(f"# {line}\n" for line in done.stdout.splitlines()), end="")
print(f"1..{len(commands)}")
sys.exit(failed)
