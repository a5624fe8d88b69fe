#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# If a library is missing, meson names its package in Debian and in Fedora.
. "$(dirname "$0")/../support/lib.sh"
. "$(dirname "$0")/../support/packaging.sh"

command -v meson >/dev/null || skip_all "there is no meson"
make_scratch

# without OPTIONS... MODULE...: the message of meson if pkg-config does not find these modules; empty if it succeeds.
without() {
        local dir=$scratch/pc module path
        local -a options=()
        rm -rf "$dir" "$scratch/build"
        mkdir "$dir"
        pkg-config --variable pc_path pkg-config | tr : '\n' | while read -r path; do
                ln -s "$path"/*.pc "$dir" 2>/dev/null
        done
        for module in "$@"; do
                case $module in
                -*) options+=("$module") ;;
                *) rm "$dir/$module.pc" || return ;;
                esac
        done
        PKG_CONFIG_LIBDIR=$dir meson setup "${options[@]}" "$scratch/build" "$source_dir" 2>&1 | sed -n '/ERROR/,/^$/p'
}

expect "with all libraries meson succeeds" "" "$(without)"
while read -r module debian fedora option; do
        # shellcheck disable=SC2086
        message=$(without $option "$module")
        expect "without $module meson names its packages" yes \
                "$(grep -qE "package $debian of Debian, $fedora of Fedora" <<<"$message" && echo yes)" || note "$message"
        expect "without $module meson names no other package" 1 "$(grep -c 'of Debian' <<<"$message")"
done <<'EOF'
yajl libyajl-dev yajl-devel
mount libmount-dev libmount-devel
libmd libmd-dev libmd-devel
smartcols libsmartcols-dev libsmartcols-devel
zlib zlib1g-dev zlib-devel
libsystemd libsystemd-dev systemd-devel -Dsystemd=enabled
sqlite3 libsqlite3-dev sqlite-devel -Dsqlite=enabled
libbtrfsutil libbtrfsutil-dev btrfs-progs-devel -Dbtrfs=enabled
cmocka libcmocka-dev libcmocka-devel -Dtests=enabled
EOF

# All packages in meson.build, also of optional libraries. The demo builds no tests, so it does not need cmocka.
packages=$(sed -nE "s/^ *(needs \+= \[)?\[[a-z0-9_]*_dep, '[^']*', '([^']*)', '([^']*)'\].*/\2 \3/p" "$source_dir/meson.build")
expect "meson.build names nine packages" 9 "$(wc -l <<<"$packages")"
while read -r debian fedora; do
        [ "$debian" = libcmocka-dev ] ||
                expect "the demo installs $debian, or $fedora" 2 "$(grep -owE -- "$debian|$fedora" "$source_dir/packaging/demo.sh" | wc -l)"
        check "tests/run.sh installs $debian" grep -qw -- "$debian" "$source_dir/tests/run.sh"
done <<<"$packages"

expect "without several libraries meson names all of them" 2 "$(without yajl smartcols | grep -c 'of Debian')"
expect "without systemd, SQLite, btrfs and cmocka meson succeeds" "" "$(without libsystemd sqlite3 libbtrfsutil cmocka)"
finish
