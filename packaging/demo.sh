#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The whole story in one command, on a fresh Debian or Fedora: installs what the build needs, builds, makes a small
# store with containers in transient mode, reboots it (the runroot is gone, and a new boot begins in a time namespace),
# and collects. Everything happens in a directory of its own that is removed at the end; the machine's own containers are
# not looked at.
#
#   packaging/demo.sh               everything
#   packaging/demo.sh --no-install  with what is installed already
set -euo pipefail
cd "$(dirname "$0")/.."

install=yes
case "${1-}" in
'') ;;
--no-install) install=no ;;
*)
        sed -n '9,10s/^# *//p' "$0" >&2
        exit 2
        ;;
esac

bold="" plain=""
[ -t 1 ] && bold=$'\e[1m' plain=$'\e[0m'
booted=()
title() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
show() {
        printf '%s$ %s%s\n' "$bold" "$*" "$plain"
        "${booted[@]}" "$@"
}
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

debian_packages="gcc meson ninja-build pkg-config libc6-dev libbtrfsutil-dev libmd-dev libmount-dev libsmartcols-dev libsqlite3-dev
        libsystemd-dev libyajl-dev python3 zlib1g-dev"
fedora_packages="gcc meson ninja-build pkgconf-pkg-config btrfs-progs-devel libmd-devel libmount-devel libsmartcols-devel
        python3 sqlite-devel systemd-devel yajl-devel zlib-devel"

install_needs() {
        local p missing=""

        if command -v apt-get >/dev/null; then
                for p in $debian_packages; do
                        dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
                done
                [ -z "$missing" ] && return
                echo "installing:$missing"
                as_root apt-get update -qq
                # shellcheck disable=SC2086
                as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null
        elif command -v dnf >/dev/null; then
                # shellcheck disable=SC2086
                as_root dnf install -q -y $fedora_packages
        else
                echo "neither apt-get nor dnf is here; what is needed: $debian_packages" >&2
        fi
}

dir=$(mktemp -d "${TMPDIR:-/tmp}/cstorage-demo.XXXXXX")
# Layers are nobody's to write to, and so not to be emptied but by root.
trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT

title "Building"
[ $install = no ] || install_needs
meson setup "$dir/build" --buildtype=debugoptimized -Dtests=disabled >"$dir/log" || {
        cat "$dir/log"
        exit 1
}
ninja -C "$dir/build" >"$dir/log" || {
        cat "$dir/log"
        exit 1
}
PATH=$dir/build/gc:$PATH
cstorage-gc --version

title "A store with two images, a container, and three containers of transient mode"
python3 tests/support/store/mkstore.py --root "$dir/graph" --runroot "$dir/run" \
        --images 2 --layers 2 --containers 1 --transient 3 --container-files 200 >"$dir/made"
printf '[storage]\ndriver = "overlay"\ngraphroot = "%s/graph"\nrunroot = "%s/run"\ntransient_store = true\n' "$dir" "$dir" \
        >"$dir/storage.conf"
export CONTAINERS_STORAGE_CONF=$dir/storage.conf
unset CONTAINERS_STORAGE_CONF_OVERRIDE STORAGE_DRIVER STORAGE_OPTS
images() { sed -E 's/.*"names":\["([^"]*)".*"names":\["([^"]*)".*/\1 \2/' "$dir/graph/overlay-images/images.json"; }
echo "images: $(images)"
echo "layer directories: $(find "$dir/graph/overlay" -mindepth 2 -maxdepth 2 -name diff | wc -l)"
echo "Every one of them has a record, so there is nothing to collect:"
show cstorage-gc

# The collector keeps what changed since the boot. From now on commands run in namespaces with a boot of their own, as old
# as a whole second, and without the directory of the machine's systemd, which is older.
reboot() {
        local uptime

        rm -rf "$dir/run"
        mkdir "$dir/run"
        sleep 1
        read -r uptime _ </proc/uptime
        booted=(unshare --mount --time --boottime "-${uptime%.*}" --fork)
        [ "$(id -u)" = 0 ] || booted+=(--user --map-root-user)
        # shellcheck disable=SC2016
        booted+=(sh -c '[ ! -d /run/systemd ] || mount -t tmpfs none /run/systemd && exec "$0" "$@"')
        "${booted[@]}" true && return
        echo "There are no namespaces here to begin a boot in: what changed since the boot of this machine is kept."
        booted=()
}

title "The machine reboots: the runroot, and with it every record of the transient containers, is gone"
reboot
show cstorage-gc --dry-run

title "Now for real"
show cstorage-gc

title "And what had a record is all there"
echo "images: $(images)"
echo "layer directories: $(find "$dir/graph/overlay" -mindepth 2 -maxdepth 2 -name diff | wc -l)"
show cstorage-gc
