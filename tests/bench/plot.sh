#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# plot.sh <FIGURES >PICTURE: what bench-gc.sh printed, as a picture (SVG, by gnuplot). Bars are times, shorter is better, in
# a scale of powers of ten.
set -euo pipefail

# What bench-gc.sh calls it, and what stands at the axis.
rows='nothing to do, 1100 layers, cold|nothing to do, 1,100 layers, cold cache
nothing to do, 11000 layers, warm|nothing to do, 11,000 layers
200 orphans of 100 files, warm: until unlocked|200 orphans, until podman goes on
one orphan of 400,000 files, lock held|400,000 files, while nobody else goes on
deleting 300 orphans of 200 files, cold|300 orphans, until all is deleted'

data=$(mktemp)
trap 'rm -f "$data"' EXIT
figures=$(cat)

# figure ROW WHO: milliseconds.
figure() {
        grep -F "# $1 " <<<"$figures" | awk -v who="$2" '
                { for (i = 2; i < NF; i++) if ($i == who && $(i + 2) == "ms") { print $(i + 1); exit } }'
}

while IFS='|' read -r row label; do
        printf '"%s"' "$label"
        for who in ours theirs podmans rm; do
                printf ' %s' "$(figure "$row" $who | grep . || echo NaN)"
        done
        printf '\n'
done <<<"$rows" | tac >"$data"

gnuplot <<EOF
set terminal svg size 820, 460 font "sans-serif,13" background "white"
set title "How long it takes, in milliseconds"
set logscale x
set xrange [0.3:50000]
set yrange [-0.6:4.6]
set grid xtics
set border 3
set tics nomirror
set key outside bottom center horizontal
set style fill solid
bar = 0.18
names = "cstorage-gc containers-storage,gc podman,system,prune,--external rm,-rf"
colours = "#1b6ca8 #c8553d #e0a458 #8a8a8a"
name(i) = system("echo " . word(names, i) . " | tr , ' '")
plot for [i=1:4] "$data" using (column(i + 1)):(\$0 + (2.5 - i) * bar):(0.3):(column(i + 1)):(\$0 + (2 - i) * bar):(\$0 + (3 - i) * bar) \
        with boxxyerror linecolor rgb word(colours, i) title name(i), \
        "$data" using (0.3):0:ytic(1) with dots linecolor rgb "white" notitle
EOF
