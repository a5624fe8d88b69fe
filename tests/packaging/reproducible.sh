#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Two builds in different directories install the same files, byte for byte, and these know nothing of where they were made;
# nor does a build without anything optional. Each is installed below its prefix alone, and finds its library there.
. "$(dirname "$0")/../support/lib.sh"
. "$(dirname "$0")/../support/packaging.sh"

command -v meson >/dev/null || skip_all "there is no meson"
make_scratch

# installed NAME BUILD OPTIONS...: what a build of the source in NAME, in the directory BUILD, installs into NAME.root. Not
# optimised, as that takes time and tells nothing more of where it was.
installed() {
        local name=$1 dir=$2
        shift 2
        release "$scratch/$name" &&
                meson setup "$dir" "$scratch/$name/cstorage-$version" -Dtests=disabled -Doptimization=0 -Ddebug=true "$@" &&
                ninja -C "$dir" && DESTDIR=$scratch/$name.root meson install -C "$dir"
}

# files NAME: each with its mode, its bytes or where it leads to.
files() {
        (cd "$scratch/$1.root" && find . -printf '%m %y %l %p\n' && find . -type f -exec sha256sum {} +) | sort
}

check "it builds" installed here "$scratch/here/cstorage-$version/build" || finish
check "it builds elsewhere" installed to/elsewhere "$scratch/out" || finish
expect "both are the same" "" "$(diff <(files here) <(files to/elsewhere))"
check "it builds without anything optional, for a prefix of its own" installed without "$scratch/out-without" \
        -Dsystemd=disabled -Dsqlite=disabled -Dbtrfs=disabled --prefix=/opt/cstorage || finish
while read -r name prefix; do
        root=$scratch/$name.root
        check "the program is there, in $name" test -x "$root$prefix/bin/cstorage-gc"
        expect "nothing is outside of the prefix" "" "$(find "$root" ! -type d ! -path "$root$prefix/*")"
        expect "the program finds the library there" 1 "$(readelf -d "$root$prefix/bin/cstorage-gc" | grep -c "PATH.*\[$prefix/lib")"
        expect "no file there has a path of the build" "" "$(grep -rl "$scratch" "$root")"
done <<'END'
here /usr/local
to/elsewhere /usr/local
without /opt/cstorage
END
root=$scratch/without.root/opt/cstorage
expect "--version says what is not built in" "-BTRFS -SQLITE -SYSTEMD" "$(
        LD_LIBRARY_PATH=$(dirname "$(find "$root" -name libcstorage.so.0)") "$root/bin/cstorage-gc" --version |
                tail -n +2 | tr ' ' '\n' | sort | xargs)"
finish
