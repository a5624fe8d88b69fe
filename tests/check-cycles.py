#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Print each dependency that is part of a cycle, a line each; nothing if there is no cycle.

    tests/check-cycles.py includes DIRECTORY      between the headers below it, by the headers that they include
    tests/check-cycles.py symbols LIBRARY...      between the objects of static libraries, by what they call or use
"""

import pathlib
import re
import subprocess
import sys

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.M)
SYMBOL = re.compile(r"^.*[:/]([^:/]+)\.c\.o: *[0-9a-f]* ([A-Za-z]) (\S+)$")


def graph_of_includes(directory):
    graph = {}
    for path in sorted(pathlib.Path(directory).rglob("*.h")):
        name = str(path.relative_to(directory))
        for header in INCLUDE.findall(path.read_text(encoding="utf-8")):
            graph.setdefault(name, {})[header] = "includes it"
    return graph


def read_symbols(libraries):
    for library in libraries:
        nm = subprocess.run(["nm", "--print-file-name", library], capture_output=True, text=True, check=True)
        for line in nm.stdout.splitlines():
            match = SYMBOL.match(line)
            if match:
                yield match.groups()


def graph_of_symbols(libraries):
    symbols = list(read_symbols(libraries))
    if not symbols:
        sys.exit("no symbols in " + " ".join(libraries))
    home = {name: obj for obj, kind, name in symbols if kind in "TDBRVW"}
    graph = {}
    for obj, kind, name in symbols:
        if kind == "U" and home.get(name, obj) != obj:
            graph.setdefault(obj, {}).setdefault(home[name], name)
    return graph


def reachable(graph, start):
    seen, todo = set(), [start]
    while todo:
        for other in graph.get(todo.pop(), {}):
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return seen


def print_cycles(graph):
    reach = {name: reachable(graph, name) for name in graph}
    for name in sorted(graph):
        for other in sorted(graph[name]):
            if name in reach.get(other, ()):
                print(f"{name} -> {other} ({graph[name][other]})")


def main():
    kind, *names = sys.argv[1:] or [""]
    if kind == "includes" and len(names) == 1:
        print_cycles(graph_of_includes(names[0]))
    elif kind == "symbols" and names:
        print_cycles(graph_of_symbols(names))
    else:
        sys.exit(__doc__)


main()
