#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# kill-write.sh MODE [DRIVER]: kill commits of each kind before each write-side system call, and make each of these calls fail.
# Afterwards Go and the library can load the store, each record is the old or the new one, a failed commit has changed nothing,
# Go's check finds nothing, and the repeated commit has the same result as one without a fault. Without CSTORAGE_TEST_LONG=1 the
# test tries a sample, chosen by CSTORAGE_TEST_SEED. It uses a machine for each processor.
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
        cp "$support"/interop/{library-image,kill-points}.sh "$scratch/m$i/store"
        part "$i" "$parts" &
        pids="${pids-} $!"
done
# shellcheck disable=SC2086
wait $pids
for i in $(seq 0 $((parts - 1))); do
        note "$driver, $mode, seed $seed: $(tail -n 1 "$scratch/out.$i")"
        check "$driver, $mode: the store is consistent after each fault" grep -q '^[1-9].* tried, 0 failures$' "$scratch/out.$i" ||
                note "$(head -n 60 "$scratch/out.$i")"
done
finish
