#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The first transient container of a boot makes containers.lock in the runroot, after another process has locked all existing lock
# files. Nothing else can happen: podman first makes a layer, and the lock of layers is held.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_machines sid
make_scratch
G=$scratch/m/store/storage
R=$scratch/m/run/containers/storage
store_args=(-s vfs -g /var/lib/containers/storage -R /run/containers/storage)

storage() { machine_run m containers-storage "$@"; }

machine_start m sid || skip_all "cannot start a machine"
layer=$(storage "${store_args[@]}" create-layer | head -n 1)
image=$(storage "${store_args[@]}" create-image "$layer" | head -n 1)
machine_reboot m
check "after a reboot the runroot is empty" test ! -e "$R/vfs-containers"

mkfifo "$scratch/release"
python3 "$support/store/hold-lock.py" "$G/vfs-layers/layers.lock" <"$scratch/release" >"$scratch/held" &
exec 3>"$scratch/release"
for _ in $(seq 100); do
        grep -q held "$scratch/held" && break
        sleep 0.1
done

storage --transient-store "${store_args[@]}" create-container "$image" >"$scratch/container" 2>"$scratch/err" 3>&- &
creator=$!
for _ in $(seq 100); do
        [ -e "$R/vfs-containers/containers.lock" ] && break
        sleep 0.1
done
sleep 1
check "a lock appears in the runroot meanwhile" test -e "$R/vfs-containers/containers.lock"
check "no container is recorded while the lock of layers is held" test ! -s "$R/vfs-containers/volatile-containers.json"
check "no layer is recorded" test ! -s "$R/vfs-layers/volatile-layers.json"
check "no layer directory is made" test "$(ls "$G/vfs/dir")" = "$layer"
check "the creation waits" kill -0 $creator
exec 3>&-
wait $creator
expect "the creation succeeds after the lock is released" 0 $?
check "then the container is recorded" test -s "$R/vfs-containers/volatile-containers.json"
finish
