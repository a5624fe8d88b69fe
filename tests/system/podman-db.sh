#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The database of podman in each state: the collector reads it as podman does, or refuses to run, with and without libsqlite3.
# It never changes it.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
make_scratch

gc=$build/gc/cstorage-gc
export LC_ALL=C
unset CONTAINERS_STORAGE_CONF_OVERRIDE CONTAINERS_CONF CONTAINERS_CONF_OVERRIDE STORAGE_DRIVER STORAGE_OPTS
export CONTAINERS_STORAGE_CONF=$scratch/storage.conf
library=$(realpath "$(ldconfig -p | awk '$1 == "libsqlite3.so.0" { print $NF; exit }')")
built=no
grep -q HAVE_SQLITE "$build/compile_commands.json" && built=yes

# No case removes anything, so one store is enough.
lay_out db --orphans 1
printf '[storage]\ndriver = "overlay"\ngraphroot = "%s"\nrunroot = "%s"\n' "$g" "$r" >"$scratch/storage.conf"

# make STATE RUNROOT [OTHER]: the database in that state, and no other file of podman.
make() {
        rm -rf "$g/db.sql" "$g"/db.sql-* "$g/moved" "$g/libpod"
        python3 "$support/store/podman-db.py" "$g" "$1" "$g" "$2" overlay "${@:3}"
}

run() {
        "$after_boot" "$gc" --dry-run "$@" >"$scratch/out" 2>"$scratch/err"
        status=$?
}

# Run without SQLite.
run_without() {
        # shellcheck disable=SC2016
        unshare -m sh -c 'mount --bind /dev/null "$1" && shift && exec "$@"' sh "$library" "$after_boot" "$gc" --dry-run "$@" \
                >"$scratch/out" 2>"$scratch/err"
        status=$?
}

# The result of a run: its status and its messages.
outcome() {
        echo "$status$(grep -oE 'says that the [a-z]+|: cannot read podman|warning: cannot read podman|uses the runroot [^ ,]+, not' \
                "$scratch/err" | sed 's/^/, /' | tr -d '\n')"
}

# The content and the times of all files.
look() { find "$g" -maxdepth 2 -printf '%p %i %m %s %T@ %C@\n' | sort; }

agrees="0"
contradicts="3, says that the runroot"
unknown="3, : cannot read podman"
warned="0, warning: cannot read podman"

# try NAME WANTED WANTED-WITHOUT STATE RUNROOT [OTHER]
try() {
        local name=$1 with=$2 without=$3
        shift 3
        make "$@"
        look >"$scratch/before"
        run
        [ $built = no ] || expect "$name" "$with" "$(outcome)" || note "$(cat "$scratch/err")"
        [ $built = no ] || run_without
        expect "$name, without libsqlite3" "$without" "$(outcome)" || note "$(cat "$scratch/err")"
        look >"$scratch/after"
        check "$name: nothing in the store changed" cmp "$scratch/before" "$scratch/after"
}

for state in plain hot-journal wal wal-checkpointed link hot-link bolt; do
        try "$state, the same runroot" "$agrees" "$agrees" $state "$r"
        try "$state, another runroot" "$contradicts" "$contradicts" $state "$r-other"
done
# Only SQLite can find out which of two rows is valid.
try "a journal undoes another runroot" "$agrees" "$unknown" hot-journal "$r" "$r-other"
try "a journal brings another runroot back" "$contradicts" "$unknown" hot-journal "$r-other" "$r"
try "a journal beside the target of a link" "$agrees" "$unknown" hot-link "$r" "$r-other"
try "a log replaces another runroot" "$agrees" "$unknown" wal "$r" "$r-other"
try "a log brings another runroot" "$contradicts" "$unknown" wal "$r-other" "$r"
for state in empty dangling; do
        try "$state" "$agrees" "$agrees" $state "$r"
done
try "unused" "$agrees" "$unknown" unused "$r"
for state in directory fifo loop; do
        try "$state" "$warned" "$warned" $state "$r"
done
# A file that cannot be read without the library may be intact.
for state in cut garbage; do
        try "$state" "$warned" "$unknown" $state "$r"
done
# The end of the second page, which contains the row, is intact.
try "cut off late, the same runroot" "$agrees" "$agrees" cut-late "$r"
try "cut off late, another runroot" "$contradicts" "$contradicts" cut-late "$r-other"
try "a later schema" "$unknown" "$unknown" later-schema "$r"
try "a BoltDB without the row" "$unknown" "$unknown" bolt-unknown "$r"

make bolt-unknown "$r"
run --runroot="$r"
expect "--runroot overrides it" "0" "$(outcome)"
make garbage "$r"
run --runroot="$r"
expect "--runroot overrides a damaged database" "0" "$(outcome)"
make plain "$r"
run_without config
expect "config prints the runroot that is found without libsqlite3" "0 $r" \
        "$status $(sed -n 's/.* podman.runroot=//p' "$scratch/out")"
make garbage "$r"
run config
expect "config fails with a damaged database" "3, : cannot read podman" "$(outcome)"

# ------------------------------------------------------------------------------------- containers

# container RUNROOT: a container whose config.json names a file in its runroot, as podman writes it.
container=$(find "$g/overlay-containers" -mindepth 1 -maxdepth 1 -type d | head -1)
name_runroot() {
        mkdir -p "$container/userdata"
        printf '{"mounts":[{"source":"%s/overlay-containers/%s/userdata/hosts"}]}' "$1" "$(basename "$container")" \
                >"$container/userdata/config.json"
}
make garbage "$r"
if [ $built = yes ]; then
        name_runroot "$r"
        run
        expect "a damaged database and a container of the same runroot" "$warned" "$(outcome)"
        name_runroot "$r-other"
        run
        expect "a damaged database and a container of another runroot" "3, : cannot read podman, uses the runroot $r-other, not" \
                "$(outcome)"
fi
rm "$container/userdata/config.json"

# ------------------------------------------------------------------------------------------------- static_dir

make empty "$r"
mkdir "$scratch/static"
python3 "$support/store/podman-db.py" "$scratch/static" plain "$g" "$r-other" overlay
export CONTAINERS_CONF=$scratch/containers.conf
printf '[containers]\nlog_driver = "none"\n' >"$CONTAINERS_CONF"
run
expect "a containers.conf without static_dir" "$agrees" "$(outcome)"
printf '[engine]\nSTATIC_DIR = "%s" # as Go reads it\n' "$scratch/static" >"$CONTAINERS_CONF"
run
expect "the database in static_dir" "$contradicts" "$(outcome)"
expect "the message names the database in static_dir" 1 "$(grep -c "$scratch/static/db.sql says that the runroot is $r-other" "$scratch/err")"
rm "$scratch/static/db.sql"
python3 "$support/store/podman-db.py" "$scratch/static" plain "$scratch/elsewhere" "$r-other" overlay
run
expect "another graphroot in the database in static_dir" "3, says that the graphroot" "$(outcome)"
run --root="$g"
expect "a database of another graphroot is ignored with --root" "$agrees" "$(outcome)"
printf '[engine]\nstatic_dir = \n' >"$CONTAINERS_CONF"
run
expect "a broken containers.conf that may set static_dir" 3 "$(outcome)"
expect "the message names containers.conf and the line" 1 "$(grep -c "cannot read $CONTAINERS_CONF: line 2" "$scratch/err")"
printf '[engine]\nvolume_path = \n' >"$CONTAINERS_CONF"
run
expect "a broken containers.conf that cannot set static_dir" "$agrees" "$(outcome)"
unset CONTAINERS_CONF

# ---------------------------------------------------------------------------------------------- writers

# Transactions without a pause. Each moves the row there and back before it ends.
make plain "$r"
python3 - "$g/db.sql" "$r" <<'END' &
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size = 5")
db.execute("PRAGMA synchronous = OFF")
while True:
    db.execute("BEGIN EXCLUSIVE")
    db.execute("UPDATE DBConfig SET RunRoot = ?", (sys.argv[2] + "-other",))
    db.execute("UPDATE ContainerConfig SET JSON = JSON || 'y'")
    db.execute("UPDATE DBConfig SET RunRoot = ?", (sys.argv[2],))
    db.execute("UPDATE ContainerConfig SET JSON = substr(JSON, 1, 1000)")
    db.execute("COMMIT")
END
writer=$!
wrong=
if [ $built = yes ]; then
        for _ in $(seq 10); do
                run
                case "$(outcome)" in
                "$agrees" | "$unknown") ;;
                *) wrong="$wrong $(outcome)" ;;
                esac
        done
        expect "a writer: the collector reads a state between transactions, or fails" "" "$wrong"
fi
check "a writer: it is not disturbed" kill -0 $writer
kill -9 $writer
wait $writer 2>/dev/null
finish
