#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# podman is killed in a transaction, which leaves a rollback journal beside its database. The collector reads the database as the
# next podman does, and does not touch the journal. With CSTORAGE_TEST_LONG=1 podman is killed at each of the first 40 writes.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
need_machines sid
make_scratch
check "a machine boots" machine_start m sid || finish
need_build m

G=$scratch/m/store/storage
moments="5 9 14"
[ -z "${CSTORAGE_TEST_LONG:-}" ] || moments=$(seq 40)

base() {
        machine_run m sh -c 'd=$(mktemp -d) && mkdir "$d/bin" && cp /bin/busybox "$d/bin/sh" &&
                tar -C "$d" -c . | podman import - base >/dev/null && podman create --name first base sh'
}
check "podman creates a container" base || finish
mkdir -p "$G/overlay/$(printf '%064x' 7)/diff"
check "the machine boots again" machine_reboot m || finish

# The pages of a transaction that is larger than the cache of SQLite are written before it ends.
large=$(for i in $(seq 60); do printf -- '-e A%d=%01000d ' "$i" 1; done)
kill_at() {
        machine_run m sh -c "strace -qq -f -o /dev/null -e trace=pwrite64 -P /var/lib/containers/storage/db.sql \
                -e inject=pwrite64:signal=KILL:when=$1 podman create --name k$1 $large base sh" >/dev/null 2>&1
}
look() { find "$G" -maxdepth 1 -name 'db.sql*' -printf '%p %i %m %s %T@ %C@\n' | sort; }

failed='' journals=0
for moment in $moments; do
        kill_at "$moment"
        [ ! -s "$G/db.sql-journal" ] || journals=$((journals + 1))
        before=$(look)
        machine_run m cstorage-gc --dry-run >"$scratch/out" 2>"$scratch/err" || failed="$failed $moment:status"
        [ ! -s "$scratch/err" ] || failed="$failed $moment:$(head -1 "$scratch/err")"
        [ "$before" = "$(look)" ] || failed="$failed $moment:changed"
        machine_run m podman ps -a --format '{{.Names}}' 2>/dev/null | grep -qx first || failed="$failed $moment:podman"
done
expect "the collector and podman work after each kill" "" "$failed"
check "some kills left a journal" test "$journals" -gt 0
note "killed at $(wc -w <<<"$moments") moments, $journals of them with a journal"
finish
