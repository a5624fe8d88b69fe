#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The order of a boot with the graphroot on several kinds of mounts: the units of this project are in no ordering cycle, the
# boot ends, and the collector has finished, on the mounts of the store, before systemd starts the first container.
. "$(dirname "$0")/../support/vm/vm.sh"
. "$(dirname "$0")/../support/vm/containers.sh"

long=${CSTORAGE_TEST_LONG:-0}
# Two quadlets of the usual kind, and one that does not wait for the network.
quadlets="one early"
# The services of a machine with Kubernetes, enabled as usual. Each records when systemd started it.
stubs="crio-wipe crio kubelet"
store=/var/lib/containers/storage
disk=/dev/disk/by-id/virtio-store
orphan=$(printf '0a%.0s' {1..32})

need_vm

# A service without default dependencies can be too early only if the collector has work to do.
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

# As systemd-bless-boot.service, on a machine whose boot loader counts boots: it checks the machine at the end of the boot.
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

# The same store on the root and on a disk of its own. One of the two images is enough.
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

# Put an orphan into the store that the next boot mounts, and write the line of fstab for it.
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

# The ordering cycles that systemd reports, at boot or if it is asked.
cycles() {
        vm_run m '{ journalctl -b -o cat --no-pager _PID=1; systemd-analyze verify --man=no default.target 2>&1; } |
                grep -iE "ordering cycle|to break"'
}

# In microseconds since the kernel started. For a quadlet it is the time of the first start job.
times() {
        vm_run m "
                echo collector-start \$(systemctl show -P ExecMainStartTimestampMonotonic cstorage-gc.service)
                echo collector-end \$(systemctl show -P ExecMainExitTimestampMonotonic cstorage-gc.service)
                mount=\$(systemctl show -P ActiveEnterTimestampMonotonic var-lib-containers.mount)
                [ \$mount = 0 ] || echo mount \$mount
                for q in $quadlets; do echo \$q \$(systemctl show -P InactiveExitTimestampMonotonic \$q); done
                for s in $stubs; do echo \$s \$(awk '{ printf \"%d\", \$1 * 1e6 }' /run/started-\$s); done" >"$scratch/times"
}

# too_early START|END: the units that were started before the collector ended, or never; and the mount, if it was not there at
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
        expect "$scene: the collector removed the orphan" "gone success 0" "$(vm_run m "
                [ -e $store/overlay/$orphan ] && echo there || echo gone
                systemctl show -P Result -P ExecMainStatus cstorage-gc.service" | paste -sd' ')" ||
                note "$(vm_run m 'systemctl status --no-pager cstorage-gc.service; findmnt; cat /etc/fstab')"
}

# ------------------------------------------------------------------------------------------------ the scenes

on_root() {
        check "a machine is made" make_machine || finish
        check "on the root: the machine boots" vm_start m || finish
        is_as_wanted "on the root"
        expect "on the root: there is no ordering cycle" "" "$(cycles)"
}

on_partition() {
        check "on a partition: fstab is written" plan "defaults 0 2" &&
                vm_run m 'systemctl --quiet enable podman-clean-transient.service' &&
                check "on a partition: the machine reboots" vm_reboot m || finish
        # podman-clean-transient.service alone is in a cycle with the check: it is ordered both in the boot and after it. systemd
        # drops it, and logs that.
        is_as_wanted "on a partition" degraded
        expect "on a partition: there is no ordering cycle but that of podman-clean-transient.service" "" \
                "$(cycles | grep -v podman-clean-transient.service)"
        vm_run m 'systemctl --quiet disable podman-clean-transient.service'
}

on_network() {
        check "on the network: fstab is written" plan "_netdev 0 2" && check "on the network: the machine reboots" vm_reboot m || finish
        is_as_wanted "on the network"
        expect "on the network: there is no ordering cycle" "" "$(cycles)"
        expect "on the network: systemd orders the mount before remote-fs.target" yes "$(vm_run m \
                'systemctl show -P Before var-lib-containers.mount | grep -qw remote-fs.target && echo yes')"
        expect "on the network: the drop-in does not order the collector before the network" "After=remote-fs.target" \
                "$(dropin | grep -E '^(Before|After)=')"
}

# The collector is the first process that opens it.
on_demand() {
        check "on demand: fstab is written" plan "x-systemd.automount 0 2" && check "on demand: the machine reboots" vm_reboot m || finish
        is_as_wanted "on demand" running end
        expect "on demand: there is no ordering cycle" "" "$(cycles)"
        expect "on demand: systemd mounts it on access" autofs "$(vm_run m 'findmnt -n -o FSTYPE /var/lib/containers | head -n 1')"
}

on_root
on_partition
on_network
[ "$long" = 1 ] && on_demand
check "the machine shuts down" vm_poweroff m
finish
