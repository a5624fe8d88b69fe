#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Broken volatile files, as a power cut leaves them: with the real podman, which cannot load a store that has one; what a
# run of cstorage-gc makes of it, of what the file named, and of all else; and a run that is killed at any moment.
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

# A stable container, a volatile one of normal mode, one of transient mode: all four volatile files are there.
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

# The store and its runroot of before, in a machine that has just booted.
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

says() {
        local wanted=$1 out
        shift
        out=$("$@" 2>&1)
        [ "$(tail -n 1 <<<"$out")" = "$wanted" ] && return
        echo "$out"
        return 1
}
podman() { machine_run m podman "$@"; }
podman_lists() { podman $mode images && podman $mode ps -a; }
podman_runs() { says "it runs" podman $mode run --rm --network none localhost/base:1 /bin/sh -c "echo it runs"; }
stable_runs() { says "it runs" podman start -a stable; }

# The tokens of the locks that Go looks at before it reads the file again.
tokens() {
        case $file in
        "$layers") sha256sum "$S/overlay-layers/layers.lock" ;;
        *) sha256sum "$dir/overlay-containers/containers.lock" ;;
        esac
}

list() { { listing make "$S" && listing make "$R" | sed 's|^\["|["runroot/|'; } >"$1"; }

# Whether nothing but the file, what is kept of it, its directory and its lock is another than before.
rest_is_as_before() {
        local at=${where/graphroot/}
        at=${at:+$at/}
        local lock="$at${file%/*}/containers.lock"
        [ "$file" = "$layers" ] && lock=${file%/*}/layers.lock
        diff <(grep -vE "^\[\"($at${file%/*}|$at$file|$at$file.torn|$lock)\"" "$scratch/before") \
                <(grep -vE "^\[\"($at${file%/*}|$at$file|$at$file.torn|$lock)\"" "$scratch/after")
}

# What a run says of the file: its status, then verdict, reason, and the numbers of what was healed and refused.
verdict() {
        local out status
        out=$(gc --json "$@" 2>"$scratch/err")
        status=$?
        echo "$status $(jq -r '([.objects[] | select(.kind == "volatile-file") | .verdict + " " + .reason] | join(", ")) +
                " \(.summary.repaired) \(.summary.refused)"' <<<"$out")"
}

# place graphroot|runroot FILE: where that is, and podman's mode in which it is read.
place() {
        where=$1 file=$2 dir=$S mode=
        [ "$where" = graphroot ] || { dir=$R && mode=--transient-store; }
}

# try_case DAMAGE WHERE FILE: podman loads a file without a byte, as one without records; all else it cannot load.
try_case() {
        local damage=$1 name before=fails wanted=fails tokens id
        place "$2" "$3"
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
        expect "$name: a dry run says so" "0 repair torn-volatile-file 1 0" "$(verdict --dry-run)"
        list "$scratch/after"
        check "$name: and nothing was changed" cmp "$scratch/before" "$scratch/after"

        tokens=$(tokens)
        expect "$name: is reset" "0 repair torn-volatile-file 1 0" "$(verdict)" || note "$(cat "$scratch/err")"
        check "$name: standard error tells of it" grep -q "is kept as .*/${file##*/}.torn\\. Nothing" "$scratch/err"
        list "$scratch/after"
        check "$name: the broken one is kept" cmp "$scratch/broken" "$dir/$file.torn"
        expect "$name: there is an empty list now" "[] 600 0" "$(cat "$dir/$file") $(stat -c '%a %u' "$dir/$file")"
        check "$name: with a new token" [ "$tokens" != "$(tokens)" ]
        check "$name: all else is as before" rest_is_as_before
        check "$name: podman works" podman_lists
        check "$name: podman runs a container" podman_runs
        check "$name: the stable container runs" stable_runs

        expect "$name: the next run has nothing to heal" "0  0 0" "$(verdict)" || note "$(cat "$scratch/err")"
        if [ "$file" = "$containers" ] && grep -q "$id" "$scratch/broken"; then
                check "$name: and keeps what the broken one lists" [ -e "$S/overlay-containers/$id" ]
        fi
        rm "$dir/$file.torn"
        expect "$name: without the broken one, too" "0  0 0" "$(verdict)" || note "$(cat "$scratch/err")"
        [ "$file" = "$layers" ] || check "$name: and collects what had only that record" [ ! -e "$S/overlay-containers/$id" ]
        [ "$file" = "$layers" ] || check "$name: but not the stable container" stable_runs
}

# Killed before its first, second, ... call of a kind, until it comes to its end: what podman finds then, and the next run.
KILLS_MAX=12
try_kills() {
        local call=$1 n failed=
        place runroot "$containers"
        head -c 512 /dev/zero >"$scratch/broken"

        for n in $(seq $KILLS_MAX); do
                rm -f "$dir/$file"* "$dir/overlay-containers/.tmp-"*
                cp "$scratch/broken" "$dir/$file"
                machine_run m strace -f -qq -o /dev/null -e trace="$call" -e inject="$call:signal=KILL:when=$n" \
                        cstorage-gc >"$scratch/out" 2>&1 && break
                cmp -s "$scratch/broken" "$dir/$file" || cmp -s "$scratch/broken" "$dir/$file.torn" || failed+=" $n:lost"
                # What is missing is as good as an empty list.
                cmp -s "$scratch/broken" "$dir/$file" || podman_lists >/dev/null 2>&1 || failed+=" $n:podman"
                gc --quiet 2>"$scratch/err" || failed+=" $n:next"
                podman_lists >/dev/null 2>&1 || failed+=" $n:after"
                [ -z "$(find "$dir" -name '.tmp-*')" ] || failed+=" $n:leftover"
        done
        expect "killed at each $call: nothing is lost, and the next run does the rest" "" "$failed"
        check "killed at each $call: there are some, and an end" [ "$n" -gt 1 -a "$n" -lt $KILLS_MAX ]
}

# A temp dir that nobody holds, something mounted in it: left as long as that is there, which is until the reboot.
try_busy_temp_dir() {
        local temp=$S/overlay/tempdirs/temp-dir-5
        mkdir -p "$temp/0-layer/merged" "$temp/0-layer/diff"
        : >"${temp%/*}/lock-5"
        machine_run m mount -t tmpfs tmpfs /var/lib/containers/storage/overlay/tempdirs/temp-dir-5/0-layer/merged
        machine_run m touch /var/lib/containers/storage/overlay/tempdirs/temp-dir-5/0-layer/merged/file
        expect "a temp dir with a busy merged is refused" "3 refuse mount-below" \
                "$(gc --json 2>"$scratch/err" >"$scratch/out"; echo "$? $(jq -r '.objects[] | select(.kind == "temp-dir") |
                        .verdict + " " + .reason' "$scratch/out")")"
        check "a temp dir with a busy merged is not touched" machine_run m \
                test -f /var/lib/containers/storage/overlay/tempdirs/temp-dir-5/0-layer/merged/file
        machine_reboot m
        expect "after the reboot it goes" "0 remove abandoned" \
                "$(gc --json 2>"$scratch/err" >"$scratch/out"; echo "$? $(jq -r '.objects[] | select(.kind == "temp-dir") |
                        .verdict + " " + .reason' "$scratch/out")")"
        check "after the reboot it is gone, and podman works" eval '[ ! -e "$temp" ] && podman images'
}

# Something mounted that only the file may have recorded: it is not healed until that is gone.
try_alive() {
        local layer
        place runroot "$layers"
        restore >"$scratch/log" 2>&1
        layer=$(jq -r '.[0].id' "$dir/$file")
        podman --transient-store mount transient >/dev/null
        damage NULs "$dir/$file"
        expect "a live layer may be recorded there: refused" "3 refuse possibly-in-use 0" "$(verdict | cut -d " " -f 1-4)"
        check "a live layer may be recorded there: its mount is there" machine_run m grep -q "$layer/merged" /proc/mounts
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
