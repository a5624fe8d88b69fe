#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""plant.py GRAPHROOT SECONDS: put groups of orphans into a store in a loop, and print the path of each before it exists. Each is made
in another directory and renamed, since a collection may remove it at once."""

import os
import random
import sys
import time

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def layer(graphroot, aside):
    name, link = random.randbytes(32).hex(), "".join(random.choices(LETTERS, k=26))
    print(f"overlay/{name}\noverlay/l/{link}", flush=True)
    for sub in "", "/diff", "/work", "/merged", "/diff/etc", "/diff/usr", "/diff/usr/lib":
        os.mkdir(aside + sub, 0o700)
    write(aside + "/link", link)
    for i in range(20):
        write(f"{aside}/diff/usr/lib/lib{i}.so", "x" * 1000)
    os.symlink(f"../{name}/diff", f"{graphroot}/overlay/l/{link}")
    os.rename(aside, f"{graphroot}/overlay/{name}")


def container(graphroot, aside):
    name = random.randbytes(32).hex()
    print(f"overlay-containers/{name}", flush=True)
    os.makedirs(aside + "/userdata/artifacts", 0o700)
    write(aside + "/userdata/config.json", "{}")
    os.rename(aside, f"{graphroot}/overlay-containers/{name}")


def tar_split(graphroot, _aside):
    name = random.randbytes(32).hex()
    print(f"overlay-layers/{name}.tar-split.gz", flush=True)
    write(f"{graphroot}/overlay-layers/{name}.tar-split.gz", "")


end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    for plant in layer, container, tar_split:
        plant(sys.argv[1], f"{sys.argv[1]}/../planting-{os.getpid()}")
    time.sleep(random.uniform(0.05, 0.4))
