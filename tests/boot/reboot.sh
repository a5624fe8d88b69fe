#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A machine with a transient store is rebooted while containers run: afterwards there is no orphan, each container that
# systemd starts is up, and the collector was done before the first of them was started.
. "$(dirname "$0")/vm.sh"
. "$(dirname "$0")/containers.sh"

# The highest exposure that systemd-analyze may find in a unit of ours.
max_exposure=1.5

need_vm

make_machine() {
        vm_root m && put_images "$scratch/m/root" && put_quadlets "$scratch/m/root" &&
                put_user "$scratch/m/root" && vm_image m
}

reaped=$(sed -n 's/.*\[MESSAGE_REAPED\] = {"\([0-9a-f]*\)".*/\1/p' "$tests_dir/../gc/journal.c")

# "MICROSECONDS WHAT UNIT" by the monotonic clock of the journal, for the system's units and users' services: "starting", and
# "started", which for what ends means that it ended. The numbers are those of systemd's messages (sd-messages.h).
times() {
        vm_run m 'journalctl -b -o json --output-fields=UNIT,USER_UNIT,MESSAGE_ID _COMM=systemd' | jq -r '
                {"7d4958e842da4a758f6c1cdc7b36dcc5": "starting", "39f53479d3a045ac8e11786248231fbf": "started"} as $what |
                select($what[.MESSAGE_ID // ""] and (.UNIT or (.USER_UNIT | endswith(".service")))) |
                [.__MONOTONIC_TIMESTAMP, $what[.MESSAGE_ID], .UNIT // .USER_UNIT] | join(" ")'
}

timeline() {
        local wanted

        wanted=$(printf '%s.service|' $quadlets users)
        grep -E " (${wanted}cstorage-gc.*|basic.target|network-online.target|multi-user.target)\$" "$scratch/times" |
                awk '{ printf "%9.3fs  %-8s  %s\n", $1 / 1e6, $2, $3 }'
}

time_of() { sed -n "s/^\([0-9]*\) $1 $2\$/\1/p" "$scratch/times" | head -n 1; }

done_before_containers() {
        local end q start

        end=$(time_of started cstorage-gc.service)
        for q in $quadlets users; do
                start=$(time_of starting "$q.service")
                [ -n "$end" ] && [ -n "$start" ] && [ "$start" -ge "$end" ] ||
                        echo "$q: ${start:-never}, collector: ${end:-never}"
        done
}

# How many of the containers made by hand have a directory.
directories() { vm_run m 'ls /var/lib/containers/storage/overlay-containers' | grep -cxFf "$scratch/made"; }

exposure() {
        vm_run m "systemd-analyze security --no-pager $1" | tee "$scratch/exposure" |
                sed -n 's/.*level for .*: \([0-9.]*\) .*/\1/p'
}

# ------------------------------------------------------------------------------------------------ the first boot

check "a machine is made" make_machine || finish
check "it boots" vm_start m || finish
all_are_up m "its containers are up"
users_is_up m "that of a user is up"
expect "there is no orphan" "" "$(orphans m)"

expect "systemd-analyze verify has nothing to say" "" \
        "$(vm_run m 'systemd-analyze verify --man=no cstorage-gc.service multi-user.target')"
for unit in cstorage-gc.service cstorage-gc-reap.service; do
        level=$(exposure $unit)
        note "systemd-analyze security $unit: $level"
        check "that is at most $max_exposure" jq -ne "${level:-10} <= $max_exposure" || note "$(grep -v ✓ "$scratch/exposure")"
done

# ------------------------------------------------------------------------------------------------ reboot

# These are not removed when the machine goes down.
vm_run m 'for i in 1 2 3; do podman run -d --name left$i localhost/second:1 sh -c "mkdir /d; touch /d/f; exec sleep 1000000"; done
        podman create --name made localhost/base:1 sh' >"$scratch/made"
expect "four more containers are made" "4 4" "$(grep -cxE '[0-9a-f]{64}' "$scratch/made") $(directories)" ||
        note "$(cat "$scratch/made")"
check "it reboots" vm_reboot m || finish
all_are_up m "its containers are up again"
users_is_up m "that of a user is up again"
expect "no orphan is left" "" "$(orphans m)"
expect "the four are gone" 0 "$(directories)"
expect "the reaper deleted what was collected" "inactive success 0 temp dirs" "$(vm_run m '
        for i in $(seq 600); do [ "$(systemctl is-active cstorage-gc-reap.service)" = inactive ] && break || sleep 1; done
        cd /var/lib/containers/storage
        echo $(systemctl is-active cstorage-gc-reap.service) $(systemctl show -P Result cstorage-gc-reap.service) $(
                ls overlay/tempdirs overlay-layers/tmp overlay-containers/tmp 2>/dev/null | grep -c temp-dir) temp dirs')"
check "the journal has a record of that, with all of it gone" test "$(vm_run m "journalctl -b -o json MESSAGE_ID=$reaped" |
        jq -r 'select((.CSTORAGE_ENTRIES | tonumber) > 8) | .CSTORAGE_LEFT')" = 0
check "the catalog explains it" grep -q '^-- Subject: What was collected is deleted' <<<"$(vm_run m "journalctl --update-catalog
        journalctl -b -x --no-pager MESSAGE_ID=$reaped" | sed 's/^░░/--/')"
note "$(vm_run m 'journalctl -b -o cat --no-pager -u cstorage-gc.service')"
times >"$scratch/times"
expect "the collector was done before any container was started" "" "$(done_before_containers)"
note "since the kernel started:"
note "$(timeline)"
check "it goes off" vm_poweroff m
finish
