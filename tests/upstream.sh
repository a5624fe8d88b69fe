#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# upstream.sh [DIR]: upstream's own test suite (storage/tests of github.com/containers/container-libs, of which DIR, or
# the variable CSTORAGE_UPSTREAM, is a checkout), overlay and vfs, each with and without transient store, with our test
# client in the place of containers-storage; or with what STORAGE_BINARY names, as seen in the machine. At the end comes
# a table of the cases, and one of the verbs: how often the library served each, and why one was handed over.
. "$(dirname "$0")/support/lib.sh"

upstream=${1:-${CSTORAGE_UPSTREAM:-}}
[ -n "$upstream" ] || skip_all "no checkout of container-libs is named by CSTORAGE_UPSTREAM"
for tests in "$upstream/storage/tests" "$upstream/tests"; do
        [ -f "$tests/helpers.bash" ] && break
done
[ -f "$tests/helpers.bash" ] || skip_all "there is no storage/tests in $upstream"
need_root
# What the suite looks for, and skips cases where it is not there.
suite=sid+bats+bzip2+xz-utils+zstd
need_machines $suite
make_scratch

program=${STORAGE_BINARY:-/opt/cstorage/tests/support/store-client/store-client}
[ -n "${STORAGE_BINARY:-}" ] || [ -x "$build/tests/support/store-client/store-client" ] || skip_all "store-client is not built in $build"
combinations="overlay overlay-transient vfs vfs-transient"
disk=/var/lib/containers

# The suite's stores must lie on a file system that the overlay driver takes.
run_combination() {
        local driver=${1%-*} transient=0 begin=$SECONDS

        [ "$driver" = "$1" ] || transient=1
        mkdir -p "$scratch/m/store/$1"
        machine_run m env TMPDIR="$disk/$1" STORAGE_BINARY="$program" STORAGE_DRIVER="$driver" \
                STORAGE_TRANSIENT="$transient" CSTORAGE_CLIENT_LOG="$disk/$1.verbs" \
                bats --tap "$disk/tests" >"$scratch/$1.tap" 2>"$scratch/$1.err" </dev/null
        echo $((SECONDS - begin)) >"$scratch/$1.seconds"
}

# report COMBINATION: its cases as ours; and one line each for the table: number, verdict, name.
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

# Rows are in the order of the suite, which is the same for all.
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

# The client's log: the verb, "served" or "handed over", and why.
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
