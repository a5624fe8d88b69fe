#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# mkroot.sh SUITE[+PACKAGE...]: make the root directory of a Debian suite with its podman and containers-storage, if it is not in the
# cache, and print its path. With packages it is another directory that has them, too. minbase-SUITE is the smallest variant of
# debootstrap. PACKAGE@ARCHITECTURE is a package of another architecture, to build for it; SUITE@ARCHITECTURE is a root of another
# architecture that this machine can run. The cache may be deleted at any time, and is never in the source tree.
set -eu

name=$1
base=${name%%+*}
suite=${base#minbase-}
architecture=${suite#"${suite%%@*}"}
more=${name#"$base"}
more=${more//+/ }
more=${more//@/:}
cache=${CSTORAGE_TEST_CACHE:-/var/cache/cstorage-tests}
root=$cache/$name

# The packages of the roots. A change makes them anew.
packages="podman containers-storage crun conmon netavark busybox-static uidmap passt fuse-overlayfs
          libyajl2 libmount1 libsmartcols1 libsystemd0 strace acl attr e2fsprogs jq ca-certificates"
[ "$base" = "$suite" ] || packages=
stamp="1 $packages$more"

bootstrap() {
        # The Release files of a snapshot mirror may have expired.
        debootstrap --variant=minbase ${architecture:+"--arch=${architecture#@}"} "${suite%%@*}" "$root" &&
                echo 'Acquire::Check-Valid-Until "false";' >"$root/etc/apt/apt.conf.d/50no-valid-until" &&
                printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" &&
                chmod 755 "$root/usr/sbin/policy-rc.d"
}

copy_of_base() {
        cp -a --reflink=auto "$("$0" "$base")" "$root" && rm "$root/.cstorage-root"
}

# The sandbox user of apt cannot use the network on some build machines.
install_packages() {
        local foreign

        foreign=$(printf '%s\n' "$@" | sed -n 's/.*://p' | sort -u)
        [ -z "$foreign" ] || chroot "$root" dpkg --add-architecture "$foreign"
        chroot "$root" apt-get -qq update &&
                DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get -qq install --no-install-recommends "$@" &&
                chroot "$root" apt-get clean
}

make_root() {
        # shellcheck disable=SC2086
        if [ -z "$more" ]; then
                bootstrap && install_packages $packages
        else
                copy_of_base && install_packages $more
        fi
}

mkdir -p "$cache"
exec 9>"$cache/$name.lock"
flock 9
if [ "$(cat "$root/.cstorage-root" 2>/dev/null)" = "$stamp" ]; then
        echo "$root"
        exit 0
fi

rm -rf --one-file-system "$root"
log=$cache/$name.log
make_root >"$log" 2>&1 || {
        echo "mkroot: cannot make the $name root, see $log" >&2
        tail -5 "$log" >&2
        exit 1
}
echo "$stamp" >"$root/.cstorage-root"
echo "$root"
