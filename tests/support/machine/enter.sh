#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A machine: a root directory of mkroot.sh that runs in mount, PID, UTS, IPC, time and network namespaces, in which podman and crun
# work. Its disk stays, and its /run and /dev/shm are deleted when it ends.
#
#   enter.sh start DIR SUITE BUILD    boot; the PATH contains the programs of BUILD
#   enter.sh systemd DIR SUITE BUILD  the same with systemd, and with BUILD installed
#   enter.sh run DIR COMMAND...       run a command in it
#   enter.sh kill DIR                 kill all processes at once, as a power cut does
#
# start and systemd store SUITE and BUILD in DIR, and the next boot needs no SUITE.
#
# With RUN_ON_DISK=1 its /run is on the disk. The collector treats entries that are newer than the files of an engine in /run as
# newer than the boot, and so keeps all orphans that a test makes between two commands of podman.
# With BOOT_AGE=+SECONDS the machine seems to have booted so long ago.
#
# In DIR: store, its /var/lib/containers; run, its /run; upper, its changes of the root directory, which several machines share and
# no machine writes to; pid, the PID of its init.
set -u

cache=${CSTORAGE_TEST_CACHE:-/var/cache/cstorage-tests}
path=/opt/cstorage/gc:/opt/cstorage/tests/support/machine:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
env=(PATH=$path HOME=/root LC_ALL=C.UTF-8 TMPDIR=/var/tmp BUILDAH_ISOLATION=chroot)

die() {
        echo "enter.sh: $*" >&2
        exit 125
}

# The settings of each release of podman without systemd, control groups and a network.
containers_conf() {
        cat <<'EOF'
[containers]
cgroups = "disabled"
cgroupns = "host"
netns = "none"
pids_limit = 0
log_driver = "k8s-file"
default_sysctls = []
default_ulimits = ["nofile=1024:1024", "nproc=10000:10000"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "crun"
EOF
}

# A control group that is delegated to systemd.
enter_cgroup() {
        local cgroup

        cgroup=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)/cstorage-test.$$
        mkdir "$cgroup" && echo $$ >"$cgroup/cgroup.procs" || die "no control group can be made"
        echo "$cgroup" >"$1/cgroup"
}

start() {
        local dir=$1 suite=$2 build=$3 i cgroup=

        mkdir -p "$dir"/{store,run,upper/etc/containers,work,root}
        [ -z "$suite" ] || echo "$suite" >"$dir/suite"
        [ -z "$build" ] || echo "$build" >"$dir/build"
        [ -f "$dir/upper/etc/containers/containers.conf" ] || containers_conf >"$dir/upper/etc/containers/containers.conf"
        if [ -z "${RUN_ON_DISK-}" ]; then
                mount -t tmpfs -o mode=755 run "$dir/run" || die "cannot mount $dir/run"
        fi
        rm -f "$dir/booted"
        [ ! -e "$dir/systemd" ] || { enter_cgroup "$dir" && cgroup=--cgroup; }
        # The boot of the machine is now, after all changes of its disk.
        # shellcheck disable=SC2086
        setsid "$(cat "$dir/build")/tests/support/machine/after-boot" ${BOOT_AGE-} unshare --mount --pid --uts --ipc --net $cgroup --fork --kill-child \
                "$0" init "$dir" </dev/null >"$dir/init.log" 2>&1 &
        local parent=$!
        for i in $(seq 500); do
                [ -e "$dir/booted" ] && break
                kill -0 $parent 2>/dev/null || die "cannot boot: $(cat "$dir/init.log")"
                sleep 0.02
        done
        cat "/proc/$parent/task/$parent/children" >"$dir/pid"
        [ -s "$dir/pid" ] || die "cannot boot: $(cat "$dir/init.log")"
}

# Install BUILD like a package, with the files that systemd finds on a machine that has booted before. A soft reboot unmounts all
# mounts that are not below /run/initramfs, and mounts those of fstab.
install_for_systemd() {
        local root=$1

        [ ! -e "$root/etc/.updated" ] || return 0
        printf '/run/initramfs/%s none bind\n' 'store /var/lib/containers' 'build /opt/cstorage' >"$root/etc/fstab"
        echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
        DESTDIR=$root meson install -C "$2" --no-rebuild --quiet
        find "$root/usr/local" -name libcstorage.so.0 -printf '%h\n' | sed "s|^$root||" >"$root/etc/ld.so.conf.d/cstorage.conf"
        ldconfig -r "$root"
        chroot "$root" systemctl --quiet preset cstorage-gc.service
        touch "$root/etc/.updated" "$root/var/.updated"
}

mount_for_systemd() {
        local root=$1 dev

        mkdir -p "$root"/run/initramfs/{store,build}
        mount --bind "$dir/store" "$root/run/initramfs/store"
        mount --bind "$build" "$root/run/initramfs/build"
        mount -t tmpfs -o mode=755 dev "$root/dev"
        mkdir "$root/dev/pts" "$root/dev/shm"
        for dev in null zero full random urandom tty; do
                : >"$root/dev/$dev"
                mount --bind "/dev/$dev" "$root/dev/$dev"
        done
        mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
        ln -s pts/ptmx "$root/dev/ptmx"
        ln -s /proc/self/fd "$root/dev/fd"
}

mount_store() {
        mount --bind "$dir/store" "$root/var/lib/containers"
        mount -t tmpfs tmp "$root/tmp"
        mount --rbind /dev "$root/dev"
        if [ -d "$build" ]; then
                mount --bind "$build" "$root/opt/cstorage"
                mount -o remount,bind,ro "$root/opt/cstorage"
        fi
}

# Run as the first process in the new namespaces.
init() {
        local dir=$1 lower root=$1/root build

        lower=$cache/$(cat "$dir/suite")
        build=$(cat "$dir/build" 2>/dev/null)
        set -e
        mount -t overlay -o "lowerdir=$lower,upperdir=$dir/upper,workdir=$dir/work" root "$root"
        mkdir -p "$root/var/lib/containers" "$root/opt/cstorage" "$root/mnt/outside"
        mount --bind "$dir/run" "$root/run"
        mount -t proc proc "$root/proc"
        mount -t sysfs sysfs "$root/sys"
        mount -t cgroup2 cgroup "$root/sys/fs/cgroup" || mount -t tmpfs none "$root/sys/fs/cgroup"
        if [ -e "$dir/systemd" ]; then
                install_for_systemd "$root" "$build"
                mount_for_systemd "$root"
        else
                mount_store
        fi
        mount -t tmpfs shm "$root/dev/shm"
        hostname machine
        ip link set lo up 2>/dev/null || true
        cd "$root"
        mkdir -p .outside
        pivot_root . .outside
        touch ".outside$dir/booted"
        umount -l .outside
        [ ! -e /run/initramfs ] || exec env -i container=test "${env[@]}" /usr/lib/systemd/systemd --system --unit=multi-user.target
        # Wait for orphaned processes.
        exec env -i "${env[@]}" sh -c 'trap : TERM; while :; do sleep 1000 & wait; done'
}

run() {
        local dir=$1 pid
        shift
        pid=$(cat "$dir/pid" 2>/dev/null) || die "$dir is not running"
        exec nsenter --target $pid --mount --pid --uts --ipc --net --cgroup --time --root --wd -- env -i "${env[@]}" \
                ${CONTAINERS_STORAGE_CONF:+CONTAINERS_STORAGE_CONF="$CONTAINERS_STORAGE_CONF"} "$@"
}

kill_all() {
        local dir=$1 pid i
        pid=$(cat "$dir/pid" 2>/dev/null) || return 0
        kill -9 $pid 2>/dev/null
        for i in $(seq 500); do
                kill -0 $pid 2>/dev/null || break
                sleep 0.02
        done
        rm -f "$dir/pid"
        umount -l "$dir/run" 2>/dev/null || find "$dir/run" -xdev -mindepth 1 -delete
        [ -f "$dir/cgroup" ] || return 0
        for i in $(seq 500); do
                find "$(cat "$dir/cgroup")" -depth -type d -exec rmdir {} + 2>/dev/null && break
                sleep 0.02
        done
        rm -f "$dir/cgroup"
}

command=$1
shift
case $command in
start) start "$@" ;;
systemd)
        mkdir -p "$1" && : >"$1/systemd" && start "$@"
        ;;
init) init "$@" ;;
run) run "$@" ;;
kill) kill_all "$@" ;;
*) die "no such command: $command" ;;
esac
