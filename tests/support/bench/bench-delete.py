#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""See bench-delete.sh."""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TARGET = 3.0  # times faster than rm -rf: orphans, with cold caches, on the disk of the test cache


def files(path, count):
    os.makedirs(path)
    for i in range(count):
        with open(f"{path}/file-{i}.so", "wb") as out:
            out.write(b"x" * 3000)


def orphans(top):
    """300 orphans of 200 files"""
    for i in range(300):
        for d in range(10):
            files(f"{top}/{i}-{'a' * 64}/diff/usr/{d}", 20)


def nested(top):
    """one orphan of 60,000 files in 300 directories"""
    for d in range(300):
        files(f"{top}/1-{'a' * 64}/diff/usr/{d % 17}/{d}", 200)


def flat(top):
    """one orphan of 60,000 files in one directory"""
    files(f"{top}/1-{'a' * 64}/diff", 60000)


def timed(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    elapsed = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return elapsed, after.ru_stime + after.ru_utime - before.ru_stime - before.ru_utime


def discards():
    """The discards of all disks; a file system that discards at once waits for them."""
    with open("/proc/diskstats", encoding="ascii") as stats:
        return sum(int(fields[14]) for fields in map(str.split, stats)
                   if len(fields) > 14 and not fields[2].startswith(("loop", "ram", "zram")))


def once(base, make, cold, command):
    top = f"{base}/top"
    os.mkdir(top)
    make(top)
    os.sync()
    if cold:
        with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as drop:
            drop.write("3")
    discarded = discards()
    result = timed(command(top))
    result += (discards() - discarded,)
    shutil.rmtree(top, ignore_errors=True)
    return result


def compare(where, base, make, cold, rounds, tool):
    contenders = {
        "rm -rf": lambda top: ["rm", "-rf", top],
        "tree-tool": lambda top: [tool, "remove", top],
        "tree-tool, counting bytes": lambda top: [tool, "remove", top, "count"],
    }
    times = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, command in contenders.items():
            times[name].append(once(base, make, cold, command))
    median = {name: [statistics.median(t[k] for t in all_times) for k in (0, 1, 2)] for name, all_times in times.items()}
    rm = median["rm -rf"]
    print(f"# {make.__doc__}, {'cold' if cold else 'warm'}, {where}: rm -rf {rm[0]:.2f} s, processor {rm[1]:.2f} s, "
          f"{rm[2] / rm[0]:.0f} discards a second")
    for name, (elapsed, cpu, discarded) in median.items():
        if name != "rm -rf":
            print(f"#   {name}: {elapsed:.2f} s, {rm[0] / elapsed:.1f} times as fast; processor {cpu / rm[1]:.2f}, "
                  f"{discarded / elapsed:.0f} discards a second")
    sys.stdout.flush()
    return rm[0] / median["tree-tool"][0]


def image(directory):
    """Make an ext4 image; return None without loop devices."""
    path, mounted = f"{directory}/image", f"{directory}/mounted"
    os.mkdir(mounted)
    with open(path, "wb") as out:
        out.truncate(3 << 30)
    subprocess.run(["mkfs.ext4", "-q", "-F", path], check=True)
    done = subprocess.run(["mount", "-o", "loop", path, mounted], check=False)
    return mounted if done.returncode == 0 else None


def main():
    tool = os.path.realpath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    cache = os.environ.get("CSTORAGE_TEST_CACHE", "/var/cache/cstorage-tests")
    if os.getuid() != 0:
        print("1..0 # SKIP only root can drop the caches")
        return 77

    os.makedirs(cache, exist_ok=True)
    directory = tempfile.mkdtemp(prefix="scratch-bench-", dir=cache)
    mounted = None
    ratios = []
    try:
        mounted = image(directory)
        places = {"file system of the cache": directory} | ({"ext4 image": mounted} if mounted else {})
        for where, base in places.items():
            for make in (orphans, nested, flat):
                for cold in (True, False):
                    ratios.append(compare(where, base, make, cold, rounds, tool))
    finally:
        if mounted:
            subprocess.run(["umount", mounted], check=False)
        shutil.rmtree(directory, ignore_errors=True)
    met = ratios[0] >= TARGET
    print(f"{'ok' if met else 'not ok'} 1 - {orphans.__doc__}, cold: {ratios[0]:.1f} times as fast as rm -rf, wanted {TARGET:.0f}")
    print("1..1")
    return 0 if met else 1


sys.exit(main())
