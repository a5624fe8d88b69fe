#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Orphans that changed since the boot are kept, unless --recent is given, the collector could read every process, and none of
# them uses the orphan. All that this test makes is recent.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
make_scratch

gc=$build/gc/cstorage-gc
unset CONTAINERS_STORAGE_CONF CONTAINERS_STORAGE_CONF_OVERRIDE STORAGE_DRIVER STORAGE_OPTS

# collect [COMMAND... --] OPTIONS...: run the collector, by the command if there is one.
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

# The reasons and their numbers, such as "recent 6".
reasons() { jq -r '[.objects[].reason] | group_by(.) | map("\(.[0]) \(length)") | join(" ")' "$scratch/out"; }
removed() { jq '.summary.removed' "$scratch/out"; }

# In a container or a sandbox some processes cannot be read.
all_is_seen() { [ "$(readlink /proc/self/ns/pid)" = "pid:[4026531836]" ] && readlink /proc/1/ns/mnt >/dev/null; }

new_store() { lay_out "$1" --orphans 3 --containers 1 --seed "$1"; }
orphan() { jq -r '.orphan_layers[0]' "$scratch/$1.made"; }

new_store kept
collect
expect "orphans that changed since the boot are kept" "0 0" "$status $(removed)"
check "the message contains their number and --recent" grep -q "^cstorage-gc: kept 6 orphans that changed since the boot\. .*--recent" "$scratch/err"
collect --verbose
expect "their reason is recent" yes "$(reasons | grep -q 'recent 6' && echo yes || reasons)"
collect "$after_boot" --
expect "after the next boot they are removed" "0 yes" "$status $([ "$(removed)" -ge 6 ] && echo yes)"

# A boot in which the clock was set forward. The computed time of the boot is then later than all entries of the store. The
# directory that the kernel makes first, /dev, has the time before that.
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
expect "if the clock was set forward, orphans that changed since the boot are kept" "0 0" "$status $(removed)"
store=${store//stepped/older}
collect nsenter --mount=/proc/$booted/ns/mnt "$after_boot" +$age --
expect "if the clock was set forward, older orphans are removed" "0 yes" "$status $([ "$(removed)" -ge 6 ] && echo yes)"
kill $booted
wait $booted 2>/dev/null

new_store pidns
collect unshare --pid --fork --mount-proc -- --recent
expect "in a PID namespace --recent keeps them" "0 0" "$status $(removed)"
check "the message contains the cause" grep -q "not the first PID namespace" "$scratch/err"

new_store namespace
unshare -m sh -c "mount --bind '$g/overlay/$(orphan namespace)/diff' /mnt && echo >'$scratch/mounted' && exec sleep 1000" &
user=$!
until [ -e "$scratch/mounted" ]; do sleep 0.01; done
collect "$after_boot" -- --verbose
expect "a layer that is mounted in another namespace is kept, however old it is" "in-use" \
        "$(jq -r --arg p "$g/overlay/$(orphan namespace)" '.objects[] | select(.path == $p) | .reason' "$scratch/out")"
check "the message names the process that uses it" grep -q "overlay/$(orphan namespace) is in use by a mount of process $user (sleep), but" "$scratch/err"
kill $user
wait $user 2>/dev/null

if ! all_is_seen; then
        skip "--recent" "not all processes of this machine can be read"
        finish
fi

new_store hidden
# shellcheck disable=SC2016
collect unshare -m sh -c 'mount -o remount,hidepid=2 /proc && exec setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace "$@"' sh -- --recent
expect "if processes are hidden --recent keeps them" "0 0" "$status $(removed)"
check "the message names hidepid or the capability" grep -qE "hidepid|CAP_SYS_PTRACE" "$scratch/err"

new_store used
(cd "$g/overlay/$(orphan used)/diff" && exec sleep 1000) &
user=$!
collect --recent --verbose
expect "a layer that a process works in is kept" "in-use" \
        "$(jq -r --arg p "$g/overlay/$(orphan used)" '.objects[] | select(.path == $p) | .reason' "$scratch/out")"
expect "the other layers are removed" 2 \
        "$(jq '[.objects[] | select(.kind == "layer-dir" and .verdict == "remove")] | length' "$scratch/out")"
expect "no container directory is removed, since the runroot may be another one" "3 runroot-unseen" \
        "$status $(jq -r '[.objects[] | select(.kind == "container-dir" and .verdict == "refuse") | .reason] | unique | join(" ")' "$scratch/out")"
kill $user
wait $user 2>/dev/null
collect --recent
expect "after the process has ended all are removed" "0 yes" "$status $([ "$(removed)" -gt 0 ] && echo yes)"
finish
