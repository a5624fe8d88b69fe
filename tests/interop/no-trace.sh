#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A run that finds nothing to do, a dry run, and a run without a store: by their traces they open no file for writing, create no
# file, take no write lock and mount nothing; and no file changes, including its times.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
command -v strace >/dev/null || skip_all "there is no strace"
make_scratch
mkstore=$support/store/mkstore.py

# traced DIR OPTIONS...: trace a run on the store in DIR/g and DIR/r. A storage.conf names them and $imagestore, since paths in
# options must exist.
imagestore=
traced() {
        printf '[storage]\ngraphroot = "%s"\nrunroot = "%s"\nimagestore = "%s"\n' "$1/g" "$1/r" "$imagestore" \
                >"$scratch/storage.conf"
        shift
        CONTAINERS_STORAGE_CONF=$scratch/storage.conf "$after_boot" strace -f -qq -o "$scratch/trace" "$build/gc/cstorage-gc" "$@" \
                >"$scratch/out" 2>"$scratch/err"
}

# no_trace NAME WANTED-STATUS DIR OPTIONS...
no_trace() {
        local name=$1 wanted=$2 dir=$3
        shift 2
        listing make --ctime "$dir" >"$scratch/before"
        traced "$@"
        expect "$name: exit status" "$wanted" $? || note "$(tail -3 "$scratch/err")"
        listing make --ctime "$dir" >"$scratch/after"
        check "$name: nothing is opened for writing, made, locked for writing or mounted" \
                python3 "$support/interop/traces.py" "$scratch/trace"
        check "$name: no file changes, including its times" listing diff "$scratch/before" "$scratch/after"
}

store() {
        local dir=$1
        shift
        "$mkstore" --graphroot "$dir/g" --runroot "$dir/r" --containers 3 --volatile 2 --transient 2 "$@" >/dev/null
}

for driver in overlay vfs; do
        store "$scratch/clean-$driver" --driver $driver
        store "$scratch/full-$driver" --driver $driver --orphans 5 --extras
        no_trace "$driver, nothing to do" 0 "$scratch/clean-$driver" --storage-driver $driver
        no_trace "$driver, nothing to do, the driver is found out" 0 "$scratch/clean-$driver" --json
        no_trace "$driver, dry run with orphans" 0 "$scratch/full-$driver" --storage-driver $driver --dry-run
        no_trace "$driver, dry run with orphans, JSON" 0 "$scratch/full-$driver" --storage-driver $driver --dry-run --json
        no_trace "$driver, facts" 0 "$scratch/full-$driver" --storage-driver $driver facts
done

for layout in 1.58 1.53 1.47; do
        dir=$scratch/split-$layout
        store "$dir" --imagestore "$dir/i" --layout $layout
        no_trace "image store of $layout, nothing to do" 0 "$dir" --storage-driver overlay --imagestore "$dir/i"
        imagestore=$dir/none
        no_trace "image store of $layout, another one configured" 3 "$dir" --storage-driver overlay
        imagestore=
done

mkdir -p "$scratch/none"
no_trace "no store" 0 "$scratch/none"
no_trace "no store, dry run" 0 "$scratch/none" --dry-run
no_trace "no store, a driver is given" 0 "$scratch/none" --storage-driver overlay
mkdir -p "$scratch/empty/g" "$scratch/empty/r"
no_trace "an empty graphroot" 0 "$scratch/empty"
no_trace "an empty graphroot, a driver is given" 0 "$scratch/empty" --storage-driver overlay
store "$scratch/rebooted"
rm -rf "$scratch/rebooted/r"
mkdir "$scratch/rebooted/r"
no_trace "an empty runroot, dry run" 0 "$scratch/rebooted" --storage-driver overlay --dry-run

# The trace of a collection shows the calls that this test looks for.
traced "$scratch/full-overlay" --storage-driver overlay
python3 "$support/interop/traces.py" "$scratch/trace" >"$scratch/found"
check "the trace of a collection shows changes and locks" sh -c "grep -q rename '$scratch/found' && grep -q F_WRLCK '$scratch/found'"
finish
