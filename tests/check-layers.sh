#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The rules between the directories, as far as a program can check them: which directory may include which, that no files
# depend on each other in a cycle, that only one file of a program includes each foreign header, that the formats make no
# system call and the library is silent.
#
#   tests/check-layers.sh LIBBASE LIBFORMAT LIBDISK LIBDRIVER LIBINTERNAL LIBGC...    (static libraries of a build)
set -u
export LC_ALL=C
[ $# -ge 6 ] || {
        sed -n '8s/^# *//p' "$0" >&2
        exit 2
}
base=$(realpath "$1") format=$(realpath "$2") disk=$(realpath "$3") driver=$(realpath "$4") internal=$(realpath "$5")
mapfile -t gc < <(realpath "${@:6}")
cd "$(dirname "$0")/.." || exit 2

n=0 failed=0
# check NAME OFFENDERS: the rule holds if there are no offenders.
check() {
        n=$((n + 1))
        if [ -z "$2" ]; then
                echo "ok $n - $1"
        else
                echo "not ok $n - $1"
                echo "$2" | sed 's/^/# /'
                failed=1
        fi
}

# includes FILE...: lines "file:header" of what is included by its quoted name.
includes() {
        grep -HoE '^[ \t]*#[ \t]*include[ \t]+"[^"]+"' "$@" | sed -E 's/:[^"]*"/:/; s/"$//'
}

# ---------------------------------------------------------------------------------------------- files

sources=$(find lib gc tests units packaging .ci \( -name '*.[ch]' -o -name '*.sh' -o -name '*.py' -o -name meson.build \) \
        -not -path 'tests/corpus/*' 2>/dev/null | sort)
# shellcheck disable=SC2086
check "every file has its licence in its first lines" "$(
        for f in $sources meson.build meson_options.txt; do
                head -n 3 "$f" | grep -q 'SPDX-License-Identifier: LGPL-2.1-or-later' || echo "$f"
        done
)"
check "every header is included once" "$(
        for f in $(echo "$sources" | grep '\.h$'); do
                grep -qE '^#(pragma once|ifndef CSTORAGE_H)$' "$f" || echo "$f"
        done
)"

# --------------------------------------------------------------------------------------------- layers

# The directories of each tree from the bottom to the top. Each includes headers of itself and of those before it.
lib_rooms='base tree json toml format disk api config driver store snapshot inventory verify trash txn'
gc_rooms='util facts plan options podman liveness scan collect report userns users deleter generator'

# shellcheck disable=SC2086
check "the directories of lib and gc are those listed here" "$(
        diff <({ printf 'lib/%s\n' $lib_rooms && printf 'gc/%s\n' $gc_rooms; } | sort) \
                <(find lib gc -mindepth 2 -name '*.[ch]' -printf '%h\n' | sort -u)
)"

# rooms TREE OTHERS ROOM...: files of each room include no header but those of the rooms up to it, and OTHERS.
rooms() {
        local tree=$1 others=$2 allowed='' room
        shift 2
        for room; do
                allowed="$allowed${allowed:+|}$room"
                check "$tree/$room includes nothing above it" "$(
                        includes "$tree/$room"/*.[ch] | grep -vE ":(($allowed)/[a-z0-9-]+\.h|$others)$"
                )"
        done
}
# shellcheck disable=SC2086
rooms lib 'cstorage\.h' $lib_rooms
# shellcheck disable=SC2086
rooms gc 'cstorage\.h|(base|tree|json|toml)/[a-z0-9-]+\.h' $gc_rooms
check "the formats do not include the public header" "$(
        includes lib/{base,tree,json,toml,format,disk}/*.[ch] | grep ':cstorage\.h$'
)"
check "the public header includes no other header of the project" "$(includes lib/cstorage.h)"

# ------------------------------------------------------------------------------------------------- cycles

check "no header of lib includes itself through others" "$(tests/check-cycles.py includes lib 2>&1)"
check "no header of gc includes itself through others" "$(tests/check-cycles.py includes gc 2>&1)"
check "no files of lib depend on each other in a cycle" "$(
        tests/check-cycles.py symbols "$base" "$format" "$disk" "$driver" "$internal" 2>&1
)"
check "no files of gc depend on each other in a cycle" "$(tests/check-cycles.py symbols "${gc[@]}" 2>&1)"

# ---------------------------------------------------------------------------------------- foreign headers

# door PATTERN FILES: the header is included in these files only.
door() {
        check "only $2 includes <$1>" "$(
                grep -lE "^[ \t]*#[ \t]*include[ \t]+<$1" --include='*.[ch]' -r lib gc | grep -vE "^($2)$"
        )"
}
door 'yajl/' 'lib/json/json\.c'
door 'sha2' 'lib/base/sha256\.c'
door 'zlib' 'lib/verify/gunzip\.c'
door 'libmount' 'lib/driver/mountinfo\.c|gc/generator/fstab\.c'
door 'systemd/' 'gc/util/systemd\.c'
door 'libsmartcols' 'gc/report/table\.c'
door 'btrfsutil' 'lib/tree/subvolume\.c'
door 'sqlite3' 'gc/podman/database-sqlite\.c'

# ----------------------------------------------------------------------------------------------- symbols

# undefined LIBRARY, defined LIBRARY: lines "object symbol", without symbols of compilers and sanitizers.
undefined() {
        nm --undefined-only --print-file-name "$1" | sed -E 's/^.*[:/]([^:/]+\.o): *U /\1 /' |
                grep -vE ' (__(asan|ubsan|sanitizer|tsan|gcov|cyg|sancov)_|__llvm_|_GLOBAL_OFFSET_TABLE_)' |
                grep -vE ' __(u?(div|mod|divmod)di[34]|(mul|ashl|ashr|lshr)di3|aeabi_.*)$' # arithmetic of 64 bits on 32-bit machines
}
defined() {
        nm --defined-only --extern-only --print-file-name "$1" | sed -E 's/^.*[:/]([^:/]+\.o): *[0-9a-f]+ [A-Z] /\1 /' |
                grep -vE ' __(odr_)?asan'
}

# Functions without input and output.
pure='mem(cpy|move|set|chr|cmp|rchr|mem)|str(n?len|r?chr|chrnul|n?cmp|n?casecmp|n?dup|spn|cspn|str|ncat|cat|error_r)
malloc|calloc|realloc(array)?|free|qsort(_r)?|bsearch|v?(sn|as)printf|strtou?ll?|__errno_location|__assert_fail|__stack_chk_fail|abort
yajl_[a-z_]+|__(memcpy|memmove|memset|strcpy|strcat|strncat|v?(sn|as)printf)_chk'

# The functions that the objects of lib/format, and the objects of lib/base below them, call and do not define: "object
# symbol".
reached_by_format() {
        {
                { defined "$format" && defined "$base"; } | sed 's/^/defined /'
                undefined "$format" | sed 's/^/first /'
                undefined "$base" | sed 's/^/later /'
        } | awk '
                $1 == "defined" { object[$3] = $2; next }
                { needs[$2] = needs[$2] " " $3 }
                $1 == "first" && !($2 in queued) { queued[$2]; todo[++n] = $2 }
                END {
                        for (i = 1; i <= n; i++) {
                                count = split(needs[todo[i]], symbols, " ")
                                for (k = 1; k <= count; k++) {
                                        o = object[symbols[k]]
                                        if (o == "") print todo[i], symbols[k]
                                        else if (!(o in queued)) { queued[o]; todo[++n] = o }
                                }
                        }
                }'
}

check "every library has symbols" "$(
        for lib in "$base" "$format" "$disk" "$driver" "$internal"; do
                [ -n "$(undefined "$lib")" ] && [ -n "$(defined "$lib")" ] || echo "$lib"
        done
        reached_by_format | grep -q ' yajl_parse$' || echo "what lib/format calls"
)"
check "lib/format makes no system call" "$(
        reached_by_format | grep -vE -e " ($(paste -sd'|' <<<"$pure"))\$" |
                grep -vx 'base_hexids.c.o getrandom' # keys for a sealed set; lib/format only adds to the set
)"
for lib in "$base" "$format" "$disk" "$driver"; do
        check "$(basename "$lib" .a) defines no public name" "$(defined "$lib" | grep ' cstorage_')"
done
check "the library does not print, exit or handle signals" "$(
        for lib in "$base" "$format" "$disk" "$driver" "$internal"; do
                undefined "$lib" | grep -E ' (__)?(v?f?printf|v?dprintf|puts|putchar|fputs|perror|syslog|exit|_exit|quick_exit|signal|sigaction|atexit)(_chk)?$'
        done
)"
check "only lib/config reads the environment" "$(
        for lib in "$base" "$format" "$disk" "$driver" "$internal"; do
                undefined "$lib" | grep -E ' (__)?(secure_)?getenv$|^[^ ]+ environ$' | grep -v '^config'
        done
)"

echo "1..$n"
exit $failed
