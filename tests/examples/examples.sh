#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The README says what is so: its example is a program that is built and works, and what it names is in the tree.
. "$(dirname "$0")/../lib.sh"

source=$(cd "$tests_dir/.." && pwd)
readme=$source/README.md
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
unset CONTAINERS_STORAGE_CONF_OVERRIDE STORAGE_DRIVER STORAGE_OPTS

sed -n '/^```c$/,/^```$/p' "$readme" | sed '1d;$d' >"$dir/readme.c"
sed 1,2d "$tests_dir/examples/images.c" >"$dir/example.c"
check "the example of the README is the one that is built" diff "$dir/example.c" "$dir/readme.c"

python3 "$tests_dir/fixture/mkstore.py" --root "$dir/g" --runroot "$dir/r" --images 2 --layers 3 >/dev/null
printf '[storage]\ndriver = "overlay"\ngraphroot = "%s"\nrunroot = "%s"\n' "$dir/g" "$dir/r" >"$dir/storage.conf"
expect "it prints the images of a store" "localhost/image0:1 3 layers localhost/image1:1 3 layers" \
        "$(CONTAINERS_STORAGE_CONF=$dir/storage.conf "$build/tests/examples/images" | sed 's/ [0-9]* bytes$//' | xargs)"
check "with what their layers hold" sh -c \
        "CONTAINERS_STORAGE_CONF='$dir/storage.conf' '$build/tests/examples/images' | grep -qE ' [1-9][0-9]{2,} bytes$'"
if [ "$(id -u)" = 0 ]; then
        printf '[storage]\ndriver = "overlay"\ngraphroot = "%s"\nrunroot = "%s"\n' "$dir/new/g" "$dir/new/r" \
                >"$dir/storage.conf"
        expect "the writer makes a store, a container in it, and mounts it" 1 "$(
                CONTAINERS_STORAGE_CONF=$dir/storage.conf unshare --mount "$build/tests/examples/container" |
                        grep -c "^mounted at $dir/new/g/overlay/[0-9a-f]*/merged$")"
        expect "and removes it again" "[][][]" "$(
                cat "$dir"/new/g/overlay-{layers,containers}/volatile-*.json "$dir/new/r/overlay-layers/mountpoints.json")"
fi
printf '[' >"$dir/storage.conf"
expect "and says what is wrong with a configuration" "1 1" \
        "$(CONTAINERS_STORAGE_CONF=$dir/storage.conf "$build/tests/examples/images" 2>&1 | grep -c "$dir/storage.conf") \
$(CONTAINERS_STORAGE_CONF=$dir/storage.conf "$build/tests/examples/images" >/dev/null 2>&1; echo $?)"

expect "all that the README names as files is there" "" "$(
        sed '/^```/,/^```/d' "$readme" | grep -oE '`[a-z]+/[][a-zA-Z0-9_./{},*-]*`|\]\([a-zA-Z][^)#:]*\)' | tr -d '`()]' |
                while read -r name; do
                        compgen -G "$source/$name" >/dev/null || echo "$name"
                done
)"
expect "the tree in it names every directory" "" "$(
        cd "$source" && git ls-files 2>/dev/null | grep / | sed 's|/.*||' | sort -u | grep -v '^\.' |
                while read -r d; do grep -qE "^$d/ " "$readme" || echo "$d"; done
)"
finish
