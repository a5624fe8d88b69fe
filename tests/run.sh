#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Install the packages that the tests need, build, run all tests that this machine can run, print the skipped cases with their
# reasons, and end with the line "N passed, N failed, N skipped".
#
#   tests/run.sh            all but the long tests
#   tests/run.sh --quick    the unit tests and the tests of the decision alone: at most three minutes
#   tests/run.sh --long     all tests
#   tests/run.sh --fresh    only the two commands of the README, of which this is the second, each in a minimal root
#                           directory: several hours
#   tests/run.sh --bench    only the benchmarks
set -u
cd "$(dirname "$0")/.." || exit 2

what=normal
case "${1-}" in
'') ;;
--quick) what=quick ;;
--long) what=long ;;
--fresh) what=fresh ;;
--bench) what=bench ;;
*)
        sed -n '6,12s/^# *//p' "$0" >&2
        exit 2
        ;;
esac

install_needs() {
        local packages="gcc gcc-multilib musl-tools g++ perl clang libclang-rt-dev meson ninja-build pkg-config python3 git
                        libyajl-dev libmd-dev libbtrfsutil-dev libsystemd-dev libmount-dev libsmartcols-dev libsqlite3-dev zlib1g-dev libcmocka-dev systemd abigail-tools
                        clang-format-14 valgrind strace mandoc debootstrap e2fsprogs xfsprogs btrfs-progs uidmap jq acl attr procps iproute2
                        qemu-system-x86 qemu-utils zsh"
        local missing="" there="" p

        command -v apt-get >/dev/null || return 0
        for p in $packages; do
                dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
        done
        [ -z "$missing" ] && return 0
        apt-get update >/dev/null || echo "apt-get update fails; tests that need missing packages are skipped"
        # Releases have different packages, and apt installs none if one is unknown.
        for p in $missing; do
                if apt-cache show "$p" >/dev/null 2>&1; then there="$there $p"; else echo "not in this release: $p"; fi
        done
        echo "installing:$there"
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $there >/dev/null ||
                echo "some packages cannot be installed; tests that need them are skipped"
}

# Two builds: one with sanitizers for the unit tests, and one without for tests with other programs.
build() {
        local dir=$1
        shift
        [ -f "$dir/build.ninja" ] || meson setup "$@" "$dir" >"$dir.log" 2>&1 || {
                cat "$dir.log"
                return 1
        }
        ninja -C "$dir" >"$dir.log" 2>&1 || {
                tail -40 "$dir.log"
                return 1
        }
}

[ "$(id -u)" = 0 ] && install_needs
out=${CSTORAGE_BUILD_ROOT:-build}
mkdir -p "$out"
failed=0
[ $what = quick ] || build "$out/check" --native-file build-dev.ini -Dbuildtype=debug || failed=1
build "$out/plain" --native-file build-dev.ini -Db_sanitize=none -Dbuildtype=debugoptimized || failed=1
if [ $failed = 1 ]; then
        echo "0 passed, 1 failed, 0 skipped"
        exit 1
fi

export CSTORAGE_TEST_LONG=0
[ $what = long ] && CSTORAGE_TEST_LONG=1

# A suite without tests has no log; a suite whose log is missing for another reason has failed.
#   run_suite BUILD LOG OPTIONS...
logs=""
n_logs=0
run_suite() {
        local dir=$out/$1 log=$out/$1/meson-logs/$2
        shift 2
        rm -f "$log"
        if ! meson test -C "$dir" --no-rebuild "$@" && [ ! -f "$log" ]; then
                echo "FAILED: no test of $dir ran"
                failed=1
        fi
        # The next run of the same build overwrites the log.
        n_logs=$((n_logs + 1))
        [ -f "$log" ] && mv "$log" "$log.$$.$n_logs" && logs="$logs $log.$$.$n_logs"
}

# fuzz_one SECONDS TARGET CORPUS...: an input that fails belongs into the corpus, with the fix.
fuzz_one() {
        local seconds=$1 name=$2 new
        shift 2
        new=$(mktemp -d)
        if "$out/fuzz/tests/fuzz/libfuzzer-$name" -max_total_time="$seconds" -print_final_stats=1 \
                "$new" "$@" >"$out/fuzz/$name.log" 2>&1 </dev/null; then
                echo "fuzzed: $name: $(grep number_of_executed_units "$out/fuzz/$name.log")"
        else
                tail -30 "$out/fuzz/$name.log"
                echo "FAILED: fuzzing $name"
                touch "$out/fuzz/failed"
        fi
        rm -rf "$new"
}

# fuzz SECONDS: run each target from its corpus for so many seconds, in parallel on all cores.
fuzz() {
        local seconds=$1 name corpora

        CC=clang build "$out/fuzz" -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false || return 1
        meson introspect --tests "$out/fuzz" | python3 -c '
import json, sys
for t in json.load(sys.stdin):
    if "cstorage:fuzz" in t["suite"]:
        print(t["name"].removeprefix("fuzz-"), *t["cmd"][1:])' >"$out/fuzz/targets"
        rm -f "$out/fuzz/failed"
        while read -r name corpora; do
                while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
                # shellcheck disable=SC2086
                fuzz_one "$seconds" "$name" $corpora &
        done <"$out/fuzz/targets"
        wait
        [ ! -e "$out/fuzz/failed" ]
}

case $what in
quick)
        run_suite plain testlog.json --suite unit --suite plan --print-errorlogs
        ;;
bench)
        run_suite plain testlog.json --suite bench --verbose --num-processes 1
        ;;
fresh)
        export CSTORAGE_TEST_FRESH=1
        run_suite plain testlog.json --verbose --num-processes 1 'packaging, a fresh bookworm' 'packaging, a fresh trixie'
        ;;
*)
        run_suite check testlog.json --no-suite system --no-suite bench --print-errorlogs
        run_suite plain testlog-valgrind.json --setup valgrind --suite fuzz --suite plan --print-errorlogs
        run_suite plain testlog.json --suite system --print-errorlogs
        if [ $what = long ]; then
                fuzz 180 || failed=1
        fi
        ;;
esac
# shellcheck disable=SC2086
python3 tests/support/count.py $logs || failed=1
# shellcheck disable=SC2086
rm -f $logs
exit $failed
