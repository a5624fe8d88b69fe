#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Hide each library that is loaded on demand in turn: the run does the same without it, or it names the library and removes
# nothing that depends on it.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
make_scratch

gc=$build/gc/cstorage-gc
export LC_ALL=C
unset CONTAINERS_STORAGE_CONF CONTAINERS_STORAGE_CONF_OVERRIDE CONTAINERS_CONF CONTAINERS_CONF_OVERRIDE STORAGE_DRIVER STORAGE_OPTS

path_of() { realpath "$(ldconfig -p | awk -v name="$1" '$1 == name { print $NF; exit }')"; }

# without SONAME COMMAND...: run the command without that library.
without() {
        local library
        library=$(path_of "$1")
        # shellcheck disable=SC2016
        unshare -m sh -c 'mount --bind /dev/null "$1" && shift && exec "$@"' sh "$library" "${@:2}" \
                >"$scratch/out" 2>"$scratch/err"
        status=$?
}

# The subjects of a dry run, without sizes and times.
subjects() { grep -v '^summary' "$scratch/out" | cut -d ' ' -f 1-3,6- | tr -d '\r' | sort; }

lay_out hidden --orphans 2
# shellcheck disable=SC2086
"$after_boot" "$gc" $store --dry-run >"$scratch/out" 2>"$scratch/err"
expect "with all libraries a run would remove something" 1 $(($(grep -c '^would-remove' "$scratch/out") > 0))
all=$(subjects)

# The cases below must cover all of them.
sonames=$(for file in "$gc" "$build/lib/libcstorage.so.0" "$build/gc/cstorage-gc-delete"; do
        [ ! -e "$file" ] || strings -a "$file" | grep -xE 'lib[a-z0-9]+\.so\.[0-9]+'
done | grep -vE '^lib(c|yajl|cstorage|m)\.' | sort -u | tr '\n' ' ')
rows='libbtrfsutil.so.1 libmd.so.0 libmount.so.1 libsmartcols.so.1 libsqlite3.so.0 libsystemd.so.0 libz.so.1 '
expect "the test hides every library that is loaded on demand" "" "$(for soname in $sonames; do
        grep -q "$soname " <<<"$rows" || echo "$soname"
done)"
has() { grep -q "$1 " <<<"$sonames"; }

# A store that is not on btrfs, without content, terminal or service.
for soname in libmd.so.0 libbtrfsutil.so.1 libsmartcols.so.1 libsystemd.so.0 libz.so.1; do
        has $soname || continue
        # shellcheck disable=SC2086
        without $soname "$after_boot" "$gc" $store --dry-run
        expect "$soname does not matter to a plain run" "0 $all" "$status $(subjects)" || note "$(cat "$scratch/err")"
done

# shellcheck disable=SC2086
without libmount.so.1 "$after_boot" "$gc" $store
expect "without libmount nothing is removed" "3 0" "$status $(grep -c '^removed' "$scratch/out")"
check "the message names libmount" grep -q 'cannot load libmount\.so\.1' "$scratch/err"

# On a terminal the table becomes lines.
if has libsmartcols.so.1; then
        cat >"$scratch/terminal.py" <<'END'
import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))
END
        # shellcheck disable=SC2086
        without libsmartcols.so.1 python3 "$scratch/terminal.py" "$after_boot" "$gc" $store --dry-run
        expect "without libsmartcols a terminal has the same lines" "0 $all" "$status $(subjects)"
fi

# The layers of this store have tar-split files.
without libz.so.1 "$build/tests/support/interop/layer-verifier" overlay "$g" "$r"
expect "without zlib no layer is verified" "1 0" "$status $(grep -cE ' (same|different) ' "$scratch/out")"
check "the message names zlib" grep -q 'libz\.so\.1 cannot be loaded; install zlib' "$scratch/err"

# If standard error is the journal, it gets text instead of records.
if has libsystemd.so.0; then
        # shellcheck disable=SC2016,SC2086
        without libsystemd.so.0 sh -c 'JOURNAL_STREAM=$(stat -L -c %d:%i /dev/stderr) exec "$@"' sh "$after_boot" "$gc" $store --dry-run
        expect "without libsystemd the run is the same" "0 $all" "$status $(subjects)"
        check "without libsystemd the messages are text" grep -q '^cstorage-gc: ' "$scratch/err"
        if [ -x "$build/gc/cstorage-gc-delete" ]; then
                without libsystemd.so.0 env LISTEN_FDS=1 LISTEN_PID=1 "$build/gc/cstorage-gc-delete"
                expect "without libsystemd the deleter cannot run" "1" "$status"
                check "the deleter names libsystemd" grep -q 'libsystemd\.so\.0 cannot be loaded' "$scratch/err"
        fi
fi

# A database whose row can only be found with the library. podman-db.sh has the other states.
if has libsqlite3.so.0; then
        printf '[storage]\ndriver = "overlay"\ngraphroot = "%s"\nrunroot = "%s"\n' "$g" "$r" >"$scratch/storage.conf"
        python3 "$support/store/podman-db.py" "$g" unused "$g" "$r" overlay
        without libsqlite3.so.0 env CONTAINERS_STORAGE_CONF="$scratch/storage.conf" "$after_boot" "$gc" --dry-run
        expect "without libsqlite3 a database is not ignored" "3" "$status"
        check "the message names libsqlite3 and an option" grep -q 'libsqlite3\.so\.0 cannot be loaded\..*--runroot' "$scratch/err"
        rm "$g/db.sql"
fi

# A subvolume may be the default one, which must not be deleted.
if has libbtrfsutil.so.1 && command -v btrfs >/dev/null && file_system "$scratch/btrfs" btrfs 256M; then
        lay_out btrfs/store --orphans 1
        orphan=$(jq -r '.orphan_layers[0]' "$scratch/btrfs/store.made")
        mv "$g/overlay/$orphan" "$scratch/btrfs/moved" && btrfs -q subvolume create "$g/overlay/$orphan" >/dev/null &&
                cp -a "$scratch/btrfs/moved/." "$g/overlay/$orphan"
        # shellcheck disable=SC2086
        without libbtrfsutil.so.1 "$after_boot" "$gc" $store
        expect "without libbtrfsutil a subvolume is refused" "3 yes" "$status $([ -d "$g/overlay/$orphan/diff" ] && echo yes)"
        check "the message names the library to install" grep -q "$orphan is a subvolume: install libbtrfsutil" "$scratch/err"
else
        skip "without libbtrfsutil a subvolume is refused" "there is no btrfs here"
fi
finish
