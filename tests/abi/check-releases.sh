#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The library is compatible with its releases: abidiff finds no incompatible change since the last tag, and the examples of the
# first release, linked with the library of that release, run with this library.
#
#   tests/abi/check-releases.sh LIBRARY
. "$(dirname "$0")/../support/lib.sh"

library=$(realpath "$1")
source=$(cd "$tests_dir/.." && pwd)
tags=$(git -C "$source" tag --list 'v[0-9]*' --sort=version:refname --merged HEAD 2>/dev/null)
[ -n "$tags" ] || skip_all "there is no release yet: no tag v[0-9]* is known"
last=$(tail -n 1 <<<"$tags")
first=$(head -n 1 <<<"$tags")
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

# build TAG: build its library in $dir/TAG.build/lib as for a release, with the debugging information that abidiff reads.
build() {
        [ ! -d "$dir/$1.build" ] || return 0
        mkdir "$dir/$1" && git -C "$source" archive "$1" | tar -C "$dir/$1" -x &&
                meson setup --buildtype=debugoptimized -Dtests=disabled "$dir/$1.build" "$dir/$1" &&
                meson compile -C "$dir/$1.build" cstorage:shared_library
}

# If the library is built with sanitizers, their runtimes must be loaded first.
sanitizers() { ldd "$library" | awk '/lib(a|ub)san/ { print $3 }' | xargs; }

check "the library of $last can be built" build "$last" || finish
check "the library of $first can be built" build "$first" || finish

# Exit status: bit 0 an error, 1 a usage error, 2 a change, 3 an incompatible one (abidiff(1)).
if command -v abidiff >/dev/null; then
        abidiff --headers-dir1 "$dir/$last/lib" --headers-dir2 "$source/lib" --drop-private-types \
                "$dir/$last.build/lib/libcstorage.so" "$library" >"$dir/abidiff"
        status=$?
        expect "abidiff from $last finds nothing incompatible" 0 $((status & 11)) || note "$(tail -n 40 "$dir/abidiff")"
else
        skip "abidiff from $last finds nothing incompatible" "there is no abidiff"
fi

python3 "$source/tests/support/store/mkstore.py" --root "$dir/g" --runroot "$dir/r" --images 1 --layers 1 >/dev/null || exit 1
printf '[storage]\ndriver = "overlay"\ngraphroot = "%s"\nrunroot = "%s"\n' "$dir/g" "$dir/r" >"$dir/storage.conf"
check "a program is linked with the library of $first" cc -I "$dir/$first/lib" -o "$dir/images" "$dir/$first/tests/examples/images.c" \
        -L "$dir/$first.build/lib" -lcstorage
mkdir "$dir/now" && ln -s "$library" "$dir/now/libcstorage.so.0"
expect "that program runs with this library" "localhost/image0:1 1 layers" "$(
        CONTAINERS_STORAGE_CONF=$dir/storage.conf LD_LIBRARY_PATH=$dir/now LD_PRELOAD=$(sanitizers) "$dir/images" 2>&1 | sed -n 's/ [0-9]* bytes$//p')"
finish
