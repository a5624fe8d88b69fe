# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# The library of the test scripts: TAP, a scratch directory, and machines, which are root directories of Debian suites that run in
# namespaces. To be sourced:
#
#       . "$(dirname "$0")/../support/lib.sh"
#       need_root; need_machines sid
#       machine_start m sid                     boot; its /run is new
#       machine_run m podman images             run something in it
#       machine_kill m                          kill all its processes and delete its /run; its disk stays
#       check "podman lists the image" machine_run m podman image exists base
#       finish
#
# $scratch/m/store is its /var/lib/containers, $scratch/m/run its /run.

tests_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
support=$tests_dir/support
cache=${CSTORAGE_TEST_CACHE:-/var/cache/cstorage-tests}
build=${CSTORAGE_BUILD:-$tests_dir/../build/plain}
[ -d "$build" ] && build=$(cd "$build" && pwd)

# $after_boot COMMAND...: run it as if the machine had booted just now. A collector that is run by hand keeps orphans that changed
# since the boot, so a test that has just made them must run it in this way.
after_boot=$build/tests/support/machine/after-boot

# Tests run side by side, and the collector takes an id in the arguments of any process for a use: each test has ids of its
# own.
export MKSTORE_SEED="$tests_dir/${0##*/} $*"

# ------------------------------------------------------------------------------------------------------------- TAP

tap_count=0
tap_failed=0

note() { printf '%s\n' "$*" | sed 's/^/# /'; }

# Each script is one test of meson. Each line is one case for tests/run.sh.
ok() { tap_count=$((tap_count + 1)) && echo "ok $tap_count - $*"; }

not_ok() {
        tap_count=$((tap_count + 1))
        tap_failed=$((tap_failed + 1))
        echo "not ok $tap_count - $*"
}

skip() { tap_count=$((tap_count + 1)) && echo "ok $tap_count - $1 # SKIP $2"; }

# check NAME COMMAND...: the command succeeds. If it does not, print its output.
check() {
        local name=$1 output status
        shift
        output=$("$@" 2>&1)
        status=$?
        if [ $status = 0 ]; then
                ok "$name"
        else
                not_ok "$name"
                note "$* exited with status $status"
                [ -z "$output" ] || note "$(tail -n 40 <<<"$output")"
        fi
        return $status
}

# expect NAME WANTED GOT
expect() {
        if [ "$2" = "$3" ]; then
                ok "$1"
        else
                not_ok "$1"
                note "wanted: $2"
                note "got:    $3"
                return 1
        fi
}

finish() {
        echo "1..$tap_count"
        exit $((tap_failed > 0))
}

skip_all() {
        echo "1..0 # SKIP $*"
        exit 77
}

need_root() { [ "$(id -u)" = 0 ] || skip_all "only root can do this"; }

# ------------------------------------------------------------------------------------------------------------- scratch

scratch=

# Make a directory on a disk. At the end of the script its processes are killed and its mounts are removed.
make_scratch() {
        mkdir -p "$cache" || skip_all "cannot write to $cache"
        scratch=$(mktemp -d "$cache/scratch.XXXXXX") || skip_all "cannot write to $cache"
        trap drop_scratch EXIT
        trap 'exit 1' HUP INT TERM
}

drop_scratch() {
        local m p

        for m in "$scratch"/*/pid; do
                [ -f "$m" ] && machine_kill "$(basename "$(dirname "$m")")"
        done
        for p in $(jobs -rp); do
                kill -9 "$p" 2>/dev/null
        done
        wait 2>/dev/null
        # The last mount first.
        awk -v s="$scratch/" 'index($5, s) == 1 { print $5 }' /proc/self/mountinfo | tac | while read -r p; do
                umount -l "$p"
        done
        # Files may be immutable, and names may be hostile.
        rm -rf --one-file-system "$scratch" 2>/dev/null || {
                find "$scratch" -xdev \( -type f -o -type d \) -exec chattr -f -ia {} + 2>/dev/null
                rm -rf --one-file-system "$scratch"
        }
}

# file_system DIRECTORY TYPE[:MOUNT-OPTIONS] SIZE: make a file system in a file beside the directory, and mount it there.
file_system() {
        local type=${2%%:*} options=${2#*:}

        [ "$type" = "$2" ] && options=defaults
        rm -f "$1.image"
        mkdir -p "$1" && truncate -s "$3" "$1.image" && "mkfs.$type" -q "$1.image" >/dev/null 2>&1 &&
                mount -o "loop,$options" "$1.image" "$1" 2>/dev/null
}

# ------------------------------------------------------------------------------------------------------------- machines

# need_machines SUITE...: make the root directories if they are not in the cache.
need_machines() {
        local suite

        for suite in "$@"; do
                "$support/machine/mkroot.sh" "$suite" >/dev/null || skip_all "there is no root directory of $suite"
        done
}

machine_start() { "$support/machine/enter.sh" start "$scratch/$1" "${2:-}" "$build"; }
machine_run() {
        local m=$1
        shift
        "$support/machine/enter.sh" run "$scratch/$m" "$@"
}
machine_kill() { "$support/machine/enter.sh" kill "$scratch/$1"; }

# machine_reboot M: a simulated reboot.
machine_reboot() { machine_kill "$1" && machine_start "$1"; }

# machine_boot M SUITE: boot with systemd and the units of this build, and wait until the boot has ended.
machine_boot() {
        local i

        "$support/machine/enter.sh" systemd "$scratch/$1" "${2:-}" "$build" || return
        for i in $(seq 600); do
                [ -S "$scratch/$1/run/systemd/private" ] && break || sleep 0.05
        done
        machine_run "$1" systemctl is-system-running --wait
}

# need_build MACHINE: skip the rest if the programs of this build do not run in the machine, as in one of an older release.
need_build() {
        machine_run "$1" cstorage-gc --version >"$scratch/runs" 2>&1 && return
        skip "all cases" "this build does not run in the machine: $(tail -n 1 "$scratch/runs")"
        finish
}

have_gc() { [ -x "$build/gc/cstorage-gc" ]; }
need_gc() { have_gc || skip_all "cstorage-gc is not built in $build"; }

# A listing of a tree with all properties of its files.
listing() { python3 "$support/store/listing.py" "$@"; }

# lay_out NAME [OPTIONS OF mkstore.py...]: make a store in $scratch/NAME, and set $store to its options for cstorage-gc, $g to its
# graphroot and $r to its runroot. $scratch/NAME.made has the ids of the objects.
lay_out() {
        local name=$1
        shift
        rm -rf "${scratch:?}/$name"
        g=$scratch/$name/g
        r=$scratch/$name/r
        store="--root=$g --runroot=$r --storage-driver=overlay"
        python3 "$support/store/mkstore.py" --root "$g" --runroot "$r" "$@" >"$scratch/$name.made" || exit 1
}
