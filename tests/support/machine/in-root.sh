#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Run a command in a root directory of mkroot.sh, with the network and the devices of this machine, in mount and PID namespaces. Its
# changes are in DIR/upper, also for the next command; the root itself does not change.
#
#   in-root.sh DIR ROOT COMMAND...
#
# DIR/store is its /var/lib/containers, and DIR/shared its /mnt.
set -eu

if [ "$1" != --inside ]; then
        mkdir -p "$1"/{upper,work,root,store,shared}
        exec unshare --mount --pid --ipc --uts --fork --kill-child "$0" --inside "$@"
fi
dir=$2 lower=$3 root=$2/root
shift 3

mount -t overlay -o "lowerdir=$lower,upperdir=$dir/upper,workdir=$dir/work" root "$root"
mkdir -p "$root/var/lib/containers"
mount --bind "$dir/store" "$root/var/lib/containers"
mount --bind "$dir/shared" "$root/mnt"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup "$root/sys/fs/cgroup"
mount -t devtmpfs dev "$root/dev" # with the disks that appear later
mkdir -p "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts "$root/dev/pts"
mount -t tmpfs shm "$root/dev/shm"
mount -t tmpfs run "$root/run"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"
# Not chroot(2): in a chroot the kernel makes no user namespaces.
mkdir -p "$root/.outside"
cd "$root"
pivot_root . .outside
umount -l .outside
rmdir .outside
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive "$@"
