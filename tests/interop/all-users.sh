#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Stores of several users and of root, made by the real podman and collected in one run of root. The run does what each user's
# own run does and touches nothing else, podman of each user works afterwards, and there is one report. The processes that the
# run starts have no privileges and no resources of root.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
need_machines sid
make_scratch
. "$support/machine/users.sh"

gc() {
        root cstorage-gc --all-users "$@" >"$scratch/out" 2>"$scratch/err"
        status=$?
}

reboot() { machine_reboot m && settle; }
both_log_in() { login bob && login eve; }

make_users() {
        users bob eve && shared_files && root sh -ec "
                useradd -u 1002 -M -d /var/lib/containers/gone gone; useradd -u 1003 -M -d /usr/games player
                useradd -u 1004 -m -d /var/lib/containers/far far
                groupadd -g 3000 team; usermod -a -G team bob
                su eve -s /bin/sh -c 'mkdir -p ~/.config/containers
                        printf \"[storage]\ndriver = \\\"vfs\\\"\ntransient_store = true\n\" >~/.config/containers/storage.conf'
                " && settle
}

# A container with processes of several users, one of which makes a file that only it can read.
several='mkdir -p /tmp /d /d/e; echo x >/d/e/f; touch /d/f; chown 33:44 /d /d/e /d/e/f /d/f; chmod 700 /d /d/e; chmod 1777 /tmp'
run_containers() {
        podman "$1" run -d localhost/base:1 sh -c "$several; touch /done; exec sleep 1000000" &&
                podman "$1" run --userns keep-id --user root localhost/base:1 sh -c "$several"
}

graphroot() { case $1 in root) echo "$homes/storage" ;; *) echo "$homes/$1/.local/share/containers/storage" ;; esac; }
runroot() { case $1 in bob) echo "$scratch/m/run/user/1000/containers" ;; eve) echo "$scratch/m/run/user/1001/containers" ;;
        root) echo "$scratch/m/run/containers/storage" ;; esac; }
driver() { case $1 in eve) echo vfs ;; *) echo overlay ;; esac; }
orphans() { python3 "$support/store/listing.py" orphans "$(graphroot "$1")" "$(runroot "$1")" "$(driver "$1")"; }
before() { listing make "$(graphroot "$1")" >"$scratch/before.$1" && orphans "$1" >"$scratch/gone.$1"; }
# The collector makes the lock of containers that a transient store lacks, since other programs may take it.
nothing_else() {
        local d changed
        d=$(driver "$1")
        listing make "$(graphroot "$1")" >"$scratch/after.$1"
        changed=$(listing diff "$scratch/before.$1" "$scratch/after.$1" --removed "$scratch/gone.$1" --touched "$d" \
                --touched "$d-layers" --touched "$d/tempdirs" --touched "$d-layers/tmp" 2>&1 |
                grep -v "^new: $d-containers/containers.lock$")
        echo "$changed"
        [ -z "$changed" ]
}
not_own() { find "$(graphroot "$1")"/*-layers "$(graphroot "$1")"/*-containers "$(graphroot "$1")"/*-images "$(runroot "$1")" \
        \( -name '*.lock' -o -name '*.json*' -o -name 'lock-*' \) ! \( -uid "$2" -gid "$2" \) 2>/dev/null; }
word() { jq -r ".users[] | select(.user == \"$1\") | $2" "$scratch/out"; }

# ------------------------------------------------------------------------------------------------ no stores

machine_start m sid || skip_all "cannot start a machine"
check "users are made" make_users || finish
gc
expect "without any store the run does nothing and prints nothing" "0 " "$status $(cat "$scratch/err")"
gc --json
expect "the report has all users" "0 no-store no-store no-store home-missing home-not-owned nobody" \
        "$status $(for u in root bob eve gone player nobody; do word $u .status; done | xargs)"
check "--verbose reports users without a home" sh -c "'$support/machine/enter.sh' run '$scratch/m' \
        cstorage-gc --all-users --verbose 2>&1 >/dev/null | grep -qF 'gone: home-missing: there is no home directory'"
expect "a run for all users needs root" "1 cstorage-gc: cannot collect the stores of all users: not run by root. Run this as root" \
        "$(bob cstorage-gc --all-users >"$scratch/out" 2>"$scratch/err"; echo $?) $(cat "$scratch/err")"
for option in --root=/x --runroot=/x --imagestore=/x --storage-driver=vfs --storage-opt=a=b --transient-store --deleter=/x \
        facts; do
        gc "$option"
        [ "$status" = 2 ] || break
done
expect "options that select one store cannot be combined with it" "2 facts" "$status $option"

# ------------------------------------------------------------------------------------------------ what is left behind

both_log_in
for user in bob eve root; do
        check "an image of $user" podman $user import -q /var/tmp/rootfs.tar localhost/base:1 || finish
        check "containers of $user" run_containers $user
done
for user in bob eve root; do before $user; done
gc
expect "while containers run there is nothing to do" "0 " "$status $(cat "$scratch/err")"
for user in bob eve root; do check "nothing of $user changed" nothing_else $user; done

check "the machine reboots" reboot
for user in bob eve root; do
        before $user
        check "$user has orphans" test "$(wc -l <"$scratch/gone.$user")" -ge 2
done
both_log_in
bob cstorage-gc >"$scratch/out" 2>"$scratch/err"
expect "the user's own run removes the user's" "0  " "$? $(cat "$scratch/err") $(orphans bob)"
check "the user's own run removes nothing else" nothing_else bob
check "the run of bob removes nothing of eve" test "$(wc -l <"$scratch/gone.eve")" = "$(orphans eve | wc -l)"

check "containers of bob" run_containers bob
check "the machine reboots" reboot
for user in bob eve root; do before $user; done
gc --dry-run --json
expect "a dry run of all changes nothing" "0 0 0 0" "$status $(for u in bob eve root; do
        listing make "$(graphroot $u)" | diff -q - "$scratch/before.$u" >/dev/null; echo $?; done | xargs)"
expect "the dry run has sizes" true "$(jq '.dry_run and .summary.bytes_freed > 0' "$scratch/out")"
for user in bob eve root; do
        expect "the dry run would remove the orphans of $user" "$(grep -vc /l/ "$scratch/gone.$user")" \
                "$(word $user '[.objects[] | select(.verdict == "remove" and .kind != "link")] | length')"
done
root mv /usr/bin/newuidmap /usr/bin/other
gc --json
root mv /usr/bin/other /usr/bin/newuidmap
expect "root's run removes them without sessions and without newuidmap" "0 " "$status $(cat "$scratch/err")"
for user in bob eve root; do
        expect "no orphan of $user is left" "" "$(orphans $user)"
        check "nothing else of $user changed" nothing_else $user
done
expect "one report, with the uid of each" "0 1000 1001" \
        "$(jq -r '[.users[] | select(.status == "collected" and .summary.removed > 0) | .uid] | map(tostring) | join(" ")' \
                "$scratch/out")"
expect "the summary is the sum of all users" true "$(jq '.summary.removed == ([.users[].summary.removed // 0] | add) and
        .summary.files_freed == ([.users[].summary.files_freed // 0] | add)' "$scratch/out")"
expect "the run makes no runtime directory without a session" "" "$(ls "$scratch/m/run/user")"

both_log_in
for user in bob eve root; do check "podman of $user goes on" run_containers $user; done
expect "the files of the stores belong to the user" " " "$(not_own bob 1000) $(not_own eve 1001)"
gc --verbose --json
expect "running containers are kept" "0 0" "$status $(jq .summary.removed "$scratch/out")"
expect "the report contains the kept containers" true "$(jq '[.users[] | select(.status == "collected") |
        .summary.kept > 0 and .summary.kept == ([.objects[] | select(.verdict == "keep")] | length)] | all' "$scratch/out")"
expect "the files still belong to the user" " " "$(not_own bob 1000) $(not_own eve 1001)"
for user in bob eve; do
        expect "podman of $user lists the running container" 1 "$(podman $user ps -q | wc -l)"
done

# ------------------------------------------------------------------------------------------------ where records may be

# Without a session podman has its runtime directory in /tmp, with the records of transient containers.
without_session() { root su bob -s /bin/sh -c "unset XDG_RUNTIME_DIR TMPDIR; cd /; exec podman $*" >"$scratch/podman.out" 2>&1 </dev/null; }
check "the machine reboots" reboot
check "a container without a session" without_session run -d localhost/base:1 sh -c "'$several; touch /done; exec sleep 1000000'"
check "the container is recorded in /tmp" root test -d /tmp/storage-run-1000/containers/overlay-containers
gc --json
expect "the container is kept" "0 collected 1" "$status $(word bob .status) $(without_session ps -q; grep -cE '^[0-9a-f]{12}$' "$scratch/podman.out")"
check "the mount of the container is kept" root sh -c 'cat /proc/$(cat /tmp/storage-run-1000/libpod/tmp/pause.pid)/root/var/lib/containers/bob/.local/share/containers/storage/overlay/*/merged/done'
both_log_in
gc
expect "with a second runtime directory the run refuses, and the message contains the remedy" "3 1" "$status $(grep -c '^cstorage-gc: bob: runtime-dir-ambiguous: .* remove the second$' "$scratch/err")"
check "the machine reboots" reboot
bob unshare -U sh -c 'echo $$ >/var/tmp/pid; exec sleep 1000000' &
until [ -s "$scratch/m/upper/var/tmp/pid" ]; do sleep 0.1; done
before bob
gc
expect "with a process of a container and no runtime directory the run refuses" "3 1" "$status $(grep -c '^cstorage-gc: bob: runtime-dir-missing: ' "$scratch/err")"
expect "no orphan was removed" "$(wc -l <"$scratch/gone.bob")" "$(orphans bob | wc -l)"
{ root sh -c 'kill $(cat /var/tmp/pid)' && wait $!; } 2>/dev/null

# ------------------------------------------------------------------------------------------------ ids

cp "$scratch/m/upper/etc/subuid" "$scratch/subuid"
root sed -i 's/^bob:.*/bob:0:65536/' /etc/subuid
gc
expect "a subordinate id of root is refused" "1" "$(grep -c "^cstorage-gc: bob: cannot map all subordinate ids of user 1000: \
/etc/subuid contains the id 0, which must not be mapped" "$scratch/err")"
cat "$scratch/subuid" >"$scratch/m/upper/etc/subuid"
root strace -o /run/trace -e trace=%file cstorage-gc --all-users --dry-run >/dev/null 2>&1
expect "root's process opens no file of a user" "/etc/passwd 0" "$(grep -om 1 /etc/passwd "$scratch/m/run/trace") $(
        grep -cE '/var/lib/containers/|/run/user|storage-run' "$scratch/m/run/trace")"
gc --progress=always
check "with correct subordinate ids the rest is removed" test "$(orphans bob)" = ""
check "a line counts the users" grep -q 'users: [1-9][0-9]* of [1-9]' "$scratch/err"
expect "each line belongs to a user, and the last one is the summary" "bob summary status=collected summary" \
        "$(grep '^bob summary' "$scratch/out" | cut -d ' ' -f 1-3) $(tail -n 1 "$scratch/out" | cut -d ' ' -f 1)"

# ------------------------------------------------------------------------------------------------ what a process has

# A store on a server that never answers: the collector waits there, and the test examines its process.
far=$homes/far/.local/share/containers/storage
check "a store that hangs" root sh -ec "install -d -o far -g far /var/lib/containers/far/.local/share/containers/storage
        chown -R far:far /var/lib/containers/far; usermod -a -G team far
        [ -e /dev/fuse ] || mknod /dev/fuse c 10 229
        (exec 3<>/dev/fuse; mount -i -t fuse -o fd=3,rootmode=40000,user_id=1004,group_id=1004 dead \
                /var/lib/containers/far/.local/share/containers/storage; exec sleep 1000000) >/dev/null 2>&1 &
        until grep -q ' fuse ' /proc/self/mountinfo; do sleep 0.1; done"

# Resources of root that the processes of users must not inherit: capabilities, a variable, descriptors, a terminal, keys, limits
# (if root may raise them).
root setpriv --inh-caps +chown,+sys_admin --ambient-caps +chown,+sys_admin env SECRET=s STORAGE_DRIVER=btrfs \
        CONTAINERS_STORAGE_CONF=/x sh -c 'exec 7</etc/shadow 8<>/dev/null 9</; umask 0; cd /root
                (ulimit -c unlimited) 2>/dev/null && ulimit -c unlimited
                cstorage-gc --all-users --json >/run/out 2>/run/err; echo $? >/run/status' &
child_of_far() { pgrep --ns "$(tr -d ' ' <"$scratch/m/pid")" --nslist pid -u 1004 -x cstorage-gc | sed 's|^|/proc/|'; }
for _ in $(seq 100); do
        child=$(child_of_far)
        [ -n "$child" ] && [ "$(find "$child/fd" -type l 2>/dev/null | wc -l)" -gt 3 ] && break
        sleep 0.1
done
sleep 0.5
cp "$child/status" "$scratch/status"
of() { sed -n "s/^$1:[\t ]*//p" "$scratch/status" | tr '\t' ' '; }
check "the process exists" test -s "$scratch/status" || finish
expect "the process has the ids of the user" "1004 1004 1004 1004 1004 1004 1004 1004" "$(of Uid) $(of Gid)"
expect "the process has the groups of the user" "1004 3000" "$(of Groups | xargs)"
expect "the process has no capability, and can gain none" "0000000000000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000 1" \
        "$(of CapInh) $(of CapPrm) $(of CapEff) $(of CapBnd) $(of CapAmb) $(of NoNewPrivs)"
expect "no signal is blocked" 0000000000000000 "$(of SigBlk)"
expect "the process has the environment of the user" "CSTORAGE_GC_ROOT_FD=3 HOME=/var/lib/containers/far LOGNAME=far USER=far \
XDG_RUNTIME_DIR=/run/user/1004" "$(tr '\0' '\n' <"$child/environ" | sort | xargs)"
expect "the process has two pipes and a socket of root's process, and no other descriptor" "/dev/null pipe pipe socket" \
        "$(for fd in 0 1 2 3; do readlink "$child/fd/$fd" | sed 's/:.*//'; done | xargs)"
expect "the process has opened no file of root" "" "$(for fd in "$child"/fd/*; do readlink "$fd"; done | grep -E 'shadow|^/$|root')"
expect "the directory of the process is / and its umask is 0077" "/ 0077" "$(readlink "$child/cwd") $(of Umask)"
expect "the process has its own limits" "0 0 1073741824" "$(awk '/core file/ { c = $5 } /realtime priority/ { r = $4 } /data size/ { d = $5 }
        END { print c, r, d }' "$child/limits")"
expect "the process has its own session without a terminal" "own 0" \
        "$(sed 's/.*) //' "$child/stat" | awk -v p="${child#/proc/}" '{ print ($4 == p ? "own" : $4), $5 }')"
parent=$(sed 's/.*) //' "$child/stat" | cut -d ' ' -f 2)
check "root's process is its parent" kill -TERM "${parent:-0}"
wait $!
expect "if root's process is interrupted, it ends the user's process and reports that" "1 interrupted" "$(cat "$scratch/m/run/status") $(
        jq -r '.users[] | select(.user == "far") | .status' "$scratch/m/run/out")"
expect "the other users are collected by then" "collected collected home-missing" \
        "$(jq -r '.users[] | select(.user == "gone" or .user == "bob" or .user == "eve") | .status' "$scratch/m/run/out" | xargs)"
expect "no process is left" "" "$(child_of_far)"

finish
