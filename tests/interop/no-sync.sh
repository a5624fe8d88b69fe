#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The writes and syncs for the creation and deletion of a container, from a trace. For a transient container the library waits for
# no disk, and writes below the graphroot only the files that containers-storage writes: the directories of the layer and the token
# of its lock. For a volatile one it waits for no disk. For a stable one it writes in the order of lib/cstorage.h: all files, then
# for each the token, sync, rename, sync of the directory; and only files whose records changed.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_machines sid
[ -x "$build/tests/support/bench/bench-store" ] || skip_all "bench-store is not built in $build"
make_scratch
writes() { python3 "$support/interop/writes.py" "$@"; }

calls=trace=%file,%desc,sync,syncfs,fsync,fdatasync,sync_file_range,msync
traced() {
        local file=$1
        shift
        machine_run m strace -f -y -qq -s 16 -e $calls -o /run/trace "$@" >"$scratch/out" 2>"$scratch/err" || {
                note "$* failed: $(tail -3 "$scratch/err")"
                return 1
        }
        cat "$scratch/m/run/trace" >>"$scratch/$file"
}

# library MODE: create and delete a container in a store with an image and two containers.
library() {
        local in="/var/lib/containers/$1/storage /run/$1/storage $1 2"
        # shellcheck disable=SC2086
        machine_run m /opt/cstorage/tests/support/bench/bench-store $in 0 &&
                traced "library.$1" /opt/cstorage/tests/support/bench/bench-store $in 1
}

# storage MODE COMMAND...: run containers-storage on the same store.
storage() {
        local mode=$1 option=
        shift
        [ "$mode" = transient ] && option=--transient-store
        traced "storage.$mode" containers-storage -s overlay -g "/var/lib/containers/$mode/storage" \
                -R "/run/$mode/storage" $option "$@"
}

machine_start m sid || skip_all "a machine does not boot here"
for mode in transient volatile stable; do
        machine_run m mkdir -p /var/lib/containers/$mode/storage /run/$mode/storage
        check "$mode: a container is created and deleted" library $mode || finish
        G=/var/lib/containers/$mode/storage R=/run/$mode/storage
        option=
        [ $mode = volatile ] && option=--volatile
        check "$mode: containers-storage creates one" storage $mode create-container $option localhost/base:latest
        check "$mode: containers-storage deletes it" storage $mode delete-container "$(head -n 1 "$scratch/out")"
        writes below $G "$scratch/library.$mode" >"$scratch/library"
        writes below $G "$scratch/storage.$mode" >"$scratch/storage"
        expect "$mode: below the graphroot the library writes no more files than containers-storage" "" \
                "$(grep -vxFf "$scratch/storage" "$scratch/library")"
        check "$mode: all files, then token, sync, rename, at the end the directories" writes order $G $R "$scratch/library.$mode"
done

for mode in transient volatile; do
        expect "$mode: nothing waits for a disk" "" "$(writes syncs "$scratch/library.$mode")"
done
check "the trace shows the syncs of containers-storage (mountpoints.json)" grep -q 'fdatasync(.*mountpoints' "$scratch/storage.transient"
expect "stable: six files are synced, and two directories for each transaction" "6 fdatasync 4 fsync 6 sync_file_range" \
        "$(writes syncs "$scratch/library.stable" | sed 's/(.*//' | sort | uniq -c | xargs)"

# System calls are most of the time of a transaction, and only this case finds redundant ones. 35 of them read the owner of a
# directory in which root makes a file.
max_calls=350
for mode in transient volatile stable; do
        calls=$(grep -c "/$mode/storage" "$scratch/library.$mode")
        check "$mode: opening, creating and deleting take no more than $max_calls calls on the store" test "$calls" -le $max_calls ||
                note "$calls"
done

# written MODE: the record files that a creation and then a deletion write.
written() { writes files "/var/lib/containers/$1" "/run/$1" "$scratch/library.$1" | sed 's,.*/storage/,,' | xargs; }
G=/var/lib/containers/transient/storage
writes below $G "$scratch/library.transient" >"$scratch/library"
expect "transient: below the graphroot only these files are made or written" "overlay-layers/layers.lock overlay/ID overlay/ID/diff \
overlay/ID/link overlay/ID/lower overlay/ID/lower-layers overlay/ID/merged overlay/ID/work overlay/l/SHORT overlay/tempdirs \
overlay/tempdirs/lock-N overlay/tempdirs/temp-dir-N" "$(xargs <"$scratch/library")"
for mode in transient volatile; do
        l=overlay-layers/volatile-layers.json c=overlay-containers/volatile-containers.json
        expect "$mode: only files whose records changed are written" "$l $l $c $l $l $c" "$(written $mode)"
        expect "$mode: these files are written to the right directory" "$([ $mode = transient ] && echo /run || echo /var/lib/containers)/$mode/storage" \
                "$(writes files /var/lib/containers/$mode /run/$mode "$scratch/library.$mode" | sed 's,/overlay-.*,,' | sort -u)"
done
l=overlay-layers/layers.json c=overlay-containers/containers.json
expect "stable: only files whose records changed are written" "$l $l $c $l $l $c" "$(written stable)"
finish
