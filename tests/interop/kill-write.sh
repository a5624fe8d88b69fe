#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# kill-write.sh MODE [DRIVER]: in normal or transient mode, commits of every kind are killed before each of their write-side system
# calls, and each of those calls fails. Whatever happens, the store loads in Go and with us, each record is the old or the
# new one, a commit that failed left everything as it was, Go's check finds nothing, and to do the same again comes to the
# same end as without the accident. All points are many: without CSTORAGE_TEST_LONG=1 only some are tried, by
# CSTORAGE_TEST_SEED. As many machines do it as there are processors.
. "$(dirname "$0")/../support/lib.sh"

mode=$1
driver=${2:-overlay}
need_root
need_machines sid
make_scratch
seed=${CSTORAGE_TEST_SEED:-$(date +%j)}
points=${CSTORAGE_TEST_POINTS:-45}
[ "${CSTORAGE_TEST_LONG:-0}" = 1 ] && points=all

# part N OF
part() {
        machine_run "m$1" bash /var/lib/containers/kill-points.sh "$driver" "$mode" "$seed" "$points" "$1" "$2" >"$scratch/out.$1" 2>&1
}

parts=$(nproc)
[ "$parts" -le 8 ] || parts=8
for i in $(seq 0 $((parts - 1))); do
        check "$driver, $mode: a machine boots" machine_start "m$i" sid || finish
        cp "$support"/interop/{our-image,kill-points}.sh "$scratch/m$i/store"
        part "$i" "$parts" &
        pids="${pids-} $!"
done
# shellcheck disable=SC2086
wait $pids
for i in $(seq 0 $((parts - 1))); do
        note "$driver, $mode, seed $seed: $(tail -n 1 "$scratch/out.$i")"
        check "$driver, $mode: after every accident all is as it must be" grep -q '^[1-9].* tried, 0 failures$' "$scratch/out.$i" ||
                note "$(head -n 60 "$scratch/out.$i")"
done
finish
