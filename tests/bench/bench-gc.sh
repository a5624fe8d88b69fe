#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A collection compared with containers-storage gc and podman system prune --external of Debian sid, and with rm -rf: in turns, in
# one run, in the same machine. Prints medians and ratios; the targets are ratios.
#
#   CSTORAGE_BENCH_ROUNDS    runs of each [3]
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
need_machines sid
make_scratch
export RUN_ON_DISK=1
rounds=${CSTORAGE_BENCH_ROUNDS:-3}
mkstore=$support/store/mkstore.py
S=$scratch/m/store

# measure FILE OPTIONS... -- COMMAND...: append a line for a run after a reboot to FILE.
measure() {
        local file=$1
        shift
        machine_run m after-boot /opt/cstorage/tests/support/bench/bench-gc-run "$@" 2>&1 >/dev/null | tail -1 >>"$file"
}

# median FILE COLUMN
median() { awk -v c="$2" '{ print $c }' "$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", (b > 0 ? a / b : 0) }'; }
ms() { awk -v us="$1" 'BEGIN { printf (us < 100000 ? "%.1f ms" : "%.0f ms"), us / 1000 }'; }
mb() { awk -v kb="$1" 'BEGIN { printf "%.1f MB", kb / 1024 }'; }

# target NAME RATIO WANTED
target() {
        if awk -v r="$2" -v w="$3" 'BEGIN { exit !(r >= w) }'; then
                ok "$1: $2 times, wanted $3"
        else
                not_ok "$1: $2 times, wanted $3"
        fi
}

storage() { echo containers-storage -s overlay -g "$1/storage" -R "$1/runroot" gc; }
podman() { echo podman --storage-driver overlay --root "$1/storage" --runroot "$1/runroot" system prune --external; }
cstorage() { echo /usr/local/bin/cstorage-gc --quiet --storage-driver overlay --root "$1/storage" --runroot "$1/runroot"; }

# Like the program in a package: without the symbols and the search path of the build tree.
install_ours() {
        DESTDIR=$S/installed meson install -C "$build" --no-rebuild --strip >/dev/null &&
                machine_run m sh -c 'cp -a /var/lib/containers/installed/usr/local/. /usr/local/ && ldconfig'
}

make_store() {
        local name=$1
        shift
        mkdir -p "$S/$name"
        "$mkstore" --graphroot "$S/$name/storage" --runroot "$S/$name/runroot" "$@" >"$scratch/made"
}

# ------------------------------------------------------------------------------------------------ nothing to do

nothing_to_do() {
        local layers=$1 store=n$1 temperature option program i
        local at=/var/lib/containers/$store
        shift
        make_store "$store" "$@"
        machine_run m sh -c "$(storage $at); $(podman $at)" >/dev/null 2>&1
        for temperature in warm cold; do
                option=
                [ $temperature = cold ] && option=--cold
                for i in $(seq $((rounds * 2 - 1))); do
                        for program in storage podman cstorage; do
                                # shellcheck disable=SC2046
                                measure "$scratch/$layers.$temperature.$program" $option $($program $at)
                        done
                done
                for program in storage podman cstorage; do
                        local f=$scratch/$layers.$temperature.$program
                        row "nothing to do, $layers layers, $temperature" $program "$(ms "$(median "$f" 2)")" \
                                "$(mb "$(median "$f" 3)")" "$(ratio "$(median "$f" 2)" "$(median "$scratch/$layers.$temperature.cstorage" 2)")"
                done
        done
        rm -rf "${S:?}/$store"
}

row() { printf '# %-48s %-8s %12s %10s %8sx\n' "$@"; }

# ------------------------------------------------------------------------------------------------ orphans

# The time until the locks are free again, for a process that waits for them. Each program has its store, made before the first
# one runs: ext4 does not reuse inodes that were deleted in the last minutes, and would read thousands of those of the previous
# store for each new directory (fs/ext4/ialloc.c:recently_deleted). After a boot there are none.
two_hundred_orphans() {
        local program i temperature option f

        make_store t --images 2 --layers 3 --orphans 200 --orphan-files 100
        for temperature in warm cold; do
                for i in $(seq "$rounds"); do
                        for program in storage cstorage; do cp -a "$S/t" "$S/w.$temperature.$i.$program"; done
                done
        done
        for temperature in warm cold; do
                option=
                [ $temperature = cold ] && option=--cold
                for i in $(seq "$rounds"); do
                        for program in cstorage storage; do
                                f=/var/lib/containers/w.$temperature.$i.$program
                                # shellcheck disable=SC2046
                                measure "$scratch/200.$temperature.$program" $option \
                                        --lock $f/storage/overlay-layers/layers.lock $($program $f)
                        done
                done
        done
        rm -rf "$S"/w.* "$S/t"
        for temperature in warm cold; do
                for program in storage cstorage; do
                        f=$scratch/200.$temperature
                        row "200 orphans of 100 files, $temperature: until unlocked" $program "$(ms "$(median "$f.$program" 5)")" \
                                "$(mb "$(median "$f.$program" 3)")" "$(ratio "$(median "$f.$program" 5)" "$(median "$f.cstorage" 5)")"
                        row "                          lock held" $program "$(ms "$(median "$f.$program" 6)")" "" \
                                "$(ratio "$(median "$f.$program" 6)" "$(median "$f.cstorage" 6)")"
                        row "                          all done" $program "$(ms "$(median "$f.$program" 2)")" "" \
                                "$(ratio "$(median "$f.$program" 2)" "$(median "$f.cstorage" 2)")"
                done
        done
        f=$scratch/200.warm
        target "containers may start sooner than with containers-storage gc" \
                "$(ratio "$(median "$f.storage" 5)" "$(median "$f.cstorage" 5)")" 100
}

one_large_orphan() {
        local program held

        for program in cstorage storage; do
                make_store w --images 1 --layers 1 --orphans 1 --orphan-files 2
                python3 - "$S/w/storage" <<'EOF'
import glob, os, sys
orphan = next(d for d in glob.glob(sys.argv[1] + "/overlay/*/diff/orphan0"))
for i in range(400):
    os.mkdir(f"{orphan}/{i}")
    fd = os.open(f"{orphan}/{i}", os.O_RDONLY)
    for j in range(1000):
        os.close(os.open(str(j), os.O_CREAT | os.O_WRONLY, 0o644, dir_fd=fd))
    os.close(fd)
EOF
                # shellcheck disable=SC2046
                measure "$scratch/400k.$program" --lock /var/lib/containers/w/storage/overlay-layers/layers.lock \
                        $($program /var/lib/containers/w)
                rm -rf "$S/w"
                held=$(median "$scratch/400k.$program" 6)
                row "one orphan of 400,000 files, lock held" $program "$(ms "$held")" "$(mb "$(median "$scratch/400k.$program" 3)")" \
                        "$(ratio "$held" "$(median "$scratch/400k.cstorage" 6)")"
        done
        held=$(median "$scratch/400k.cstorage" 6)
        note "all done after: storage $(ms "$(median "$scratch/400k.storage" 2)"), cstorage $(ms "$(median "$scratch/400k.cstorage" 2)")"
        check "one orphan of 400,000 files: the lock is held for at most 5 ms ($held us)" test "$held" -le 5000
}

deleting() {
        local program i

        note "on a file system that discards freed blocks at once, the rate of discards limits all programs: see bench-delete.sh"
        make_store t --images 1 --layers 2 --orphans 300 --orphan-files 200
        for i in $(seq $(((rounds + 1) / 2))); do
                for program in rm storage cstorage; do
                        rm -rf "$S/w"
                        cp -a "$S/t" "$S/w"
                        if [ $program = rm ]; then
                                # The same directories, deleted with rm in the machine.
                                # shellcheck disable=SC2046
                                measure "$scratch/300.rm" --cold rm -rf $(jq -r '.orphan_layers[] |
                                        "/var/lib/containers/w/storage/overlay/" + .' "$scratch/made")
                        else
                                # shellcheck disable=SC2046
                                measure "$scratch/300.$program" --cold $($program /var/lib/containers/w)
                        fi
                done
        done
        rm -rf "$S/w" "$S/t"
        for program in rm storage cstorage; do
                row "deleting 300 orphans of 200 files, cold" $program "$(ms "$(median "$scratch/300.$program" 2)")" \
                        "$(mb "$(median "$scratch/300.$program" 3)")" \
                        "$(ratio "$(median "$scratch/300.$program" 2)" "$(median "$scratch/300.cstorage" 2)")"
        done
        target "faster than rm -rf" "$(ratio "$(median "$scratch/300.rm" 2)" "$(median "$scratch/300.cstorage" 2)")" 3
}

machine_start m sid || skip_all "a machine does not boot here"
install_ours || skip_all "meson cannot install there"
row what program wall memory ratio
nothing_to_do 0 --images 0
nothing_to_do 1100 --images 100 --layers 10 --containers 100
nothing_to_do 11000 --images 1000 --layers 10 --containers 1000
f=$scratch/11000.warm
target "nothing to do, 11,000 layers, warm: faster than containers-storage gc" \
        "$(ratio "$(median "$f.storage" 2)" "$(median "$f.cstorage" 2)")" 8
target "nothing to do, 11,000 layers, warm: less memory than containers-storage gc" \
        "$(ratio "$(median "$f.storage" 3)" "$(median "$f.cstorage" 3)")" 4
note "cold, of which reading the store: storage $(ms $(($(median "$scratch/1100.cold.storage" 2) - $(median "$scratch/0.cold.storage" 2)))),\
 cstorage $(ms $(($(median "$scratch/1100.cold.cstorage" 2) - $(median "$scratch/0.cold.cstorage" 2))))"
f=$scratch/1100.cold
target "nothing to do, 1,100 layers, cold: faster than containers-storage gc" \
        "$(ratio "$(median "$f.storage" 2)" "$(median "$f.cstorage" 2)")" 3
two_hundred_orphans
one_large_orphan
deleting
finish
