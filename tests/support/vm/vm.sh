# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# A machine with a kernel and systemd of its own: Debian sid under qemu, without hardware support. To be sourced:
#
#       . "$(dirname "$0")/../support/vm/vm.sh"
#       need_vm
#       vm_root m                       $scratch/m/root, a root directory with this build in it. The tree
#       vm_image m                      becomes the disk of the machine
#       vm_disk m store 1G [DIRECTORY]  one more, /dev/disk/by-id/virtio-store: ext4 with what is in the directory, or nothing
#       vm_start m                      boot, until commands can be run in it
#       vm_run m 'podman ps -a'         run a script in it; its output and exit status
#       vm_reboot m                     reboot as "systemctl reboot" does
#       vm_soft_reboot m                restart all but the kernel, and keep /run
#       vm_cut m                        cut the power
#       vm_get m /etc/fstab file        copy a file out of it
#       vm_poweroff m                   shut it down
#
# A function that fails prints the end of the console, $scratch/m/console, to standard error.

# shellcheck source=tests/support/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# The packages that a virtual machine needs besides those of mkroot.sh. The kernel for clouds has NVMe, ext4 and the virtio
# console built in, so it needs no initrd to mount the root.
vm_suite=sid+systemd-sysv+systemd+dbus+udev+kmod+passwd+libpam-systemd+dbus-user-session+linux-image-cloud-amd64

# Without hardware support a boot takes a minute, and several while the processors are busy.
vm_limit=900

need_vm() {
        need_root
        command -v qemu-system-x86_64 >/dev/null || skip_all "there is no qemu-system-x86_64"
        command -v qemu-img >/dev/null || skip_all "there is no qemu-img"
        need_gc
        [ -f "$build/units/cstorage-gc.service" ] || skip_all "there are no units in $build"
        need_machines $vm_suite
        make_scratch
        trap 'vm_cut_all; drop_scratch' EXIT
}

# ------------------------------------------------------------------------------------------------------------- the disk

# Install this build, enable its units by their presets, and install the agent that runs commands.
vm_install() {
        local root=$1

        DESTDIR=$root meson install -C "$build" --no-rebuild --quiet >/dev/null || return
        # The directory of libraries depends on the packages of the build machine (dpkg-dev).
        find "$root/usr/local" -name libcstorage.so.0 -printf '%h\n' | sed "s|^$root||" >"$root/etc/ld.so.conf.d/cstorage.conf"
        ldconfig -r "$root" || return
        mkdir -p "$root"/etc/systemd/system/sysinit.target.wants
        install -m 755 "$support/vm/agent.sh" "$root/usr/local/lib/vm-agent"
        install -m 644 "$support/vm/agent.service" "$root/etc/systemd/system/vm-agent.service"
        ln -s ../vm-agent.service "$root/etc/systemd/system/sysinit.target.wants/"
        chroot "$root" systemctl --quiet preset cstorage-gc.service 2>/dev/null
}

# The root is mounted read-only by the kernel and then as fstab says, as on most machines. The journal stays in memory.
vm_configure() {
        local root=$1 unit

        echo '/dev/nvme0n1 / ext4 defaults 0 1' >"$root/etc/fstab"
        echo machine >"$root/etc/hostname"
        echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
        mkdir -p "$root"/etc/systemd/journald.conf.d "$root"/etc/containers
        printf '[Journal]\nStorage=volatile\nRateLimitBurst=0\n' >"$root/etc/systemd/journald.conf.d/vm.conf"
        # Units may take minutes to start. A container whose first process ignores SIGTERM is killed soon.
        mkdir "$root/etc/systemd/system.conf.d"
        printf '[Manager]\nDefault%s\nDefault%s\nDefault%s\n' TimeoutStartSec=$vm_limit DeviceTimeoutSec=$vm_limit \
                TimeoutStopSec=20 >"$root/etc/systemd/system.conf.d/vm.conf"
        printf '[containers]\nnetns = "none"\n' >"$root/etc/containers/containers.conf"
        ln -sf /usr/lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
        # There are no logins, no upgrades and no modules to load; systemd-modules-load.service has a short timeout of its own.
        for unit in serial-getty@ttyS0.service getty@tty1.service systemd-modules-load.service apt-daily.timer \
                apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
                podman-auto-update.timer; do
                ln -sf /dev/null "$root/etc/systemd/system/$unit"
        done
        # With these files the first boot does not rebuild caches.
        touch "$root/etc/.updated" "$root/var/.updated"
}

vm_root() {
        local dir=$scratch/$1

        mkdir -p "$dir"/{upper,work,root} && : >"$dir/console" || return
        mount -t overlay -o "lowerdir=$cache/$vm_suite,upperdir=$dir/upper,workdir=$dir/work" root "$dir/root" || return
        vm_install "$dir/root" && vm_configure "$dir/root"
}

# In the scratch directory: the image is sparse, since zeros are not written.
vm_image() {
        local dir=$scratch/$1

        cp "$dir"/root/boot/vmlinuz-* "$dir/vmlinuz" && truncate -s 4G "$dir/disk" &&
                mkfs.ext4 -q -F -d "$dir/root" "$dir/disk" && umount "$dir/root" && rm -rf "$dir/upper" "$dir/work" || return
        echo "raw $dir/disk" >"$dir/disks"
}

# To be called before the machine starts. Data that the guest wrote to this disk is not lost in a power cut.
vm_disk() {
        truncate -s "$3" "$scratch/$1/$2.more" || return
        [ -z "${4-}" ] || mkfs.ext4 -q -F -d "$4" "$scratch/$1/$2.more"
}

# A power cut loses the data that the guest has not written: it is in the memory of the qemu process. It also loses a part of
# the data that the guest has written and not flushed, as the cache of a disk does: each start begins with an empty layer, and
# qemu keeps the tables of this layer in memory until the guest flushes (cache=writeback). A block that was written for the
# first time since the start then has its content from before the start.
vm_new_layer() {
        local dir=$1 below format n

        read -r format below < <(tail -n 1 "$dir/disks")
        n=$(wc -l <"$dir/disks")
        qemu-img create -q -f qcow2 -F "$format" -b "$below" "$dir/layer.$n" && echo "qcow2 $dir/layer.$n" >>"$dir/disks"
}

# ------------------------------------------------------------------------------------------------------------- power

# A zombie does not count.
vm_on() { [ -e "/proc/$(cat "$scratch/$1/qemu.pid" 2>/dev/null)/exe" ]; }

# The kernel would treat a slow timer as broken. Mitigations of processor faults cost time.
vm_slow="no_timer_check mitigations=off"
# vm_more: more options of the kernel and systemd, such as "systemd.mask=UNIT".
vm_more=
# The console shows errors only.
vm_quiet="systemd.show_status=error TERM=dumb"

# virtio, because kernels number the disks of one kind in the order in which they find them, and the first NVMe disk must be the
# root; after the port, whose name contains the number of the first virtio device.
vm_more_disks() {
        local file name

        for file in "$1"/*.more; do
                [ -f "$file" ] || continue
                name=$(basename "$file" .more)
                echo "-drive if=none,id=$name,format=raw,cache=writeback,file=$file"
                echo "-device virtio-blk-pci,drive=$name,serial=$name"
        done
}

vm_power() {
        local dir=$scratch/$1 layer

        vm_new_layer "$dir" || return
        layer=$(tail -n 1 "$dir/disks")
        rm -f "$dir"/port.*
        mkfifo "$dir/port.in" "$dir/port.out" || return
        # shellcheck disable=SC2046 # scratch has no blanks
        setsid qemu-system-x86_64 -nodefaults -no-user-config -display none \
                -machine q35 -accel tcg,thread=multi -cpu max -smp 1 -m 1024 \
                -kernel "$dir/vmlinuz" \
                -append "root=/dev/nvme0n1 rootfstype=ext4 ro $vm_slow console=ttyS0 loglevel=4 $vm_quiet $vm_more" \
                -chardev "file,id=console,path=$dir/console,append=on" -serial chardev:console \
                -drive "if=none,id=disk,format=qcow2,cache=writeback,file=${layer#* }" -device nvme,drive=disk,serial=disk \
                -chardev "pipe,id=port,path=$dir/port" -device virtio-serial-pci -device virtserialport,chardev=port \
                $(vm_more_disks "$dir") \
                </dev/null >"$dir/qemu.log" 2>&1 &
        echo $! >"$dir/qemu.pid"
        disown
}

vm_gone() {
        note "the machine is off: $(tail -n 3 "$scratch/$1/qemu.log")" >&2
        return 1
}

# vm_console M BYTES: the output of the console after so many bytes.
vm_console() { tail -c "+$(($2 + 1))" "$scratch/$1/console"; }

vm_console_size() { stat -c %s "$scratch/$1/console"; }

# vm_wait_line M BYTES PATTERN
vm_wait_line() {
        local end=$((SECONDS + vm_limit))

        while ! vm_console "$1" "$2" | grep -qaE "$3"; do
                vm_on "$1" || vm_gone "$1" || return
                if [ $SECONDS -ge $end ] || vm_console "$1" "$2" | grep -qa 'end Kernel panic'; then
                        note "\"$3\" is not on the console within ${vm_limit}s; there is:" \
                                "$(vm_console "$1" "$2" | tail -n 40)" >&2
                        return 1
                fi
                sleep 0.5
        done
}

vm_start() {
        local before

        before=$(vm_console_size "$1")
        vm_power "$1" && vm_wait_line "$1" "$before" 'vm: up'
}

# vm_restart M VERB: up to the commands of the next boot.
vm_restart() {
        local before

        before=$(vm_console_size "$1")
        vm_send "$1" 0 "systemctl $2"
        vm_wait_line "$1" "$before" 'vm: up'
}
vm_reboot() { vm_restart "$1" reboot; }
vm_soft_reboot() { vm_restart "$1" soft-reboot; }

vm_cut() {
        local pid

        pid=$(cat "$scratch/$1/qemu.pid" 2>/dev/null) || return 0
        kill -9 "$pid" 2>/dev/null
        while vm_on "$1"; do sleep 0.05; done
        rm -f "$scratch/$1/qemu.pid"
}

vm_poweroff() {
        local end=$((SECONDS + vm_limit))

        vm_send "$1" 0 'systemctl poweroff'
        while vm_on "$1" && [ $SECONDS -lt $end ]; do sleep 0.3; done
        ! vm_on "$1" || note "the machine does not shut down; the console:" "$(tail -n 40 "$scratch/$1/console")" >&2
        vm_cut "$1"
}

vm_cut_all() {
        local p

        for p in "$scratch"/*/qemu.pid; do
                [ -f "$p" ] && vm_cut "$(basename "$(dirname "$p")")"
        done
}

# ------------------------------------------------------------------------------------------------------------- commands

# vm_send M NUMBER SCRIPT: the answer of the agent begins with the number.
vm_send() { echo "$2 $(base64 -w 0 <<<"$3")" 1<>"$scratch/$1/port.in"; }

# vm_run M SCRIPT: exit status 124 if there is no answer in time, 125 if the machine is off.
vm_run() {
        local port=$scratch/$1/port.out number=$RANDOM$RANDOM answer status

        vm_on "$1" || { vm_gone "$1" || return 125; }
        vm_send "$1" $number "$2"
        answer=$(timeout $vm_limit sed -n "/^$number /{s///p;q}" "$port") || {
                note "no answer in ${vm_limit}s to: $2" "$(tail -n 40 "$scratch/$1/console")" >&2
                return 124
        }
        status=${answer%% *}
        [ -n "$status" ] || { vm_gone "$1" || return 125; }
        base64 -d <<<"${answer#* }"
        return "$status"
}

vm_get() { vm_run "$1" "cat '$2'" >"$3"; }
