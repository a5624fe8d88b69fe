#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The command line: options, exit statuses, forms of output, the manual; messages about damaged files and hostile names.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
make_scratch

source=$tests_dir/..
gc=$build/gc/cstorage-gc
plan_tool=$build/tests/plan/plan-tool
export LC_ALL=C TERM=xterm NO_COLOR=1
unset CONTAINERS_STORAGE_CONF CONTAINERS_STORAGE_CONF_OVERRIDE STORAGE_DRIVER STORAGE_OPTS

# ------------------------------------------------------------------------------------------------------------- helpers

# run OPTIONS...: the exit status is in $status, the output in $out and $err. Each run is the first one after a reboot.
run() {
        # shellcheck disable=SC2086
        "$after_boot" "$gc" $store "$@" >"$scratch/out" 2>"$scratch/err"
        status=$?
        out=$(cat "$scratch/out")
        err=$(cat "$scratch/err")
}

# says NAME PATTERN: check for a line on standard error that begins with the name of the program.
says() { check "$1" grep -qE "^cstorage-gc: .*$2" "$scratch/err" || note "stderr: $err"; }

silent() { expect "$1" "" "$out"; }

orphans() { find "$g/overlay" "$g/overlay-containers" -mindepth 1 -maxdepth 1 -newermt '1 year ago' -type d; }

# with_lock FILE COMMAND...: run the command while another process holds the lock in the way of Go.
with_lock() {
        local file=$1
        shift
        python3 - "$file" "$@" <<'EOF'
import fcntl, subprocess, sys
f = open(sys.argv[1], "r+b")
fcntl.lockf(f, fcntl.LOCK_EX)
sys.exit(subprocess.run(sys.argv[2:]).returncode)
EOF
}

# --------------------------------------------------------------------------------------------------------------- usage

store=
for wrong in --no-such -x --json=1 --root --root=relative --runroot= --imagestore=x --storage-driver= --storage-opt=x \
        --lock-timeout=soon --lock-timeout=-1 --progress=often --color=often --transient-store=maybe argument "--quiet --json" \
        --config-compat=both --config-compat= "config --quiet" "config facts"; do
        # shellcheck disable=SC2086
        run $wrong
        expect "\"$wrong\" is a usage error" 2 $status
        silent "\"$wrong\" prints nothing on standard output"
        expect "\"$wrong\" gets one line" 1 "$(wc -l <"$scratch/err")"
done
run $'--\e[31m\n'
check "a hostile option does not reach the terminal" sh -c "! grep -q '[^[:print:]]' '$scratch/err'"

# features FILE: the features in the summary of meson, in the form of --version.
features() {
        local name
        sed -nE "/^option\('tests'/d; s/^option\('([a-z]+)', type : 'feature'.*/\1/p" "$source/meson_options.txt" | sort |
                while read -r name; do
                        sed -nE "s/^ *$name *: YES.*/+${name^^}/p; s/^ *$name *: NO.*/-${name^^}/p" "$1" | tail -1
                done
}
run --version
expect "--version prints name and version" "0 cstorage-gc $(sed -n "s/^ *version : '\(.*\)',/\1/p" "$source/meson.build" | head -1)" \
        "$status $(head -1 "$scratch/out")"
expect "--version prints the built-in features, like the summary of meson" "$(features "$build/meson-logs/meson-log.txt")" \
        "$(tail -n +2 "$scratch/out" | tr ' ' '\n' | sort -k1.2)"
expect "--version lists features" 1 "$(tail -n +2 "$scratch/out" | grep -c '^[+-]')"
run --help
expect "--help succeeds" 0 $status
check "--help fits a terminal" sh -c "! grep -qE '.{81}' '$scratch/out'"

# -------------------------------------------------------------------------------------------------------------- manual

manual=$source/gc/cstorage-gc.8
report_manual=$source/gc/cstorage-gc-report.5
if command -v mandoc >/dev/null; then
        expect "mandoc finds no error in the manuals" "" \
                "$(mandoc -T lint -W style "$manual" "$report_manual" 2>/dev/null | grep -v 'referenced manual not found')"
else
        skip "mandoc finds no error in the manuals" "there is no mandoc"
fi
options_help=$(grep -oE -- '^ +(-[a-z], )?--[a-z-]+' "$scratch/out" | grep -oE -- '--[a-z-]+' | sort)
options_manual=$(sed -n '/^\.Ss Options/,/^\.Ss Exit/p' "$manual" | grep -E '^\.It Fl' | grep -oE 'Fl Fl [a-z-]+' |
        sed 's/Fl Fl /--/' | sort)
expect "the manual has the options of --help, and no others" "$options_help" "$options_manual"
expect "the synopsis of the manual has each option" "" "$(for o in $options_help; do
        sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/p' "$manual" | grep -q "Fl Fl ${o#--}\b" || echo "$o"
done)"
statuses=$(sed -nE 's/^ *STATUS_[A-Z]+ = ([0-9]+),.*/\1/p' "$source/gc/util/exit-status.h" | sort)
expect "the manual has every exit status, and no others" "$statuses" \
        "$(sed -n '/^\.Ss Exit status/,/^\.Sh/s/^\.It \([0-9]*\)$/\1/p' "$manual" | sort)"
reasons=$(grep -oE 'VERDICT_[A-Z]+, "[a-z-]+"' "$source/gc/plan/reasons.c" | sed 's/.*"\(.*\)"/\1/')
expect "the program has more than 20 reasons" 1 $(($(wc -w <<<"$reasons") > 20))
expect "the manual of the report has every reason, and no others" "$(sort <<<"$reasons")" \
        "$(sed -n '/^\.Sh REASONS/,/^\.Sh USER STATUS/s/^\.It Cm //p' "$report_manual" | sort)"
expect "the manual of the report has every kind" "" "$(
        for kind in layer-dir container-dir image-dir tar-split layer-data link temp-dir staging save-leftover; do
                grep -qE "^\.It Cm.*\b$kind\b" "$report_manual" || echo "$kind"
        done
)"

# ------------------------------------------------------------------------------------------------------------ no store

printf '[storage]\ndriver = "overlay"\ngraphroot = "%s"\nrunroot = "%s"\n' "$scratch/none" "$scratch/none-run" >"$scratch/none.conf"
export CONTAINERS_STORAGE_CONF=$scratch/none.conf
store=
run
expect "without a store the run succeeds" "0 " "$status $out"
says "the message names the missing store" "nothing to do: .*$scratch/none"
run --quiet
expect "without a store --quiet prints nothing" "0  " "$status $out $err"
run --json
expect "without a store the report is empty" '0 {"objects":[],"removed":0}' \
        "$status $(jq -c '{objects, removed: .summary.removed}' "$scratch/out")"
check "nothing was created" test ! -e "$scratch/none" -a ! -e "$scratch/none-run"
unset CONTAINERS_STORAGE_CONF

# ------------------------------------------------------------------------------------------------- paths in options

mkdir -p "$scratch/empty" "$scratch/empty-run"
: >"$scratch/file"
good="--root=$scratch/empty --runroot=$scratch/empty-run"
driver=--storage-driver=overlay
for wrong in "--root=$scratch/none --runroot=$scratch/empty-run $driver" "--root=$scratch/empty --runroot=$scratch/none" \
        "$good --imagestore=$scratch/none $driver" "--root=$scratch/file $driver" "$good --runroot=$scratch/file $driver"; do
        # shellcheck disable=SC2086
        run $wrong
        expect "a missing directory in an option is a usage error: $wrong" "2 1 " "$status $(wc -l <"$scratch/err") $out"
        says "the message contains the path and a remedy" "--(root|runroot|imagestore): $scratch/(none|file) .*\. [A-Z]"
done
for form in "" --dry-run --json facts; do
        # shellcheck disable=SC2086
        run $good --storage-driver=overlay $form
        expect "a root without a store is a usage error ${form:+($form)}" "2 " "$status $out"
        says "the message contains the path and a remedy" "--root: $scratch/empty .*\. [A-Z]"
done
run --storage-driver=overlai
expect "an unknown driver is a usage error" "2 " "$status $out"
says "the message names the driver" "\"overlai\""
expect "the run creates nothing there" "" "$(find "$scratch/empty" "$scratch/empty-run" -mindepth 1)"

# ------------------------------------------------------------------------------------------------------- configuration

lay_out one --orphans 1
lay_out two --orphans 1
lay_out conf --orphans 1
printf '[storage]\ndriver = "overlay"\ngraphroot = "%s"\nrunroot = "%s"\n' "$g" "$r" >"$scratch/storage.conf"
store=
CONTAINERS_STORAGE_CONF=$scratch/storage.conf run --dry-run --json
expect "storage.conf sets the store" "0 $g overlay" "$status $(jq -r '.store | .graphroot + " " + .driver' "$scratch/out")"
CONTAINERS_STORAGE_CONF=$scratch/storage.conf run --json --dry-run --root="$scratch/one/g"
expect "options override storage.conf" "0 $scratch/one/g" "$status $(jq -r '.store.graphroot' "$scratch/out")"
printf '[storage]\ndriver = overlay\n' >"$scratch/broken.conf"
CONTAINERS_STORAGE_CONF=$scratch/broken.conf run
expect "a broken storage.conf ends the run" 1 $status
silent "and nothing is reported"
says "the message contains file and line" "$scratch/broken.conf.*2"
store="--root=$g --runroot=$r --storage-driver=overlay"
CONTAINERS_STORAGE_CONF=$scratch/broken.conf run --dry-run
expect "a broken storage.conf is ignored if the options select the store" 0 $status
store="--root=$g --runroot=$r"
CONTAINERS_STORAGE_CONF=$scratch/broken.conf run --dry-run
expect "a broken storage.conf ends the run if the options do not select the store" 1 $status

# ------------------------------------------------------------------------------------------- origins of settings

printf '[storage]\ngraphroot = "%s"\n\nrunroot = "%s"\n[storage.options.overlay]\nmountopt = "nodev,metacopy=on"\n' \
        "$g" "$r" >"$scratch/a b.conf"
store=
CONTAINERS_STORAGE_CONF="$scratch/a b.conf" run config --transient-store --config-compat=current
expect "config prints the origin of each setting" "0
option config-compat=current
$g storage.driver=overlay
$scratch/a\\x20b.conf:2 storage.graphroot=$g
$scratch/a\\x20b.conf:4 storage.runroot=$r
default storage.imagestore=
option storage.transient_store=true
$scratch/a\\x20b.conf:6 storage.options.overlay.mountopt=nodev,metacopy=on" "$status
$(tr -s ' ' <<<"$out")"
expect "config prints two columns" 1 "$(sed -E 's/^([^ ]+ +).*/\1/' "$scratch/out" | awk '{ print length($0) }' | sort -u | wc -l)"
CONTAINERS_STORAGE_CONF="$scratch/a b.conf" run config --json --root="$scratch/none" --storage-driver=vfs
expect "config prints JSON" "0 $scratch/none option vfs option $scratch/a b.conf 4" "$status $(jq -r '
        [.settings[] | {(.key): .}] | add | [(.["storage.graphroot"], .["storage.driver"] | .value, .origin),
        (.["storage.runroot"] | .origin, .line)] | map(tostring) | join(" ")' "$scratch/out")"
check "config omits options of another store" sh -c "! grep -q mountopt '$scratch/out'"
CONTAINERS_STORAGE_CONF=$scratch/broken.conf run config
expect "the message about a broken file contains the line" "1 $scratch/broken.conf: line 2" \
        "$status $(grep -o "$scratch/broken.conf: line [0-9]*" "$scratch/err")"

# ----------------------------------------------------------------------------------------------- podman's database

# database FILE GRAPHROOT RUNROOT DRIVER: make a database as podman does.
database() {
        rm -f "$1"
        python3 - "$@" <<'EOF'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("CREATE TABLE DBConfig (ID INTEGER PRIMARY KEY NOT NULL, SchemaVersion INTEGER NOT NULL, OS TEXT NOT NULL, "
           "StaticDir TEXT NOT NULL, TmpDir TEXT NOT NULL, GraphRoot TEXT NOT NULL, RunRoot TEXT NOT NULL, "
           "GraphDriver TEXT NOT NULL, VolumeDir TEXT NOT NULL, CHECK (ID IN (1)))")
if sys.argv[2:]:
    db.execute("INSERT INTO DBConfig VALUES (1, 1, 'linux', '/static', '/tmp', ?, ?, ?, '/volumes')", sys.argv[2:])
db.commit()
EOF
}

with_databases() {
        local there way

        lay_out db --orphans 1
        printf '[storage]\ndriver = "overlay"\ngraphroot = "%s"\nrunroot = "%s"\n' "$g" "$r" >"$scratch/db.conf"
        local -x CONTAINERS_STORAGE_CONF=$scratch/db.conf
        local store=
        there=$(orphans)
        database "$g/db.sql" "$g" "$r-other" overlay
        for way in "" --dry-run; do
                # shellcheck disable=SC2086
                run $way
                expect "a runroot that differs from that of podman is refused${way:+ ($way)}" 3 $status
                says "the message names the option" "db.sql says that the runroot is $r-other, .* here it is $r: say which with --runroot"
        done
        run config
        expect "config prints the runroot of podman" "$g/db.sql podman.runroot=$r-other" "$(grep podman.runroot "$scratch/out" | tr -s ' ')"
        run --dry-run --runroot="$r"
        expect "an option overrides the database" 0 $status
        database "$g/db.sql" "$g-other" "$r" overlay
        run
        expect "a graphroot that differs is refused" "3 --root" "$status $(grep -oE -- '--[a-z]+$' "$scratch/err")"
        database "$g/db.sql" "$g" "$r" vfs
        run
        expect "a driver that differs is refused" "3 --storage-driver" "$status $(grep -oE -- '--[a-z-]+$' "$scratch/err")"
        rm "$g/db.sql"
        database "$r/db.sql" "$g" "$r-other" ""
        run
        expect "a runroot that differs is refused if the database is in the runroot" "3 --runroot" "$status $(grep -oE -- '--[a-z]+$' "$scratch/err")"
        rm "$r/db.sql"
        expect "none of these runs removes anything" "$there" "$(orphans)"
        ln -s "$r" "$scratch/link-run"
        database "$g/db.sql" "$g/../g" "$scratch/link-run" overlay2
        run --dry-run
        expect "another path of the same directory is accepted" "0 " "$status $err"
        mkdir "$scratch/mounted" && mount --bind "$g" "$scratch/mounted"
        database "$g/db.sql" "$scratch/mounted" "$r" ""
        run --dry-run
        expect "a bind mount of the same directory is accepted" "0 " "$status $err"
        umount "$scratch/mounted"
        database "$g/db.sql"
        run --dry-run
        expect "a database without a row is accepted" "0 " "$status $err"
        : >"$g/db.sql"
        run
        expect "an empty database is accepted" "0 " "$status $err"
        check "the orphan is removed" grep -q "^removed layer-dir " "$scratch/out"
        expect "the database is unchanged" 0 "$(stat -c %s "$g/db.sql")"
}

if grep -q HAVE_SQLITE "$build/compile_commands.json"; then
        with_databases
        g=$scratch/conf/g r=$scratch/conf/r
else
        skip "podman's database" "built without SQLite"
fi

# additional PATTERN: an additional store of the options matches.
additional() { grep -q " location=additional .*path=$scratch/$1/g/" "$scratch/out"; }
export CONTAINERS_STORAGE_CONF=$scratch/storage.conf STORAGE_OPTS=overlay.imagestore=$scratch/one/g
store=
run facts
check "STORAGE_OPTS names additional stores" additional one
run facts --storage-opt="overlay.imagestore=$scratch/two/g"
check "--storage-opt replaces them" additional two
expect "--storage-opt replaces all of them" no "$(additional one && echo yes || echo no)"
run facts --root="$g"
expect "--root drops the additional stores, which belong to the configured store" "0 no" "$status $(additional one && echo yes || echo no)"
unset CONTAINERS_STORAGE_CONF STORAGE_OPTS

store="--root=$g --runroot=$r --storage-driver=zfs"
run
expect "an unsupported driver is refused" 3 $status
says "the message names the driver" "$g/zfs: stores of the driver \"zfs\" are not known"
expect "the report has the refused store" "refused store unsupported-driver - - $g/zfs" "$(head -1 <<<"$out")"
expect "the report has nothing else but the summary" "summary removed=0 refused=1" "$(tail -n +2 <<<"$out" | cut -d' ' -f1-3)"
run --dry-run --json --verbose
expect "the JSON report has the refused store and names the other drivers" \
        "3 zfs refuse unsupported-driver $g/zfs keep other-driver $g/overlay $g/zfs overlay" "$status $(
        jq -r '[.store.driver, (.objects[] | .verdict, .reason, .path), .problems[].file] + .store.other_drivers | join(" ")' <<<"$out")"
check "the JSON report has the cause" grep -q 'are not known here' <<<"$(jq -r '.problems[0].text' <<<"$out")"
script -qec "$gc $store" /dev/null >"$scratch/out" 2>&1
expect "on a terminal the refused store is a row of the table: status 3" "3 1" "$? $(grep -c '^refused *zfs *unsupported-driver' "$scratch/out")"

# One of the stores of several drivers is collected. If no driver is configured, the order of Go decides.
mkdir -p "$g/vfs/dir" "$g/vfs-layers" "$g/zfs-layers" "$g/mine-layers"
store="--root=$g --runroot=$r"
echo '[storage]' >"$scratch/nothing.conf"
export CONTAINERS_STORAGE_CONF=$scratch/nothing.conf
run --verbose
expect "one of several drivers is collected: status 0" 0 $status
expect "the report lists the other drivers" "kept store other-driver - - $g/mine,kept store other-driver - - $g/vfs,kept store other-driver - - $g/zfs" \
        "$(grep ' store ' "$scratch/out" | paste -sd,)"
expect "the summary does not count them" "$(grep -c '^kept' "$scratch/out")" "$(($(sed -n 's/^summary.* kept=\([0-9]*\).*/\1/p' "$scratch/out") + 3))"
run
expect "without --verbose the report omits them" "0 0 " "$status $(grep -c ' store ' "$scratch/out") $err"
run --json
expect "the JSON report always lists them" "overlay mine,vfs,zfs" "$(jq -r '"\(.store.driver) \(.store.other_drivers | join(","))"' <<<"$out")"
rm -r "$g"/overlay*
run
expect "a supported driver precedes an unsupported one" "0 " "$status $err"
rm -r "$g"/vfs*
mkdir "$g/zfs"
run
expect "if only the store of an unsupported driver is left, it is refused" "3 refused store unsupported-driver - - $g/zfs" "$status $(head -1 <<<"$out")"
unset CONTAINERS_STORAGE_CONF

# ---------------------------------------------------------------------------------------------------------------- runs

lay_out runs --transient 2 --containers 1 --orphans 3 --extras
listing make --ctime "$scratch/runs" >"$scratch/before"
run --dry-run
expect "a dry run succeeds" 0 $status
expect "the dry run prints a line for each subject, and a summary" "" "$(grep -vE \
        '^(would-remove [a-z-]+ [a-z-]+ - - /.*|summary would-remove=[0-9]+ refused=0 failed=0 kept=[0-9]+ .*)$' "$scratch/out")"
check "the dry run names the orphans" sh -c "[ \$(grep -c '^would-remove layer-dir no-record' '$scratch/out') = 3 ]"
run -n --json --verbose
listing make --ctime "$scratch/runs" >"$scratch/after"
check "the dry run changes nothing" listing diff "$scratch/before" "$scratch/after"

cat >"$scratch/shape.py" <<'EOF'
import json, sys
r = json.load(open(sys.argv[1], encoding="utf-8"))
number = lambda v: isinstance(v, int) and v >= 0
assert list(r) == ["version", "dry_run", "store", "objects", "problems", "summary"], list(r)
assert r["version"] == 1 and isinstance(r["dry_run"], bool)
assert list(r["store"]) == ["graphroot", "runroot", "imagestore", "driver", "transient", "other_drivers"]
kinds = "layer-dir container-dir image-dir tar-split layer-data link temp-dir staging save-leftover volatile-file".split()
for s in r["objects"]:
    assert {"kind", "id", "path", "verdict", "reason"} <= set(s) <= {"kind", "id", "path", "verdict", "reason", "error", "files", "bytes",
                                                                             "changed_us", "name", "image", "layer"}, s
    assert number(s.get("changed_us", 0)) and ("layer" not in s or s["kind"] == "container-dir"), s
    assert s["kind"] in kinds and s["verdict"] in ("keep", "remove", "repair", "refuse", "fail"), s
    assert s["path"].startswith("/") and (s["id"] is None or len(s["id"]) == 64), s
    assert ("files" in s) == ("bytes" in s) and number(s.get("files", 0)) and number(s.get("bytes", 0)), s
    assert ("error" in s) == (s["verdict"] == "fail"), s
for p in r["problems"]:
    assert list(p) == ["file", "text"] and p["text"], p
assert list(r["summary"]) == "kept removed repaired refused failed files_freed bytes_freed lock_held_us elapsed_us".split()
assert all(number(v) for v in r["summary"].values())
shown = lambda verdict: sum(s["verdict"] == verdict for s in r["objects"])
assert shown("remove") == r["summary"]["removed"] and shown("refuse") == r["summary"]["refused"]
assert shown("repair") == r["summary"]["repaired"]
assert shown("fail") == r["summary"]["failed"] and shown("keep") in (0, r["summary"]["kept"])
assert sum(s.get("files", 0) for s in r["objects"] if s["verdict"] != "keep") == r["summary"]["files_freed"]
EOF
check "the JSON report has the format of the manual" python3 "$scratch/shape.py" "$scratch/out"
expect "--verbose lists what is kept" "$(jq .summary.kept "$scratch/out")" \
        "$(jq '[.objects[] | select(.verdict == "keep")] | length' "$scratch/out")"
expect "with --json a dry run measures" true \
        "$(jq '[.objects[] | select(.verdict == "remove") | .files > 0] | all' "$scratch/out")"
jq -r '.objects[] | "\(.verdict) \(.reason) \(.kind) \(.path | sub(".*/"; ""))"' "$scratch/out" |
        sed -E 's/ lock-/ temp-dir-/' | sort >"$scratch/report"
run facts
expect "facts succeeds" 0 $status
cp "$scratch/out" "$scratch/dump.facts"
(cd "$scratch" && "$plan_tool" dump.facts) | sed -E 's/ because of .*//; s/ lock-/ temp-dir-/' | sort >"$scratch/replayed"
check "the plan of the printed facts is that of the run" diff "$scratch/report" "$scratch/replayed"

jq -r '.orphan_layers[]' "$scratch/runs.made" >"$scratch/orphans"
run
expect "a collection succeeds" "0 " "$status $err"
check "the lines of the report have sizes" sh -c "grep -qE '^removed layer-dir no-record [1-9][0-9]* [1-9][0-9]* /' '$scratch/out'"
expect "the orphans are gone" "" "$(cd "$g/overlay" && xargs ls -d <"$scratch/orphans" 2>/dev/null)"
expect "no temp dir is left" "" "$(find "$g" -name 'temp-dir-*' -o -name 'lock-[0-9]*')"
listing make --ctime "$scratch/runs" >"$scratch/before"
run --json
check "a second JSON report has the format of the manual" python3 "$scratch/shape.py" "$scratch/out"
expect "a second run removes nothing" "0 0" "$status $(jq .summary.removed "$scratch/out")"
run --quiet
expect "--quiet prints nothing" "0  " "$status $out $err"
listing make --ctime "$scratch/runs" >"$scratch/after"
check "neither run changes anything" listing diff "$scratch/before" "$scratch/after"

lay_out transient --transient 2
kept=$(find "$g" | sort)
run --transient-store=false
expect "the collector does not rely on the setting of transient_store" "$kept" "$(find "$g" | sort)"

# --------------------------------------------------------------------------------------------------------------- deletion

lay_out noreap --orphans 2
run --no-delete --json
expect "--no-delete succeeds" "0 true" "$status $(jq '.summary.removed >= 2' "$scratch/out")"
expect "--no-delete leaves the temp dirs" 1 "$(find "$g/overlay/tempdirs" -name 'temp-dir-*' | wc -l)"
run --json
expect "the next run deletes them" "0 temp-dir abandoned" \
        "$status $(jq -r '.objects[] | select(.path | test("overlay/tempdirs")) | .kind + " " + .reason' "$scratch/out")"
expect "then no temp dir is left" "" "$(find "$g" -name 'temp-dir-*')"

lay_out big --orphans 4 --orphan-files 10000
cp -a "$scratch/big" "$scratch/big2"
run --progress=always
expect "--progress=always counts on standard error" 1 $(($(grep -c 'deleting: ' "$scratch/err") > 0))
expect "--progress erases its line at the end" 1 "$(tail -c 90 "$scratch/err" | tr '\r' '\n' | tail -1 | grep -cE '^ +$|^$')"
g=$scratch/big2/g r=$scratch/big2/r store="--root=$g --runroot=$r --storage-driver=overlay"
# shellcheck disable=SC2086
"$after_boot" "$gc" $store --progress=never >"$scratch/out" 2>"$scratch/err" &
pid=$!
for _ in $(seq 500); do
        [ -n "$(find "$g/overlay/tempdirs" -name 'temp-dir-*' 2>/dev/null)" ] && break
        sleep 0.01
done
kill -TERM $pid
wait $pid
expect "a signal ends the deletion" 1 $?
says "the message names the temp dir that is left" "interrupted: .*temp-dir-"
check "the rest is in its temp dir" sh -c "find '$g/overlay/tempdirs' -name 'temp-dir-*' | grep -q ."
run --progress=never
expect "the next run deletes the rest and prints nothing" "0 " "$status $err"
expect "no temp dir is left after that" "" "$(find "$g" -name 'temp-dir-*')"

lay_out pipe --orphans 20
# shellcheck disable=SC2086
"$after_boot" "$gc" $store --json | head -c 1 >/dev/null
expect "a closed pipe is no failure" "0 0" "${PIPESTATUS[*]}"
lay_out full --orphans 1
# shellcheck disable=SC2086
"$after_boot" "$gc" $store >/dev/full 2>"$scratch/err"
expect "a report that cannot be written is a failure" 1 $?
says "the message names the report" "report"

# ----------------------------------------------------------------------------------------------------- failures

lay_out locked --orphans 1
listing make --ctime "$scratch/locked" >"$scratch/before"
for lock in "$g/overlay-layers/layers.lock" "$g/overlay-images/images.lock"; do
        [ -e "$lock" ] || continue
        # shellcheck disable=SC2086
        with_lock "$lock" "$after_boot" "$gc" $store --lock-timeout=200ms >"$scratch/out" 2>"$scratch/err"
        expect "a held lock ends the run" 4 $?
        says "the message names the lock" "$(basename "$lock")"
        expect "a run that does not get the lock reports nothing" "" "$(cat "$scratch/out")"
done
listing make --ctime "$scratch/locked" >"$scratch/after"
check "a run that does not get the lock changes nothing" listing diff "$scratch/before" "$scratch/after"
# shellcheck disable=SC2086
with_lock "$g/overlay-layers/layers.lock" "$gc" $store --dry-run >"$scratch/out" 2>&1
expect "a dry run needs no lock" 0 $?

lay_out readonly --orphans 1
mount --bind "$scratch/readonly" "$scratch/readonly" && mount -o remount,bind,ro "$scratch/readonly"
run
expect "a store that cannot be written to is a failure" 1 $status
says "the message names the store" "$g"
umount "$scratch/readonly"

chmod 700 "$scratch/readonly/g"
cp "$gc" "$build"/lib/libcstorage.so.0 "$scratch/"
chmod 755 "$scratch" "$scratch/cstorage-gc" "$scratch/libcstorage.so.0"
if command -v setpriv >/dev/null && LD_LIBRARY_PATH=$scratch setpriv --reuid=65534 --clear-groups \
        "$scratch/cstorage-gc" --version >/dev/null 2>&1; then
        # shellcheck disable=SC2086
        LD_LIBRARY_PATH=$scratch setpriv --reuid=65534 --clear-groups "$scratch/cstorage-gc" $store >"$scratch/out" 2>"$scratch/err"
        expect "a store without read permission is a failure" 1 $?
        says "the message names the store and the error" "$g.*Permission denied"
else
        skip "a store without read permission is a failure" "the user nobody cannot run the program"
fi

records="overlay-layers/layers.json overlay-images/images.json overlay-containers/containers.json"
lay_out damaged --containers 1 --orphans 2
cp -a "$scratch/damaged" "$scratch/whole"
for record in $records; do
        for damage in empty nul truncated null object garbage; do
                rm -rf "$scratch/damaged"
                cp -a "$scratch/whole" "$scratch/damaged"
                file=$g/$record
                case $damage in
                empty) : >"$file" ;;
                nul) head -c "$(stat -c %s "$file")" /dev/zero >"$scratch/nul" && cat "$scratch/nul" >"$file" ;;
                truncated) truncate -s -5 "$file" ;;
                null) printf null >"$file" ;;
                object) printf '{}' >"$file" ;;
                garbage) printf '[{"id":7}]' >"$file" ;;
                esac
                listing make --ctime "$g/overlay" >"$scratch/before"
                run
                # Go reads null as a list without records, and writes it (images.go:load).
                if [ $damage = null ] && [ $status = 0 ]; then
                        skip "$record, $damage" "null is an empty list"
                        continue
                fi
                expect "$record, $damage: refused" 3 $status
                says "$record, $damage: the message names the file and a remedy" "$file: .*\. [A-Z]"
                listing make --ctime "$g/overlay" >"$scratch/after"
                check "$record, $damage: no layer is removed" listing diff "$scratch/before" "$scratch/after"
        done
done

lay_out nomounts --orphans 2
: >"$r/overlay-layers/mountpoints.json"
run
expect "an empty mountpoints.json means that nothing is mounted" "0 " "$status $err"

# The kernel does not unlink an active swap file.
lay_out stuck --orphans 3
swap=$g/overlay/$(jq -r '.orphan_layers[1]' "$scratch/stuck.made")/diff/swap
dd if=/dev/zero of="$swap" bs=4k count=16 2>/dev/null && chmod 600 "$swap" && mkswap "$swap" >/dev/null 2>&1
if swapon "$swap" 2>/dev/null; then
        run
        expect "one file that cannot be deleted fails the run, the rest goes" "1 1 2" \
                "$status $(grep -c '^failed layer-dir' "$scratch/out") $(grep -c '^removed layer-dir' "$scratch/out")"
        says "the message names the file" "swap"
        expect "that file is in its temp dir" 1 "$(find "$g/overlay/tempdirs" -name swap | wc -l)"
        swapoff "$(find "$g/overlay/tempdirs" -name swap)"
        run
        expect "the next run deletes it" "0 " "$status $(find "$g" -name swap)"
else
        skip "one file that cannot be deleted fails the run, the rest goes" "no swap file can be used here"
fi

lay_out missing --orphans 2
rm "$g/overlay-layers/layers.json"
run
expect "a lost record file is detected" 3 $status
says "the message names the file and a remedy" "$g/overlay-layers/layers.json: .*missing.*\. [A-Z]"

lay_out silent --containers 1
mv "$g/overlay-images/images.json" "$scratch/images.json"
run
expect "a lost record file is detected by a container alone" 3 $status
says "the message names the file, the consequence and a remedy" "$g/overlay-images/images.json: .*missing.*\. .*lost every image.*\. [A-Z]"
mv "$scratch/images.json" "$g/overlay-images/images.json"
for way in "" empty; do
        mv "$g/overlay" "$scratch/overlay"
        [ -z "$way" ] || mkdir "$g/overlay"
        run
        expect "the loss of all layers is detected ${way:+(an empty directory)}" 3 $status
        says "the message contains a remedy" "$g/overlay: .*[Mm]ount"
        [ -z "$way" ] || rmdir "$g/overlay"
        mv "$scratch/overlay" "$g/overlay"
done
run
expect "with all files restored the run succeeds" "0 " "$status $err"

lay_out blind --orphans 2
library=$(realpath "$(ldconfig -p | awk '$1 == "libmount.so.1" { print $NF; exit }')")
# shellcheck disable=SC2086
"$after_boot" unshare -m sh -c "mount --bind /dev/null '$library' && exec '$gc' $store" >"$scratch/out" 2>"$scratch/err"
expect "without libmount the run removes nothing" "3 0" "$? $(grep -c '^removed' "$scratch/out")"
says "the message names libmount" "libmount"

lay_out noproc --orphans 2
# shellcheck disable=SC2086
unshare -m sh -c "umount -l /proc && LD_LIBRARY_PATH='$build/lib' exec '$gc' $store" >"$scratch/out" 2>"$scratch/err"
expect "without /proc the run fails" "1 " "$? $(cat "$scratch/out")"
says "the message names /proc" "$g: /proc is not mounted\. [A-Z]"
# shellcheck disable=SC2086
unshare -m sh -c "mount --bind /dev/null /proc/\$\$/mountinfo && exec '$gc' $store" >"$scratch/out" 2>"$scratch/err"
expect "with an empty table of mounts nothing is removed" "3 0" "$? $(grep -c '^removed' "$scratch/out")"
says "the message names mountinfo" "/proc/self/mountinfo"

lay_out both --orphans 2
first=$(jq -r '.orphan_containers[0]' "$scratch/both.made")
mkdir "$g/overlay-containers/$first/m" && mount -t tmpfs none "$g/overlay-containers/$first/m"
run
expect "an orphan with a mount in it is refused, the rest is removed" "3 1 1" \
        "$status $(grep -c '^refused container-dir mount-below ' "$scratch/out") $(grep -c '^removed container-dir ' "$scratch/out")"
says "the message contains a remedy" "mount-below.*[Uu]nmount"
umount "$g/overlay-containers/$first/m"

# --------------------------------------------------------------------------------------------------------- hostile names

lay_out hostile --orphans 1
python3 - "$g" <<'EOF'
import os, sys
g = os.fsencode(sys.argv[1])
for name in (b"new\nline", b"esc\x1b[2J", b"\xff\xfe", b"back\\slash", b"quote\"", b"removed layer-dir no-record", "é".encode()):
    for place in (b"overlay-containers", b"overlay-images", b"overlay"):
        os.mkdir(os.path.join(g, place, name))
    os.symlink(name, os.path.join(g, b"overlay/l", name))
    os.symlink(b"../" + b"0" * 63 + b"\n/diff", os.path.join(g, b"overlay/l", b"x" + name))
EOF
run --json --verbose
check "JSON with hostile names is valid" python3 "$scratch/shape.py" "$scratch/out"
cp "$scratch/out" "$scratch/hostile.json"
check "JSON contains the exact names" python3 - "$scratch/hostile.json" "$g" <<'EOF'
import json, os, re, sys
def undo(s):
    return re.sub(rb"\\(\\|x[0-9a-f]{2})", lambda m: b"\\" if m[1] == b"\\" else bytes([int(m[1][1:], 16)]), s.encode())
paths = {undo(s["path"]) for s in json.load(open(sys.argv[1]))["objects"]}
wanted = {os.path.join(os.fsencode(sys.argv[2]), b"overlay-containers", n) for n in os.listdir(os.fsencode(sys.argv[2]) + b"/overlay-containers") if not n.startswith(b"containers.")}
assert wanted <= paths, wanted - paths
EOF
run --verbose
check "lines contain no control characters" sh -c "! LC_ALL=C grep -q '[^ -~]' '$scratch/out' '$scratch/err'"
check "no name forges a line" sh -c "! grep -vE '^(kept|removed|refused|summary) ?' '$scratch/out'"
if command -v script >/dev/null; then
        script -qec "stty cols 70; $gc $store --verbose" /dev/null </dev/null >"$scratch/table" 2>&1
        check "the table contains no control characters" sh -c "! tr -d '\r\n' <'$scratch/table' | LC_ALL=C grep -q '[^ -~]'"
        check "the table fits the width of the terminal" sh -c "tr -d '\r' <'$scratch/table' | grep -v '^cstorage-gc: ' | grep -v ' kept; ' | (! grep -qE '.{71}')"
        script -qec "$gc $store --summary" /dev/null </dev/null >"$scratch/table" 2>&1
        check "a summary has one row for each reason" grep -qE '^refused +[0-9]+ +invalid-name' "$scratch/table"
        NO_COLOR='' script -qec "$gc $store --verbose" /dev/null </dev/null >"$scratch/table" 2>&1
        check "on a terminal the table has colors" grep -q $'\e\[90mkept' "$scratch/table"
        NO_COLOR='' script -qec "$gc $store --verbose --color=never" /dev/null </dev/null >"$scratch/table" 2>&1
        check "with --color=never the table has no colors" sh -c "! grep -q '$(printf '\033')' '$scratch/table'"
else
        skip "the table contains no control characters" "there is no script"
fi

run --dry-run --summary
# shellcheck disable=SC2086
expect "the summary in a pipe has the numbers of the long form" \
        "$("$after_boot" "$gc" $store --dry-run 2>/dev/null | awk '$1 == "refused" { n[$3]++ } END { for (r in n) print r, n[r] }' | sort)" \
        "$(awk '$1 == "refused" { print $2, $3 }' "$scratch/out" | sort)"
run --verbose --color=always
check "lines in a pipe have no colors" sh -c "! grep -q '$(printf '\033')' '$scratch/out'"
run --color=always --lock-timeout=soon
check "the name of the program is red before an error" grep -q $'^\e\[1;31mcstorage-gc:\e\[0m ' "$scratch/err"

# ------------------------------------------------------------------------------------------------ names of orphans

# A container with a config.json of CRI-O.
lay_out names --images 1 --orphans 2
layer=$(jq -r '.orphan_layers[0]' "$scratch/names.made")
container=$(find "$g/overlay-containers" -mindepth 1 -maxdepth 1 -type d | sort | head -1)
other=$(find "$g/overlay-containers" -mindepth 1 -maxdepth 1 -type d | sort | tail -1)
mkdir -p "$container/userdata" "$other/userdata"
jq -n --arg layer "$layer" '{root: {path: "/g/overlay/\($layer)/merged"}, annotations: {"io.kubernetes.cri-o.Name": "k8s_web"}}' \
        >"$container/userdata/config.json"
ln -sf "$container/userdata/config.json" "$other/userdata/config.json"
run --dry-run --json
expect "JSON has the name and the layer of an orphan" "k8s_web $layer" \
        "$(jq -r --arg path "$container" '.objects[] | select(.path == $path) | "\(.name) \(.layer)"' "$scratch/out")"
expect "JSON has the image of the layer of an orphan" "$(jq -r '.[0].names[0]' "$g/overlay-images/images.json")" \
        "$(jq -r --arg id "$layer" '.objects[] | select(.id == $id) | .image' "$scratch/out")"
expect "a link in place of config.json is not followed" null \
        "$(jq -r --arg path "$other" '.objects[] | select(.path == $path) | .layer' "$scratch/out")"
if command -v script >/dev/null; then
        script -qec "stty cols 200; $after_boot $gc $store --dry-run" /dev/null </dev/null >"$scratch/table" 2>&1
        expect "a container and its layer are one row" 1 "$(grep -cE \
                "^remove +container $(basename "$container" | cut -c1-12), layer ${layer:0:12} +k8s_web +localhost/" "$scratch/table")"
        expect "there is no other row for them" 4 "$(grep -c '^remove\|^RESULT' "$scratch/table")"
else
        skip "a container and its layer are one row" "there is no script"
fi

# ------------------------------------------------------------------------------------------------------------- full disk

if truncate -s 24M "$scratch/disk" && mkfs.ext4 -q -m 0 -N 4096 "$scratch/disk" && mkdir "$scratch/mnt" &&
        mount -o loop "$scratch/disk" "$scratch/mnt" 2>/dev/null; then
        lay_out mnt/full --orphans 5 --orphan-files 100 2>/dev/null || true
        dd if=/dev/zero of="$scratch/mnt/fill" bs=64k 2>/dev/null
        dd if=/dev/zero of="$scratch/mnt/fill2" bs=1k 2>/dev/null
        i=0
        while mkdir "$scratch/mnt/d$i" 2>/dev/null; do i=$((i + 1)); done
        expect "the disk is full" 0 "$(df --output=avail "$scratch/mnt" | tail -1 | tr -d ' ')"
        run
        expect "on a full disk a collection succeeds" "0 " "$status $err"
        check "the collection frees space" test "$(df --output=avail "$scratch/mnt" | tail -1)" -gt 100
        expect "the collection fails to remove no orphan" 0 "$(grep -c '^failed' "$scratch/out")"
        umount "$scratch/mnt"
else
        skip "on a full disk a collection succeeds" "no loop device"
fi

# A quota that is used up to the last byte and the last name. btrfs has its own quotas, which need no kernel option.
if truncate -s 256M "$scratch/quota" && mkfs.btrfs -q "$scratch/quota" 2>/dev/null && mkdir -p "$scratch/mnt" &&
        mount -o loop "$scratch/quota" "$scratch/mnt" 2>/dev/null; then
        btrfs -q quota enable "$scratch/mnt"
        btrfs -q subvolume create "$scratch/mnt/sub" >/dev/null
        lay_out mnt/sub/full --orphans 20 --orphan-files 30
        btrfs -q qgroup limit 48M "$scratch/mnt/sub"
        for size in 256k 16k 1k 1; do
                i=0
                while head -c $size /dev/urandom 2>/dev/null >"$scratch/mnt/sub/fill$size.$i" && sync -f "$scratch/mnt" &&
                        [ -s "$scratch/mnt/sub/fill$size.$i" ] && [ $i -lt 1000 ]; do i=$((i + 1)); done
        done 2>/dev/null
        expect "the quota is used up" "Disk quota exceeded" "$(LC_ALL=C mkdir "$scratch/mnt/sub/d" 2>&1 | sed 's/.*: //')"
        run
        expect "with an exhausted quota a collection succeeds" "0 " "$status $err"
        check "after that writing succeeds again" mkdir "$scratch/mnt/sub/d"
        expect "with an exhausted quota no orphan fails" 0 "$(grep -c '^failed' "$scratch/out")"
        umount "$scratch/mnt"
else
        skip "with an exhausted quota a collection succeeds" "no btrfs on a loop device"
fi

finish
