#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The library and the real containers-storage make and mount layers in one store: the layers are equal, and each program unmounts
# the mounts of the other.
. "$(dirname "$0")/../support/lib.sh"

tool=/opt/cstorage/tests/support/interop/driver-tool
graph=/var/lib/containers/storage run=/run/containers/storage

need_root
need_machines sid
[ -x "$build/tests/support/interop/driver-tool" ] || skip_all "driver-tool is not built in $build"
make_scratch

storage() { machine_run m containers-storage -s "$driver" -g $graph -R $run "$@"; }
driver_tool() { machine_run m $tool "$driver" $graph $run "$@"; }

# created NAME [PARENT]: make a layer with containers-storage, and print its id.
created() { storage create-layer -n "$@" | head -n 1; }

# An unused id and short name.
new_id() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
new_link() { head -c 64 /dev/urandom | base32 | tr -d '=\n' | cut -c 1-26; }

inside() { machine_run m sh -c "$1"; }

# shape ID: the files of a layer without its ids and times, and the content of the files that name other layers.
shape() {
        inside "cd $graph/overlay/$1 && find . -printf '%P %y %m %U:%G %s\n' | sort
                for f in lower lower-layers; do [ ! -e \$f ] || { echo \$f; cat \$f; echo; }; done
                l=\$(cat link); readlink ../l/\$l | sed s/$1/ID/; stat -c '%a' ../l"
}

mounted() { inside "grep -c ' $graph/overlay/$1/merged ' /proc/self/mountinfo"; }

# Read and write in the file system of a container.
use() { inside "cd $graph/overlay/$1/merged && cat file && echo $2 >made-$2 && cat ../diff/made-$2"; }

machine_start m sid || skip_all "a machine does not boot"

# ----------------------------------------------------------------------------------------------------------- overlay

driver=overlay
base=$(created base)
inside "cd $graph/overlay/$base/diff && echo text >file && chmod 0751 . && chown 12:34 ."
second=$(created second base)
third=$(created third second)

go_layer=$(created storage)
own_layer=$(new_id)
check "the library makes a layer without a parent" driver_tool create "$own_layer" "$(new_link)"
expect "the layer is equal to one of containers-storage" "$(shape "$go_layer")" "$(shape "$own_layer")"

go_layer=$(created storage-2 base)
own_layer=$(new_id)
check "the library makes a layer with one lower" driver_tool create "$own_layer" "$(new_link)" "$base"
expect "the layer is equal to one of containers-storage" "$(shape "$go_layer")" "$(shape "$own_layer")"

go_layer=$(created storage-3 third)
own_layer=$(new_id)
check "the library makes a layer with three lowers" driver_tool create "$own_layer" "$(new_link)" "$third" "$second" "$base"
expect "the layer is equal to one of containers-storage" "$(shape "$go_layer")" "$(shape "$own_layer")"
check "the library replaces a leftover of that layer" driver_tool create "$own_layer" "$(new_link)" "$third" "$second" "$base"
expect "the new one is equal to one of containers-storage" "$(shape "$go_layer")" "$(shape "$own_layer")"

inside "mkdir /tmp/content && echo staged >/tmp/content/file && chmod 0700 /tmp/content"
own_layer=$(new_id)
check "the library makes a layer of staged content" driver_tool stage "$own_layer" "$(new_link)" /tmp/content "$third" "$second" "$base"
expect "the layer has that content" staged "$(inside "cat $graph/overlay/$own_layer/diff/file")"
expect "no temp dir is left" "" "$(inside "ls $graph/overlay | grep tempdirs")"

storage create-image -n image third >/dev/null
storage create-container -n container image >/dev/null
top=$(storage container container | awk '$1 == "Layer:" { print $2 }')
chain=("$third" "$second" "$base")

check "containers-storage mounts the layer of a container" storage mount container
expect "the mount can be used" "text
1" "$(use "$top" 1)"
check "the library finds it mounted" driver_tool mount "$top" "${chain[@]}"
expect "the layer is mounted once" 1 "$(mounted "$top")"
check "the library unmounts it" driver_tool unmount "$top"
expect "the layer is not mounted" 0 "$(mounted "$top")"
check "containers-storage counts the mount down" storage unmount container

check "the library mounts it" driver_tool mount "$top" "${chain[@]}"
expect "the mount can be used" "text
2" "$(use "$top" 2)"
expect "containers-storage finds it mounted" "$graph/overlay/$top/merged" "$(storage mount container)"
expect "the layer is mounted once" 1 "$(mounted "$top")"
check "containers-storage unmounts it" storage unmount container
expect "the layer is not mounted" 0 "$(mounted "$top")"
expect "the written files are there" "1
2" "$(inside "cat $graph/overlay/$top/diff/made-*")"

check "the library mounts it as volatile" driver_tool mount-volatile "$top" "${chain[@]}"
check "containers-storage counts that mount" storage mount container
check "containers-storage unmounts it" storage unmount container
check "containers-storage mounts it again" storage mount container
check "containers-storage unmounts it again" storage unmount container
check "the library mounts it read-only" driver_tool mount-read-only "$top" "${chain[@]}"
expect "the mount cannot be written to" 1 "$(inside "echo x 2>/dev/null >$graph/overlay/$top/merged/no; echo \$?" | sed 's/[^0]/1/')"
check "the library unmounts it" driver_tool unmount "$top"
expect "nothing is left mounted" 0 "$(mounted "$top")"

# ---------------------------------------------------------------------------------------------------------- killed

# killed CALL N ARGUMENTS...: kill driver-tool at the Nth system call of this name; fails if it makes fewer.
killed() {
        local call=$1 n=$2
        shift 2
        ! inside "strace -qq -o /dev/null -e trace=$call -e inject=$call:signal=KILL:when=$n \
                  $tool $driver $graph $run $* 2>/dev/null"
}

# The differences of layers that were made after an incomplete one of the same id.
kill_creation() {
        local call=$1 n wanted
        wanted=$(shape "$go_layer")
        for n in $(seq 50); do
                own_layer=$(new_id)
                killed "$call" "$n" create "$own_layer" "$(new_link)" "${chain[@]}" || break
                driver_tool create "$own_layer" "$(new_link)" "${chain[@]}" || echo "$call $n: driver-tool cannot make the layer"
                [ "$(shape "$own_layer")" = "$wanted" ] || echo "$call $n: it looks otherwise"
        done
        [ "$n" -gt 1 ] || echo "$call: it was never killed"
        [ -z "$(inside "ls $graph/overlay | grep tempdirs")" ] || echo "$call: a temp dir is left"
}

for call in mkdirat symlinkat openat2 write; do
        expect "killed at $call, a layer can be made again" "" "$(kill_creation $call 2>&1)"
done

kill_unmounting() {
        local call=$1 n
        for n in $(seq 50); do
                driver_tool mount "$top" "${chain[@]}" >/dev/null || echo "$call $n: driver-tool cannot mount it"
                killed "$call" "$n" unmount "$top" || break
                driver_tool unmount "$top" || echo "$call $n: driver-tool cannot unmount it"
                [ "$(mounted "$top")" = 0 ] || echo "$call $n: it is mounted"
                storage mount container >/dev/null && storage unmount container >/dev/null ||
                        echo "$call $n: containers-storage cannot mount and unmount it"
        done
        [ "$n" -gt 1 ] || echo "$call: it was never killed"
}

for call in umount2 mkdirat renameat; do
        expect "killed at $call, a layer can be unmounted again" "" "$(kill_unmounting $call 2>&1)"
done

# ------------------------------------------------------------------------------------------------------ many layers

# So many lowers that the mount options do not fit into a page.
names=()
last=third
for i in $(seq 130); do
        names=("$(created "deep-$i" $last)" "${names[@]}")
        last=deep-$i
done
storage create-container -n deep "$(storage create-image -n deep-image $last | head -n 1)" >/dev/null
top=$(storage container deep | awk '$1 == "Layer:" { print $2 }')
check "the library mounts a container with 133 lowers" driver_tool mount "$top" "${names[@]}" "${chain[@]}"
expect "the mount can be used" "text
3" "$(use "$top" 3)"
check "containers-storage finds it mounted" storage mount deep
check "containers-storage unmounts it" storage unmount deep
expect "the layer is not mounted" 0 "$(mounted "$top")"
check "containers-storage mounts it" storage mount deep
check "the library unmounts it" driver_tool unmount "$top"
expect "the layer is not mounted" 0 "$(mounted "$top")"
storage unmount deep >/dev/null

# --------------------------------------------------------------------------------------------------------------- vfs

driver=vfs
base=$(created base)
inside "cd $graph/vfs/dir/$base && mkdir -p a/b && echo text >a/b/file && ln a/b/file hard && ln -s a/b/file soft &&
        mkfifo fifo && mknod null c 1 3 && chown 12:34 a hard && chown -h 56:78 soft && chmod 04711 hard &&
        setfattr -n user.name -v value hard && truncate -s 1M sparse && touch -h -d @1000000000.123456789 soft a/b/file &&
        chmod 01777 a && chmod 0751 . && chown 12:34 . && touch -d @1100000000.5 a/b a ."
go_layer=$(created storage base)
own_layer=$(new_id)
check "the library makes a vfs layer" driver_tool create "$own_layer" "$(new_link)" "$base"
for id in "$go_layer" "$own_layer"; do
        listing make "$scratch/m/store/storage/vfs/dir/$id" >"$scratch/$id.listing"
done
expect "the copy is equal to that of containers-storage" "" "$(diff "$scratch/$go_layer.listing" "$scratch/$own_layer.listing")"
own_layer=$(new_id)
check "the library makes a vfs layer without a parent" driver_tool create "$own_layer" "$(new_link)"
expect "the layer is equal to one of containers-storage" "$(inside "stat -c '%a %u:%g' $graph/vfs/dir/$(created nothing)")" \
        "$(inside "stat -c '%a %u:%g' $graph/vfs/dir/$own_layer")"
expect "containers-storage has one in that directory" "$graph/vfs/dir/$go_layer" "$(storage mount "$go_layer")"
expect "the library has it in the same directory" "$graph/vfs/dir/$go_layer" "$(driver_tool mount "$go_layer" "$base")"
finish
