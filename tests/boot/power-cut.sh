#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Cut the power of a machine with a transient store at random moments: while it boots, while podman starts, runs and removes
# containers and pulls an image, and while the collector and the deleter run. The test stops and kills these two as well.
# After each cut the machine boots, and the images and containers from before the load exist and run. After another boot no
# orphan is left. With CSTORAGE_TEST_LONG=1 the power is cut more than twenty times.
. "$(dirname "$0")/../support/vm/vm.sh"
. "$(dirname "$0")/../support/vm/containers.sh"

rounds=1
long=false
[ "${CSTORAGE_TEST_LONG:-0}" = 1 ] && long=true && rounds=10
RANDOM=${CSTORAGE_TEST_SEED:=$RANDOM}

need_vm

# A container that is recorded in the graphroot, as in a store that is not transient. containers-storage makes it, because
# two databases of podman at one time would take the same locks.
use_stable='export CONTAINERS_STORAGE_CONF=/etc/containers/stable.conf
where=$(containers-storage mount stable | tail -n 1)
chroot "$where" /bin/cat /data/file /mine
containers-storage unmount stable >/dev/null'
make_stable='set -e; export CONTAINERS_STORAGE_CONF=/etc/containers/stable.conf
containers-storage create-container --name stable localhost/base:1
where=$(containers-storage mount stable | tail -n 1)
echo mine >"$where/mine"
containers-storage unmount stable
sync'

make_machine() {
        local root=$scratch/m/root

        vm_root m && put_images "$root" && put_quadlets "$root" &&
                install -m 755 "$support/vm/load.sh" "$root/usr/local/lib/vm-load" && yes old | head -c 1M >"$root/direct" &&
                sed '/transient/d' "$root/etc/containers/storage.conf" >"$root/etc/containers/stable.conf" && vm_image m
}

# ------------------------------------------------------------------------------------------------ in the collector's way

# put_orphans COUNT FILES: orphaned layers, as containers of an earlier boot leave them.
put_orphans() {
        vm_run m "cd /var/lib/containers/storage/overlay || exit
                make_them() {
                        for i in {1..$1}; do printf 'e%031x%032x\n' \$RANDOM\$RANDOM \$i; done >/var/tmp/orphans
                        while read -r id; do printf '%s/diff\n' \$id; done </var/tmp/orphans | xargs mkdir -p
                        while read -r id; do printf \"\$id/diff/%s\n\" {1..$2}; done </var/tmp/orphans | xargs touch
                }
                with_clock -24 make_them; sync"
}
some_are_left() { vm_run m 'cd /var/lib/containers/storage/overlay && xargs ls -d </var/tmp/orphans 2>/dev/null | grep -c .'; }

temp_dirs='find /var/lib/containers/storage/overlay/tempdirs -mindepth 1 -name "temp-dir-*" 2>/dev/null'
all_is_deleted="for i in \$(seq 300); do [ -n \"\$($temp_dirs)\" ] || break; sleep 1; done"

# records: the record files on the disk that a reboot must not change.
records() { vm_run m 'cd /var/lib/containers/storage && sha256sum \
        overlay-layers/layers.json overlay-images/images.json overlay-containers/containers.json'; }

# collect_again WHAT: one more run deletes the rest. With CSTORAGE_TEST_LONG=1 that is the run of the next boot.
collect_again() {
        if $long; then
                check "$1: the machine reboots" vm_reboot m || finish
        fi
        expect "$1: the next run leaves nothing" "0 0 0" "$(vm_run m "systemctl reset-failed; systemctl start cstorage-gc.service
                status=\$?; $all_is_deleted; echo \$status \$($temp_dirs | wc -l)") $(some_are_left)"
        expect "$1: the records are as they were" "$recorded" "$(records)"
}

# interrupt_collector WHAT COMMAND: run the command while the collector runs, each time after another delay.
interrupt_collector() {
        local i interrupted=0

        for i in {1..8}; do
                [ $interrupted -lt 2 ] || break
                put_orphans 60 3
                [ "$(vm_run m "systemctl start --no-block cstorage-gc.service
                        for i in {1..50}; do [ \$(systemctl is-active cstorage-gc.service) = activating ] && break; done
                        sleep 0.$((RANDOM % 5))$((RANDOM % 10))
                        systemctl is-active cstorage-gc.service; $2" | head -n 1)" = activating ] && interrupted=$((interrupted + 1))
        done
        note "$1: interrupted $interrupted times of $i, $(some_are_left) of the last 60 are left"
        check "$1: the collector was interrupted" test $interrupted -gt 0
        collect_again "$1"
}

# So much to delete that the deleter runs for some time.
deleter_at_work() {
        put_orphans 3 8000
        expect "$1: the deleter runs" active "$(vm_run m 'systemctl restart cstorage-gc.service
                for i in $(seq 100); do [ $(systemctl is-active cstorage-gc-delete.service) = activating ] || break; sleep 0.1; done
                systemctl is-active cstorage-gc-delete.service')"
}
interrupt_deleter() {
        deleter_at_work "$1"
        check "$1: some temp dirs are left" test "$(vm_run m "$2 2>/dev/null; $temp_dirs | wc -l")" -gt 0
        collect_again "$1"
}

# ------------------------------------------------------------------------------------------------ cuts

# The deleter runs. /direct existed before the start, and no commit of the file system flushes its data.
cut_the_deleter() {
        deleter_at_work "a cut"
        expect "the written data is on the disk" new "$(vm_run m 'mount -o remount,commit=600 /
                echo kept >/kept; yes new | head -c 4096 >/run/new; sync
                echo lost >/lost; dd if=/run/new of=/direct bs=4096 oflag=direct conv=notrunc status=none
                dd if=/direct bs=4096 iflag=direct status=none | head -n 1')"
        vm_cut m
        check "the machine boots after a power cut during the deletion" vm_start m || finish
        expect "after a power cut only flushed data is there" "kept  old" \
                "$(vm_run m 'echo "$(cat /kept) $(cat /lost 2>/dev/null) $(head -n 1 /direct)"')"
}

# At any moment of its run, or shortly before or after it.
cut_the_collector() {
        put_orphans 60 3
        vm_run m 'systemctl start --no-block cstorage-gc.service'
        sleep $((RANDOM % 3)).$((RANDOM % 100))
        vm_cut m
        check "the machine boots after a power cut during the collection" vm_start m || finish
        collect_again "a cut of the collector"
}

cut_within() {
        local seconds=$((RANDOM % $1))

        sleep $seconds
        vm_cut m
        note "the power was cut ${seconds}s after $2"
}

# podman syncs the record of an image that it pulls, but not the files. After a power cut that image may be damaged, and a
# collector cannot detect it. The images from before the load must not be damaged.
nothing_is_damaged() {
        local pulled

        vm_run m 'podman system check' >/dev/null && return
        pulled=$(vm_run m 'podman images -a --noheading --format "{{.ID}} {{.Repository}}"' |
                grep -vE ' localhost/(base|second)$' | cut -d ' ' -f 1 | sort -u | xargs)
        echo "but for the image that was being pulled: $pulled"
        vm_run m "podman rmi -f $pulled >/dev/null; podman system check"
}

all_is_there() {
        local damage

        all_are_up m "its containers are up"
        expect "both images exist, and one runs" "base second kept second" "$(vm_run m '
                echo $(podman images --format "{{.Repository}}" | sed -n "s|localhost/||p" | grep -xE "base|second" | sort) $(
                        podman run --rm localhost/second:1 cat /data/file /data/second)')"
        expect "the stable container exists and runs" "kept mine" "$(vm_run m "$use_stable" | paste -sd' ')"
        expect "the collector succeeded" "success 0" "$(vm_run m 'echo $(systemctl show -P Result cstorage-gc.service) $(
                systemctl show -P ExecMainStatus cstorage-gc.service)')" || note "$(journal)"
        if damage=$(nothing_is_damaged); then
                ok "podman system check finds nothing"
        else
                not_ok "podman system check finds nothing"
        fi
        [ -z "$damage" ] || note "$damage"
}

journal() { vm_run m 'journalctl -b -o cat --no-pager _SYSTEMD_UNIT=cstorage-gc.service'; }

check "a machine is made" make_machine || finish
check "the machine boots" vm_start m || finish
all_are_up m "its containers are up"
check "a stable container is made" vm_run m "$make_stable" || finish
recorded=$(records)
note "with CSTORAGE_TEST_SEED=$CSTORAGE_TEST_SEED all that is random comes the same"

interrupt_collector "systemctl stop" "systemctl stop cstorage-gc.service"
interrupt_collector "kill -9" "systemctl kill -s KILL cstorage-gc.service"
interrupt_deleter "the deleter, systemctl stop" "systemctl stop cstorage-gc-delete.service"
interrupt_deleter "the deleter, kill -9" "systemctl kill -s KILL cstorage-gc-delete.service"
cut_the_deleter

if $long; then
        deleter_at_work "the deleter, a reboot"
        collect_again "the deleter, a reboot"
        for i in 1 2 3; do
                cut_the_collector
        done
fi

for round in $(seq $rounds); do
        vm_run m 'systemd-run --quiet --unit=load /usr/local/lib/vm-load' || finish
        cut_within 60 "the load began"
        check "round $round: the machine boots" vm_start m || finish
        if $long; then
                cut_within 40 "that, while it boots"
                check "round $round: it boots again" vm_start m || finish
        fi
        all_is_there
        note "$(journal | tail -n 1)"
        check "round $round: the machine reboots" vm_reboot m || finish
        all_are_up m "round $round: its containers are up again"
        expect "round $round: no orphan is left" "" "$(orphans m)"
done
check "the machine shuts down" vm_poweroff m
finish
