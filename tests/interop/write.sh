#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# write.sh SUITE: tools of a Debian suite list, use, build on and remove the objects of the library, and tools of bookworm list
# them; the library changes and deletes the objects of the tools. With overlay and vfs, in normal and transient mode.
. "$(dirname "$0")/../support/lib.sh"

suite=$1
need_root
need_machines "$suite" bookworm
make_scratch
helpers=/var/lib/containers/library-image.sh

# inside M DRIVER MODE COMMANDS: run them with the functions of library-image.sh.
inside() {
        machine_run "$1" bash -c "driver=$2 mode=$3 graphroot=/var/lib/containers/$2 runroot=/run/containers/$2
                . $helpers; set -e; $4"
}

# prints NAME WANTED COMMANDS: the commands print that. The machine, the driver and the mode are the current ones.
prints() { expect "$driver${mode:+ $mode}: $1" "$2" "$(inside m "$driver" "$mode" "$3" 2>"$scratch/err" || tail -n 3 "$scratch/err")"; }

# does NAME COMMANDS: the commands succeed.
does() { check "$driver${mode:+ $mode}: $1" inside m "$driver" "$mode" "$2"; }

# fails NAME TEXT COMMANDS: the commands fail with that text.
fails() {
        local output

        output=$(inside m "$driver" "$mode" "$3" 2>&1) && output="success: $output"
        check "$driver${mode:+ $mode}: $1" grep -qi -e "$2" <<<"$output" || note "$output"
}

prepare() {
        machine_start m "$suite" || return
        cp "$support/interop/library-image.sh" "$scratch/m/store"
        machine_run m sh -c "$(cat "$support/machine/image.sh")"
        # With overlay the second layer lacks a file of the first one; with vfs the file differs.
        machine_run m sh -ec 'mkdir -p /tmp/second/data /tmp/third
                echo second >/tmp/second/data/second
                echo third >/tmp/third/third'
}

# Another release reads the same store.
bookworm_lists() {
        local images

        mkdir -p "$scratch/b/store"
        mount --bind "$scratch/m/store" "$scratch/b/store"
        check "$driver: a machine of bookworm boots" machine_start b bookworm || return
        images=$(inside b "$driver" "" 'pod images --format "{{.Repository}}:{{.Tag}} {{.ID}}" | sort' 2>"$scratch/err")
        expect "$driver: podman of bookworm lists them" "$(inside m "$driver" "" 'pod images --format "{{.Repository}}:{{.Tag}} {{.ID}}" | sort')" \
                "$images" || note "$(tail -n 3 "$scratch/err")"
        check "$driver: the store has several images" test "$(wc -l <<<"$images")" -ge 2
        expect "$driver: containers-storage of bookworm lists their layers" \
                "$(inside m "$driver" "" 'storage layers | grep -xE "[a-f0-9]{64}" | sort')" \
                "$(inside b "$driver" "" 'storage layers | grep -xE "[a-f0-9]{64}" | sort' 2>/dev/null)"
        machine_kill b
        umount -l "$scratch/b/store"
}

# ------------------------------------------------------------------------------------------------------------- images

library_images() {
        mode=
        does "an image of one layer is made" 'library_image localhost/ours:1 /tmp/rootfs'
        does "an image of three layers is made" 'library_image localhost/ours:3 /tmp/rootfs /tmp/second /tmp/third'
        prints "podman lists them" "localhost/ours:1
localhost/ours:3" 'pod images --format "{{.Repository}}:{{.Tag}}" | sort'
        prints "podman prints the configuration" "by hand 3" \
                'pod image inspect --format "{{.Labels.made}} {{len .RootFS.Layers}}" localhost/ours:3'
        prints "the images share their layers" 3 'storage layers | grep -cxE "[a-f0-9]{64}"'
        prints "podman runs the first one" kept 'pod run --rm localhost/ours:1 cat /data/file'
        prints "podman runs the second one" "kept
second
third" 'pod run --rm localhost/ours:3 cat /data/file /data/second /third'
        prints "podman commits on top, runs the result, and copies no layer" "new kept third
4" 'pod run --name c localhost/ours:3 sh -c "echo new >/new"
                pod commit -q c localhost/child:1 >/dev/null
                pod rm c >/dev/null
                pod run --rm localhost/child:1 cat /new /data/file /third | xargs
                storage layers | grep -cxE "[a-f0-9]{64}"'
        prints "podman saves an image and loads the same" same 'pod save -q -o /tmp/saved-$driver localhost/ours:3
                a=$(pod image inspect --format "{{.Id}}" localhost/ours:3)
                pod rmi -f localhost/child:1 localhost/ours:3 >/dev/null
                pod load -q -i /tmp/saved-$driver >/dev/null
                [ "$a" != "$(pod image inspect --format "{{.Id}}" localhost/ours:3)" ] || echo same'
        does "containers-storage check finds nothing" 'storage check'
}

nothing_is_left() {
        prints "podman removes all images, and nothing is left" "[] [] [] []" 'pod rmi -fa >/dev/null
                cd $graphroot; cat $driver-layers/layers.json $driver-images/images.json $driver-containers/containers.json \
                        $driver-layers/volatile-layers.json | sed "s/\]/] /g" | xargs
                ls -A $driver/[a-f0-9]* $driver/l $driver/dir 2>/dev/null | grep -E "^[A-F0-9a-z]{26,}$" || :
                find $driver-layers $driver-images $driver-containers -mindepth 1 ! -name tmp ! -name "*.json" ! -name "*.lock"'
}

# --------------------------------------------------------------------------------------------------------- containers

library_containers() {
        does "a container is made, with data and a directory" 'echo word >/tmp/word
                writer container ours-c ours-l localhost/ours:3 made-by-us , data container ours-c key /tmp/word ,\
                        metadata container ours-c said , flag container ours-c of-ours true , directory container ours-c'
        prints "containers-storage lists it" "ours-c said word" \
                'echo $(storage containers | grep -x ours-c) $(storage metadata -q made-by-us) $(storage get-container-data made-by-us key)'
        prints "it is recorded in the right file" "${mode:+volatile-}containers.json" 'cd $graphroot/$driver-containers
                [ -z "$mode" ] || cd $runroot/$driver-containers
                grep -l ours-c *.json'
        prints "podman lists it" made-by-us 'pod ps -a --external --format "{{.Names}}"'
        prints "containers-storage mounts it" "kept third written" 'p=$(storage mount made-by-us | tail -n 1)
                echo written >$p/mine; cat $p/data/file $p/third $p/mine | xargs'
        fails "a mounted container is not deleted" "mount" 'writer delete container made-by-us'
        prints "the library mounts it a second time, and it stays mounted when containers-storage unmounts it" "written written" 'p=$(writer mount container made-by-us)
                before=$(cat $p/mine)
                storage unmount made-by-us >/dev/null
                echo $before $(cat $p/mine)'
        prints "the library unmounts it, and containers-storage unmounts a mount of the library" "" 'writer unmount container made-by-us
                writer mount container made-by-us >/dev/null
                storage unmount made-by-us >/dev/null
                jq -c ".[]" $runroot/$driver-layers/mountpoints.json
                grep $graphroot/$driver/ours-l /proc/self/mountinfo || :'
        prints "containers-storage deletes it" "" 'storage delete-container made-by-us
                storage containers | grep ours; find $graphroot $runroot -name "ours-*"'
}

# ---------------------------------------------------------------------------------------------------------- of theirs

storage_objects() {
        does "containers-storage makes layers, an image and a container" 'echo theirs >/tmp/theirs
                low=$(storage create-layer -n t-low | head -n 1)
                storage import-layer -f /tmp/rootfs.tar -n t-top $low || storage create-layer -n t-top $low
                storage create-image -n t-image -m old t-top
                storage set-image-data -f /tmp/theirs t-image key
                storage create-container -n t-container -m old t-image
                storage set-container-data -f /tmp/theirs t-container key'
        does "the library changes them" 'echo ours >/tmp/ours
                writer names image t-image u-image , names layer t-top u-top v-top , names container t-container u-container ,\
                        metadata image u-image new , metadata container u-container new , metadata layer t-low new ,\
                        flag layer u-top f 1 , flag image u-image f "[1]" , flag container u-container f null ,\
                        data image u-image key /tmp/ours , data container u-container other /tmp/ours ,\
                        data layer t-low key /tmp/ours'
        prints "containers-storage prints the names" "u-image u-top v-top u-container" \
                'for i in u-image u-top u-container; do storage get-names $i; done | xargs'
        prints "containers-storage prints the metadata" "new new new" 'storage metadata -q u-image u-container t-low | xargs'
        prints "containers-storage prints the data" "ours theirs ours ours" 'for k in "image-data u-image key" "container-data u-container key" \
                "container-data u-container other" "layer-data t-low key"; do storage get-$k; done | xargs'
        prints "names that are in use move" "u-image" 'id=$(jq -r ".[] | select(.names == [\"u-image\"]).id" $graphroot/$driver-images/images.json)
                storage create-image -n w-image u-top >/dev/null
                writer names image w-image u-image
                test -z "$(storage get-names $id)"
                writer names image $id u-image , names image u-image u-image
                storage get-names $id
                storage delete-image "$(jq -r ".[] | select(.names == null).id" $graphroot/$driver-images/images.json)"'
        fails "a layer with children is not deleted" "is below the layer" 'writer delete layer t-low'
        fails "an image in use is not deleted" "container" 'writer delete image u-image'
        does "containers-storage check finds nothing" 'storage check'
        does "the library deletes them" 'writer delete container u-container , delete image u-image'
        prints "containers-storage lists nothing" "" 'storage layers; storage images; storage containers'
}

check "$suite: a machine boots" prepare || finish
for driver in overlay vfs; do
        mode=
        library_images
        bookworm_lists
        for mode in "" transient; do
                library_containers
        done
        mode=
        nothing_is_left
        for mode in "" transient; do
                storage_objects
        done
done
finish
