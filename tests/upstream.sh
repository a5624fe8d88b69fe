#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# upstream.sh [DIR]: run the test suite of upstream (storage/tests of github.com/containers/container-libs; DIR or CSTORAGE_UPSTREAM
# is a checkout) with store-client in place of containers-storage, or with STORAGE_BINARY, a path in the machine: overlay and vfs,
# each with and without a transient store. It ends with a table of the cases, and one of the verbs: how often the library did
# each, and why store-client passed it on to containers-storage.
. "$(dirname "$0")/support/lib.sh"

upstream=${1:-${CSTORAGE_UPSTREAM:-}}
[ -n "$upstream" ] || skip_all "no checkout of container-libs is named by CSTORAGE_UPSTREAM"
for tests in "$upstream/storage/tests" "$upstream/tests"; do
        [ -f "$tests/helpers.bash" ] && break
done
[ -f "$tests/helpers.bash" ] || skip_all "there is no storage/tests in $upstream"
need_root
# The programs without which the suite skips cases.
suite=sid+bats+bzip2+xz-utils+zstd
need_machines $suite
make_scratch

program=${STORAGE_BINARY:-/opt/cstorage/tests/support/store-client/store-client}
[ -n "${STORAGE_BINARY:-}" ] || [ -x "$build/tests/support/store-client/store-client" ] || skip_all "store-client is not built in $build"
combinations="overlay overlay-transient vfs vfs-transient"
disk=/var/lib/containers

# The stores of the suite must be on a file system that the overlay driver supports.
run_combination() {
        local driver=${1%-*} transient=0 begin=$SECONDS

        [ "$driver" = "$1" ] || transient=1
        mkdir -p "$scratch/m/store/$1"
        machine_run m env TMPDIR="$disk/$1" STORAGE_BINARY="$program" STORAGE_DRIVER="$driver" \
                STORAGE_TRANSIENT="$transient" CSTORAGE_CLIENT_LOG="$disk/$1.verbs" \
                bats --tap "$disk/tests" >"$scratch/$1.tap" 2>"$scratch/$1.err" </dev/null
        echo $((SECONDS - begin)) >"$scratch/$1.seconds"
}

# report COMBINATION: print its cases, and a line for the table for each: number, verdict, name.
report() {
        local what=$1 line name shown=0

        grep -E '^1\.\.[1-9]' "$scratch/$1.tap" >/dev/null || {
                not_ok "$what: the suite runs"
                note "$(head -20 "$scratch/$1.err")"
        }
        while IFS= read -r line; do
                case $line in
                "ok "*" # skip"*)
                        name=${line#ok * }
                        skip "$what: ${name%% # skip*}" "${name#* # skip}"
                        echo "skip ${name%% # skip*}" >>"$scratch/$1.cases"
                        ;;
                "ok "*)
                        ok "$what: ${line#ok * }"
                        echo "ok ${line#ok * }" >>"$scratch/$1.cases"
                        ;;
                "not ok "*)
                        not_ok "$what: ${line#not ok * }"
                        echo "FAILED ${line#not ok * }" >>"$scratch/$1.cases"
                        shown=0
                        ;;
                "#"*) [ $((shown++)) -ge 30 ] || cut -c1-300 <<<"$line" ;;
                esac
        done <"$scratch/$1.tap"
}

# The rows are in the order of the suite.
print_cases() {
        local c

        note "verdicts with $combinations"
        for c in $combinations; do
                cut -d' ' -f1 "$scratch/$c.cases" >"$scratch/$c.column"
        done
        cut -d' ' -f2- "$scratch/overlay.cases" >"$scratch/names"
        # shellcheck disable=SC2046
        (cd "$scratch" && paste $(printf '%s.column ' $combinations) names) | column -t -s $'\t' | sed 's/^/#   /'
        for c in $combinations; do
                note "$c: $(cat "$scratch/$c.seconds") s, $(cut -d' ' -f1 "$scratch/$c.cases" | sort | uniq -c | xargs)"
        done
}

# The log of the client: the verb, "served" or "handed over", and the reason.
print_verbs() {
        local c

        for c in $combinations; do
                [ -f "$scratch/m/store/$c.verbs" ] && cat "$scratch/m/store/$c.verbs"
        done >"$scratch/verbs"
        [ -s "$scratch/verbs" ] || return
        note "verb: served by the library, handed over to the real program (why)"
        awk -F'\t' '{ all[$1]; $2 == "served" ? served[$1]++ : handed[$1]++ }
                    $2 != "served" { why[$1] = why[$1] (n[$1, $3]++ ? "" : (why[$1] ? "; " : "") $3) }
                    END { for (v in all) printf "#   %s\t%d\t%d\t%s\n", v, served[v], handed[v], why[v] }' "$scratch/verbs" |
                sort | column -t -s $'\t'
        note "verbs in all: $(cut -f2 "$scratch/verbs" | sort | uniq -c | xargs)"
}

check "a machine boots" machine_start m "$suite" || finish
cp -r "$tests" "$scratch/m/store/tests"
note "$(machine_run m containers-storage version 2>&1) in the machine; the suite is run with $program"
for driver in overlay vfs; do
        run_combination $driver &
        run_combination $driver-transient &
        wait
done
for c in $combinations; do
        : >"$scratch/$c.cases"
        report "$c"
done
print_cases
print_verbs
finish
