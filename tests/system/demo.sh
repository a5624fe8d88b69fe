#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The first command of the README does what it says: it ends in a collection, and what had a record is there.
. "$(dirname "$0")/../support/lib.sh"

need_root
make_scratch

"$tests_dir/../packaging/demo.sh" >"$scratch/out" 2>&1
expect "the demo ends well" 0 $? || note "$(tail -5 "$scratch/out")"
command -v apt-get >/dev/null &&
        expect "everything optional is built in" "+BTRFS +SQLITE +SYSTEMD" \
                "$(sed -n '/^cstorage-gc [0-9]/{n; p; q}' "$scratch/out" | tr ' ' '\n' | sort | xargs)"
check "containers of before the reboot are removed" grep -q '^removed layer-dir no-record ' "$scratch/out"
check "the images are there" grep -q '^images: localhost/' "$scratch/out"
check "a second run finds nothing" grep -q '^summary removed=0 refused=0 failed=0 ' "$scratch/out"

finish
