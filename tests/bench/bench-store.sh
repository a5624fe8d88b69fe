#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The time to create and delete a container beside 0, 1,000 and 10,000 containers, in each mode, in the same store: this library in
# one process; the Go library in one process (tests/support/bench/go/main.go, built with the packages of Debian sid); and
# containers-storage with a process for each call. Prints medians; the targets are ratios to the Go library. "Files alone" is the
# minimum for any program: it writes files of the same size, replaces others by them, and in stable mode syncs them and their
# directories.
#
# The disks are a file beside the scratch files without the page cache, and a file in memory, on which a sync takes almost no time,
# like a disk whose cache survives a power cut. The disk limits the ratio of a stable store: if files alone are not five times as
# fast as the Go library, the target is two thirds of their ratio.
#
#   CSTORAGE_BENCH_ROUNDS        runs of each in a turn [31]
#   CSTORAGE_BENCH_CONTAINERS    numbers of existing containers; the second one has the target [0 1000 10000]
. "$(dirname "$0")/../support/lib.sh"

need_root
suite=sid+golang-go+golang-github-containers-storage-dev
need_machines $suite
[ -x "$build/tests/support/bench/bench-store" ] || skip_all "bench-store is not built in $build"
make_scratch
rounds=${CSTORAGE_BENCH_ROUNDS:-31}
read -ra existing <<<"${CSTORAGE_BENCH_CONTAINERS:-0 1000 10000}"
process_rounds=5
disk_size=4G
turns=3 # of each in sequence, since the speed of a machine changes

medians() { local c; for c in 1 2 3 4 5 6; do median "$1" $c; done | xargs; }
median() { awk -v c="$2" '{ print $c }' "$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", (b > 0 ? a / b : 0) }'; }
ms() { awk -v us="$1" 'BEGIN { printf "%.2f ms", us / 1000 }'; }
kb() { awk -v b="$1" 'BEGIN { printf "%.1f kB", b / 1000 }'; }
row() { printf '# %-6s %-10s %7s %-6s %-18s %11s %11s %12s %7s\n' "$@"; }

# ------------------------------------------------------------------------------------------------ one of each

G() { echo "/var/lib/containers/$1/storage"; }
R() { echo "/run/$1/storage"; }

library() { machine_run m /opt/cstorage/tests/support/bench/bench-store "$(G "$1")" "$(R "$1")" "$@" || failures=$((failures + 1)); }
go_library() { machine_run m /run/bench-go "$(G "$1")" "$(R "$1")" "$@" || failures=$((failures + 1)); }

# With packages of the system only, and none that needs a C compiler.
build_go_program() {
        cp "$support/bench/go/main.go" "$scratch/m/run/" && machine_run m env -C /run GO111MODULE=off GOPATH=/usr/share/gocode \
                GOCACHE=/run/go-cache CGO_ENABLED=0 go build -tags exclude_graphdriver_btrfs -o /run/bench-go main.go
}

# as_process FILE MODE COMMAND...: append a line to FILE: wall_us cpu_us bytes.
as_process() {
        local file=$1 mode=$2 option=
        shift 2
        [ "$mode" = transient ] && option=--transient-store
        # shellcheck disable=SC2086
        machine_run m /opt/cstorage/tests/support/bench/bench-gc-run containers-storage -s overlay -g "$(G "$mode")" \
                -R "$(R "$mode")" $option "$@" 2>&1 >/dev/null | tail -1 >"$scratch/line"
        read -r status wall _ _ _ _ cpu bytes <"$scratch/line"
        [ "$status" = 0 ] || failures=$((failures + 1))
        echo "$wall $cpu $bytes" >>"$file"
}

measure_processes() {
        local mode=$1 f=$2 options= id i

        [ "$mode" = volatile ] && options=--volatile
        for i in $(seq $process_rounds); do
                id=$(printf 'e%063x' "$i")
                # shellcheck disable=SC2086
                as_process "$f.create" "$mode" create-container $options --id "$id" localhost/base:latest
                as_process "$f.delete" "$mode" delete-container "$id"
        done
}

# alone MODE: files alone, in the directory of the records.
alone() {
        local mode=$1 directory v=volatile- at
        directory=$(G "$mode") at=$scratch/m/store/$mode/storage
        [ "$mode" = transient ] && directory=$(R "$mode") at=$scratch/m/run/$mode/storage
        [ "$mode" = stable ] && v=
        machine_run m /opt/cstorage/tests/support/bench/bench-store "$directory" files "$mode" \
                "$(stat -c %s "$at/overlay-layers/${v}layers.json")" "$(stat -c %s "$at/overlay-containers/${v}containers.json")" "$rounds" ||
                failures=$((failures + 1))
}

# ------------------------------------------------------------------------------------------------ all of them

# row_of PROGRAM WALL CPU BYTES CSTORAGE-WALL
row_of() { row "$disk" "$mode" "$n" $what "$1" "$(ms "$2")" "$(ms "$3")" "$(kb "$4")" "$(ratio "$2" "$5")x"; }

compare() {
        local mode=$1 n=$2 f=$scratch/$disk.$1.$2 at=0 what
        local -a lib golib files
        read -ra lib < <(medians "$f.library")
        read -ra golib < <(medians "$f.go_library")
        read -ra files < <(medians "$f.files")
        for what in create delete; do
                row_of cstorage "${lib[@]:at:3}" "${lib[at]}"
                row_of "Go library" "${golib[@]:at:3}" "${lib[at]}"
                row_of "files alone" "${files[@]}" "${lib[at]}"
                row_of containers-storage "$(median "$f.$what" 1)" "$(median "$f.$what" 2)" "$(median "$f.$what" 3)" "${lib[at]}"
                at=3
        done
}

measure() {
        local mode=$1 n f

        for n in "${existing[@]}"; do
                f=$scratch/$disk.$mode.$n
                machine_run m mkdir -p "$(G "$mode")" "$(R "$mode")"
                library "$mode" "$n" 5 >/dev/null
                sync -f "$scratch/m/store"
                for _ in $(seq $turns); do
                        library "$mode" "$n" "$rounds" >>"$f.library"
                        go_library "$mode" "$rounds" >>"$f.go_library"
                        alone "$mode" >>"$f.files"
                done
                measure_processes "$mode" "$f"
                compare "$mode" "$n"
        done
        rm -rf "${scratch:?}/m/store/$mode"
}

wanted() { awk -v alone="$1" 'BEGIN { w = alone * 2 / 3; printf "%.1f", (w < 5 ? w : 5) }'; }

# The target: creation and deletion together, at the second number of containers.
target() {
        local f=$scratch/$disk.$1.${existing[1]} go alone times text
        local -a lib golib files

        read -ra lib < <(medians "$f.library")
        read -ra golib < <(medians "$f.go_library")
        read -ra files < <(medians "$f.files")
        go=$((golib[0] + golib[3]))
        times=$(ratio $go $((lib[0] + lib[3])))
        alone=$(ratio $go $((2 * files[0])))
        text="disk: $disk, $1, ${existing[1]} containers: $times times faster than the Go library, wanted $(wanted "$alone")"
        note "by processor time $(ratio $((golib[1] + golib[4])) $((lib[1] + lib[4]))) times; files alone: $alone times"
        if awk -v r="$times" -v wanted="$(wanted "$alone")" 'BEGIN { exit !(r >= wanted) }'; then ok "$text"; else not_ok "$text"; fi
}

# ext4 with a journal, as most users have it, and without deleted inodes. Without a journal ext4 does not reuse inodes that were
# deleted in the last minutes, and reads thousands of them for each new file (fs/ext4/ialloc.c:recently_deleted).
make_disk() {
        local loop='' direct=on ok

        mkdir -p "$scratch/$1" "$scratch/m/store" || return
        [ "$1" = memory ] && direct=off && { mount -t tmpfs -o size=5G tmpfs "$scratch/$1" || return; }
        head -c $disk_size /dev/zero >"$scratch/$1/disk" && sync "$scratch/$1/disk" &&
                mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0,nodiscard "$scratch/$1/disk" &&
                loop=$(losetup --direct-io="$direct" --show -f "$scratch/$1/disk") && mount "$loop" "$scratch/m/store"
        ok=$?
        [ -n "$loop" ] && losetup -d "$loop" # once it is not mounted any more
        return $ok
}

drop_disk() {
        machine_kill m
        umount -l "$scratch/m/store"
        [ "$1" = file ] || umount -l "$scratch/$1"
        rm -rf --one-file-system "${scratch:?}/m" "${scratch:?}/$1"
}

failures=0
row disk mode existing what program wall CPU written times
for disk in file memory; do
        make_disk $disk || skip_all "no file system in a file here"
        machine_start m $suite || skip_all "a machine does not boot here"
        check "disk: $disk: the Go program is built" build_go_program || finish
        for mode in stable volatile transient; do
                measure $mode
        done
        drop_disk $disk
done
expect "no measured call failed" 0 $failures
[ ${#existing[@]} -gt 1 ] && for disk in file memory; do
        for mode in stable volatile transient; do
                target $mode
        done
done
finish
