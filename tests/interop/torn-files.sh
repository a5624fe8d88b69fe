#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Torn volatile record files, as a power cut leaves them. The real podman cannot load a store with one. The test checks how a run of
# cstorage-gc treats the file, the entries that it recorded, and all other entries, also if the run is killed.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_machines sid
need_gc
make_scratch
S=$scratch/m/store/storage
R=$scratch/m/run/containers/storage

layers=overlay-layers/volatile-layers.json
containers=overlay-containers/volatile-containers.json

gc() { machine_run m cstorage-gc "$@"; }

# A stable container, a volatile one of normal mode and one of transient mode: all four volatile files exist.
make_template() {
        machine_start m sid || return
        machine_run m sh -c "$(cat "$support/machine/image.sh")"
        machine_run m sh -ec '
                podman import -q /tmp/rootfs.tar localhost/base:1
                podman create --name stable localhost/base:1 /bin/sh -c "echo it runs"
                podman create --rm --name volatile localhost/base:1 /bin/sh
                podman --transient-store create --name transient localhost/base:1 /bin/sh' || return
        cp -a "$S" "$scratch/template"
        cp -a "$R" "$scratch/template-runroot"
        ls "$S/$layers" "$S/$containers" "$R/$layers" "$R/$containers"
}

# Restore the store and its runroot, and reboot the machine.
restore() {
        machine_kill m
        rm -rf "$S"
        cp -a "$scratch/template" "$S"
        machine_start m
        mkdir -p "${R%/*}"
        cp -a "$scratch/template-runroot" "$R"
}

damage() {
        case $1 in
        empty) : >"$2" ;;
        NULs) head -c "$(stat -c %s "$2")" /dev/zero >"$scratch/nul" && cat "$scratch/nul" >"$2" ;;
        hole) dd if=/dev/zero of="$2" bs=1 seek=2 count=99 conv=notrunc status=none ;;
        truncated) truncate -s -40 "$2" ;;
        object) printf '{}' >"$2" ;;
        esac
}

prints() {
        local wanted=$1 out
        shift
        out=$("$@" 2>&1)
        [ "$(tail -n 1 <<<"$out")" = "$wanted" ] && return
        echo "$out"
        return 1
}
podman() { machine_run m podman "$@"; }
podman_lists() { podman $mode images && podman $mode ps -a; }
podman_runs() { prints "it runs" podman $mode run --rm --network none localhost/base:1 /bin/sh -c "echo it runs"; }
stable_runs() { prints "it runs" podman start -a stable; }

# The tokens that Go compares before it reads the file again.
tokens() {
        case $file in
        "$layers") sha256sum "$S/overlay-layers/layers.lock" ;;
        *) sha256sum "$dir/overlay-containers/containers.lock" ;;
        esac
}

list() { { listing make "$S" && listing make "$R" | sed 's|^\["|["runroot/|'; } >"$1"; }

# Check that nothing changed except the file, its copy, its directory and its lock.
rest_is_as_before() {
        local at=${where/graphroot/}
        at=${at:+$at/}
        local lock="$at${file%/*}/containers.lock"
        [ "$file" = "$layers" ] && lock=${file%/*}/layers.lock
        diff <(grep -vE "^\[\"($at${file%/*}|$at$file|$at$file.torn|$lock)\"" "$scratch/before") \
                <(grep -vE "^\[\"($at${file%/*}|$at$file|$at$file.torn|$lock)\"" "$scratch/after")
}

# The result of a run for the file: exit status, verdict, reason, and the numbers of repaired and refused objects.
verdict() {
        local out status
        out=$(gc --json "$@" 2>"$scratch/err")
        status=$?
        echo "$status $(jq -r '([.objects[] | select(.kind == "volatile-file") | .verdict + " " + .reason] | join(", ")) +
                " \(.summary.repaired) \(.summary.refused)"' <<<"$out")"
}

# choose_file graphroot|runroot FILE: set its directory, and the mode in which podman reads it.
choose_file() {
        where=$1 file=$2 dir=$S mode=
        [ "$where" = graphroot ] || { dir=$R && mode=--transient-store; }
}

# try_case DAMAGE DIRECTORY FILE: podman loads an empty file as one without records, and no other torn file.
try_case() {
        local damage=$1 name before=fails wanted=fails tokens id
        choose_file "$2" "$3"
        name="$damage ${file##*/} in the $where"
        [ "$damage" = empty ] && wanted=works

        restore >"$scratch/log" 2>&1 || { not_ok "$name: $(tail -n 1 "$scratch/log")" && return; }
        id=$(jq -r '.[0].id' "$dir/$containers")
        damage "$damage" "$dir/$file"
        cp "$dir/$file" "$scratch/broken"
        podman_lists >"$scratch/out" 2>&1 && before=works
        expect "$name: podman alone $wanted" "$wanted" "$before" || note "$(tail "$scratch/out")"
        cp "$scratch/broken" "$dir/$file"

        list "$scratch/before"
        expect "$name: --no-repair refuses it" "3 refuse repair-disabled 0" "$(verdict --no-repair | cut -d " " -f 1-4)"
        expect "$name: a dry run reports the reset" "0 repair torn-volatile-file 1 0" "$(verdict --dry-run)"
        list "$scratch/after"
        check "$name: these runs change nothing" cmp "$scratch/before" "$scratch/after"

        tokens=$(tokens)
        expect "$name: is reset" "0 repair torn-volatile-file 1 0" "$(verdict)" || note "$(cat "$scratch/err")"
        check "$name: the message names the copy" grep -q "is kept as .*/${file##*/}.torn\\. Nothing" "$scratch/err"
        list "$scratch/after"
        check "$name: the torn file is kept as a copy" cmp "$scratch/broken" "$dir/$file.torn"
        expect "$name: the new file is an empty list" "[] 600 0" "$(cat "$dir/$file") $(stat -c '%a %u' "$dir/$file")"
        check "$name: the token is new" [ "$tokens" != "$(tokens)" ]
        check "$name: nothing else changed" rest_is_as_before
        check "$name: podman works" podman_lists
        check "$name: podman runs a container" podman_runs
        check "$name: the stable container runs" stable_runs

        expect "$name: the next run resets nothing" "0  0 0" "$(verdict)" || note "$(cat "$scratch/err")"
        if [ "$file" = "$containers" ] && grep -q "$id" "$scratch/broken"; then
                check "$name: the collector keeps the entries in the copy" [ -e "$S/overlay-containers/$id" ]
        fi
        rm "$dir/$file.torn"
        expect "$name: without the broken one, too" "0  0 0" "$(verdict)" || note "$(cat "$scratch/err")"
        [ "$file" = "$layers" ] || check "$name: it removes an entry that had a record in the torn file only" [ ! -e "$S/overlay-containers/$id" ]
        [ "$file" = "$layers" ] || check "$name: the stable container runs after that" stable_runs
}

# Kill the run before its first, second, ... call of a kind until it ends by itself. Then run podman and the collector.
KILLS_MAX=12
try_kills() {
        local call=$1 n failed=
        choose_file runroot "$containers"
        head -c 512 /dev/zero >"$scratch/broken"

        for n in $(seq $KILLS_MAX); do
                rm -f "$dir/$file"* "$dir/overlay-containers/.tmp-"*
                cp "$scratch/broken" "$dir/$file"
                machine_run m strace -f -qq -o /dev/null -e trace="$call" -e inject="$call:signal=KILL:when=$n" \
                        cstorage-gc >"$scratch/out" 2>&1 && break
                cmp -s "$scratch/broken" "$dir/$file" || cmp -s "$scratch/broken" "$dir/$file.torn" || failed+=" $n:lost"
                # A missing file counts as an empty list.
                cmp -s "$scratch/broken" "$dir/$file" || podman_lists >/dev/null 2>&1 || failed+=" $n:podman"
                gc --quiet 2>"$scratch/err" || failed+=" $n:next"
                podman_lists >/dev/null 2>&1 || failed+=" $n:after"
                [ -z "$(find "$dir" -name '.tmp-*')" ] || failed+=" $n:leftover"
        done
        expect "killed at each $call: nothing is lost, and the next run finishes" "" "$failed"
        check "killed at each $call: the run makes some such calls" [ "$n" -gt 1 -a "$n" -lt $KILLS_MAX ]
}

# An abandoned temp dir with a mount in it is kept as long as the mount exists, until the reboot.
try_busy_temp_dir() {
        local temp=$S/overlay/tempdirs/temp-dir-5
        mkdir -p "$temp/0-layer/merged" "$temp/0-layer/diff"
        : >"${temp%/*}/lock-5"
        machine_run m mount -t tmpfs tmpfs /var/lib/containers/storage/overlay/tempdirs/temp-dir-5/0-layer/merged
        machine_run m touch /var/lib/containers/storage/overlay/tempdirs/temp-dir-5/0-layer/merged/file
        expect "a temp dir with a busy merged is refused" "3 refuse mount-below" \
                "$(gc --json 2>"$scratch/err" >"$scratch/out"; echo "$? $(jq -r '.objects[] | select(.kind == "temp-dir") |
                        .verdict + " " + .reason' "$scratch/out")")"
        check "a temp dir with a busy merged is unchanged" machine_run m \
                test -f /var/lib/containers/storage/overlay/tempdirs/temp-dir-5/0-layer/merged/file
        machine_reboot m
        expect "after the reboot the collector removes it" "0 remove abandoned" \
                "$(gc --json 2>"$scratch/err" >"$scratch/out"; echo "$? $(jq -r '.objects[] | select(.kind == "temp-dir") |
                        .verdict + " " + .reason' "$scratch/out")")"
        check "after the reboot it is gone, and podman works" eval '[ ! -e "$temp" ] && podman images'
}

# The file may have recorded a mounted layer: the collector resets it only after the unmount.
try_alive() {
        local layer
        choose_file runroot "$layers"
        restore >"$scratch/log" 2>&1
        layer=$(jq -r '.[0].id' "$dir/$file")
        podman --transient-store mount transient >/dev/null
        damage NULs "$dir/$file"
        expect "a live layer may be recorded there: refused" "3 refuse possibly-in-use 0" "$(verdict | cut -d " " -f 1-4)"
        check "a live layer may be recorded there: its mount is kept" machine_run m grep -q "$layer/merged" /proc/mounts
        machine_run m umount "/var/lib/containers/storage/overlay/$layer/merged"
        expect "once it is no longer mounted it is reset" "0 repair torn-volatile-file 1 0" "$(verdict)"
}

if make_template >"$scratch/log" 2>&1; then
        ok "the real tools make a store"
else
        not_ok "the real tools make a store"
        note "$(tail "$scratch/log")"
        finish
fi

for damage in empty NULs truncated; do
        for where in graphroot runroot; do
                try_case $damage $where $layers
                try_case $damage $where $containers
        done
done
try_case hole runroot $layers
try_case object graphroot $containers
restore >"$scratch/log" 2>&1
for call in renameat pwrite64 writev; do
        try_kills $call
done
try_alive
try_busy_temp_dir
finish
