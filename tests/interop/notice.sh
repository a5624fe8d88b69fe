#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# notice.sh SUITE: a long-running Go process, podman system service, notices the changes of the library at once, and its next write
# loses none of them; an open snapshot of the library notices the changes of Go processes.
. "$(dirname "$0")/../support/lib.sh"

suite=$1
need_root
need_machines "$suite"
command -v curl >/dev/null || skip_all "there is no curl"
make_scratch
socket=$scratch/m/run/podman.sock

inside() {
        machine_run m bash -c "driver=overlay mode=$mode graphroot=/var/lib/containers/storage runroot=/run/containers/storage
                . /var/lib/containers/library-image.sh; set -e; $1"
}

# api METHOD PATH
api() { curl -sS -f --max-time 20 --unix-socket "$socket" -X "$1" "http://d/v4.0.0/libpod$2"; }

images() { api GET /images/json | jq -r '.[].Names[]?' | sort | xargs; }
containers() { api GET '/containers/json?all=true&external=true' | jq -r '.[].Names[0]' | sort | xargs; }

serve() {
        machine_start m "$suite" || return
        cp "$support/interop/library-image.sh" "$scratch/m/store"
        machine_run m sh -c "$(cat "$support/machine/image.sh")"
        inside 'pod import -q /tmp/rootfs.tar localhost/theirs:1
                pod create --name theirs localhost/theirs:1 cat /data/file' || return
        inside 'pod system service --time=0 unix:///run/podman.sock' >"$scratch/service.log" 2>&1 &
        for _ in $(seq 200); do
                api GET /_ping >/dev/null 2>&1 && return
                sleep 0.05
        done
        return 1
}

# does NAME COMMANDS IMAGES CONTAINERS: run the commands; then the service lists these images and containers.
does() {
        check "${mode:+$mode: }$1" inside "$2"
        expect "${mode:+$mode: }$1: the service shows the images" "$3" "$(images)"
        expect "${mode:+$mode: }$1: the service shows the containers" "$4" "$(containers)"
}

records() { inside 'reader | grep -v ^mount | sed -E "s/^([a-z]+ [0-9]+) .*\"id\":\"([^\"]*)\"(,\"digest\":\"[^\"]*\")?(,\"names\":\[[^]]*\])?.*/\1 \2 \4/" | sort'; }

# The service writes after METHOD PATH: of the records only the lines that match are lost.
it_writes() {
        records >"$scratch/before"
        check "${mode:+$mode: }the service: $1 $2" api "$1" "$2"
        records >"$scratch/after"
        expect "${mode:+$mode: }the write of the service loses no record of the library" "" "$(comm -23 "$scratch/before" "$scratch/after" | grep -v -e "$3")"
        check "${mode:+$mode: }the service has written" sh -c "! cmp -s '$scratch/before' '$scratch/after'"
}

they_notice() {
        does "the library makes an image" "library_image localhost/ours:1 /tmp/rootfs" "localhost/ours:1 localhost/theirs:1" theirs
        does "the library makes a container" "writer container $(printf 'c%.0s' {1..64}) - localhost/ours:1 ours" \
                "localhost/ours:1 localhost/theirs:1" "ours theirs"
        does "the library renames both" "writer names image localhost/ours:1 localhost/renamed:1 , names container ours renamed" \
                "localhost/renamed:1 localhost/theirs:1" "renamed theirs"
        does "the library tags the image of podman" "writer names image localhost/theirs:1 localhost/theirs:1 localhost/also:1" \
                "localhost/also:1 localhost/renamed:1 localhost/theirs:1" "renamed theirs"
        it_writes POST '/images/localhost/renamed:1/tag?repo=localhost/tagged&tag=1' 'localhost/renamed:1'
        it_writes POST '/commit?container=theirs&repo=localhost/committed&tag=1' NOTHING
        it_writes DELETE '/containers/theirs?force=true' '"theirs\|container .*theirs'
        it_writes DELETE '/images/localhost/committed:1' '[a-f0-9]\{64\} $\|localhost/committed'
        does "the library deletes the container" "writer delete container renamed" \
                "localhost/also:1 localhost/renamed:1 localhost/tagged:1 localhost/theirs:1" ""
        does "the library deletes the image of podman" "writer delete image localhost/also:1" "localhost/renamed:1 localhost/tagged:1" ""
        does "the library deletes its image" "writer delete image localhost/tagged:1" "" ""
}

# ---------------------------------------------------------------------------------------------------- the other way

# stale NAME WANTED
stale() {
        local answer=

        echo >&"${watch[1]}"
        read -r -t 20 answer <&"${watch[0]}"
        expect "${mode:+$mode: }$1" "$2" "$answer"
}

# after NAME COMMANDS: run the commands, which make the snapshot stale once.
after() {
        check "${mode:+$mode: }$1" inside "$2 >/dev/null"
        stale "$1: the snapshot is stale" 1
        stale "$1: a new snapshot is not stale" 0
}

we_notice() {
        coproc watch { machine_run m /opt/cstorage/tests/support/interop/store-reader -w ${mode:+-t} overlay /var/lib/containers/storage \
                /run/containers/storage; }
        stale "a snapshot of an unchanged store is not stale" 0
        after "podman imports an image" 'pod import -q /tmp/rootfs.tar localhost/new:1'
        check "${mode:+$mode: }the service tags it" api POST '/images/localhost/new:1/tag?repo=localhost/tagged&tag=1'
        stale "the service tags it: the snapshot is stale" 1
        after "podman makes a container" 'pod create -q --name new localhost/new:1'
        after "containers-storage mounts it" 'storage mount new'
        after "containers-storage unmounts it" 'storage unmount new'
        after "containers-storage makes a layer" 'storage create-layer -n layer'
        after "containers-storage sets data" 'storage set-image-data -f /etc/hostname localhost/new:1 key'
        after "containers-storage renames" 'storage add-names -n another localhost/new:1'
        check "podman lists" inside 'pod images; pod ps -a; storage layers'
        stale "a reader does not make the snapshot stale" 0
        after "podman removes" 'pod rm new; pod rmi -fa'
        after "the library makes a container" 'writer container - - - by-us'
        after "the library deletes it" 'writer delete container by-us'
        kill "$watch_PID" 2>/dev/null
}

for mode in "" transient; do
        check "${mode:+$mode: }podman serves" serve || finish
        they_notice
        we_notice
        check "${mode:+$mode: }containers-storage check finds nothing" inside 'storage check'
        machine_kill m
        rm -rf "$scratch/m"
done
finish
