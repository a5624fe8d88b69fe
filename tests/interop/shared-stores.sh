#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Shared stores: additional image stores of the real podman, which the collector never touches; additional layer stores with a file
# system that is absent or hangs; several graphroots with one runroot; and several drivers in one graphroot.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
need_machines sid
make_scratch
export RUN_ON_DISK=1
mkstore=$support/store/mkstore.py

id() { printf '%064x' "$1"; }

# ------------------------------------------------------------------------------------------------ additional image stores

store=$scratch/m/store/storage
add=$scratch/m/store/add

# conf GRAPHROOT RUNROOT ADDITIONAL
conf() {
        printf '[storage]\ndriver = "overlay"\ngraphroot = "%s"\nrunroot = "%s"\n' "$1" "$2"
        printf '[storage.options]\nadditionalimagestores = ["%s"]\n' "$3"
}
# The runroot of the running machine.
write_conf() { conf "${@:2}" | machine_run m sh -c "mkdir -p /etc/containers; cat >/etc/containers/$1"; }
use_additional() { write_conf storage.conf /var/lib/containers/storage /run/containers/storage "$1"; }

# The additional store has two images. The store has containers of one of them, and an image.
make_additional() {
        machine_start m sid && machine_run m sh -c "$(cat "$support/machine/image.sh")"
        machine_run m sh -ec '
                other="--root /var/lib/containers/add --runroot /tmp/add"
                podman $other import -q /tmp/rootfs.tar localhost/shared:1
                echo "FROM localhost/shared:1" >/tmp/build/Shared
                echo "RUN echo built >/built" >>/tmp/build/Shared
                podman $other build -q --layers -t localhost/built:1 -f /tmp/build/Shared /tmp/build
                rm -f /var/lib/containers/add/db.sql*
                echo own >/tmp/rootfs/own
                tar -C /tmp/rootfs -cf /tmp/own.tar .' || return
        use_additional /var/lib/containers/add
        machine_run m sh -ec '
                podman import -q /tmp/own.tar localhost/own:1
                podman run --name normal localhost/built:1 sh -c "echo mine >/mine"
                podman create --name own localhost/own:1 sh
                podman --transient-store create --name orphan1 localhost/built:1 sh
                podman --transient-store create --name orphan2 localhost/own:1 sh'
}

# The same layer in both stores, recorded in the additional store alone.
copy_shared_layer() {
        shared=$(jq -r '.[0].id' "$add/overlay-layers/layers.json")
        shared_link=$(cat "$add/overlay/$shared/link")
        cp -a "$add/overlay/$shared" "$store/overlay/"
        cp -a "$add/overlay/l/$shared_link" "$store/overlay/l/"
        cp -a "$add/overlay-layers/$shared.tar-split.gz" "$store/overlay-layers/"
}

touched=(--touched overlay --touched overlay/l --touched overlay/tempdirs --touched overlay-layers --touched overlay-layers/tmp
        --touched overlay-containers)

# try_additional NAME: a collection removes the orphans and nothing else, and does not change the additional store.
try_additional() {
        local name=$1

        python3 "$support/store/listing.py" orphans "$store" "$scratch/none" overlay | grep -v -e "$shared" -e "/l/$shared_link" \
                >"$scratch/orphans"
        check "$name: the test made orphans" grep -q '^overlay/[a-f0-9]' "$scratch/orphans"
        listing make "$store" >"$scratch/before"
        listing make --ctime "$add" >"$scratch/add-before"
        check "$name: a collection succeeds" machine_run m strace -f -y -qq -o /var/lib/containers/trace cstorage-gc
        mv "$scratch/m/store/trace" "$scratch/trace"
        listing make "$store" >"$scratch/after"
        listing make --ctime "$add" >"$scratch/add-after"
        check "$name: the orphans are gone, and nothing else changed" listing diff "$scratch/before" "$scratch/after" \
                --removed "$scratch/orphans" "${touched[@]}"
        check "$name: the additional store is unchanged" listing diff "$scratch/add-before" "$scratch/add-after"
        check "$name: the collector read the records of the additional store" grep -q '/add/overlay-layers/layers.json' "$scratch/trace"
        expect "$name: the collector locked and wrote no file of the additional store" "" \
                "$(grep '/add[/>]' "$scratch/trace" | grep -E 'SETLK|O_WRONLY|O_RDWR|O_CREAT')"
}

# Restore the store, and reboot the machine.
restore() {
        machine_kill m
        rm -rf "$store"
        cp -a --reflink=auto "$scratch/template" "$store"
        machine_start m
}

check "podman makes and uses an additional image store" make_additional || finish
machine_kill m
parent=$(jq -r '.[] | select(.names == ["normal-layer"]) | .parent' "$store/overlay-layers/layers.json")
expect "the lower of a container is recorded in the additional store only" "0 1" "$(
        for top in "$store" "$add"; do
                jq --arg id "$parent" '[.[] | select(.id == $id)] | length' "$top/overlay-layers/layers.json"
        done | xargs)"
copy_shared_layer
cp -a --reflink=auto "$store" "$scratch/template"

machine_start m
try_additional "additional store"
expect "additional store: podman lists the images of both" "localhost/built:1 localhost/own:1 localhost/shared:1" \
        "$(machine_run m podman images --format '{{.Repository}}:{{.Tag}}' 2>/dev/null | sort | xargs)"
expect "additional store: the image runs" built "$(machine_run m podman run --rm localhost/built:1 cat /built 2>&1 | tail -1)"
expect "additional store: the container has its files" mine \
        "$(machine_run m sh -c 'podman cp normal:/mine /tmp/mine && cat /tmp/mine' 2>&1 | tail -1)"

restore
machine_run m sh -c 'mkdir -p /mnt/add && mount --bind /var/lib/containers/add /mnt/add && mount -o remount,bind,ro /mnt/add'
use_additional /mnt/add
try_additional "additional store, mounted read-only"

# Its records cannot be read: the collector keeps all entries that they may refer to, and removes the rest.
refuses_all() {
        local name=$1 path=$2 status

        listing make "$store" >"$scratch/before"
        machine_run m cstorage-gc >"$scratch/out" 2>"$scratch/err"
        status=$?
        expect "$name: exit status" 3 $status
        listing make "$store" >"$scratch/after"
        grep '^overlay-containers/' "$scratch/orphans" >"$scratch/gone"
        check "$name: the data of containers is removed, and nothing else changed" listing diff "$scratch/before" "$scratch/after" \
                --removed "$scratch/gone" "${touched[@]}"
        check "$name: the message contains the path and advice" grep -qE "$path.*(Restore|Mount)" "$scratch/err" || note "$(cat "$scratch/err")"
}
restore
use_additional /mnt/not/there
refuses_all "missing additional store" /mnt/not/there
restore
machine_run m sh -c 'mkdir -p /mnt/add && mount --bind /var/lib/containers/add /mnt/add &&
        mount -t tmpfs none /mnt/add/overlay-layers && mkdir /mnt/add/overlay-layers/layers.json'
use_additional /mnt/add
refuses_all "additional store with records that cannot be read" /mnt/add/overlay-layers/layers.json

# Another store that uses this graphroot as its additional store uses the recorded entries only.
restore
use_additional /var/lib/containers/add
write_conf others.conf /var/lib/containers/others /run/others /var/lib/containers/storage
others() { CONTAINERS_STORAGE_CONF=/etc/containers/others.conf machine_run m "$@"; }
check "another store uses this one as its additional store" \
        others podman run --name theirs localhost/own:1 sh -c "echo theirs >/theirs"
check "a collection of this one succeeds" machine_run m cstorage-gc
expect "the container of the other store has its files" theirs \
        "$(others sh -c 'podman cp theirs:/theirs /tmp/theirs && cat /tmp/theirs' 2>&1 | tail -1)"
check "the container of the other store starts" others podman start -a theirs
machine_kill m

# ------------------------------------------------------------------------------------------------ additional layer stores

# An orphaned layer as overlay.go:additionalLayer.CreateAs makes it.
lay_out als --containers 1 --orphans 1
layer=$(id 77)
mkdir -p "$g/overlay/$layer/work" "$g/overlay/$layer/merged" "$g/overlay/$layer/empty"
printf '%s' "$scratch/fuse/store/sha256:abc" >"$g/overlay/$layer/additionallayer"
printf AAAAAAAAAAAAAAAAAAAAAAAAAA >"$g/overlay/$layer/link"
ln -s "$scratch/fuse/store/sha256:abc/diff" "$g/overlay/$layer/diff"
ln -s "../$layer/diff" "$g/overlay/l/AAAAAAAAAAAAAAAAAAAAAAAAAA"
mkdir "$scratch/fuse"
cp -a "$scratch/als" "$scratch/als2"
cp -a "$scratch/als" "$scratch/als3"

# als NAME DIRECTORY [COMMAND...]: run a collection by that command.
als() {
        local name=$1 top=$2
        shift 2
        store="--root=$top/g --runroot=$top/r --storage-driver=overlay"
        # shellcheck disable=SC2086
        check "$name: a collection succeeds" "$after_boot" "$@" timeout -s KILL 20 "$build/gc/cstorage-gc" $store
        check "$name: the layer and its link are gone" sh -c \
                "! [ -e '$top/g/overlay/$layer' ] && ! [ -L '$top/g/overlay/l/AAAAAAAAAAAAAAAAAAAAAAAAAA' ]"
        # shellcheck disable=SC2086
        expect "$name: the other orphan is gone" 0 "$("$after_boot" "$build/gc/cstorage-gc" $store --dry-run --json |
                jq '.summary.removed + .summary.refused + .summary.failed')"
}
als "additional layer, its file system is absent" "$scratch/als"
if [ -c /dev/fuse ]; then
        als "additional layer, its file system hangs" "$scratch/als2" unshare -m "$support/machine/dead-mount.py" "$scratch/fuse"
else
        skip "additional layer, its file system hangs" "there is no /dev/fuse"
fi
mkdir -p "$scratch/fuse/store/sha256:abc/diff/etc"
echo precious >"$scratch/fuse/store/sha256:abc/diff/etc/file"
als "additional layer, its file system is mounted" "$scratch/als3"
expect "additional layer: the target of its link is unchanged" precious "$(cat "$scratch/fuse/store/sha256:abc/diff/etc/file")"

# ------------------------------------------------------------------------------------------------ one runroot

# Two stores whose transient containers are recorded in one runroot, as when podman is given another --root alone.
share_runroot() {
        local file

        rm -rf "$scratch/one" "$scratch/two"
        "$mkstore" --root "$scratch/one/g" --runroot "$scratch/one/r" --seed one --transient 2 --orphans 2 >"$scratch/one.made"
        "$mkstore" --root "$scratch/two/g" --runroot "$scratch/two/r" --seed two --transient 2 --orphans 2 >"$scratch/two.made"
        for file in overlay-layers/volatile-layers.json overlay-containers/volatile-containers.json; do
                jq -cs add "$scratch/one/r/$file" "$scratch/two/r/$file" >"$scratch/both"
                cat "$scratch/both" >"$scratch/one/r/$file"
        done
        alive=$(jq -r '.transient_layers[0]' "$scratch/two.made")
        printf '[{"id":"%s","path":"%s","count":1}]' "$alive" "$scratch/two/g/overlay/$alive/merged" \
                >"$scratch/one/r/overlay-layers/mountpoints.json"
}
in_store() {
        local name=$1
        shift
        "$after_boot" "$build/gc/cstorage-gc" --root="$scratch/$name/g" --runroot="$scratch/one/r" --storage-driver=overlay "$@" \
                >"$scratch/out" 2>"$scratch/err"
        status=$?
}
what_of() { sed -n "s/^\([a-z]*\) volatile-file \([a-z-]*\) .*/ \1 \2/p" "$scratch/out"; }
layers_of() {
        jq -r ".$2[]" "$scratch/$1.made" | while read -r id; do
                [ -d "$scratch/$1/g/overlay/$id" ] && echo there
        done | xargs
}

share_runroot
listing make --ctime "$scratch/one/r" >"$scratch/before"
in_store one
expect "one runroot: a collection of the first store succeeds" 0 $status
in_store two
expect "one runroot: a collection of the second store succeeds" 0 $status
listing make --ctime "$scratch/one/r" >"$scratch/after"
check "one runroot: its files are unchanged" listing diff "$scratch/before" "$scratch/after"
for name in one two; do
        expect "one runroot: the containers of store $name exist, its orphans are gone" "there there -" \
                "$(layers_of $name transient_layers) $(layers_of $name orphan_layers)-"
done

for file in overlay-layers/volatile-layers.json overlay-containers/volatile-containers.json; do
        name="one runroot, broken ${file##*/}"
        share_runroot
        truncate -s 100 "$scratch/one/r/$file"
        cp "$scratch/one/r/$file" "$scratch/broken"
        in_store one
        expect "$name: the file is refused while the runroot has a file of another store" "3 refused shared-runroot" \
                "$status$(what_of)"
        check "$name: the message contains advice" grep -q 'share this runroot' "$scratch/err"
        check "$name: the file is unchanged" cmp "$scratch/broken" "$scratch/one/r/$file"
        expect "$name: no layer is removed" "there there there there" "$(layers_of one transient_layers) $(layers_of one orphan_layers)"
done

# If only the file itself can refer to another store, and after a reboot, the collector resets it.
share_runroot
printf '[]' >"$scratch/one/r/overlay-layers/mountpoints.json"
rm "$scratch/one/r/overlay-containers/volatile-containers.json"
truncate -s 100 "$scratch/one/r/overlay-layers/volatile-layers.json"
in_store one
expect "one runroot, nothing of another store in it: reset" "0 repaired torn-volatile-file" "$status$(what_of)"
expect "one runroot, nothing of another store in it: no layer is removed in the same run" "there there there there" \
        "$(layers_of one transient_layers) $(layers_of one orphan_layers)"

# ------------------------------------------------------------------------------------------------ one graphroot

# Stores of two drivers, made by the Go library, each with orphans.
s=$scratch/m/store/storage
library() { machine_run m containers-storage -g /var/lib/containers/storage -R /run/containers/storage "$@"; }
fresh_machine() {
        machine_kill m
        rm -rf "$scratch/m/store" "$scratch/m/upper/etc/containers/storage.conf"
        mkdir "$scratch/m/store"
        machine_start m
        machine_run m sh -c "$(cat "$support/machine/image.sh")"
}
# make_store DRIVER: sets layer.
make_store() {
        layer=$(library -s "$1" import-layer -f /tmp/rootfs.tar -n base | head -1) &&
                image=$(library -s "$1" create-image -n image "$layer" | head -1) &&
                library -s "$1" create-container -n container "$image"
}
make_two_drivers() {
        make_store overlay && make_store vfs || return
        mkdir -p "$s/overlay/$(id 1)/diff/etc" "$s/vfs/dir/$(id 1)/etc" "$s/vfs/dir/$(id 2)" "$s/overlay-containers/$(id 3)" \
                "$s/vfs-containers/$(id 3)" "$s/vfs-containers/$(id 4)"
}
fresh_machine
check "two drivers: containers-storage makes both stores" make_two_drivers
for driver in overlay vfs; do
        python3 "$support/store/listing.py" orphans "$s" "$scratch/none" $driver >"$scratch/orphans"
        listing make "$s" >"$scratch/before"
        check "two drivers: a collection of $driver succeeds" machine_run m after-boot cstorage-gc --storage-driver=$driver
        listing make "$s" >"$scratch/after"
        touched=()
        for dir in "$driver"{,/dir,/tempdirs,-layers,-layers/tmp,-containers}; do
                touched+=(--touched "$dir")
        done
        check "two drivers: the orphans of $driver are gone, and nothing else changed" \
                listing diff "$scratch/before" "$scratch/after" --removed "$scratch/orphans" "${touched[@]}"
        check "two drivers: containers-storage finds nothing wrong with $driver" library -s $driver check
done

# overlay2 is a second name of the driver, for its home only: the record files are those of overlay.
make_overlay2() { make_store overlay2 && [ -d "$s/overlay2/$layer/diff" ] && [ -f "$s/overlay-layers/layers.json" ]; }
fresh_machine
if check "overlay2: containers-storage makes a store" make_overlay2; then
        mkdir -p "$s/overlay2/$(id 1)/diff"
        echo x >"$s/overlay-layers/$(id 1).tar-split.gz"
        listing make --ctime "$s" >"$scratch/before"
        machine_run m after-boot cstorage-gc --storage-driver=overlay --verbose >"$scratch/out" 2>"$scratch/err"
        # If layers cannot be listed, one of them may have been used since the boot.
        expect "overlay2: with the records of overlay, data of layers in another home is kept" "3 1" \
                "$? $(grep -c "^kept tar-split recent .*/$(id 1).tar-split.gz$" "$scratch/out")"
        machine_run m after-boot cstorage-gc --storage-driver=overlay2 >"$scratch/out" 2>"$scratch/err"
        expect "overlay2: as the configured driver it is refused as unsupported" "3 1" \
                "$? $(grep -c 'stores of the driver "overlay2" are not known here' "$scratch/err")"
        listing make --ctime "$s" >"$scratch/after"
        check "overlay2: nothing changed" listing diff "$scratch/before" "$scratch/after"
        rm -rf "$s/overlay2/$(id 1)" "$s/overlay-layers/$(id 1).tar-split.gz"
        check "overlay2: containers-storage check finds no other error" library -s overlay2 check
fi
machine_kill m
finish
