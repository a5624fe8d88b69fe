#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The decisions, the readers of settings and the deletion of trees work if they are linked statically with musl. These parts need
# no other library; check-elsewhere.py compiles the rest.
. "$(dirname "$0")/support/lib.sh"

command -v musl-gcc >/dev/null || skip_all "there is no musl (musl-tools)"
source_dir=$(cd "$tests_dir/.." && pwd)
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

# The headers of other libraries, without those of glibc in the same directory.
mkdir "$dir/include" "$dir/objects"
for header in linux asm-generic yajl sha2.h btrfsutil.h zlib.h zconf.h "$(gcc -print-multiarch)/asm" asm; do
        [ ! -e "/usr/include/$header" ] || ln -sfn "/usr/include/$header" "$dir/include/$(basename "$header")"
done
compile=(musl-gcc -std=gnu17 -O1 -pthread -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 "-I$source_dir/lib" "-I$source_dir/gc" "-I$support/fuzz"
        -isystem "$dir/include" -isystem /usr/include/libmount -isystem /usr/include/blkid)

# objects: compile the library up to the table of kinds, which the plan needs, and the plan.
objects() {
        local file

        for file in "$source_dir"/lib/{base,tree,json,toml,format,disk,api,config,driver,store,inventory}/*.c \
                $(sed -n "/^decide_sources/,/^)/s|^ *'\(.*\)',|$source_dir/gc/\1|p" "$source_dir/gc/meson.build"); do
                printf '%s\0' "$file"
        done | xargs -0 -n 8 -P "$(nproc)" sh -c '
                objects=$1
                shift
                while [ "$1" != -- ]; do command="$command $1" && shift; done
                shift
                for file; do
                        $command -c -o "$objects/$(basename "$(dirname "$file")")-$(basename "$file").o" "$file" || exit 255
                done' sh "$dir/objects" "${compile[@]}" --
}

# linked NAME SOURCE...
linked() {
        local name=$1
        shift
        "${compile[@]}" -static -o "$dir/$name" "$@" "$dir/all.a"
}

# replay PROGRAM DIRECTORY: all cases pass, and there are some.
replay() { "$dir/$1" "$2" >"$dir/out" && grep -q '^ok' "$dir/out" && ! grep -q '^not ok' "$dir/out"; }

check "the sources compile" objects || finish
check "the objects make a library" ar rcs "$dir/all.a" "$dir"/objects/*.o || finish
for target in conf facts lowers toml; do
        check "fuzz-$target links" linked "$target" "$tests_dir/fuzz/fuzz-$target.c" "$support/fuzz/fuzz-main.c"
        check "fuzz-$target reads its corpus" replay "$target" "$tests_dir/corpus/$target"
done
check "plan-tool links" linked plan "$tests_dir/plan/plan-tool.c"
check "plan-tool makes all golden plans" replay plan "$tests_dir/plan/golden"

check "tree-tool links" linked tree "$support/system/tree-tool.c"
mkdir -p "$dir"/trees/{a/b/c,d}
touch "$dir"/trees/a/{1..2000} "$dir/trees/a/b/c/file" "$dir/trees/d/file"
expect "tree-tool removes trees and counts their files" "a 2004 d 2" \
        "$("$dir/tree" remove "$dir/trees" threads=4 count | awk 'NF == 5 && ($1 == "a" || $1 == "d") { print $1, $2 }' | sort | xargs)"

# The C library supplies the text of an error.
cat >"$dir/error.c" <<'END'
#include <stdio.h>
#include "base/error.h"
int main(void) {
        struct error error;
        int r = error_errno(&error, -ENOENT, "cannot open '%s'", "x");
        puts(error.text);
        return r != -ENOENT;
}
END
check "a program that prints an error links" linked error "$dir/error.c"
expect "the error has a text" "cannot open 'x': No such file or directory" "$("$dir/error")"
finish
