#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Who lacks something that is needed to build is told which package brings it, on Debian and on Fedora.
. "$(dirname "$0")/../support/lib.sh"
. "$(dirname "$0")/../support/packaging.sh"

command -v meson >/dev/null || skip_all "there is no meson"
make_scratch

# without OPTIONS... MODULE...: what meson says where pkg-config does not know these; nothing where it is content.
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

expect "with all that is needed it can be built" "" "$(without)"
while read -r module debian fedora option; do
        # shellcheck disable=SC2086
        said=$(without $option "$module")
        expect "without $module the packages are named" yes \
                "$(grep -qE "package $debian of Debian, $fedora of Fedora" <<<"$said" && echo yes)" || note "$said"
        expect "and no others" 1 "$(grep -c 'of Debian' <<<"$said")"
done <<'EOF'
yajl libyajl-dev yajl-devel
mount libmount-dev libmount-devel
libmd libmd-dev libmd-devel
smartcols libsmartcols-dev libsmartcols-devel
libsystemd libsystemd-dev systemd-devel -Dsystemd=enabled
sqlite3 libsqlite3-dev sqlite-devel -Dsqlite=enabled
libbtrfsutil libbtrfsutil-dev btrfs-progs-devel -Dbtrfs=enabled
cmocka libcmocka-dev libcmocka-devel -Dtests=enabled
EOF

# What meson.build names for an optional library, too; the demo builds no tests.
packages=$(sed -nE "s/^ *(needs \+= \[)?\[[a-z0-9_]*_dep, '[^']*', '([^']*)', '([^']*)'\].*/\2 \3/p" "$source_dir/meson.build")
expect "meson.build names packages" 8 "$(wc -l <<<"$packages")"
while read -r debian fedora; do
        [ "$debian" = libcmocka-dev ] ||
                expect "the demo installs $debian, or $fedora" 2 "$(grep -owE -- "$debian|$fedora" "$source_dir/packaging/demo.sh" | wc -l)"
        check "the tests have $debian" grep -qw -- "$debian" "$source_dir/tests/run.sh"
done <<<"$packages"

expect "without several, all of them" 2 "$(without yajl smartcols | grep -c 'of Debian')"
expect "without systemd, SQLite, btrfs and cmocka it can be built all the same" "" "$(without libsystemd sqlite3 libbtrfsutil cmocka)"
finish
