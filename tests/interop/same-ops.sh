#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The same operations on two stores, by the real containers-storage and by the library (with store-client), in each mode and with
# each driver. same-ops.py compares the stores. CSTORAGE_TEST_SEED sets the seed.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_machines sid
[ -x "$build/tests/support/store-client/store-client" ] || skip_all "store-client is not built in $build"
make_scratch

seed=${CSTORAGE_TEST_SEED:-$RANDOM$RANDOM}
modes="stable transient"
operations=150
seconds=25
if [ "${CSTORAGE_TEST_LONG:-0}" = 1 ]; then
        modes="stable transient stable+imagestore transient+imagestore"
        operations=2000
        seconds=150
fi

same() {
        python3 "$support/interop/same-ops.py" "$scratch/m" "$1" "$2" /opt/cstorage/tests/support/store-client/store-client \
                $operations $seconds "$seed" >"$scratch/log" 2>&1
}

check "a machine boots" machine_start m sid || finish
note "seed $seed"
for driver in overlay vfs; do
        for mode in $modes; do
                if same $driver "$mode"; then
                        ok "$driver, $mode: the stores agree"
                else
                        not_ok "$driver, $mode: the stores agree"
                fi
                note "$(cat "$scratch/log")"
        done
done
finish
