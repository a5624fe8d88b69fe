#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Two builds in different directories install equal files, which contain no path of the build. The same holds for a build without
# optional features. Each build installs below its prefix only, and finds its library there.
. "$(dirname "$0")/../support/lib.sh"
. "$(dirname "$0")/../support/packaging.sh"

command -v meson >/dev/null || skip_all "there is no meson"
make_scratch

# installed NAME BUILD OPTIONS...: build the source in NAME in the directory BUILD, and install into NAME.root. Without optimisation,
# which takes time and does not add paths.
installed() {
        local name=$1 dir=$2
        shift 2
        release "$scratch/$name" &&
                meson setup "$dir" "$scratch/$name/cstorage-$version" -Dtests=disabled -Doptimization=0 -Ddebug=true "$@" &&
                ninja -C "$dir" && DESTDIR=$scratch/$name.root meson install -C "$dir"
}

# files NAME: each file with its mode, and its digest or its target.
files() {
        (cd "$scratch/$1.root" && find . -printf '%m %y %l %p\n' && find . -type f -exec sha256sum {} +) | sort
}

check "a build succeeds" installed here "$scratch/here/cstorage-$version/build" || finish
check "a build in another directory succeeds" installed to/elsewhere "$scratch/out" || finish
expect "both install equal files" "" "$(diff <(files here) <(files to/elsewhere))"
check "a build without optional features succeeds, with another prefix" installed without "$scratch/out-without" \
        -Dsystemd=disabled -Dsqlite=disabled -Dbtrfs=disabled --prefix=/opt/cstorage || finish
while read -r name prefix; do
        root=$scratch/$name.root
        check "the program is installed, in $name" test -x "$root$prefix/bin/cstorage-gc"
        expect "no file is outside of the prefix" "" "$(find "$root" ! -type d ! -path "$root$prefix/*")"
        expect "the program finds the library below the prefix" 1 "$(readelf -d "$root$prefix/bin/cstorage-gc" | grep -c "PATH.*\[$prefix/lib")"
        expect "no file contains a path of the build" "" "$(grep -rl "$scratch" "$root")"
done <<'END'
here /usr/local
to/elsewhere /usr/local
without /opt/cstorage
END
root=$scratch/without.root/opt/cstorage
expect "--version lists the missing features" "-BTRFS -SQLITE -SYSTEMD" "$(
        LD_LIBRARY_PATH=$(dirname "$(find "$root" -name libcstorage.so.0)") "$root/bin/cstorage-gc" --version |
                tail -n +2 | tr ' ' '\n' | sort | xargs)"
finish
