#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# In a machine: run the scripts that vm_run sends. An input line is a number and a script in base64; an output line is the
# number, the exit status, and the output in base64.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin HOME=/root LC_ALL=C.UTF-8

# with_clock HOURS COMMAND...: run the command while the clock is ahead by so many hours, or behind if they are negative. An
# entry that is made a day behind is older than the boot, so the collector removes it if it is run by hand.
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
