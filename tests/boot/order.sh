#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The order of a boot, wherever the graphroot lies: nothing of ours is in a cycle, the boot comes to its end, and the
# collector has done its work, on the mounts that the store has, before the first container is started.
. "$(dirname "$0")/../support/vm/vm.sh"
. "$(dirname "$0")/../support/vm/containers.sh"

long=${CSTORAGE_TEST_LONG:-0}
# As most are; one that does not wait for the network.
quadlets="one early"
# What a machine with Kubernetes has; they are wanted as any service is, and say when they were started.
stubs="crio-wipe crio kubelet"
store=/var/lib/containers/storage
disk=/dev/disk/by-id/virtio-store
orphan=$(printf '0a%.0s' {1..32})

need_vm

# What a service without default dependencies could come before is not found where the collector has nothing to do.
slow_down() {
        mkdir -p "$1/etc/systemd/system/cstorage-gc.service.d" &&
                printf '[Service]\nExecStartPre=sleep 5\n' >"$1/etc/systemd/system/cstorage-gc.service.d/slow.conf"
}

put_stub() {
        cat >"$1/etc/systemd/system/$2.service" <<END
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=sh -c "cut -d ' ' -f 1 /proc/uptime >/run/started-$2"

[Install]
WantedBy=multi-user.target
END
        chroot "$1" systemctl --quiet enable "$2.service"
}

# What systemd-bless-boot.service says of itself, which is there where a boot loader counts boots: it has the machine
# checked at the end of its boot.
put_health_check() {
        cat >"$1/etc/systemd/system/bless.service" <<END
[Unit]
DefaultDependencies=no
Requires=boot-complete.target
After=local-fs.target boot-complete.target
Conflicts=shutdown.target
Before=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=true

[Install]
WantedBy=basic.target
END
        chroot "$1" systemctl --quiet enable bless.service systemd-boot-check-no-failures.service
}

# The same store on the root and on a disk of its own; of the two images, one is enough.
make_machine() {
        local root=$scratch/m/root stub

        vm_root m && put_images "$root" && slow_down "$root" &&
                put_quadlet "$root/etc/containers/systemd" one localhost/base:1 multi-user.target &&
                put_quadlet "$root/etc/containers/systemd" early localhost/base:1 multi-user.target "[Quadlet]
DefaultDependencies=false
" || return
        for stub in $stubs; do
                put_stub "$root" "$stub" || return
        done
        put_health_check "$root" && vm_disk m store 1G "$root/var/lib/containers" &&
                mkdir -p "$root$store/overlay/$orphan/diff/d" && vm_image m
}

# An orphan in the store that the next boot is to find, and what fstab says of it from then on.
plan() {
        vm_run m "set -e
                sed -i /containers/d /etc/fstab
                echo '$disk /var/lib/containers ext4 $1' >>/etc/fstab
                mkdir -p /run/next
                mount $disk /run/next
                mkdir -p /run/next/storage/overlay/$orphan/diff/d
                umount /run/next"
}

# ------------------------------------------------------------------------------------------------ what is to be seen

# What systemd says of any, at boot or when it is asked.
cycles() {
        vm_run m '{ journalctl -b -o cat --no-pager _PID=1; systemd-analyze verify --man=no default.target 2>&1; } |
                grep -iE "ordering cycle|to break"'
}

# In microseconds since the kernel started; a quadlet's is of when it was first to be started.
times() {
        vm_run m "
                echo collector-start \$(systemctl show -P ExecMainStartTimestampMonotonic cstorage-gc.service)
                echo collector-end \$(systemctl show -P ExecMainExitTimestampMonotonic cstorage-gc.service)
                mount=\$(systemctl show -P ActiveEnterTimestampMonotonic var-lib-containers.mount)
                [ \$mount = 0 ] || echo mount \$mount
                for q in $quadlets; do echo \$q \$(systemctl show -P InactiveExitTimestampMonotonic \$q); done
                for s in $stubs; do echo \$s \$(awk '{ printf \"%d\", \$1 * 1e6 }' /run/started-\$s); done" >"$scratch/times"
}

# too_early START|END: whoever was started before the end of the collector, or never; and the mount, if it was not there at
# that moment of it.
too_early() {
        awk -v wanted="$quadlets $stubs" -v moment="collector-$1" '
                { at[$1] = $2 }
                END {
                        n = split(wanted, name, " ")
                        for (i = 1; i <= n; i++)
                                if (!at["collector-end"] || at[name[i]] < at["collector-end"])
                                        print name[i]
                        if (("mount" in at) && at["mount"] > at[moment])
                                print "the mount comes after the collector"
                }' "$scratch/times"
}

dropin() { vm_run m 'cat /run/systemd/generator/cstorage-gc.service.d/50-storage.conf'; }

# is_as_wanted SCENE [STATE [MOMENT]]
is_as_wanted() {
        local scene=$1

        all_are_up m "$scene: the boot comes to its end, its containers are up" "${2:-running}"
        times
        note "$(sort -k 2n "$scratch/times" | awk '{ printf "%9.3fs  %s\n", $2 / 1e6, $1 }')"
        expect "$scene: the collector is done before anything that starts containers" "" "$(too_early "${3:-start}")"
        expect "$scene: it took the orphan out" "gone success 0" "$(vm_run m "
                [ -e $store/overlay/$orphan ] && echo there || echo gone
                systemctl show -P Result -P ExecMainStatus cstorage-gc.service" | paste -sd' ')" ||
                note "$(vm_run m 'systemctl status --no-pager cstorage-gc.service; findmnt; cat /etc/fstab')"
}

# ------------------------------------------------------------------------------------------------ the scenes

on_root() {
        check "a machine is made" make_machine || finish
        check "on the root: it boots" vm_start m || finish
        is_as_wanted "on the root"
        expect "on the root: there is no ordering cycle" "" "$(cycles)"
}

on_partition() {
        check "on a partition: planned" plan "defaults 0 2" &&
                vm_run m 'systemctl --quiet enable podman-clean-transient.service' &&
                check "on a partition: it reboots" vm_reboot m || finish
        # Which has a cycle with the check all by itself: it wants to be part of the boot and after it. systemd leaves it out,
        # and says that it did so with the state.
        is_as_wanted "on a partition" degraded
        expect "on a partition: there is no ordering cycle but that of podman-clean-transient.service" "" \
                "$(cycles | grep -v podman-clean-transient.service)"
        vm_run m 'systemctl --quiet disable podman-clean-transient.service'
}

on_network() {
        check "on the network: planned" plan "_netdev 0 2" && check "on the network: it reboots" vm_reboot m || finish
        is_as_wanted "on the network"
        expect "on the network: there is no ordering cycle" "" "$(cycles)"
        expect "on the network: systemd takes the mount for one of these" yes "$(vm_run m \
                'systemctl show -P Before var-lib-containers.mount | grep -qw remote-fs.target && echo yes')"
        expect "on the network: the drop-in does not say to be before the network" "After=remote-fs.target" \
                "$(dropin | grep -E '^(Before|After)=')"
}

# The collector is the first who wants it.
on_demand() {
        check "on demand: planned" plan "x-systemd.automount 0 2" && check "on demand: it reboots" vm_reboot m || finish
        is_as_wanted "on demand" running end
        expect "on demand: there is no ordering cycle" "" "$(cycles)"
        expect "on demand: it is mounted so" autofs "$(vm_run m 'findmnt -n -o FSTYPE /var/lib/containers | head -n 1')"
}

on_root
on_partition
on_network
[ "$long" = 1 ] && on_demand
check "it goes off" vm_poweroff m
finish
