#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# damage.sh SUITE: what a power failure or an incomplete backup leaves of the layers of a real podman. A row plants one
# damage, shows whether podman works with it, repairs the store, and then podman must start the containers, run a new one,
# make a layer above it, and remove all of it. If no repair is possible, the collector names the lost images and containers,
# and its commands make room for new ones.
. "$(dirname "$0")/../support/lib.sh"

suite=$1

need_root
need_gc
need_machines "$suite"
[ "$suite" = sid ] || [ "${CSTORAGE_TEST_LONG-0}" = 1 ] || skip_all "it takes long; CSTORAGE_TEST_LONG=1 runs it"
make_scratch
export RUN_ON_DISK=1

# Inside of a machine: G is the graphroot; box, top, base the ids of the layers of the container "normal" and of its
# image; fresh the layer of a container that was never started.
# shellcheck disable=SC2016
prelude='
        G=/var/lib/containers/storage O=$G/overlay
        id() { jq -r --arg n "$1" ".[] | select(.names == [\$n]) | .id" $G/overlay-layers/layers.json; }
        parent() { jq -r --arg i "$1" ".[] | select(.id == \$i) | .parent" $G/overlay-layers/layers.json; }
        box=$(id normal-layer) fresh=$(id fresh-layer)
        top=$(parent $box) middle=$(parent $top) base=$(parent $middle)
        short() { cat /var/lib/containers/template/overlay/$1/link; }
        nuls() { head -c "$(stat -c %s "$1")" /dev/zero >"$1.new"; cat "$1.new" >"$1"; rm "$1.new"; }
'

# What podman has to do. Each container checks what it reads: the output of a short one is lost now and then.
# shellcheck disable=SC2016
use='
        set -e
        podman start -a normal
        podman start -a fresh
        podman run --name new localhost/built:1 sh -c "[ \"\$(cat /built)\" = built ]"
        podman commit -q normal localhost/again:1
        podman run --rm localhost/again:1 sh -c "[ \"\$(cat /mine)\" = mine ]"
        podman rm normal fresh new
        podman run --rm localhost/built:1 cat /built
        podman rmi -f localhost/again:1
        podman run --rm localhost/built:1 cat /built
'

# What shows whether podman works with the damage.
try='
        set -e
        podman start -a normal
        podman start -a fresh
        podman run --rm localhost/built:1 cat /built
        podman rm normal fresh
        podman run --rm localhost/built:1 cat /built
'

# Back to the state of the template; nothing is mounted, and no podman cleans up after a container any more.
# shellcheck disable=SC2016
reset='
        for i in $(seq 100); do
                grep -qsxE "podman|conmon" /proc/[0-9]*/comm || break
                sleep 0.1
        done
        for i in $(seq 10); do
                awk "\$5 ~ /^.var.lib.containers.storage./ { print \$5 }" /proc/self/mountinfo | sort -r | xargs -r umount -l
                rm -rf /run/containers /run/libpod /dev/shm/libpod_lock /var/lib/containers/storage && break
                sleep 0.2
        done
        cp -a /var/lib/containers/template /var/lib/containers/storage
'

plant() {
        machine_run m sh -c "$reset" && machine_run m sh -ec "$prelude $1"
}

# damaged: nothing is printed if nothing is damaged.
damaged() { machine_run m cstorage-gc check --quiet 2>&1; }

# row NAME COMMANDS: the commands plant the damage.
row() {
        local before=works found repaired

        plant "$2" || { not_ok "$1 (not planted)" && return; }
        machine_run m sh -c "$try" >/dev/null 2>&1 || before=fails
        plant "$2"
        found=$(damaged)
        repaired=$(machine_run m cstorage-gc repair 2>&1)
        machine_run m sh -c "$use" >/dev/null 2>"$scratch/errors"
        expect "$1 (before: $before)" "status 0, found " "status $?, found $(damaged)" ||
                note "found: $found" "repaired: $repaired" "$(cat "$scratch/errors")"
}

# lost_row NAME COMMANDS LOST...: the commands plant the damage, and these images and containers are lost.
lost_row() {
        local name=$1 commands

        plant "$2" || { not_ok "$1 (not planted)" && return; }
        shift 2
        machine_run m cstorage-gc check --json >"$scratch/report" 2>/dev/null
        expect "$name: the lost images and containers are named" "status 3, $*" \
                "status $?, $(jq -r '.objects[] | select(.reason | endswith("-lost")) | .path' "$scratch/report" |
                        grep -vxE "[0-9a-f]{64}" | xargs)"
        commands=$(jq -r '.objects[].command // empty' "$scratch/report")
        machine_run m sh -c "$commands" >"$scratch/errors" 2>&1
        check "$name: after the commands podman makes them anew" machine_run m sh -ec '
                podman image exists localhost/base:1 || podman import -q /tmp/rootfs.tar localhost/base:1
                podman build -q --layers -t localhost/built:1 /tmp/build
                podman run --name normal localhost/built:1 sh -c "[ \"\$(cat /built)\" = built ]"' || note "$commands" "$(<"$scratch/errors")"
        expect "$name: nothing is damaged" "" "$(damaged)"
}

machine_start m "$suite" || skip_all "a machine does not boot"
machine_run m sh -c "$(cat "$support/machine/image.sh")"
# shellcheck disable=SC2016
machine_run m sh -ec '
        podman import -q /tmp/rootfs.tar localhost/base:1
        podman build -q --layers -t localhost/built:1 /tmp/build
        podman run --name normal localhost/built:1 sh -c "echo mine >/mine; [ \"\$(cat /built)\" = built ]"
        podman create --name fresh localhost/built:1 cat /built
        while grep -qsxE "podman|conmon" /proc/[0-9]*/comm; do sleep 0.1; done
        awk "\$5 ~ /^.var.lib.containers.storage./ { print \$5 }" /proc/self/mountinfo | sort -r | xargs -r umount -l
        cp -a /var/lib/containers/storage /var/lib/containers/template' >"$scratch/made" 2>&1 ||
        skip_all "podman of $suite makes no store: $(tail -1 "$scratch/made")"

row "nothing" ':'
row "link of a container missing" 'rm $O/$box/link'
row "link of a container empty" ': >$O/$box/link'
row "link of a container full of NULs" 'nuls $O/$box/link'
row "link of an image missing" 'rm $O/$top/link'
row "link of an image empty" ': >$O/$top/link'
row "link of the lowest layer empty" ': >$O/$base/link'
row "link of the lowest layer cut off" 'printf ABC >$O/$base/link'
row "short link of a container missing" 'rm $O/l/$(short $box)'
row "short link of an image missing" 'rm $O/l/$(short $top)'
row "short link of the lowest layer missing" 'rm $O/l/$(short $base)'
row "short link leading elsewhere" 'ln -sfn ../$top/diff $O/l/$(short $base)'
row "short link leading nowhere" 'ln -sfn ../nothing/diff $O/l/$(short $middle)'
row "a directory in place of a short link" 'rm $O/l/$(short $middle); mkdir $O/l/$(short $middle)'
row "all short links missing" 'rm $O/l/*'
row "l missing" 'rm -r $O/l'
row "l a file" 'rm -r $O/l; : >$O/l'
row "l a link" 'rm -r $O/l; mkdir -p /var/elsewhere; ln -s /var/elsewhere $O/l'
row "link and short link of a container missing" 'rm $O/l/$(short $box) $O/$box/link'
row "link and short link of an image missing" 'rm $O/l/$(short $top) $O/$top/link'
row "all link files empty" 'for i in $O/*/link; do : >$i; done'
row "all link files and short links missing" 'rm $O/*/link $O/l/*'
row "lower of a container empty" ': >$O/$box/lower'
row "lower of a container missing" 'rm $O/$box/lower'
row "lower of an image full of NULs" 'nuls $O/$top/lower'
row "lower of an image cut off" 'truncate -s 28 $O/$top/lower'
row "all lower files empty" 'for i in $O/*/lower; do : >$i; done'
row "lower-layers of a container empty" '[ ! -e $O/$box/lower-layers ] || : >$O/$box/lower-layers'
row "lower-layers of an image full of NULs" '[ ! -e $O/$top/lower-layers ] || nuls $O/$top/lower-layers'
row "lower and lower-layers missing" 'rm -f $O/$box/lower $O/$box/lower-layers'
row "diff of a container that was never started missing" 'rmdir $O/$fresh/diff'
row "work of a container missing" 'rm -r $O/$box/work'
row "work of a container a file" 'rm -r $O/$box/work; : >$O/$box/work'
row "merged of a container missing" 'rmdir $O/$box/merged'
row "merged of a container a link" 'rmdir $O/$box/merged; mkdir -p /var/elsewhere; ln -s /var/elsewhere $O/$box/merged'
row "files in the mount point of a container" 'echo lost >$O/$box/merged/file'
row "all empty directories missing" 'find $O -type d -empty -delete'
row "everything but the content blank" 'for i in $O/*/link $O/*/lower $O/*/lower-layers; do [ ! -e $i ] || : >$i; done; rm -r $O/l; rm -r $O/*/work; find $O -type d -empty -delete'

lost_row "directory of the top layer of an image" 'rm -r $O/$top' localhost/built:1 normal fresh
lost_row "directory of the lowest layer" 'rm -r $O/$base' localhost/base:1 localhost/built:1 normal fresh
lost_row "directory of a container" 'rm -r $O/$box' normal
lost_row "content of an image" 'rm -r $O/$top/diff' localhost/built:1 normal fresh
finish
