#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# mkroot.sh SUITE: make the root directory of a Debian suite with its podman and containers-storage, once, and print
# where it is. It is a cache: it may be deleted at any time, and is never inside the source tree.
set -eu

suite=$1
cache=${CSTORAGE_TEST_CACHE:-/var/cache/cstorage-tests}
root=$cache/$suite

# What the roots hold; a change here makes them anew.
packages="podman containers-storage crun conmon netavark busybox-static uidmap passt fuse-overlayfs
          libyajl2 libmount1 libsmartcols1 libsystemd0 strace acl attr e2fsprogs jq ca-certificates"
stamp="1 $packages"

mkdir -p "$cache"
exec 9>"$cache/$suite.lock"
flock 9
if [ "$(cat "$root/.cstorage-root" 2>/dev/null)" = "$stamp" ]; then
        echo "$root"
        exit 0
fi

rm -rf --one-file-system "$root"
log=$cache/$suite.log
make_root() {
        # The Release files of a mirror that is a snapshot may be past their date.
        debootstrap --variant=minbase "$suite" "$root" &&
                echo 'Acquire::Check-Valid-Until "false";' >"$root/etc/apt/apt.conf.d/50no-valid-until" &&
                printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" &&
                chmod 755 "$root/usr/sbin/policy-rc.d" &&
                # apt's own sandbox user cannot use the network configuration of some build machines.
                chroot "$root" apt-get -qq update &&
                # shellcheck disable=SC2086
                DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get -qq install --no-install-recommends $packages &&
                chroot "$root" apt-get clean
}

make_root >"$log" 2>&1 || {
        echo "mkroot: cannot make the $suite root, see $log" >&2
        tail -5 "$log" >&2
        exit 1
}
echo "$stamp" >"$root/.cstorage-root"
echo "$root"
