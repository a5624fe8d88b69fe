#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The examples of the library work. The documents name existing files only, and list every directory, reason and room.
. "$(dirname "$0")/../support/lib.sh"

source=$(cd "$tests_dir/.." && pwd)
readme=$source/README.md
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
unset CONTAINERS_STORAGE_CONF_OVERRIDE STORAGE_DRIVER STORAGE_OPTS

python3 "$support/store/mkstore.py" --root "$dir/g" --runroot "$dir/r" --images 2 --layers 3 >/dev/null
printf '[storage]\ndriver = "overlay"\ngraphroot = "%s"\nrunroot = "%s"\n' "$dir/g" "$dir/r" >"$dir/storage.conf"
expect "the reader prints the images of a store" "localhost/image0:1 3 layers localhost/image1:1 3 layers" \
        "$(CONTAINERS_STORAGE_CONF=$dir/storage.conf "$build/tests/examples/images" | sed -n 's/ [0-9]* bytes$//p' | xargs)"
expect "the reader prints the paths of their layers, the topmost first" "image0-2 image0-1 image0-0 image1-2 image1-1 image1-0" \
        "$(CONTAINERS_STORAGE_CONF=$dir/storage.conf "$build/tests/examples/images" | sed -n 's/^ *//; /^\//p' |
                while read -r layer; do ls "$layer"; done | xargs)"
verify() { CONTAINERS_STORAGE_CONF=$dir/storage.conf "$build/tests/examples/verify"; }
expect "the verifier finds no difference in new layers" " 0" "$(verify 2>&1) $?"
torn=$(find "$dir/g/overlay" -path '*/diff/*' -type f -size +0 | sort | head -n 1)
cp -a "$torn" "$dir/torn" && : >"$torn"
expect "the verifier names a damaged file" "$(sed -E "s|^$dir/g/overlay/([0-9a-f]{64})/diff/(.*)|\\1: \\2 is damaged|" <<<"$torn") 1" \
        "$(verify 2>&1) $?"
cp -a "$dir/torn" "$torn"
if command -v rustc >/dev/null; then
        check "a program in Rust is built with the library" rustc --edition 2021 -D warnings -L "$build/lib" \
                -C link-arg="-Wl,-rpath,$build/lib" -o "$dir/names" "$tests_dir/examples/names.rs"
        expect "the program in Rust prints the names of the images" "localhost/image0:1 localhost/image1:1" \
                "$(CONTAINERS_STORAGE_CONF=$dir/storage.conf "$dir/names" | xargs)"
        expect "the program in Rust prints the error" "1 yes" "$(CONTAINERS_STORAGE_CONF=$dir/none "$dir/names" 2>"$dir/err" >/dev/null
                echo $? $(grep -q "$dir/none" "$dir/err" && echo yes))"
else
        skip "a program in Rust is built with the library" "there is no rustc"
fi
check "the reader prints the sizes of layers" sh -c \
        "CONTAINERS_STORAGE_CONF='$dir/storage.conf' '$build/tests/examples/images' | grep -qE ' [1-9][0-9]{2,} bytes$'"
if [ "$(id -u)" = 0 ]; then
        printf '[storage]\ndriver = "overlay"\ngraphroot = "%s"\nrunroot = "%s"\n' "$dir/new/g" "$dir/new/r" \
                >"$dir/storage.conf"
        expect "the writer makes a store, a container in it, and mounts it" 1 "$(
                CONTAINERS_STORAGE_CONF=$dir/storage.conf unshare --mount "$build/tests/examples/container" box "" </dev/null |
                        grep -c "^$dir/new/g/overlay/[0-9a-f]*/merged$")"
        expect "the writer removes the container" "[][][]" "$(
                cat "$dir"/new/r/overlay-{layers,containers}/volatile-*.json "$dir/new/r/overlay-layers/mountpoints.json")"
fi
printf '[' >"$dir/storage.conf"
expect "the reader prints an error in a configuration" "1 1" \
        "$(CONTAINERS_STORAGE_CONF=$dir/storage.conf "$build/tests/examples/images" 2>&1 | grep -c "$dir/storage.conf") \
$(CONTAINERS_STORAGE_CONF=$dir/storage.conf "$build/tests/examples/images" >/dev/null 2>&1; echo $?)"

# store DRIVER: make a store for the example "container" in $dir/DRIVER.
store() {
        mkdir -p "$dir/$1/g" "$dir/$1/r"
        python3 "$support/store/mkstore.py" --root "$dir/$1/g" --runroot "$dir/$1/r" --driver "$1" --images 1 >/dev/null
        printf '[storage]\ndriver = "%s"\ngraphroot = "%s"\nrunroot = "%s"\n' "$1" "$dir/$1/g" "$dir/$1/r" >"$dir/$1.conf"
        find "$dir/$1" | sort
}

# In a mount namespace: start a container, then run a command with the root of the container in $root.
# shellcheck disable=SC2016
started='
        coproc { exec "$0" box localhost/image0:1; } 2>&1
        read -r root <&"${COPROC[0]}"
        root=$root sh -c "$1"
        echo "command $?"
        pid=$COPROC_PID
        echo >&"${COPROC[1]}"
        wait "$pid"
        echo "container $?"
'
container() {
        CONTAINERS_STORAGE_CONF=$dir/$1.conf unshare -m bash -c "$started" "$build/tests/examples/container" "$2" 2>&1
}

for driver in overlay vfs; do
        store $driver >"$dir/before"
        if ! unshare -m true 2>/dev/null; then
                skip "$driver: a container is made, mounted and removed" "overlay cannot be mounted here"
                continue
        fi
        file=image0-2/file0
        [ $driver = overlay ] && file=image0-0/file0 # in the lowest layer
        expect "$driver: a container is made, mounted and removed" "command 0 container 0" \
                "$(container $driver "echo text >\"\$root/made\" && test -e \"\$root/$file\"" | xargs)"
        expect "$driver: no file of the container is left" "" "$(diff "$dir/before" <(find "$dir/$driver" | sort) | grep '^>' |
                grep -vE '/(tempdirs|[a-z-]*(\.lock|volatile-[a-z]*\.json|mountpoints\.json)|[a-z]+-(layers|images|containers))$')"
done
check "the error of a missing image names it" sh -c "CONTAINERS_STORAGE_CONF='$dir/vfs.conf' \
        '$build/tests/examples/container' box nothing 2>&1 | grep -q nothing"

# named PAGE: the files that the page names in backquotes or links to, without code blocks, one a line. A name in backquotes
# begins with a directory of the source tree; a link is relative to the page.
named() {
        sed '/^```/,/^```/d; /^    /d' "$source/$1" >"$dir/page"
        grep -oE '`(\.ci|gc|lib|packaging|tests|units)/[][a-zA-Z0-9_./{},*-]*`' "$dir/page" | tr -d '`'
        grep -oE '\]\([a-zA-Z.][^)#:]*\)' "$dir/page" | tr -d '()]' | while read -r name; do
                realpath -m --relative-to="$source" "$(dirname "$source/$1")/$name"
        done
}

for page in README.md CONTRIBUTING.md SECURITY.md NEWS.md gc/README.md lib/README.md tests/README.md; do
        expect "all files that $page names exist" "" "$(
                named $page | while read -r name; do
                        (cd "$source" && compgen -G "$name" >/dev/null) || echo "$name"
                done
        )"
done
check "README.md has at most 160 lines" test "$(wc -l <"$readme")" -le 160
expect "README.md names every directory" "" "$(
        cd "$source" && git ls-files 2>/dev/null | grep / | sed 's|/.*||' | sort -u | grep -v '^\.' |
                while read -r d; do grep -qE "[\`(]$d/" "$readme" || echo "$d"; done
)"
expect "README.md links to the other pages" "" "$(
        for page in CONTRIBUTING.md SECURITY.md NEWS.md gc/README.md lib/README.md lib/FORMAT.md tests/README.md; do
                grep -qF "]($page)" "$readme" || echo "$page"
        done
)"
expect "gc/README.md lists every reason" "" "$(
        sed -n '/^} table/,/^};/s/.*VERDICT_[A-Z]*, "\([a-z-]*\)".*/\1/p' "$source/gc/plan/reasons.c" | sort -u | while read -r reason; do
                grep -qF "\`$reason\`" "$source/gc/README.md" || echo "$reason"
        done
)"
expect "gc/README.md lists every room" "" "$(
        cd "$source/gc" && for room in */; do grep -qE "^\| \`${room%/}\` " README.md || echo "$room"; done
)"
expect "tests/README.md lists every directory of tests" "" "$(
        cd "$source/tests" && for d in */; do grep -qF "\`${d%/}" README.md || echo "$d"; done
)"
finish
