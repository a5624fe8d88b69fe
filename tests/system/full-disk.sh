#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A collection on a full file system, killed at each system call that changes something: after space is freed, one run deletes
# the rest. On a full disk no temp dir can be made, so the collector deletes files of orphans in place.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
command -v strace >/dev/null || skip_all "there is no strace"
make_scratch
gc=$build/gc/cstorage-gc
unset CONTAINERS_STORAGE_CONF CONTAINERS_STORAGE_CONF_OVERRIDE STORAGE_DRIVER STORAGE_OPTS

disk=$scratch/disk
truncate -s 12M "$disk.base" && mkfs.ext4 -q -m 0 -b 1024 -N 400 "$disk.base" && mkdir "$scratch/mnt" &&
        mount -o loop "$disk.base" "$scratch/mnt" 2>/dev/null || skip_all "no ext4 on a loop device"
lay_out mnt/s --images 1 --orphans 2 --orphan-files 3
rm -rf "$g/overlay/tempdirs" "$g/overlay-layers/tmp"

# No block and no inode is left. Allocated blocks are not written, so copies of the disk are small.
fill_disk() {
        local i=0

        fallocate -l "$(df --output=avail -B1 "$scratch/mnt" | tail -1)" "$scratch/mnt/fill"
        dd if=/dev/zero of="$scratch/mnt/fill2" bs=1k 2>/dev/null
        while mkdir "$scratch/mnt/d$i" 2>/dev/null; do i=$((i + 1)); done
}
fill_disk
expect "the disk is full" 0 "$(df --output=avail "$scratch/mnt" | tail -1 | tr -d ' ')"
umount "$scratch/mnt"

run() {
        # shellcheck disable=SC2086
        "$after_boot" "$@" "$gc" $store --quiet >"$scratch/out" 2>&1
}

# try CALL N: kill the run at the Nth such call, and print what is wrong afterwards. Fails if the run makes fewer calls.
try() {
        local status

        cp --sparse=always "$disk.base" "$disk" && mount -o loop "$disk" "$scratch/mnt" || exit 1
        { run strace -f -qq -o /dev/null -e trace="$1" -e inject="$1:signal=KILL:when=$2"; } 2>/dev/null
        [ $? = 137 ] || {
                umount "$scratch/mnt"
                return 1
        }
        rm -rf "$scratch/mnt/fill" "$scratch/mnt/fill2" "$scratch"/mnt/d*
        run
        status=$?
        [ $status = 0 ] || echo "$1 $2: status $status with room again: $(<"$scratch/out")"
        [ "$(list_orphans)" = 0 ] || echo "$1 $2: orphans are left"
        umount "$scratch/mnt"
}

list_orphans() { jq -r '.orphan_layers[]' "${g%/g}.made" | (cd "$g/overlay" && xargs ls -d 2>/dev/null) | wc -l; }

for call in mkdirat openat linkat renameat2 unlinkat fchmod fchmodat; do
        n=1
        while wrong=$(try $call $n); do
                [ -z "$wrong" ] || break
                n=$((n + 1))
                [ $n -lt 300 ] || break
        done
        expect "killed at each $call, $((n - 1)) of them: one run finishes" "" "$wrong"
done
finish
