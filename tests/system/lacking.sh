#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Without descriptors or memory, or with files that cannot be opened, the collector removes orphans only, has a documented exit
# status, and does not advise replacing an intact record file.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
make_scratch
gc=$build/gc/cstorage-gc
export LC_ALL=C
unset CONTAINERS_STORAGE_CONF CONTAINERS_STORAGE_CONF_OVERRIDE STORAGE_DRIVER STORAGE_OPTS

lay_out model --images 1 --layers 2 --containers 1 --volatile 1 --orphans 2 --orphan-files 1
list() { (cd "$1" && find g r | sort); }
list "$scratch/model" >"$scratch/before"
store="--root=$scratch/try/g --runroot=$scratch/try/r --storage-driver=overlay"

again() { rm -rf "$scratch/try" && cp -a "$scratch/model" "$scratch/try"; }

# The orphans that a run removes without faults.
again
# shellcheck disable=SC2086
"$after_boot" "$gc" $store >/dev/null
list "$scratch/try" | comm -23 "$scratch/before" - >"$scratch/may-go"

# judge NAME STATUS: print a line for each mistake of one run.
judge() {
        case $2 in 0 | 1 | 3) ;; *) echo "$1: exit status $2" ;; esac
        grep -E 'Restore it|replace its content|create it with|remove it|move it away' "$scratch/err" | sed "s/^/$1: /"
        [ "$2" = 0 ] || [ -s "$scratch/err" ] || echo "$1: exit status $2 and no message"
        list "$scratch/try" | comm -23 "$scratch/before" - | comm -23 - "$scratch/may-go" | sed "s/^/$1: gone is /"
}

: >"$scratch/faults"
for n in $(seq 4 24) 64; do
        again
        (
                # The hard limit as well, so that the program cannot raise it. The output is opened before.
                exec >"$scratch/out" 2>"$scratch/err"
                # shellcheck disable=SC2016,SC2086
                exec "$after_boot" sh -c 'ulimit -n "$1" && shift && exec "$@"' sh "$n" "$gc" $store
        )
        judge "$n descriptors" $? >>"$scratch/faults"
done
expect "with 4 to 24 descriptors only orphans are removed, and no advice is wrong" "" "$(head -5 "$scratch/faults")"
expect "with 64 descriptors all orphans are removed" "0 " "$(grep -c '^failed\|^refused' "$scratch/out") $(cat "$scratch/err")"

if ! command -v strace >/dev/null; then
        skip "with opens that fail" "there is no strace"
        finish
fi
again
# shellcheck disable=SC2086
"$after_boot" strace -f -qq -o "$scratch/trace" -e trace=openat,openat2 "$gc" $store >/dev/null 2>&1
total=$(grep -c 'openat' "$scratch/trace")
errors=(EMFILE ENFILE ENOMEM EACCES EIO)
: >"$scratch/faults"
step=3
[ "${CSTORAGE_TEST_LONG-0}" = 1 ] && step=1
for k in $(seq 1 $step "$total"); do
        again
        # shellcheck disable=SC2086
        "$after_boot" strace -f -qq -o /dev/null -e trace=openat,openat2 -e inject=openat,openat2:error=${errors[k / step % 5]}:when="$k"+ \
                "$gc" $store >"$scratch/out" 2>"$scratch/err"
        status=$?
        [ $status = 127 ] || judge "${errors[k / step % 5]} from open $k on" $status >>"$scratch/faults"
done
expect "with all opens failing from the Nth on only orphans are removed, and no advice is wrong" "" "$(head -5 "$scratch/faults")"
finish
