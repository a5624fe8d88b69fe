#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The collector decides on the state of the store under the locks, not on the state of the first scan. Another process holds the
# locks until cstorage-gc waits for them; then the test changes the store and releases the locks.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
make_scratch

gc=$build/gc/cstorage-gc
unset CONTAINERS_STORAGE_CONF CONTAINERS_STORAGE_CONF_OVERRIDE STORAGE_DRIVER STORAGE_OPTS

before() { :; }

# second_look NAME COMMANDS...: make a store with orphans, and run the commands between the two scans. The report is in
# $scratch/out.
second_look() {
        local name=$1 holder collector waited=0
        shift
        m=$scratch/$name g=$scratch/$name/g r=$scratch/$name/r
        python3 "$support/store/mkstore.py" --root "$g" --runroot "$r" --containers 1 --orphans 3 --seed "$name" >"$scratch/made"
        layer=$(jq -r '.orphan_layers[0]' "$scratch/made")
        container=$(jq -r '.orphan_containers[0]' "$scratch/made")

        before
        mkfifo "$m/go"
        python3 -c '
import fcntl, sys
f = open(sys.argv[1] + "/overlay-layers/layers.lock", "r+b")
fcntl.lockf(f, fcntl.LOCK_EX)
open(sys.argv[2] + "/held", "w")
open(sys.argv[2] + "/go").read()
' "$g" "$m" &
        holder=$!
        while [ ! -e "$m/held" ]; do sleep 0.01; done

        # The runroot is not an option, since it may not exist yet.
        printf '[storage]\ndriver = "overlay"\ngraphroot = "%s"\nrunroot = "%s"\n' "$g" "$r" >"$m/storage.conf"
        CONTAINERS_STORAGE_CONF=$m/storage.conf "$after_boot" "$gc" --json --lock-timeout=20 \
                >"$scratch/out" 2>"$scratch/err" &
        collector=$!
        # The collector opens the lock file after the first scan.
        until find "/proc/$collector/fd" -lname '*layers.lock' 2>/dev/null | grep -q . || [ $((waited += 1)) -gt 1000 ]; do
                sleep 0.01
        done
        "$@"
        echo >"$m/go"
        wait $collector
        status=$?
        wait $holder
}

# verdict PATH: its verdict and reason.
verdict() { jq -r --arg p "$g/$1" '.objects[] | select(.path == $p) | .verdict + " " + .reason' "$scratch/out"; }
removed() { jq '[.objects[] | select(.verdict == "remove" and .kind == "layer-dir")] | length' "$scratch/out"; }

nothing() { :; }
second_look quiet nothing
expect "without a change all orphans are removed" "0 3" "$status $(removed)"

add_record() {
        python3 - "$g" "$layer" <<'EOF'
import json, os, sys
path = sys.argv[1] + "/overlay-layers/layers.json"
records = json.load(open(path)) + [{"id": sys.argv[2], "created": "2026-01-01T00:00:00Z"}]
with open(path + ".new", "w") as f:
    json.dump(records, f)
os.rename(path + ".new", path)
EOF
}
second_look recorded add_record
expect "a new record keeps its layer" "0 2" "$status $(removed)"
check "the directory of that layer exists" test -d "$g/overlay/$layer/diff"

lose_records() { : >"$g/overlay-layers/layers.json"; }
second_look lost lose_records
expect "records that are lost in between keep everything" "3 0" "$status $(removed)"

replace() {
        mv "$g/overlay/$layer" "$m/old"
        cp -a "$m/old" "$g/overlay/$layer"
}
second_look replaced replace
expect "a replaced directory is refused" "3 refuse changed 2" "$status $(verdict "overlay/$layer") $(removed)"
check "the replaced directory exists" test -d "$g/overlay/$layer/diff"

leave() { mv "$g/overlay/$layer" "$m/old"; }
second_look left leave
expect "a vanished directory is not reported" "0 2" "$status $(removed)"

bind() {
        mkdir "$g/overlay-containers/$container/m" "$m/precious"
        echo kept >"$m/precious/file"
        mount --bind "$m/precious" "$g/overlay-containers/$container/m"
}
second_look mounted bind
expect "a directory with a new mount is refused" "3 refuse" "$status $(verdict "overlay-containers/$container" | cut -d' ' -f1)"
expect "the mounted directory is untouched" kept "$(cat "$m/precious/file")"
umount "$g/overlay-containers/$container/m"

swap_for_link() {
        mkdir "$m/outside"
        echo kept >"$m/outside/file"
        mv "$g/overlay/$layer" "$m/old"
        ln -s "$m/outside" "$g/overlay/$layer"
}
second_look linked swap_for_link
expect "a link in the place of a directory is refused" "3 refuse changed" "$status $(verdict "overlay/$layer")"
expect "the link is not followed" kept "$(cat "$m/outside/file")"

# The first podman of a boot makes the runroot and a transient container in it while the collector waits for the locks.
before() { mv "$r" "$m/later"; }
make_runroot() {
        mkdir -p "$m/later/overlay-layers"
        echo "[{\"id\":\"$layer\",\"created\":\"2026-01-01T00:00:00Z\"}]" >"$m/later/overlay-layers/volatile-layers.json"
        mv "$m/later" "$r"
}
second_look runroot make_runroot
expect "a new runroot is scanned" "0 2" "$status $(removed)"
check "the records in the new runroot keep their layer" test -d "$g/overlay/$layer/diff"
before() { :; }

finish
