#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Inside of a machine: runs what vm_run sends. A line in is a number and a script, in base64; a line out is the number, the
# exit status, and what was printed, in base64.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin HOME=/root LC_ALL=C.UTF-8

# with_clock HOURS COMMAND...: for the time of the command the clock is so many hours ahead, or behind if there are less than
# none. What is made a day behind is older than the boot, as if it had been there before: started by hand, the collector
# removes it.
with_clock() {
        local hours=$1 status
        shift

        date -s "$hours hours" >/dev/null || return
        "$@"
        status=$?
        date -s "$((-hours)) hours" >/dev/null || return
        return $status
}
export -f with_clock

exec 3<>/dev/vport0p1
echo "vm: up" >/dev/console
while read -r number script <&3; do
        output=$(bash -c "$(base64 -d <<<"$script")" </dev/null 2>&1 3>&- | base64 -w 0
                exit "${PIPESTATUS[0]}")
        echo "$number $? $output" >&3
done
