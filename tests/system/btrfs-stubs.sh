#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A btrfs snapshot contains an empty directory in place of each subvolume. The kernel does not rename such a stub; after a
# rollback to a snapshot a store is full of them. Those without a record are removed where they are.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
command -v btrfs >/dev/null || skip_all "there is no btrfs(8)"
make_scratch
gc=$build/gc/cstorage-gc
file_system "$scratch/m" btrfs 200M || skip_all "no btrfs on a loop device"
unset CONTAINERS_STORAGE_CONF CONTAINERS_STORAGE_CONF_OVERRIDE STORAGE_DRIVER STORAGE_OPTS

subvolume() { btrfs -q subvolume "$@" >/dev/null; }
id() { printf "$1%.0s" {1..64}; }

# make_store DRIVER DIRECTORY: a store whose layers, one of which has a record, are subvolumes.
make_store() {
        local s=$scratch/m/before/$1 what

        mkdir -p "$s/$2" "$s/$1"-{layers,images,containers}
        subvolume create "$s/$2/$(id a)"
        subvolume create "$s/$2/$(id b)"
        mkdir "$s/$2/$(id c)"
        subvolume create "$s/$2/$(id c)/diff"
        echo '[{"id":"'"$(id b)"'","created":"2026-01-01T00:00:00Z"}]' >"$s/$1-layers/layers.json"
        for what in layers images containers; do
                head -c64 /dev/zero >"$s/$1-$what/$what.lock"
        done
}

subvolume create "$scratch/m/before"
make_store btrfs btrfs/subvolumes
make_store overlay overlay
mkdir "$scratch/m/before/overlay/overlay/l"
subvolume snapshot "$scratch/m/before" "$scratch/m/after"
expect "a snapshot contains stubs" 2 "$(stat -c %i "$scratch/m/after/btrfs/btrfs/subvolumes/$(id a)")"

for driver in btrfs overlay; do
        layers=$scratch/m/after/$driver/$driver
        [ $driver = overlay ] || layers=$layers/subvolumes
        "$after_boot" "$gc" --root="$scratch/m/after/$driver" --runroot="$scratch/run" --storage-driver=$driver >"$scratch/out" 2>&1
        expect "$driver: stubs are removed" 0 $? || note "$(cat "$scratch/out")"
        expect "$driver: the layer with a record stays" "$(id b)" "$(ls "$layers" | grep -vxE 'l|tempdirs')"
done
finish
