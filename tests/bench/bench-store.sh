#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Creating and deleting a container beside containers-storage (Debian sid's), at 0, 1,000 and 10,000 existing containers
# in each mode, on the same store: the library in one process; containers-storage as a process for each; and the Go
# library in one process, as it shows in what a process takes that deletes many containers rather than one, and in
# what it takes a process more to create one than to delete one. Printed are medians; the targets are ratios to that
# last one, as it is what we are compared with. "Files alone" is what neither can do without: two files as large as the
# records of so many containers are written and put in place of others and, in stable mode, synced.
#
#   CSTORAGE_BENCH_ROUNDS        how often each process is run [5]
#   CSTORAGE_BENCH_CONTAINERS    at how many existing containers, the second is the target's [0 1000 10000]
. "$(dirname "$0")/../lib.sh"

need_root
need_machines sid
[ -x "$build/tests/bench/bench-store" ] || skip_all "bench-store is not built in $build"
make_scratch
rounds=${CSTORAGE_BENCH_ROUNDS:-5}
read -ra existing <<<"${CSTORAGE_BENCH_CONTAINERS:-0 1000 10000}"

many=11 # containers that one process deletes, for the time that one of them takes
ours_rounds=$((rounds * 20 + 1))

median() { awk -v c="$2" '{ print $c }' "$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", (b > 0 ? a / b : 0) }'; }
ms() { awk -v us="$1" 'BEGIN { printf "%.2f ms", us / 1000 }'; }
kb() { awk -v b="$1" 'BEGIN { printf "%.1f kB", b / 1000 }'; }
row() { printf '# %-10s %7s %-6s %-22s %11s %11s %12s %7s\n' "$@"; }

# ------------------------------------------------------------------------------------------------ one of each

G() { echo "/var/lib/containers/$1/storage"; }
R() { echo "/run/$1/storage"; }

ours() { machine_run m /opt/cstorage/tests/bench/bench-store "$(G "$1")" "$(R "$1")" "$@"; }

# theirs FILE MODE COMMAND...: one line more in FILE: wall_us cpu_us bytes.
theirs() {
        local file=$1 mode=$2 option=
        shift 2
        [ "$mode" = transient ] && option=--transient-store
        # shellcheck disable=SC2086
        machine_run m /opt/cstorage/tests/bench/bench-gc-run containers-storage -s overlay -g "$(G "$mode")" \
                -R "$(R "$mode")" $option "$@" 2>&1 >/dev/null | tail -1 >"$scratch/line"
        read -r status wall _ _ _ _ cpu bytes <"$scratch/line"
        [ "$status" = 0 ] || failures=$((failures + 1))
        echo "$wall $cpu $bytes" >>"$file"
}

their_create() {
        local options=
        [ "$2" = volatile ] && options=--volatile
        # shellcheck disable=SC2086
        theirs "$1" "$2" create-container $options --id "$3" localhost/base:latest
}

id() { printf 'e%063x' "$1"; }

# measure_theirs MODE FILES...
measure_theirs() {
        local mode=$1 f=$2 i j ids

        for i in $(seq "$rounds"); do
                their_create "$f.create" "$mode" "$(id "$i")"
                theirs "$f.delete" "$mode" delete-container "$(id "$i")"
                ids=
                for j in $(seq $many); do
                        their_create "$f.create" "$mode" "$(id "$j")"
                        ids="$ids $(id "$j")"
                done
                # shellcheck disable=SC2086
                theirs "$f.many" "$mode" delete-container $ids
        done
}

# ------------------------------------------------------------------------------------------------ both

# in_process FILES WHAT COLUMN: what the Go library takes for one of them.
in_process() {
        local f=$1 delete one
        one=$(median "$f.delete" "$3")
        delete=$((($(median "$f.many" "$3") - one) / (many - 1)))
        case $2 in
        delete) echo $delete ;;
        create) echo $(($(median "$f.create" "$3") - one + delete)) ;;
        esac
}

# alone MODE BYTES: for each of the two files.
alone() {
        local directory
        directory=$(G "$1")
        [ "$1" = transient ] && directory=$(R "$1")
        machine_run m /opt/cstorage/tests/bench/bench-store "$directory" files "$1" "$2" $ours_rounds
}

compare() {
        local mode=$1 n=$2 f=$scratch/$1.$2 column what
        local -a our files
        read -ra our <"$f.ours"
        # A creation writes three: the layers' twice.
        read -ra files < <(alone "$mode" $((our[2] / 3)))
        column=0
        for what in create delete; do
                row "$mode" "$n" $what "ours" "$(ms "${our[column]}")" "$(ms "${our[column + 1]}")" \
                        "$(kb "${our[column + 2]}")" ""
                row "" "" "" "Go in one process" "$(ms "$(in_process "$f" $what 1)")" \
                        "$(ms "$(in_process "$f" $what 2)")" "$(kb "$(in_process "$f" $what 3)")" \
                        "$(ratio "$(in_process "$f" $what 1)" "${our[column]}")x"
                row "" "" "" "files alone" "$(ms "${files[0]}")" "$(ms "${files[1]}")" "$(kb "${files[2]}")" \
                        "$(ratio "${files[0]}" "${our[column]}")x"
                row "" "" "" "containers-storage" "$(ms "$(median "$f.$what" 1)")" "$(ms "$(median "$f.$what" 2)")" \
                        "$(kb "$(median "$f.$what" 3)")" "$(ratio "$(median "$f.$what" 1)" "${our[column]}")x"
                column=$((column + 3))
        done
}

# The target: at the second number of containers, creating and deleting together.
target() {
        local mode=$1 n=${existing[1]} f go our times
        local -a all
        f=$scratch/$mode.$n
        read -ra all <"$f.ours"
        our=$((all[0] + all[3]))
        go=$(($(in_process "$f" create 1) + $(in_process "$f" delete 1)))
        times=$(ratio "$go" "$our")
        note "$mode, $n containers, by processor time, without waiting for the disk: $(ratio "$(($(in_process "$f" create 2) +
                $(in_process "$f" delete 2)))" "$((all[1] + all[4]))") times"
        if awk -v r="$times" 'BEGIN { exit !(r >= 5) }'; then
                ok "$mode, $n containers: $times times faster than Go in one process, wanted 5"
        else
                not_ok "$mode, $n containers: $times times faster than Go in one process, wanted 5"
        fi
}

# What most users have: ext4 with a journal, of which nothing was deleted yet. Without one (as on a disk that tests are run on,
# perhaps) ext4 takes no inode again that was deleted within the last minutes, and looks at thousands of those for each
# file that anybody makes (fs/ext4/ialloc.c:recently_deleted).
make_disk() {
        mkdir -p "$scratch/m/store" && truncate -s 16G "$scratch/disk" &&
                mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0,nodiscard "$scratch/disk" &&
                mount -o loop "$scratch/disk" "$scratch/m/store"
}

make_disk || skip_all "no file system in a file here"
machine_start m sid || skip_all "a machine does not boot here"
row mode existing what who wall CPU written times
failures=0
for mode in stable volatile transient; do
        for n in "${existing[@]}"; do
                machine_run m mkdir -p "$(G $mode)" "$(R $mode)"
                ours $mode "$n" $ours_rounds >"$scratch/$mode.$n.ours" || failures=$((failures + 1))
                measure_theirs $mode "$scratch/$mode.$n"
                compare $mode "$n"
        done
        rm -rf "${scratch:?}/m/store/$mode"
done
expect "everything that was measured went well" 0 $failures
[ ${#existing[@]} -gt 1 ] && for mode in stable volatile transient; do
        target $mode
done
finish
