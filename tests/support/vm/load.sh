#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# In a machine: make and remove containers, and pull and remove an image, until the power is cut.
i=0
while :; do
        podman run --rm localhost/base:1 dd if=/dev/zero of=/file bs=4k count=100
        podman run -d --name load$i localhost/second:1 sh -c "echo $i >/file; sync; exec sleep 1000"
        image=$(podman pull -q dir:/var/lib/containers/image)
        podman rm -f -t 0 load$((i - 1))
        podman rmi -f "$image"
        i=$((i + 1))
done
