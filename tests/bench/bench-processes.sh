#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The time to look for processes that use an orphan: collect one orphan beside the processes of this machine, and beside 300 more,
# each in its mount namespace, in turns.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
make_scratch

gc=$build/gc/cstorage-gc
unset CONTAINERS_STORAGE_CONF CONTAINERS_STORAGE_CONF_OVERRIDE STORAGE_DRIVER STORAGE_OPTS

n_processes=300
longer_at_most_us=20000
rounds=9

# elapsed: the microseconds of a collection of one orphan, from the report. No other program runs meanwhile, not even jq.
elapsed() {
        lay_out "$1" --orphans 1 --orphan-files 1 --seed "$1"
        # shellcheck disable=SC2086
        "$after_boot" "$gc" $store --json >"$scratch/report"
        jq 'if .summary.removed > 0 then .elapsed_us // .summary.elapsed_us else error("nothing removed") end' "$scratch/report"
}

start_processes() {
        local i
        for ((i = 0; i < n_processes; i++)); do
                unshare -m sleep 1000 &
        done
        until [ "$(pgrep -c -x sleep)" -ge $n_processes ]; do sleep 0.1; done
}

median() { sort -n | sed -n "$(((rounds + 1) / 2))p"; }

for ((i = 0; i < rounds; i++)); do elapsed "few$i"; done >"$scratch/few"
start_processes
for ((i = 0; i < rounds; i++)); do elapsed "many$i"; done >"$scratch/many"
few=$(median <"$scratch/few") many=$(median <"$scratch/many")
note "one orphan: $few us, beside $n_processes processes more $many us (medians of $rounds)"
check "$n_processes processes cost at most $((longer_at_most_us / 1000)) ms" test $((many - few)) -le $longer_at_most_us
finish
