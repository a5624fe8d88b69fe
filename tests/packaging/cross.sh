#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Two builds for 64-bit ARM in different directories: all installed files are for that architecture, are equal, and contain no path
# of the build.
. "$(dirname "$0")/../support/lib.sh"
. "$(dirname "$0")/../support/packaging.sh"

need_root
[ "${CSTORAGE_TEST_LONG-0}" = 1 ] || skip_all "it takes long; CSTORAGE_TEST_LONG=1 runs it"
make_scratch

needs="crossbuild-essential-arm64 meson pkgconf"
for library in yajl md mount smartcols systemd; do
        needs="$needs lib$library-dev@arm64"
done
needs="$needs zlib1g-dev@arm64"
root cross "minbase-sid+systemd-dev+${needs// /+}"

# installed NAME: build in /mnt/NAME, and install into /mnt/NAME.root.
installed() {
        release "$scratch/cross/shared/$1" &&
                run_in cross sh -euc '
                        cd "/mnt/$1/cstorage-$2"
                        meson setup --cross-file packaging/arm64.cross -Dtests=disabled -Dsystemd=enabled build
                        ninja -C build
                        DESTDIR=/mnt/$1.root meson install -C build' sh "$1" "$version"
}
shared=$scratch/cross/shared

check "a build for arm64 succeeds" installed here || finish
check "a build in another directory succeeds" installed to/elsewhere || finish
expect "all programs and libraries are for arm64" "AArch64" "$(find "$shared/here.root" -type f -exec sh -c '
        for f; do readelf -h "$f" 2>/dev/null | sed -n "s/^ *Machine: *//p"; done' sh {} + | sort -u)"
expect "there are four programs and libraries" 4 "$(find "$shared/here.root" -type f -exec sh -c '
        for f; do readelf -h "$f" >/dev/null 2>&1 && echo "$f"; done' sh {} + | wc -l)"
expect "both builds are equal" "" "$(diff -r "$shared/here.root" "$shared/to/elsewhere.root")"
expect "no file has a path of the build" "" "$(grep -rlE '/mnt/(here|to)' "$shared"/here.root "$shared"/to/elsewhere.root)"
finish
