#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Orphans that changed since the boot: kept, unless --recent is given, every process was seen and none of them uses the
# orphan. What is made here is recent, since the machine has booted before.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
make_scratch

gc=$build/gc/cstorage-gc
unset CONTAINERS_STORAGE_CONF CONTAINERS_STORAGE_CONF_OVERRIDE STORAGE_DRIVER STORAGE_OPTS

# collect [COMMAND... --] OPTIONS...: run by the command, if there is one.
collect() {
        local by=()
        while [[ " $* " == *" -- "* ]]; do
                [ "$1" = -- ] && shift && break
                by+=("$1")
                shift
        done
        # shellcheck disable=SC2086
        "${by[@]}" "$gc" $store --json "$@" >"$scratch/out" 2>"$scratch/err"
        status=$?
}

# What became of how many: "recent 6".
reasons() { jq -r '[.objects[].reason] | group_by(.) | map("\(.[0]) \(length)") | join(" ")' "$scratch/out"; }
removed() { jq '.summary.removed' "$scratch/out"; }

# Within a container or a sandbox some processes cannot be looked at.
all_is_seen() { [ "$(readlink /proc/self/ns/pid)" = "pid:[4026531836]" ] && readlink /proc/1/ns/mnt >/dev/null; }

new_store() { lay_out "$1" --orphans 3 --containers 1 --seed "$1"; }
orphan() { jq -r '.orphan_layers[0]' "$scratch/$1.made"; }

new_store kept
collect
expect "what changed since the boot is kept" "0 0" "$status $(removed)"
check "and the user is told how many, and what removes them" grep -q "^cstorage-gc: kept 6 orphans that changed since the boot\. .*--recent" "$scratch/err"
collect --verbose
expect "with the reason recent" yes "$(reasons | grep -q 'recent 6' && echo yes || reasons)"
collect "$after_boot" --
expect "after the next boot it is removed" "0 yes" "$status $([ "$(removed)" -ge 6 ] && echo yes)"

# A boot in which the clock was set forward: what the kernel made first, /dev, is older than the store by less than the time
# since the boot, and the boot seems to be later than all that is in the store. Nothing else tells the time of the boot.
new_store older
sleep 0.1
before=$(date +%s)
# shellcheck disable=SC2016
unshare -m sh -c 'mount -t tmpfs dev /dev && { [ ! -d /run/systemd ] || mount -t tmpfs run /run/systemd; } && echo >"$1" && exec sleep 1000' \
        sh "$scratch/booted" &
booted=$!
until [ -e "$scratch/booted" ]; do sleep 0.01; done
new_store stepped
age=$(($(date +%s) - before + 1))
sleep $((age + 1))
collect nsenter --mount=/proc/$booted/ns/mnt "$after_boot" +$age --
expect "if the clock was set forward, what changed since the boot is kept" "0 0" "$status $(removed)"
store=${store//stepped/older}
collect nsenter --mount=/proc/$booted/ns/mnt "$after_boot" +$age --
expect "and what is older is removed" "0 yes" "$status $([ "$(removed)" -ge 6 ] && echo yes)"
kill $booted
wait $booted 2>/dev/null

new_store pidns
collect unshare --pid --fork --mount-proc -- --recent
expect "in a PID namespace --recent keeps them" "0 0" "$status $(removed)"
check "and it says why" grep -q "not the first PID namespace" "$scratch/err"

new_store namespace
unshare -m sh -c "mount --bind '$g/overlay/$(orphan namespace)/diff' /mnt && echo >'$scratch/mounted' && exec sleep 1000" &
user=$!
until [ -e "$scratch/mounted" ]; do sleep 0.01; done
collect "$after_boot" -- --verbose
expect "a layer that is mounted in another namespace is kept, however old it is" "in-use" \
        "$(jq -r --arg p "$g/overlay/$(orphan namespace)" '.objects[] | select(.path == $p) | .reason' "$scratch/out")"
check "and it is said by what it is used" grep -q "overlay/$(orphan namespace) is in use by a mount of process $user (sleep), but" "$scratch/err"
kill $user
wait $user 2>/dev/null

if ! all_is_seen; then
        skip "--recent" "not all processes of this machine can be looked at"
        finish
fi

new_store hidden
# shellcheck disable=SC2016
collect unshare -m sh -c 'mount -o remount,hidepid=2 /proc && exec setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace "$@"' sh -- --recent
expect "if processes are hidden --recent keeps them" "0 0" "$status $(removed)"
check "and it says why" grep -qE "hidepid|CAP_SYS_PTRACE" "$scratch/err"

new_store used
(cd "$g/overlay/$(orphan used)/diff" && exec sleep 1000) &
user=$!
collect --recent --verbose
expect "a layer that a process works in is kept" "in-use" \
        "$(jq -r --arg p "$g/overlay/$(orphan used)" '.objects[] | select(.path == $p) | .reason' "$scratch/out")"
expect "the other layers are removed" 2 \
        "$(jq '[.objects[] | select(.kind == "layer-dir" and .verdict == "remove")] | length' "$scratch/out")"
expect "no container directory is, since something is not recorded" "3 runroot-unseen" \
        "$status $(jq -r '[.objects[] | select(.kind == "container-dir" and .verdict == "refuse") | .reason] | unique | join(" ")' "$scratch/out")"
kill $user
wait $user 2>/dev/null
collect --recent
expect "once the process has ended all are removed" "0 yes" "$status $([ "$(removed)" -gt 0 ] && echo yes)"
finish
