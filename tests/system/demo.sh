#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The first command of the README: it ends with a collection, and all entries with a record exist.
. "$(dirname "$0")/../support/lib.sh"

need_root
make_scratch

"$tests_dir/../packaging/demo.sh" >"$scratch/out" 2>&1
expect "the demo succeeds" 0 $? || note "$(tail -5 "$scratch/out")"
command -v apt-get >/dev/null &&
        expect "everything optional is built in" "+BTRFS +SQLITE +SYSTEMD" \
                "$(sed -n '/^cstorage-gc [0-9]/{n; p; q}' "$scratch/out" | tr ' ' '\n' | sort | xargs)"
check "containers from before the reboot are removed" grep -q '^removed layer-dir no-record ' "$scratch/out"
check "the images exist" grep -q '^images: localhost/' "$scratch/out"
check "a second run finds nothing" grep -q '^summary removed=0 refused=0 failed=0 ' "$scratch/out"

finish
