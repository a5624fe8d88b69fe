#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Draw the output of bench-gc.sh as a picture (SVG).

plot.py <FIGURES >PICTURE. Bars are times in milliseconds on a logarithmic scale; beside each stands the time and how many
times that of cstorage-gc it is. The picture is readable at the width of a telephone, on a light and on a dark page.
"""

import math
import re
import sys

# The name of a row in bench-gc.sh, and its title.
ROWS = (
    ("nothing to do, 1100 layers, cold", "Clean store of 1,100 layers, cold cache"),
    ("nothing to do, 11000 layers, warm", "Clean store of 11,000 layers"),
    ("200 orphans of 100 files, warm: until unlocked", "200 orphans: until podman can continue"),
    ("one orphan of 400,000 files, lock held", "Orphan of 400,000 files: locks held"),
    ("deleting 300 orphans of 200 files, cold", "300 orphans: until all files are deleted"),
)

# The program in bench-gc.sh, its name, and its colors on a light and on a dark page.
PROGRAMS = (
    ("cstorage", "cstorage-gc", "#1b6ca8", "#58a6ff"),
    ("storage", "containers-storage gc", "#c8553d", "#f0826a"),
    ("podman", "podman system prune --external", "#b97a1f", "#e8b86d"),
    ("rm", "rm -rf", "#7a7a7a", "#9a9a9a"),
)

WIDTH, HEIGHT, MARGIN = 600, 900, 24
FONT, BAR, BAR_STEP, ROW_GAP = 22, 24, 30, 15
SCALE_FIRST_MS, SCALE_LAST_MS, SCALE_WIDTH = 0.3, 20000, 370
TICKS_MS = (1, 10, 100, 1000, 10000)


def read_times(lines):
    """The milliseconds of each (row, program) in the input."""
    times = {}
    for line in lines:
        for row, _ in ROWS:
            found = re.match(rf"# {re.escape(row)} +(\w+) +([\d.]+) ms\b", line)
            if found:
                times[row, found[1]] = float(found[2])
    return times


def x_of(ms):
    part = math.log(ms / SCALE_FIRST_MS) / math.log(SCALE_LAST_MS / SCALE_FIRST_MS)
    return MARGIN + SCALE_WIDTH * max(part, 0)


def number(value):
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def multiple(value):
    """Round to two digits, since the shortest times have no more."""
    return number(float(f"{value:.2g}") if value >= 10 else value)


def text(x, y, words, css="", anchor="start"):
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{css}" text-anchor="{anchor}">{words}</text>'


def style():
    light = "".join(f".{key}{{fill:{color}}}" for key, _, color, _ in PROGRAMS)
    dark = "".join(f".{key}{{fill:{color}}}" for key, _, _, color in PROGRAMS)
    return (
        f"<style>text{{font:{FONT}px sans-serif;fill:#1f2328}}.title{{font-size:28px;font-weight:bold}}"
        f".row{{font-weight:bold}}.soft{{fill:#59636e}}.page{{fill:#ffffff}}.grid{{stroke:#d1d9e0}}{light}"
        "@media (prefers-color-scheme:dark){"
        f"text{{fill:#f0f6fc}}.soft{{fill:#9198a1}}.page{{fill:#0d1117}}.grid{{stroke:#3d444d}}{dark}}}</style>"
    )


def legend(y):
    for i, (key, name, _, _) in enumerate(PROGRAMS):
        line = y + i * 28
        yield f'<rect x="{MARGIN}" y="{line - 16}" width="18" height="18" class="{key}"/>'
        yield text(MARGIN + 26, line, name)


def bar(y, key, ms, cstorage_ms):
    yield f'<rect x="{MARGIN}" y="{y}" width="{x_of(ms) - MARGIN:.1f}" height="{BAR}" class="{key}"/>'
    ratio = "" if key == "cstorage" else f" ({multiple(ms / cstorage_ms)}×)"
    yield text(x_of(ms) + 8, y + BAR - 4, number(ms) + ratio)


def rows(y, times):
    for row, title in ROWS:
        y += FONT
        yield text(MARGIN, y, title, "row")
        y += 8
        for key, *_ in PROGRAMS:
            if (row, key) in times:
                yield from bar(y, key, times[row, key], times[row, "cstorage"])
                y += BAR_STEP
        y += ROW_GAP


def grid(top, bottom):
    for ms in TICKS_MS:
        x = x_of(ms)
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}" class="grid"/>'
        yield text(x, bottom + 24, f"{ms:,}", "soft", "middle")
    yield text(WIDTH - MARGIN, bottom + 24, "ms (log)", "soft", "end")


def draw(times):
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
    yield "<title>Time in milliseconds, shorter is better</title>"
    yield style()
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" class="page"/>'
    yield text(MARGIN, 46, "Time in milliseconds", "title")
    yield text(MARGIN, 76, "and multiple of cstorage-gc; shorter is better", "soft")
    yield from legend(116)
    yield from grid(226, HEIGHT - 50)
    yield from rows(230, times)
    yield "</svg>"


def main():
    times = read_times(sys.stdin)
    missing = [row for row, _ in ROWS if (row, "cstorage") not in times]
    if missing:
        sys.exit(f"plot.py: cannot draw: there is no time of cstorage-gc for {missing[0]!r}")
    print("\n".join(draw(times)))


main()
