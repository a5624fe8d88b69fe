#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The notes for packagers in each file list the shared libraries that it loads on demand, and the packages depend on them with the
# priority in the note.
#
#   tests/abi/check-dlopen.sh FILE...
. "$(dirname "$0")/../support/lib.sh"

for program in objcopy readelf python3; do
        command -v $program >/dev/null || skip_all "there is no $program"
done
packaging=$tests_dir/../packaging
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

# notes FILE: the soname and priority in each note. Each library has its note, and the notes are contiguous.
notes() {
        rm -f "$dir/notes"
        objcopy --dump-section .note.dlopen="$dir/notes" "$1" /dev/null 2>/dev/null
        [ ! -e "$dir/notes" ] || python3 - "$dir/notes" <<'EOF'
import json, struct, sys
data, at = open(sys.argv[1], "rb").read(), 0
while at < len(data):
    owner_size, size, kind = struct.unpack_from("=III", data, at)
    owner, text = data[at + 12:at + 16], data[at + 16:at + 16 + size]
    assert (owner_size, owner, kind) == (4, b"FDO\0", 0x407c0c0a), data[at:at + 16]
    for entry in json.loads(text.rstrip(b"\0")):
        assert sorted(entry) == ["description", "feature", "priority", "soname"], entry
        print(*entry["soname"], entry["priority"])
    at += 16 + (size + 3) // 4 * 4
EOF
}

# The sonames in the file, except its own and those that it is linked with.
loaded() {
        readelf -dW "$1" | sed -nE 's/.*\((NEEDED|SONAME)\).*\[(.*)\]$/\2/p' | sort >"$dir/linked"
        strings -a "$1" | grep -xE 'lib[a-z0-9]+\.so\.[0-9]+' | sort -u | comm -23 - "$dir/linked"
}

# debian FIELD PACKAGE...: the packages in that field of these packages.
debian() {
        local field=$1 package
        for package in "${@:2}"; do
                sed -n "/^Package: $package\$/,/^\$/p" "$packaging/debian/control"
        done | sed -n "/^$field:/,/^[A-Z].*:/{s/^$field://; /^ /p}" | tr , '\n' | sed 's/^ *//; s/ .*//'
}

# fedora FIELD PACKAGE...
fedora() {
        local field=$1 package
        for package in "${@:2}"; do
                sed -n "/^%package \(-n \)\{0,1\}${package#cstorage-}\$/,/^%description/p" "$packaging/rpm/cstorage.spec"
        done | sed -n "s/^$field: *\([a-z-]*\).*/\1/p"
}

declare -A fields=([required]="Depends Requires" [recommended]="Recommends Recommends")
declare -A packages=(
        [libbtrfsutil.so.1]="libbtrfsutil1 libbtrfsutil"
        [libmd.so.0]="libmd0 libmd"
        [libmount.so.1]="libmount1 libmount"
        [libsmartcols.so.1]="libsmartcols1 libsmartcols"
        [libsqlite3.so.0]="libsqlite3-0 sqlite-libs"
        [libsystemd.so.0]="libsystemd0 systemd-libs"
        [libz.so.1]="zlib1g zlib"
)

expect "some libraries are loaded on demand" 1 $(($(for file in "$@"; do loaded "$file"; done | wc -l) > 0))
for file in "$@"; do
        name=$(basename "$file")
        # There may be a note for a library whose use the compiler has removed.
        expect "the notes of $name list all libraries that it loads on demand" "" "$(comm -23 <(loaded "$file") <(notes "$file" | cut -d ' ' -f 1 | sort))"
        case $name in
        libcstorage*) debs=(libcstorage0) rpms=(libcstorage) ;;
        *) debs=(cstorage-gc libcstorage0) rpms=(cstorage-gc libcstorage) ;;
        esac
        while read -r soname priority; do
                read -r deb_field rpm_field <<<"${fields[$priority]}"
                read -r deb rpm <<<"${packages[$soname]}"
                check "the Debian package lists $soname as $priority" grep -qx "$deb" <<<"$(debian "$deb_field" "${debs[@]}")"
                check "the RPM lists $soname as $priority" grep -qx "$rpm" <<<"$(fedora "$rpm_field" "${rpms[@]}")"
        done < <(notes "$file")
done
finish
