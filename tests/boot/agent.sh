#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Inside of a machine: runs what vm_run sends. A line in is a number and a script, in base64; a line out is the number, the
# exit status, and what was printed, in base64.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin HOME=/root LC_ALL=C.UTF-8

exec 3<>/dev/vport0p1
echo "vm: up" >/dev/console
while read -r number script <&3; do
        output=$(bash -c "$(base64 -d <<<"$script")" </dev/null 2>&1 3>&- | base64 -w 0
                exit "${PIPESTATUS[0]}")
        echo "$number $? $output" >&3
done
