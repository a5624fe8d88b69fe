#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# kill-write.sh MODE: in normal or transient mode, commits of every kind are killed before each of their write-side system
# calls, and each of those calls fails. Whatever happens, the store loads in Go and with us, each record is the old or the
# new one, a commit that failed left everything as it was, Go's check finds nothing, and to do the same again comes to the
# same end as without the accident. All points are many: without CSTORAGE_TEST_LONG=1 only some are tried, by
# CSTORAGE_TEST_SEED.
. "$(dirname "$0")/../lib.sh"

mode=$1
need_root
need_machines sid
make_scratch
seed=${CSTORAGE_TEST_SEED:-$(date +%j)}
points=${CSTORAGE_TEST_POINTS:-45}
[ "${CSTORAGE_TEST_LONG:-0}" = 1 ] && points=all

check "$mode: a machine boots" machine_start m sid || finish
cp "$tests_dir"/interop/{our-image,kill-points}.sh "$scratch/m/store"
machine_run m bash /var/lib/containers/kill-points.sh "$mode" "$seed" "$points" >"$scratch/out" 2>&1
note "$mode, seed $seed: $(tail -n 1 "$scratch/out")"
check "$mode: after every accident all is as it must be" grep -q 'tried, 0 failures$' "$scratch/out" ||
        note "$(head -n 60 "$scratch/out")"
finish
