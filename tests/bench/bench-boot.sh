#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The time from the start of the kernel to the first instruction of a container of a quadlet, in a virtual machine without hardware
# support, with orphans in a transient store: without a collector, with cstorage-gc, and with podman-clean-transient.service. Each
# boot uses a new copy of the same disk. Prints medians; cstorage-gc must cost almost nothing.
#
#   CSTORAGE_BENCH_ROUNDS        boots of each kind [3]
. "$(dirname "$0")/../support/vm/vm.sh"
. "$(dirname "$0")/../support/vm/containers.sh"

need_vm
rounds=${CSTORAGE_BENCH_ROUNDS:-3}
worst=1.10 # times a boot without a collector

# ------------------------------------------------------------------------------------------------ disks

make_machine() {
        local root=$scratch/m/root

        vm_root m && put_images "$root" &&
                put_quadlet "$root/etc/containers/systemd" one localhost/base:1 multi-user.target &&
                sed -i 's|^Exec=.*|Exec=sh -c "cat /proc/uptime >/up; exec sleep 1000000"|' \
                        "$root/etc/containers/systemd/one.container" && vm_image m
}

# make_disk NAME ORPHANS FILES
make_disk() {
        local overlay=$scratch/mnt/var/lib/containers/storage/overlay id i

        mkdir -p "$scratch/mnt" && cp --sparse=always "$scratch/m/disk" "$scratch/$1.disk" &&
                mount -o loop "$scratch/$1.disk" "$scratch/mnt" || return
        for i in $(seq "$2"); do
                id=$(printf 'e%063x' "$i")
                mkdir -p "$overlay/$id/diff" && (cd "$overlay/$id/diff" && seq "$3" | xargs touch) || break
        done
        umount "$scratch/mnt"
}

# ------------------------------------------------------------------------------------------------ boots

declare -A with=(
        [none]="systemd.mask=cstorage-gc.service"
        [cstorage]=""
        [podman]="systemd.mask=cstorage-gc.service systemd.wants=podman-clean-transient.service"
)

# boot DISK WHAT: seconds.
boot() {
        echo "raw $scratch/$1.disk" >"$scratch/m/disks"
        vm_more=${with[$2]}
        vm_start m >&2 && vm_run m 'until systemctl --quiet is-active one.service; do sleep 1; done
                podman exec one cat /up' | cut -d " " -f 1
        vm_cut m
        rm -f "$scratch"/m/layer.*
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

check "a machine is made" make_machine || finish
check "a disk with 200 orphans of 100 files is made" make_disk many 200 100 || finish
check "a disk with an orphan of 100,000 files is made" make_disk large 1 100000 || finish

note "$(printf '%-8s %10s %10s %10s' orphans none cstorage podman)"
for disk in many large; do
        for round in $(seq "$rounds"); do
                for what in none cstorage podman; do
                        boot $disk $what >>"$scratch/$disk.$what"
                done
        done
        for what in none cstorage podman; do
                expect "$disk, $what: each boot started a container" "$rounds" "$(grep -cE '^[0-9]+\.[0-9]+$' "$scratch/$disk.$what")"
                eval "$what=\$(median <\"\$scratch/\$disk.\$what\")"
        done
        # shellcheck disable=SC2154 # cstorage, podman
        note "$(printf '%-8s %8s s %8s s %8s s' $disk "$none" "$cstorage" "$podman")"
        note "all: $(for what in none cstorage podman; do echo "$what $(xargs <"$scratch/$disk.$what");"; done | xargs)"
        check "$disk: with cstorage-gc a container starts within $worst of the time without" \
                awk -v a="$cstorage" -v b="$none" -v worst=$worst 'BEGIN { exit !(a <= b * worst) }'
        check "$disk: with cstorage-gc a container starts sooner than with podman-clean-transient.service" \
                awk -v a="$cstorage" -v b="$podman" 'BEGIN { exit !(a < b) }'
done
finish
