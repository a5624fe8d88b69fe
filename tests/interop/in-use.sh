#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The collector removes nothing in use, whatever happens to the records. Containers of the real podman run in each mode and state:
# for root, for root in another mount namespace, with another runroot, for a user, and beside the boot unit. Then the test deletes
# the runroot or record files, hides libraries, or sets the clock. After each damage a collection runs, and all files of the
# containers must exist; at the end the test uses each container. It prints the number of combinations.
#
#   CSTORAGE_TEST_LONG=1    all combinations; else all damages, ways, modes and states for root and for a user on overlay, and
#                           some of them for the others
#   CSTORAGE_TEST_OWNERS    only these owners, without the boots
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
need_machines sid sid+systemd
make_scratch
. "$support/machine/users.sh"
long=${CSTORAGE_TEST_LONG:-0}
away=$scratch/m/run/away
combinations=0

# ------------------------------------------------------------------------------------------------ containers

# Each container writes a file and reads it again; it ends if the file is gone.
# shellcheck disable=SC2016
work='echo precious >/p
n=0
while cat /p /data/file >/dev/null && echo $((n += 1)) >/w && [ "$(cat /w)" = $n ]; do
        echo "line $n"
        sleep 0.3
done'

# send SIGNAL NAME: podman cannot pause containers without control groups, so stop the first process by a signal.
# shellcheck disable=SC2016,SC2086
send() { machine_run m sh -c 'kill -s "$0" "$1"' "$1" "$(podman_of $mode inspect -f '{{.State.Pid}}' "$2")"; }

# start_container MODE STATE: a container of podman run --rm is gone once it has stopped, so "stopped" is "not started" for it.
start_container() {
        local name=$1-$2 options=''

        [ "$1" != transient ] || mode=--transient-store
        [ "$1" != rm ] || options=--rm
        if [ "$1 $2" = "rm stopped" ]; then
                podman_of create --rm --name "$name" localhost/base:1 sh
                return
        fi
        podman_of $mode run -d $options --name "$name" localhost/base:1 sh -c "$work" || return
        case $2 in
        paused) send STOP "$name" ;;
        stopped) podman_of $mode stop -t 0 "$name" ;;
        esac
}

# Returns whether all combinations are tried here; the other owners and drivers get a part of them.
is_full() { [ "$long" = 1 ] || [[ "$owner $driver" =~ ^(root|user)\ overlay$ ]]; }

# In transient mode alone podman has a database in the runroot, and so accepts another one.
list_containers() {
        if [ "$owner" = other-runroot ]; then
                echo transient-{running,paused,stopped}
        elif is_full; then
                echo {transient,normal,rm}-{running,paused,stopped}
        else
                echo {transient,normal}-running transient-stopped normal-stopped rm-paused
        fi
}
start_containers() {
        local container mode

        for container in $containers; do
                mode=
                start_container "${container%-*}" "${container#*-}" </dev/null >"$scratch/podman.log" 2>&1 || {
                        cat "$scratch/podman.log"
                        return 1
                }
        done
}

# Mounts in another mount namespace are invisible to others.
podman_of() {
        case $owner in
        own-mounts) machine_run m unshare -m --propagation private podman "$@" ;;
        user | all-users) bob podman "$@" ;;
        other-runroot) machine_run m podman --runroot /run/other "$@" ;;
        *) machine_run m podman "$@" ;;
        esac
}

# use_container MODE-STATE: use it as a user of podman would.
use_container() {
        local mode=
        [[ $1 != transient-* ]] || mode=--transient-store
        case $1 in
        *-running)
                [ "$(podman_of $mode exec "$1" cat /p)" = precious ] && podman_of $mode logs "$1" | grep -q '^line ' &&
                        podman_of $mode stop -t 0 "$1" && { [[ $1 = rm-* ]] || podman_of $mode start "$1"; }
                ;;
        *-paused)
                send CONT "$1" && [ "$(podman_of $mode exec "$1" cat /p)" = precious ] && podman_of $mode logs "$1" | grep -q '^line '
                ;;
        *-stopped) podman_of $mode start "$1" ;;
        esac </dev/null
}

# ------------------------------------------------------------------------------------------------ what is in use

# All paths of the store, without orphans, locks, records and the files that containers change.
paths() {
        (cd "$G" && find "$driver" "$driver"-* \( -name tempdirs -o -name tmp -o -name staging \) -prune -o -print) |
                grep -vE "\.(json|lock)|\.torn|/w$|/[cef]{63}[0-9a-f]" | sort
}

# Orphans from before the boot, one for each run that must remove one.
plant_old() {
        local i id
        for i in 0 1 2 3 4 5 6 7 8 9; do
                id=$(printf 'e%.0s' {1..63})$i
                case $driver in
                overlay) mkdir -p "$G/overlay/$id/diff" ;;
                vfs) mkdir -p "$G/vfs/dir/$id/etc" ;;
                esac
                mkdir -p "$G/$driver-containers/$id/userdata"
        done
        chown -R --reference="$G" "$G/$driver" "$G/$driver-containers"
}
old_left() { find "$G/$driver" "$G/$driver-containers" -maxdepth 2 -name 'eeeeeeee*' | wc -l; }

# check_in_use NAME: check that all paths still exist.
check_in_use() {
        paths | comm -23 "$scratch/paths" - >"$scratch/lost"
        combinations=$((combinations + $(wc -w <<<"$containers")))
        [ -s "$scratch/lost" ] || return 0
        not_ok "$owner, $driver, $1: nothing in use is removed"
        note "$(head -n 5 "$scratch/lost")"
        note "$(grep -h . "$scratch/out" "$scratch/err" | head -n 12)"
        paths >"$scratch/paths"
        return 1
}

# ------------------------------------------------------------------------------------------------ collections

# collect [COMMAND...] -- [OPTIONS...]: the command runs the collector, as root.
collect() {
        local first=()
        while [ "$1" != -- ]; do first+=("$1") && shift; done
        shift
        case $owner in
        user) machine_run m "${first[@]}" setpriv --reuid 1000 --regid 1000 --init-groups env -C / HOME=/var/lib/containers/bob \
                USER=bob XDG_RUNTIME_DIR=/run/user/1000 cstorage-gc "$@" ;;
        all-users) machine_run m "${first[@]}" cstorage-gc --all-users "$@" ;;
        unit) machine_run m systemctl restart cstorage-gc.service && machine_run m journalctl -q -o cat -u cstorage-gc.service -n 20 ;;
        *) machine_run m "${first[@]}" cstorage-gc "$@" ;;
        esac >"$scratch/out" 2>"$scratch/err"
}

# try NAME [COMMAND...] -- [OPTIONS...]: a run removes nothing in use; nor does one with --recent.
try() {
        local name=$1
        shift
        collect "$@"
        check_in_use "$name" || return
        [ $owner = unit ] || { collect "$@" --recent && check_in_use "$name, --recent"; }
}

# ------------------------------------------------------------------------------------------------ damage

# move PATH...: move the paths away; "restore" moves all of them back, and replaces new files.
move() {
        local path
        mkdir -p "$away"
        for path; do
                [ -e "$path" ] || continue
                mv "$path" "$away/$((moved += 1))" && echo "$moved $path" >>"$scratch/moved"
        done
}
# keep PATH...: the same with a copy, so that the path can be damaged.
keep() {
        local path
        mkdir -p "$away"
        for path; do
                [ -e "$path" ] || continue
                cp -a "$path" "$away/$((moved += 1))" && echo "$moved $path" >>"$scratch/moved"
        done
}
restore() {
        local n path
        while read -r n path; do
                if [ -d "$away/$n" ]; then
                        rm -rf "$path"
                        mv "$away/$n" "$path"
                else
                        cp -p --remove-destination "$away/$n" "$path"
                fi
        done < <(tac "$scratch/moved" 2>/dev/null)
        rm -rf "$away" "$scratch/moved"
        find "$G/$driver-containers" "$G/$driver-layers" "$R" -maxdepth 2 -name '*.torn' -delete 2>/dev/null
}

owner_dir() { install -d -m 700 -o "$(stat -c %u "$G")" -g "$(stat -c %g "$G")" "$1"; }

runroot_deleted() { move "$R"; }
runroot_emptied() { move "$R" && owner_dir "$R"; }
runtime_recreated() {
        case $owner in
        user | all-users) move "$scratch/m/run/user/1000" && owner_dir "$scratch/m/run/user/1000" ;;
        *) move "$scratch/m/run/containers" "$R" "$scratch/m/run/libpod" "$scratch/m/run/crun" ;;
        esac
}
volatile_deleted() { move "$G/$driver"-{layers,containers}/volatile-*.json "$R/$driver"-{layers,containers}/volatile-*.json; }
stable_deleted() { move "$G/$driver"-{layers,containers,images}/{layers,containers,images}.json; }
layers_deleted() { move "$G/$driver-layers/layers.json"; }
containers_deleted() { move "$G/$driver-containers/containers.json"; }
mountpoints_deleted() { move "$R/$driver-layers/mountpoints.json"; }
all_records_deleted() { stable_deleted && volatile_deleted && mountpoints_deleted; }
db_deleted() { move "$G"/db.sql* "$R"/db.sql*; }
db_damaged() {
        keep "$G"/db.sql* "$R"/db.sql*
        for db in "$G/db.sql" "$R/db.sql"; do [ ! -f "$db" ] || truncate -s 5000 "$db"; done
}

# Commands that run the collector without a library or file, in a mount namespace; used by their names.
# shellcheck disable=SC2016,SC2034
without_library='for l in $(ldconfig -p | awk -v l="$0" "index(\$1, l) == 1 { print \$NF }"); do mount --bind /dev/null "$(realpath "$l")"; done; exec "$@"'
# shellcheck disable=SC2016,SC2034
hidepid='mount -t proc -o hidepid=2 proc /proc; exec "$@"'
# shellcheck disable=SC2016,SC2034
without_proc='mount -t tmpfs none /proc; exec "$@"'

# Combinations of damages, in which the collector has less information.
declare -A ways=(
        ["the collection"]=""
        ["libmount hidden"]="unshare -m sh -c without_library libmount.so"
        ["libsqlite3 hidden"]="unshare -m sh -c without_library libsqlite3.so"
        ["libsystemd hidden"]="unshare -m sh -c without_library libsystemd.so"
        ["hidepid=2"]="unshare -m sh -c hidepid sh"
        ["no /proc"]="unshare -m sh -c without_proc sh"
        ["the clock set back"]="after-boot +7200"
        ["the clock set forward"]="forward"
)

# The clock was set forward by the time since the boot, so the boot seems to be now. The files that the boot made exist.
forward() { echo "unshare --time --boottime -$(cut -d. -f1 /proc/uptime) --fork"; }

# try_ways DAMAGE WAY...
try_ways() {
        local damage=$1 way words word command=()
        shift
        for way; do
                command=()
                words=${ways[$way]}
                [ "$words" != forward ] || words=$(forward)
                for word in $words; do
                        case $word in
                        without_library | hidepid | without_proc) command+=("${!word}") ;;
                        *) command+=("$word") ;;
                        esac
                done
                $damage
                try "$damage, $way" "${command[@]}" --
                restore
        done
}

every_way=("the collection" "libmount hidden" "libsqlite3 hidden" "libsystemd hidden" hidepid=2 "no /proc"
        "the clock set back" "the clock set forward")
some_ways=("the collection" "hidepid=2" "the clock set forward")
one_way=("the collection")

no_damage() { :; }

try_damages() {
        local damage failed=$tap_failed every_way=("${every_way[@]}") some_ways=("${some_ways[@]}")

        is_full || { every_way=("${some_ways[@]}") && some_ways=("${one_way[@]}"); }
        [ $owner = unit ] && every_way=("${one_way[@]}") && some_ways=("${one_way[@]}")
        if [ "$long" = 1 ]; then try_ways no_damage "${every_way[@]}"; else try_ways no_damage "${one_way[@]}"; fi
        try_ways runtime_recreated "${every_way[@]}"
        for damage in runroot_deleted runroot_emptied all_records_deleted; do
                if [ "$long" = 1 ]; then try_ways $damage "${every_way[@]}"; else try_ways $damage "${some_ways[@]}"; fi
        done
        for damage in volatile_deleted stable_deleted layers_deleted containers_deleted mountpoints_deleted db_deleted db_damaged; do
                if [ "$long" = 1 ]; then try_ways $damage "${every_way[@]}"; else try_ways $damage "${one_way[@]}"; fi
        done
        case $owner in
        root | own-mounts | user)
                owner_dir "$scratch/m/run/wrong"
                try "a wrong --runroot" -- --runroot=/run/wrong
                runtime_recreated
                try "a wrong --runroot, runtime_recreated" -- --runroot=/run/wrong
                restore
                ;;
        esac
        [ "$tap_failed" = "$failed" ]
}

# ------------------------------------------------------------------------------------------------ owners

set_paths() {
        case $owner in
        user | all-users)
                G=$homes/bob/.local/share/containers/storage
                R=$scratch/m/run/user/1000/containers
                ;;
        *)
                G=$scratch/m/store/storage
                R=$scratch/m/run/containers/storage
                [ "$owner" != other-runroot ] || R=$scratch/m/run/other
                ;;
        esac
}

make_image() {
        machine_run m sh -c "$(cat "$support/machine/image.sh")"
        printf '[storage]\ndriver = "%s"\n' "$driver" | machine_run m sh -c 'mkdir -p /etc/containers; cat >/etc/containers/storage.conf
                sed -i /ulimits/d /etc/containers/containers.conf
                install -m 644 /tmp/rootfs.tar /var/tmp/rootfs.tar'
        case $owner in user | all-users) users bob && login bob || return ;; esac
        # The database of podman contains the runroot of its first command.
        case $owner in
        user | all-users) bob podman import -q /var/tmp/rootfs.tar localhost/base:1 ;;
        *) machine_run m podman import -q /var/tmp/rootfs.tar localhost/base:1 ;;
        esac >"$scratch/log" 2>&1
}

# A machine with an image, old orphans, and one boot after them.
make_machine() {
        moved=0
        case $owner in
        unit)
                machine_boot m sid+systemd >"$scratch/log" 2>&1 || return
                machine_run m mkdir -p /run/user
                ;;
        *) machine_start m sid >"$scratch/log" 2>&1 || return ;;
        esac
        [ $owner = unit ] || settle >/dev/null 2>&1
        make_image || return
        set_paths
        plant_old
        case $owner in
        unit) machine_kill m && machine_boot m >"$scratch/log" 2>&1 ;;
        *)
                # On a machine with systemd this file has the time of the boot, whatever happens to the clock.
                machine_reboot m && settle && machine_run m mkdir -p /run/systemd/system
                case $owner in user | all-users) login bob ;; esac
                ;;
        esac
}

try_all() {
        local container

        owner=$1 driver=$2
        make_machine || {
                not_ok "$owner, $driver: a machine with an image"
                note "$(tail -n 5 "$scratch/log")"
                return
        }
        containers=$(list_containers)
        check "$owner, $driver: containers start" start_containers || return
        paths >"$scratch/paths"
        try_damages && ok "$owner, $driver: nothing in use is removed"
        collect --
        expect "$owner, $driver: orphans from before the boot are removed" 0 "$(old_left)"
        for container in $containers; do
                check "$owner, $driver: $container can be used" use_container "$container"
        done
}

# ------------------------------------------------------------------------------------------------ boots

# A container of a unit that starts before the collector; the argument is a command that the unit runs then.
early_container() {
        owner="early boot" driver=$1
        local name="early boot, $driver${2:+, $3}" layer

        moved=0
        machine_boot m sid+systemd >"$scratch/log" 2>&1 && make_image && set_paths && plant_old || {
                not_ok "$name: a machine with an image"
                note "$(tail -n 5 "$scratch/log")"
                return
        }
        machine_run m sh -c "cat >/etc/work; cat >/etc/systemd/system/early.service <<END
[Unit]
DefaultDependencies=no
After=local-fs.target
Before=cstorage-gc.service
[Service]
Type=oneshot
RemainAfterExit=yes
Environment=HOME=/root TMPDIR=/var/tmp
ExecStart=podman --transient-store run -d --name early -v /etc/work:/work localhost/base:1 sh /work
${2:+ExecStartPost=sh -c '$2'}
END
                mkdir -p /etc/systemd/system/sysinit.target.wants
                ln -sf ../early.service /etc/systemd/system/sysinit.target.wants/" <<<"$work"
        machine_kill m
        machine_boot m >"$scratch/log" 2>&1
        combinations=$((combinations + 1))
        layer=$(find "$G/$driver" -path '*/p' -newer "$scratch/m/booted" ! -path '*/merged/*' | head -n 1)
        check "$name: the container has its files" grep -q precious "$layer"
        check "$name: the container still runs" machine_run m sh -c 'grep -qs /work /proc/[0-9]*/cmdline'
        expect "$name: the data of the container exists" 1 \
                "$(find "$G/$driver-containers" -mindepth 1 -maxdepth 1 -type d ! -name 'eeee*' | wc -l)"
        # Without the records of the container, all container directories are kept.
        [ -n "${2-}" ] || expect "$name: orphans from before the boot are removed" 0 "$(old_left)" ||
                note "$(machine_run m journalctl -q -o cat -u cstorage-gc.service)"
}

# A soft reboot kills all containers except those with SurviveFinalKillSignal. The records in /run stay, or are lost.
soft_reboot() {
        owner=unit driver=$1
        local name="soft reboot, $driver"

        make_machine || {
                not_ok "$name: a machine with an image"
                note "$(tail -n 5 "$scratch/log")"
                return
        }
        containers=$(list_containers)
        check "$name: containers start" start_containers || return
        paths >"$scratch/paths"
        rm -f "$scratch/out" "$scratch/err"
        runroot_deleted
        machine_run m systemctl soft-reboot 2>/dev/null # it reports that there is no message bus
        for _ in $(seq 200); do
                [ "$(machine_run m systemctl show -P SoftRebootsCount 2>/dev/null)" = 1 ] && break || sleep 0.1
        done
        machine_run m systemctl is-system-running --wait >"$scratch/out" 2>"$scratch/err"
        machine_run m journalctl -q -b -o cat -u cstorage-gc.service >>"$scratch/out"
        check_in_use "soft reboot, the runroot deleted" && ok "$name: nothing from before it is removed"
        restore
        collect --
        expect "$name: orphans from before the boot are removed" 0 "$(old_left)"
        for container in transient-stopped normal-stopped; do
                check "$name: $container can be used" use_container $container
        done
}

# If the clock is behind by so many seconds, entries from before the boot seem to be newer than it.
clock_behind() {
        owner=unit driver=$1
        moved=0
        machine_boot m sid+systemd >"$scratch/log" 2>&1 && make_image && set_paths && plant_old
        machine_kill m
        BOOT_AGE=+$2 machine_boot m >"$scratch/log" 2>&1
        expect "boot, $driver, the clock $2 seconds behind: orphans from before the boot are removed" 0 "$(old_left)" ||
                note "$(machine_run m journalctl -q -o cat -u cstorage-gc.service)"
        combinations=$((combinations + 1))
}

list_owners() {
        if [ "$long" = 1 ] || [ $driver = overlay ]; then
                echo root own-mounts other-runroot user all-users unit
        else
                echo root user
        fi
}

for driver in overlay vfs; do
        for owner in ${CSTORAGE_TEST_OWNERS:-$(list_owners)}; do
                try_all $owner $driver
                machine_kill m
                rm -rf --one-file-system "$scratch/m"
        done
done
try_boot() {
        "$@"
        machine_kill m
        rm -rf --one-file-system "$scratch/m"
}
for driver in overlay vfs; do
        [ -z "${CSTORAGE_TEST_OWNERS-}" ] || break
        try_boot early_container $driver "rm -r /run/containers/storage/*/*.json" "its records lost"
        try_boot clock_behind $driver 3600
        [ "$long" = 1 ] || [ $driver = overlay ] || continue
        try_boot early_container $driver
        try_boot soft_reboot $driver
        try_boot clock_behind $driver 31536000
done
skip "user without a pause process" "podman 6 is not installed"
note "$combinations combinations"
finish
