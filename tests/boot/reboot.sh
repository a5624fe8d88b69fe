#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Reboot a machine with a transient store while containers run. Afterwards there is no orphan, all containers that systemd
# starts run, and the collector ended before the first of them started: root's collector before root's containers, and that
# of a user before those of the user.
. "$(dirname "$0")/../support/vm/vm.sh"
. "$(dirname "$0")/../support/vm/containers.sh"

# The highest exposure that systemd-analyze may find in a unit of this project.
max_exposure=1.5

need_vm

make_machine() {
        vm_root m && put_images "$scratch/m/root" && put_quadlets "$scratch/m/root" &&
                put_user "$scratch/m/root" && chroot "$scratch/m/root" systemctl --quiet --global preset cstorage-gc.service &&
                vm_image m
}

deleted=$(sed -n 's/.*\[MESSAGE_DELETED\] = {"\([0-9a-f]*\)".*/\1/p' "$tests_dir/../gc/report/journal.c")

# "MICROSECONDS WHAT UNIT" by the monotonic clock of the journal, for the system's units and, with "user/" before the name,
# users' services: "starting" and "started"; for a oneshot service "started" means that it ended. The numbers are those of
# systemd's messages (sd-messages.h).
times() {
        vm_run m 'journalctl -b -o json --output-fields=UNIT,USER_UNIT,MESSAGE_ID _COMM=systemd' | jq -r '
                {"7d4958e842da4a758f6c1cdc7b36dcc5": "starting", "39f53479d3a045ac8e11786248231fbf": "started"} as $what |
                select($what[.MESSAGE_ID // ""] and (.UNIT or (.USER_UNIT | endswith(".service")))) |
                [.__MONOTONIC_TIMESTAMP, $what[.MESSAGE_ID], .UNIT // "user/\(.USER_UNIT)"] | join(" ")'
}

timeline() {
        local wanted

        wanted=$(printf '%s.service|' $quadlets user/users)
        grep -E " (${wanted}(user/)?cstorage-gc.*|basic.target|network-online.target|multi-user.target)\$" "$scratch/times" |
                awk '{ printf "%9.3fs  %-8s  %s\n", $1 / 1e6, $2, $3 }'
}

time_of() { sed -n "s,^\([0-9]*\) $1 $2\$,\1,p" "$scratch/times" | head -n 1; }

# done_before COLLECTOR QUADLET...
done_before() {
        local end q start

        end=$(time_of started "$1.service")
        shift
        for q in "$@"; do
                start=$(time_of starting "$q.service")
                [ -n "$end" ] && [ -n "$start" ] && [ "$start" -ge "$end" ] ||
                        echo "$q: ${start:-never}, collector: ${end:-never}"
        done
}

# Two containers of a user, with files that belong to other ids. Processes that stay must not keep the pipe of vm_run open.
user_containers='for i in 1 2; do
        podman run -d --name left$i localhost/base:1 \
                sh -c "mkdir /d; touch /d/f; chown 33:44 /d/f /d; chmod 700 /d; touch /done; exec sleep 1000000"
        podman exec left$i sh -c "while ! [ -e /done ]; do sleep 1; done"
done >/tmp/made-by-bob 2>&1 </dev/null'

# How many of the containers made by hand have a directory.
directories() { vm_run m 'ls /var/lib/containers/storage/overlay-containers' | grep -cxFf "$scratch/made"; }

bob() { vm_run m "cd /home/bob && runuser -u bob -- env XDG_RUNTIME_DIR=/run/user/1000 $1"; }

# The names of the orphans in the user's store.
user_orphans() {
        local copy=$scratch/user-copy store=home/bob/.local/share/containers/storage

        rm -rf "$copy" && mkdir "$copy"
        vm_run m "cd / && find $store run/user/1000/containers -maxdepth 3 -print0 | tar -cz --no-recursion --null -T -" |
                tar -xz -C "$copy" && [ -s "$copy/$store/overlay-layers/layers.json" ] || {
                echo "the store cannot be looked at"
                return 1
        }
        python3 "$support/store/listing.py" orphans "$copy/$store" "$copy/run/user/1000/containers" overlay
}
# How many of these files are left.
user_left() { vm_run m "cd /home/bob/.local/share/containers/storage/overlay &&
        ls -d $(sed 's,$,/diff/d/f,' "$scratch/user-layers" | paste -sd' ') 2>/dev/null | wc -l"; }

# For each number of hours, make a layer and a container directory while the clock is ahead by them: the next boot sees
# entries from the future.
behind="1 8760"
store=/var/lib/containers/storage
id_behind() { printf 'fb%062d' "$1"; }
plant_behind() {
        local hours

        for hours in $behind; do
                vm_run m "with_clock $hours mkdir -p $store/overlay/$(id_behind "$hours")/diff/d \
                        $store/overlay-containers/$(id_behind "$hours")/userdata
                        stat -c %Z $store/overlay/$(id_behind "$hours")" || return
        done >"$scratch/behind"
}
left_behind() { vm_run m "cd $store && find overlay overlay-containers -maxdepth 1 -name 'fb00000000*' | wc -l"; }
is_behind() { awk -v now="$(vm_run m 'date +%s')" '!now || $1 <= now { late = 1 } END { exit late || NR != 2 }' "$scratch/behind"; }

exposure() {
        vm_run m "systemd-analyze security --no-pager $1" | tee "$scratch/exposure" |
                sed -n 's/.*level for .*: \([0-9.]*\) .*/\1/p'
}

# ------------------------------------------------------------------------------------------------ the first boot

check "a machine is made" make_machine || finish
check "the machine boots" vm_start m || finish
all_are_up m "its containers are up"
users_is_up m "that of a user is up"
expect "there is no orphan" "" "$(orphans m)"
expect "there is no orphan in the user's store" "" "$(user_orphans)"

expect "systemd-analyze verify reports nothing" "" \
        "$(vm_run m 'systemd-analyze verify --man=no cstorage-gc.service multi-user.target')"
for unit in cstorage-gc.service cstorage-gc-delete.service; do
        level=$(exposure $unit)
        note "systemd-analyze security $unit: $level"
        check "the exposure is at most $max_exposure" jq -ne "${level:-10} <= $max_exposure" || note "$(grep -v ✓ "$scratch/exposure")"
done

# ------------------------------------------------------------------------------------------------ reboot

# These are not removed when the machine goes down.
vm_run m 'for i in 1 2 3; do podman run -d --name left$i localhost/second:1 sh -c "mkdir /d; touch /d/f; exec sleep 1000000"; done
        podman create --name made localhost/base:1 sh' >"$scratch/made"
expect "four more containers are made" "4 4" "$(grep -cxE '[0-9a-f]{64}' "$scratch/made") $(directories)" ||
        note "$(cat "$scratch/made")"
bob "sh -c '$user_containers'"
vm_run m 'cd /home/bob/.local/share/containers/storage/overlay && find . -path "*/diff/d/f" -uid +100000' |
        sed 's,^./,,; s,/.*,,' >"$scratch/user-layers"
expect "a user makes two containers with files of other ids" 2 "$(grep -c . "$scratch/user-layers")" ||
        note "$(vm_run m 'cat /tmp/made-by-bob')"
check "orphans are made while the clock is ahead" plant_behind
expect "the orphans exist" 4 "$(left_behind)"
check "the machine reboots" vm_reboot m || finish
check "the clock is behind the orphans" is_behind
all_are_up m "its containers are up again"
users_is_up m "that of a user is up again"
expect "no orphan is left" "" "$(orphans m)"
expect "the four are gone" 0 "$(directories)"
expect "the orphans that seem to be of the future are gone, since they existed at boot" 0 "$(left_behind)"
# The unit is inactive before the deleter starts, too.
left_in='left_in() { (cd "$1" && ls overlay/tempdirs overlay-layers/tmp overlay-containers/tmp 2>/dev/null | grep -c temp-dir); }'
expect "the deleter deleted the trash" "inactive success 0 temp dirs" "$(vm_run m "$left_in"'
        for i in $(seq 600); do
                [ "$(left_in /var/lib/containers/storage) $(systemctl is-active cstorage-gc-delete.service)" = "0 inactive" ] && break
                sleep 1
        done
        echo $(systemctl is-active cstorage-gc-delete.service) $(systemctl show -P Result cstorage-gc-delete.service) $(
                left_in /var/lib/containers/storage) temp dirs')"
expect "the user's deleter deleted the user's trash" "inactive success 0 temp dirs, 0 files" "$(vm_run m "$left_in"'
        store=/home/bob/.local/share/containers/storage
        for i in $(seq 600); do
                [ "$(left_in $store) $(systemctl --user -M bob@ is-active cstorage-gc-delete.service)" = "0 inactive" ] && break
                sleep 1
        done
        echo $(systemctl --user -M bob@ is-active cstorage-gc-delete.service) $(
                systemctl --user -M bob@ show -P Result cstorage-gc-delete.service) $(left_in $store) temp dirs'), \
$(user_left) files"
expect "no orphan is left in the user's store" "" "$(user_orphans)"
note "$(vm_run m 'journalctl -b -o cat --no-pager _UID=1000 -t cstorage-gc -t cstorage-gc-delete')"
check "the journal has a record of the deletion, and nothing is left" test "$(vm_run m "journalctl -b -o json MESSAGE_ID=$deleted _UID=0" |
        jq -r 'select((.CSTORAGE_FILES | tonumber) > 8) | .CSTORAGE_LEFT')" = 0
check "the catalog explains the record" grep -q '^-- Subject: The trash of a container store was deleted' <<<"$(vm_run m "journalctl --update-catalog
        journalctl -b -x --no-pager MESSAGE_ID=$deleted" | sed 's/^░░/--/')"
note "$(vm_run m 'journalctl -b -o cat --no-pager -u cstorage-gc.service')"
times >"$scratch/times"
expect "the collector ended before any container started" "" "$(done_before cstorage-gc $quadlets user/users)"
expect "the user's collector ended before the user's container started" "" "$(done_before user/cstorage-gc user/users)"
note "since the kernel started:"
note "$(timeline)"

# ------------------------------------------------------------------------------------------------ by hand

# Here, unlike in a sandbox, the collector can read /proc of all processes.
recent=$(printf '0a%.0s' {1..32})
used=$(printf '0b%.0s' {1..32})

collect() {
        vm_run m "cstorage-gc --json --verbose $* 2>/run/by-hand.err" >"$scratch/by-hand"
        status=$?
        vm_get m /run/by-hand.err "$scratch/by-hand.err"
}
# became ID: each kind of it, and why.
became() {
        jq -r --arg id "$1" '[.objects[] | select(.path | endswith($id)) | "\(.kind) \(.verdict) \(.reason)"] |
                sort | join(", ")' "$scratch/by-hand"
}
here() { vm_run m "cd $store && ls -d overlay/$recent overlay/$used overlay-containers/$recent 2>/dev/null | wc -l"; }
shown() { note "$(cat "$scratch/by-hand.err"; jq -c '.objects[]' "$scratch/by-hand")"; }

expect "orphans are made in this boot" 3 "$(vm_run m "cd $store &&
        mkdir -p overlay/{$recent,$used}/diff overlay-containers/$recent/userdata" && here)"
collect
expect "a run by hand keeps them as recent" \
        "0: container-dir keep recent, layer-dir keep recent; layer-dir keep recent; 3 left" \
        "$status: $(became "$recent"); $(became "$used"); $(here) left" || shown
check "the message of that run names --recent" \
        grep -q "3 orphans that changed since the boot\. .*--recent" "$scratch/by-hand.err" || shown

vm_run m "cd $store/overlay/$used/diff && { sleep 1000000 >/dev/null 2>&1 3>&- & echo \$! >/run/user-of-it; }"
collect --recent
expect "with --recent a layer that a process works in and all container directories are kept" \
        "3: container-dir refuse runroot-unseen, layer-dir remove no-record; layer-dir keep in-use; 2 left" \
        "$status: $(became "$recent"); $(became "$used"); $(here) left" || shown
vm_run m 'kill $(cat /run/user-of-it); while [ -e /proc/$(cat /run/user-of-it) ]; do sleep 0.1; done'
collect --recent
expect "once the process has ended all are removed" "0: container-dir remove no-record; layer-dir remove no-record; 0 left" \
        "$status: $(became "$recent"); $(became "$used"); $(here) left" || shown
all_are_up m "its containers are still up"
users_is_up m "and so is that of the user"
check "the machine shuts down" vm_poweroff m
finish
