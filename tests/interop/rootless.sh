#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The store of an unprivileged user, made by the real podman, with files of subordinate ids. The user runs cstorage-gc in podman's
# user namespace, in a new one, without the ids, and with the user's deleter. No file of another user is touched, and podman works
# afterwards.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
need_machines sid
make_scratch
. "$support/machine/users.sh"
G=$homes/bob/.local/share/containers/storage
E=$homes/eve/.local/share/containers/storage
R=$scratch/m/run/user/1000/containers
socket=/run/user/1000/delete


gc() {
        bob cstorage-gc "$@" >"$scratch/out" 2>"$scratch/err"
        status=$?
}

# traced OPTIONS OF STRACE -- OPTIONS: a traced program gains no privileges from newuidmap, and so maps no ids.
traced() {
        local options=()
        while [ "$1" != -- ]; do
                options+=("$1")
                shift
        done
        shift
        bob strace -f -o /run/user/1000/trace "${options[@]}" cstorage-gc "$@" >"$scratch/out" 2>"$scratch/err"
        status=$?
        calls=$(grep -oE ' (setns|unshare|clone3?|v?fork|execve)\(' "$scratch/m/run/user/1000/trace" | sort -u | tr -d ' (\n')
}

both_log_in() { login bob 755 && login eve; }
reboot() { machine_reboot m && settle && both_log_in; }

# A container with processes of several users, one of which makes a file that only it can read.
several='mkdir /d /d/e; echo x >/d/e/f; touch /d/f; chown 33:44 /d /d/e /d/e/f /d/f; chmod 700 /d /d/e; chmod 1777 /tmp'
run_containers() {
        podman bob run -d --name "c$1" localhost/base:1 sh -c "mkdir /tmp; $several; touch /done; exec sleep 1000000" &&
                podman bob run --rm --user 1234 localhost/base:1 sleep 0 &&
                podman bob run --name "k$1" --userns keep-id --user root localhost/base:1 sh -c "mkdir /tmp; $several" &&
                podman bob exec "c$1" sh -c "while ! [ -e /done ]; do sleep 0.1; done"
}

make_users() {
        users bob eve && shared_files && settle && both_log_in
}

orphans() { python3 "$support/store/listing.py" orphans "$G" "$R" overlay; }
foreign() { find "$G" -uid +1000 | grep -c .; }
owned_by_bob() { find "$G"/overlay-* "$G/overlay/l" "$R" \( -name '*.lock' -o -name '*.json*' -o -name 'lock-*' \) \
        ! \( -uid 1000 -gid 1000 \) 2>/dev/null; }

unchanged_but() { listing diff "$scratch/before" "$scratch/after" --removed "$1" \
        --touched overlay/tempdirs --touched overlay-layers/tmp; }

# The file system as podman's processes see it.
inside() { machine_run m sh -c "cd /proc/\$(cat /run/user/1000/libpod/tmp/pause.pid) && $1"; }

# ------------------------------------------------------------------------------------------------ a user without a store

RUN_ON_DISK=1 machine_start m sid || skip_all "cannot start a machine"
check "users are made" make_users || finish
traced -e trace=setns,unshare,clone,clone3,fork,vfork,execve --
expect "a user without a store: the run does nothing and reports that" \
        "0 cstorage-gc: nothing to do: the graphroot /var/lib/containers/bob/.local/share/containers/storage does not exist. If it lies on a file system that is not mounted, mount it and run this again" \
        "$status $(cat "$scratch/out" "$scratch/err")"
expect "without a store the run makes no process and no namespace" execve "$calls"

# ------------------------------------------------------------------------------------------------ podman's namespace

check "bob has an image" podman bob import -q /var/tmp/rootfs.tar localhost/base:1 || finish
check "eve has an image, too" podman eve import -q /var/tmp/rootfs.tar localhost/base:1
check "eve has a container" podman eve run -d localhost/base:1 sh -c "mkdir /tmp; $several; exec sleep 1000"
check "bob's containers run" run_containers 1 || finish
check "their files belong to subordinate ids" test "$(foreign)" -gt 6
listing make "$G" >"$scratch/before"
gc
expect "while containers run there is nothing to do" "0 " "$status $(cat "$scratch/err")"
listing make "$G" >"$scratch/after"
check "that run changes nothing" unchanged_but /dev/null
traced -e trace=setns,unshare,execve -- --verbose
expect "the run enters podman's namespaces and makes none" "0 execvesetns" "$status $calls"

# The records are lost while the layers are mounted. The mounts are visible in podman's namespace only.
mkdir "$scratch/kept"
mv "$R"/overlay-layers/* "$R"/overlay-containers/*.json "$scratch/kept/"
first=after-boot gc
layer=$(inside 'cat mountinfo' | grep -oE '[0-9a-f]{64}/merged' | head -n 1)
check "the mounted layer of a container is kept" test -e "$G/overlay/${layer%/merged}/diff/done"
check "the mount of that layer is kept" inside "cat root/var/lib/containers/bob/.local/share/containers/storage/overlay/$layer/done"
check "a layer that is not mounted is removed" grep -q '^removed layer-dir' "$scratch/out"

# ------------------------------------------------------------------------------------------------ a namespace of our own

check "the machine reboots" reboot
check "orphans are left" test "$(orphans | wc -l)" -ge 2
listing make "$G" >"$scratch/before"
listing make "$E" >"$scratch/eve"
orphans >"$scratch/gone"
gc --dry-run
expect "a dry run prints no messages" "0 " "$status $(cat "$scratch/err")"
check "the dry run would remove orphans" grep -q '^would-remove' "$scratch/out"
listing make "$G" >"$scratch/after"
check "the dry run changes nothing" unchanged_but /dev/null
gc
expect "a run removes them" "0 " "$status $(cat "$scratch/err")"
expect "no orphan is left" "" "$(orphans)"
listing make "$G" >"$scratch/after"
check "nothing else changed" unchanged_but "$scratch/gone"
expect "all files of the protocol belong to the user" "" "$(owned_by_bob)"
check "podman works" run_containers 2
expect "the image is listed" localhost/base:1 "$(podman bob images --format '{{.Repository}}:{{.Tag}}')"
gc
expect "a run beside podman removes nothing" "0 " "$status $(cat "$scratch/err")"
expect "all files of the protocol belong to the user" "" "$(owned_by_bob)"

# ------------------------------------------------------------------------------------------------ a file that is replaced

check "the machine reboots" reboot
mkdir -p "$R/overlay-layers" && head -c 100 /dev/zero >"$R/overlay-layers/volatile-layers.json"
chmod 600 "$R/overlay-layers/volatile-layers.json" && chown -R 1000:1000 "$R" && chmod -R go= "$R"
gc
expect "a torn volatile record file is reset" "0 []" "$status $(cat "$R/overlay-layers/volatile-layers.json")"
expect "the new file belongs to the user" "1000 1000 600" "$(stat -c '%u %g %a' "$R/overlay-layers/volatile-layers.json")"
gc
expect "the next run leaves no orphan" "0 " "$status $(orphans)"
check "podman works" run_containers 3

# ------------------------------------------------------------------------------------------------ without the ids

check "the machine reboots" reboot
cp "$scratch/m/upper/etc/subuid" "$scratch/subuid"
machine_run m sed -i /bob/d /etc/subuid
gc
expect "without subordinate ids not all can be deleted" 1 "$status"
check "the message with the cause is printed once" sh -c "grep subordinate '$scratch/err' | grep -c '' | grep -qx 1 &&
        grep -q '^cstorage-gc: cannot map all subordinate ids of user 1000: /etc/subuid has no line for the user. Add one ' '$scratch/err'"
check "files of subordinate ids are left" test "$(foreign)" -gt 2
expect "of two orphans only the unreadable one stays in place" "1 1" \
        "$(orphans | grep -cE '^overlay/[0-9a-f]{64}$') $(grep -c '^refused layer-dir' "$scratch/out")"
machine_run m sh -c 'echo 1000:100000:65536 >>/etc/subuid'
gc
expect "with subordinate ids the next run deletes the rest" "0  0" "$status $(cat "$scratch/err") $(
        find "$G/overlay/tempdirs" -mindepth 1 2>/dev/null | wc -l)"
cat "$scratch/subuid" >"$scratch/m/upper/etc/subuid"
check "only the image has files of subordinate ids" test "$(foreign)" -gt 0
check "podman works" run_containers 4
check "the machine reboots" reboot
machine_run m mv /usr/bin/newuidmap /usr/bin/other
gc --dry-run
check "without newuidmap the run continues" grep -q ' cannot map all subordinate ids of user 1000: cannot run newuidmap. Install it ' "$scratch/err"
expect "the run refuses unreadable orphans" 3 "$status"
machine_run m mv /usr/bin/other /usr/bin/newuidmap
traced -e trace=unshare -e inject=unshare:error=EPERM -- --dry-run
check "if the kernel allows no namespace, the run continues" grep -q 'cannot make a user namespace: Operation not permitted' \
        "$scratch/err"
expect "the run refuses unreadable orphans" 3 "$status"

# ------------------------------------------------------------------------------------------------ the deleter

# Like systemd: when a peer connects, the process execs the deleter.
listen='use Socket; use POSIX (); $^F = 9; my $s; socket($s, AF_UNIX, SOCK_SEQPACKET, 0) && bind($s, sockaddr_un($ARGV[0])) &&
        listen($s, 9) && chmod(0777, $ARGV[0]) or die; my $v = ""; vec($v, fileno($s), 1) = 1; select($v, undef, undef, undef);
        POSIX::dup2(fileno($s), 3); $ENV{LISTEN_FDS} = 1; $ENV{LISTEN_PID} = $$; exec("cstorage-gc-delete")'
start_deleter() {
        rm -f "$scratch/m/run/user/1000/delete"
        bob perl -e "$listen" "$socket" >"$scratch/deleter.out" 2>&1 &
        deleter=$!
        for _ in $(seq 100); do
                [ -S "$scratch/m/run/user/1000/delete" ] && break
                sleep 0.1
        done
}

# The orphans that are still in place; the deleter may be running.
in_place() { orphans | grep -vE '^overlay(-layers|-containers)?/(tempdirs|tmp)/'; }
temp_dirs() { find "$G/overlay/tempdirs" "$G/overlay-layers/tmp" "$G/overlay-containers/tmp" -mindepth 1 2>/dev/null | wc -l; }

check "orphans are left" test "$(orphans | wc -l)" -ge 2
listing make "$G" >"$scratch/before"
orphans >"$scratch/gone"
start_deleter
gc --deleter="$socket"
expect "the run hands its trash over" "0  " "$status $(cat "$scratch/err") $(in_place)"
wait $deleter
expect "the user's deleter deletes it in its own namespace" "0  0" "$? $(cat "$scratch/deleter.out") $(temp_dirs)"
listing make "$G" >"$scratch/after"
check "the deleter deletes nothing else" unchanged_but "$scratch/gone"

check "podman works" run_containers 5
check "the machine reboots, which makes orphans" reboot
check "podman starts its pause process" podman bob ps
start_deleter
eve perl -e 'use Socket; socket(my $s, AF_UNIX, SOCK_SEQPACKET, 0); connect($s, sockaddr_un($ARGV[0])) or die; sleep 1' "$socket"
gc --deleter="$socket"
expect "a run in podman's namespace hands its trash over" "0  " "$status $(cat "$scratch/err") $(in_place)"
wait $deleter
expect "the deleter deletes all of it" "0 0" "$? $(temp_dirs)"
expect "the deleter refuses another user" "cstorage-gc-delete: user 65534 has nothing to hand over here" \
        "$(cat "$scratch/deleter.out")"
expect "the image still exists" localhost/base:1 "$(podman bob images --format '{{.Repository}}:{{.Tag}}')"

# ------------------------------------------------------------------------------------------------ others

listing make "$E" >"$scratch/after"
check "the store of the other user is unchanged" listing diff "$scratch/eve" "$scratch/after"
expect "root's own run finds no store" \
        "0 cstorage-gc: nothing to do: the graphroot /var/lib/containers/storage does not exist. If it lies on a file system that is not mounted, mount it and run this again" \
        "$(machine_run m cstorage-gc >"$scratch/out" 2>&1; echo $?) $(cat "$scratch/out")"
finish
