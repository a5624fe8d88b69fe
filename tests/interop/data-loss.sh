#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Each way in which the collection of containers-storage 1.64 loses data, and each kind of entry of a graphroot that a collection
# must not touch, on stores of the real tools: containers-storage and cstorage-gc side by side. A case is a function; the table
# at the end has the results.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_machines sid
make_scratch
export RUN_ON_DISK=1
M=$scratch/m/store/cases

# ------------------------------------------------------------------------------------------------ the template

# An image of three layers and one of one layer; a normal container and one of podman run --rm; three orphans of transient mode.
make_template() {
        machine_start m sid || return
        machine_run m sh -c "$(cat "$support/machine/image.sh")"
        machine_run m sh -ec '
                podman import -q /tmp/rootfs.tar localhost/base:1
                podman build -q --layers -t localhost/built:1 /tmp/build
                podman run --name normal localhost/built:1 sh -c "echo own >/own"
                podman create --rm --name volatile localhost/built:1 sh
                for i in 1 2 3; do
                        podman --transient-store run --name o$i localhost/built:1 sh -c "mkdir /d; echo $i >/d/f"
                done' || return
        machine_reboot m
        mkdir -p "$M/template"
        mv "$scratch/m/store/storage" "$M/template/storage"
        mkdir -m 700 "$M/template/runroot"
        mkdir "$M/template/outside"
        echo precious >"$M/template/outside/data"
        mkdir "$M/template/outside/dir"
        echo precious >"$M/template/outside/dir/data"
        # The database of podman contains the paths of the store.
        rm -f "$M/template/storage/db.sql"*
        G=$M/template/storage
        python3 "$support/store/listing.py" orphans "$G" "$M/template/runroot" overlay | sed 's|^|storage/|' >"$scratch/template"

        normal_layer=$(jq -r '.[] | select(.names == ["normal-layer"]) | .id' "$G/overlay-layers/layers.json")
        normal=$(jq -r '.[0].id' "$G/overlay-containers/containers.json")
        top=$(jq -r --arg id "$normal_layer" '.[] | select(.id == $id) | .parent' "$G/overlay-layers/layers.json")
        middle=$(jq -r --arg id "$top" '.[] | select(.id == $id) | .parent' "$G/overlay-layers/layers.json")
        base=$(jq -r --arg id "$middle" '.[] | select(.id == $id) | .parent' "$G/overlay-layers/layers.json")
        image=$(jq -r --arg id "$top" '.[] | select(.layer == $id) | .id' "$G/overlay-images/images.json")
        orphan=$(sed -n 's|^storage/overlay/\([a-f0-9]*\)$|\1|p' "$scratch/template" | head -1)
        orphan_container=$(sed -n 's|^storage/overlay-containers/\([a-f0-9]*\)$|\1|p' "$scratch/template" | head -1)
        [ -n "$normal" ] && [ -n "$base" ] && [ -n "$image" ] && [ -n "$orphan_container" ]
}

# ------------------------------------------------------------------------------------------------ running one case

table=()

# Variables that a case may set: orphans of the template that must stay (a regular expression), other entries that must be removed,
# differences to ignore, the exit status of cstorage-gc, options of both programs, a command that prints other losses.
defaults() {
        stay=NONE
        forgive=NOTHING
        more=()
        status=0
        go_options=()
        collector_options=()
        booted=
        loss() { :; }
        cleanup() { :; }
}

# Run in the machine; G, R and O are the paths of the same files from outside. A program that hangs is killed: exit status 124.
storage() {
        timeout -k 1 5 "$support/machine/enter.sh" run "$scratch/m" containers-storage -s overlay -g "$in/storage" -R "$in/runroot" "${go_options[@]}" gc
}
prune() {
        timeout -k 1 5 "$support/machine/enter.sh" run "$scratch/m" podman --storage-driver overlay --root "$in/storage" --runroot "$in/runroot" \
                "${go_options[@]}" system prune --external
}
collector() {
        timeout -k 1 60 "$support/machine/enter.sh" run "$scratch/m" after-boot ${booted:++$((EPOCHSECONDS - booted))} cstorage-gc --quiet --storage-driver overlay --root "$in/storage" --runroot "$in/runroot" \
                "${collector_options[@]}"
}

# run_on VARIANT COMMAND CASE: on a fresh copy; sets result, the listings are "$scratch/before" and "$scratch/after".
run_on() {
        local variant=$1 command=$2 case=$3

        rm -rf "${M:?}/$variant"
        cp -a --reflink=auto "$M/template" "$M/$variant"
        G=$M/$variant/storage R=$M/$variant/runroot O=$M/$variant/outside in=/var/lib/containers/cases/$variant
        defaults
        cp "$scratch/template" "$scratch/orphans"
        "$case" >"$scratch/setup.log" 2>&1 || note "$case: $(tail -3 "$scratch/setup.log")"
        printf '%s\n' "${more[@]}" >>"$scratch/orphans"
        listing make "$M/$variant" >"$scratch/before"
        $command >"$scratch/output" 2>&1 </dev/null
        code=$?
        listing make "$M/$variant" >"$scratch/after"
        [ $code = 124 ] && code="124 (hangs)"
        result="exit $code: $(listing summary "$scratch/before" "$scratch/after" --removed "$scratch/orphans")"
        local also
        also=$(loss)
        [ -z "$also" ] || result="$result; LOST $also"
        cleanup >/dev/null 2>&1
        [ "$also" = "" ]
}

# try_case FUNCTION TITLE
try_case() {
        local case=$1 title=$2 upstream prune own lost=""

        run_on storage storage "$case"
        upstream=$result
        [ "$code" = 0 ] || upstream="$upstream ($(tail -1 "$scratch/output" | cut -c1-80))"
        run_on prune prune "$case"
        prune=$result
        [ "${prune%%;*}" = "${upstream%%;*}" ] && prune="the same"
        if have_gc; then
                run_on collector collector "$case" || lost=1
                own=$result
                grep -vE "$stay" "$scratch/orphans" >"$scratch/gone"
                differs=$(listing diff "$scratch/before" "$scratch/after" --removed "$scratch/gone" \
                        --touched storage/overlay --touched storage/overlay/tempdirs --touched storage/overlay-layers \
                        --touched storage/overlay-layers/tmp --touched outside/really/overlay-layers/tmp \
                        --touched outside/really/overlay/tempdirs | grep -v "$forgive")
                if [ -z "$differs" ] && [ -z "$lost" ] && [[ " $status " == *" $code "* ]]; then
                        ok "$title"
                else
                        not_ok "$title"
                        note "wanted exit $status: $own"
                        note "$(head -20 <<<"$differs")"
                        note "$(tail -5 "$scratch/output")"
                fi
        else
                own=-
                skip "$title" "cstorage-gc is not built"
        fi
        table+=("$title|$upstream|$prune|$own")
}

print_table() {
        local row
        {
                echo "case|containers-storage gc 1.64|podman system prune --external 5.8|cstorage-gc"
                for row in "${table[@]}"; do
                        echo "$row" | sed -E 's/; left/, left/g'
                done
        } | awk -F'|' '{ print "# " $1; if (NR > 1) { print "#     upstream: " $2; if ($3 != "the same")
                         print "#     podman:   " $3; print "#     cstorage-gc: " $4 } }' | sed -n '2,$p'
}

# ------------------------------------------------------------------------------------------------ records

nothing_special() { :; }

damaged_layers() {
        stay='^storage/overlay(-layers)?/'
        status=3
}
layers_empty() { damaged_layers && : >"$G/overlay-layers/layers.json"; }
layers_missing() { damaged_layers && rm "$G/overlay-layers/layers.json"; }
layers_nul() { damaged_layers && head -c 4096 /dev/zero >"$G/overlay-layers/layers.json"; }
layers_truncated() { damaged_layers && truncate -s -100 "$G/overlay-layers/layers.json"; }
layers_null() { damaged_layers && printf null >"$G/overlay-layers/layers.json"; }
layers_object() { damaged_layers && printf '{}' >"$G/overlay-layers/layers.json"; }
layers_array_of_null() { damaged_layers && printf '[null]' >"$G/overlay-layers/layers.json"; }
layers_is_directory() { damaged_layers && rm "$G/overlay-layers/layers.json" && mkdir "$G/overlay-layers/layers.json"; }
layers_is_fifo() { damaged_layers && rm "$G/overlay-layers/layers.json" && mkfifo "$G/overlay-layers/layers.json"; }
layers_dir_missing() { damaged_layers && stay=. && mv "$G/overlay-layers" "$O/"; }
# The collector resets a volatile file, and keeps the entries that the file may have recorded in this run.
reset_file() {
        "$1"
        status=0
        forgive='overlay-\(layers\|containers\)\(/volatile-[a-z]*\.json\|/[a-z]*\.lock\|$\|:\| \)'
}
volatile_layers_nul() { reset_file damaged_layers && head -c 512 /dev/zero >"$G/overlay-layers/volatile-layers.json"; }

# A container or an image may be the only reference to a layer.
damaged_containers() {
        stay=.
        status=3
}
damaged_images() {
        stay='^storage/overlay/'
        status=3
}
containers_empty() { damaged_containers && : >"$G/overlay-containers/containers.json"; }
containers_nul() { damaged_containers && head -c 512 /dev/zero >"$G/overlay-containers/containers.json"; }
containers_truncated() { damaged_containers && truncate -s -40 "$G/overlay-containers/containers.json"; }
volatile_containers_nul() { reset_file damaged_containers && head -c 512 /dev/zero >"$G/overlay-containers/volatile-containers.json"; }
images_empty() { damaged_images && : >"$G/overlay-images/images.json"; }
images_missing() { status=3 && rm "$G/overlay-images/images.json"; }
images_nul() { damaged_images && head -c 512 /dev/zero >"$G/overlay-images/images.json"; }

without_record() {
        jq -c --arg id "$1" '[.[] | select(.id != $id)]' "$G/overlay-layers/layers.json" >"$scratch/json" &&
                cp "$scratch/json" "$G/overlay-layers/layers.json"
}
image_layer_unrecorded() { without_record "$middle"; }
top_layer_unrecorded() { without_record "$top"; }
base_layer_unrecorded() { without_record "$base"; }
container_layer_unrecorded() { without_record "$normal_layer"; }
incomplete_record() {
        jq -c --arg id "$middle" '[.[] | if .id == $id then .flags = {"incomplete": true} else . end]' \
                "$G/overlay-layers/layers.json" >"$scratch/json" && cp "$scratch/json" "$G/overlay-layers/layers.json"
}

# ------------------------------------------------------------------------------------------------ the two modes

transient() { machine_run m containers-storage -s overlay -g "$in/storage" -R "$in/runroot" --transient-store "$@"; }
transient_alive() {
        transient create-container -n alive localhost/built:1
        transient mount alive
        layer=$(jq -r '.[0].id' "$R/overlay-layers/volatile-layers.json")
        loss() { machine_run m grep -q "$layer/merged" /proc/mounts || echo "the mount of a live container"; }
        cleanup() { machine_run m umount "$in/storage/overlay/$layer/merged"; }
}
stable_and_volatile_alive() {
        go_options=(--transient-store)
        printf '[storage]\ndriver = "overlay"\ntransient_store = true\n' >"$O/storage.conf"
        export CONTAINERS_STORAGE_CONF=$in/outside/storage.conf
        cleanup() { unset CONTAINERS_STORAGE_CONF; }
}
mounted_without_record() {
        machine_run m containers-storage -s overlay -g "$in/storage" -R "$in/runroot" mount normal
        without_record "$normal_layer"
        loss() { machine_run m grep -q "$normal_layer/merged" /proc/mounts || echo "the mount of a live container"; }
        cleanup() { machine_run m umount "$in/storage/overlay/$normal_layer/merged"; }
}

# ------------------------------------------------------------------------------------------------ mounts

# Go makes the driver home a mount, and keeps it while any container runs. Mounts below it are then visible to all processes.
mounted_at() {
        where=$1
        status="0 3"
        machine_run m mount --bind "$in/storage/overlay" "$in/storage/overlay"
        machine_run m mount --make-private "$in/storage/overlay"
        loss() { machine_run m test -f "$in/$where/data" || echo "the data in it"; }
        cleanup() {
                machine_run m umount -d -l "$in/$where"
                machine_run m umount -l "$in/storage/overlay"
        }
}
orphan_stays() { stay="^storage/overlay/($orphan\$|l/$(cat "$G/overlay/$orphan/link"))"; }
bind_mount() {
        orphan_stays
        mounted_at "storage/overlay/$orphan/merged"
        machine_run m mount --bind "$in/outside" "$in/$where"
}
bind_mount_deep() {
        orphan_stays
        mounted_at "storage/overlay/$orphan/diff/d/e"
        mkdir "$G/overlay/$orphan/diff/d/e"
        machine_run m mount --bind "$in/outside" "$in/$where"
}
tmpfs_mount() {
        orphan_stays
        mounted_at "storage/overlay/$orphan/diff/d"
        machine_run m sh -c "mount -t tmpfs tmpfs $in/$where && echo precious >$in/$where/data"
}
ext4_mount() {
        orphan_stays
        mounted_at "storage/overlay/$orphan/work"
        truncate -s 8M "$O/image"
        mkfs.ext4 -q -F "$O/image"
        machine_run m sh -c "mount -o loop $in/outside/image $in/$where && echo precious >$in/$where/data"
}
# The lowers of an orphan cannot be read, so any unrecorded layer may be a lower of it.
mount_on_orphan() {
        # A layer without a record is in use, so any unrecorded container directory may belong to a running container.
        stay='^storage/overlay(-containers)?/'
        mounted_at "storage/overlay/$orphan"
        machine_run m mount --bind "$in/outside" "$in/$where"
}
mount_in_container_dir() {
        stay="^storage/overlay-containers/$orphan_container\$"
        mounted_at "storage/overlay-containers/$orphan_container/userdata/shm"
        mkdir -p "$G/overlay-containers/$orphan_container/userdata/shm"
        machine_run m mount --bind "$in/outside" "$in/$where"
}
# One name is a prefix of the other.
mount_beside() {
        mkdir "$G/overlay/$orphan-mount"
        mounted_at "storage/overlay/$orphan-mount"
        machine_run m mount --bind "$in/outside" "$in/$where"
}

# ------------------------------------------------------------------------------------------------ things in the way

immutable_and_twenty() {
        local i id

        chattr +i "$G/overlay/$orphan/diff/d/f"
        for i in $(seq 20); do
                id=$(printf '%064x' $((0xabcdef0000 + i)))
                cp -a "$G/overlay/$orphan/work" "$scratch/work"
                mkdir -p "$G/overlay/$id/diff/a"
                echo "$i" >"$G/overlay/$id/diff/a/file"
                more+=("storage/overlay/$id")
                rm -rf "$scratch/work"
        done
        cleanup() { chattr -f -i "$G/overlay/$orphan/diff/d/f"; }
}
hard_link_into_image() { forgive=': links was' && ln "$G/overlay/$base/diff/data/file" "$G/overlay/$orphan/diff/linked"; }

additional_store() {
        mkdir "$O/add"
        cp -a "$M/template/storage/overlay" "$M/template/storage/overlay-layers" "$M/template/storage/overlay-images" "$O/add/"
        chmod 755 "$O" "$O/add"
        go_options=(--storage-opt "overlay.imagestore=$in/outside/add")
        collector_options=(--storage-opt "overlay.imagestore=$in/outside/add")
}
# An incomplete record without a directory: containers-storage deletes the directory of the other store.
incomplete_in_additional() {
        additional_store
        incomplete_record
        rm -rf "${G:?}/overlay/$middle"
}
orphan_in_additional() {
        additional_store
        rm -rf "${G:?}/overlay/$top" "$G/overlay-layers/$top.tar-split.gz"
        cp -a "$O/add/overlay/$base" "$G/overlay/"
}

# ------------------------------------------------------------------------------------------------ entries of other programs

# Entries that a case makes after this are of this boot, and all others are older: the boot is between two pauses.
boot_before() {
        if [ "$variant" = collector ]; then
                sleep 1
                booted=$EPOCHSECONDS
                sleep 4
        fi
}

probe_dirs() {
        local name

        boot_before
        for name in compat1 compat123 metacopy-check55 opaque-bug-check7 volatile-check9; do
                mkdir -p "$G/overlay/$name/lower" "$G/overlay/$name/upper" "$G/overlay/$name/merged"
        done
        mkdir "$G/overlay/lost+found"
        echo found >"$G/overlay/lost+found/#1"
}
probe_dirs_stale() {
        mkdir -p "$G/overlay/compat4/upper" "$G/overlay/compat4/work/work" "$G/overlay/volatile-check5/merged" "$G/overlay/compatible"
        : >"$G/overlay/metacopy-check6"
        sleep 1
        machine_reboot m
        more=(storage/overlay/compat4 storage/overlay/volatile-check5)
        status="0 3"
}
stray_dirs() {
        status="0 3"
        mkdir -p "$G/overlay/backup/of/own" "$G/overlay-containers/notes" "$G/overlay-layers/notes" "$G/overlay-images/notes"
        echo text >"$G/overlay-containers/notes/text"
        echo text >"$G/overlay/backup/text"
        echo text >"$G/overlay/file"
}
other_driver() {
        local id

        id=$(printf '%064x' 77)
        mkdir -p "$G/vfs/dir/$id/etc" "$G/vfs-layers" "$G/vfs-images/$id" "$G/vfs-containers/$id/userdata" "$G/overlay2/$id/diff"
        echo x >"$G/vfs/dir/$id/etc/file"
        echo "[{\"id\":\"$id\",\"created\":\"2026-01-01T00:00:00Z\"}]" >"$G/vfs-layers/layers.json"
        mkdir -p "$G/btrfs/subvolumes/$id"
}
tenants() {
        local id name

        id=$(printf '%064x' 78)
        for name in libpod volumes secrets artifacts networks cache tmp mounts; do
                mkdir -p "$G/$name/$id"
                echo tenant >"$G/$name/$id/file"
        done
        echo netavark >"$G/defaultNetworkBackend"
        : >"$G/db.sql-other"
}
image_userdata() {
        mkdir -p "$G/overlay-images/$image/userdata" "$G/overlay-images/$image"
        echo x >"$G/overlay-images/$image/userdata/x"
        echo odd >"$G/overlay-images/$image/=b2Rk"
        mkdir -p "$G/overlay-layers/$base"
        echo odd >"$G/overlay-layers/$base/=b2Rk"
}

# ------------------------------------------------------------------------------------------------ symbolic links

# A link in place of a directory: the collector must not empty its target, and the entries behind it are unknown.
moved_out() {
        mv "$G/$1" "$O/moved"
        ln -s "$in/outside/moved" "$G/$1"
}
# The entries behind the link may stay, and none may be lost.
behind_link() {
        status="0 1 3"
        stay=$1
}
link_home() { behind_link '^storage/overlay/' && moved_out overlay; }
link_layers_dir() { behind_link . && moved_out overlay-layers; }
link_containers_dir() { behind_link . && moved_out overlay-containers; }
link_images_dir() { behind_link . && moved_out overlay-images; }
# Links that cannot be listed may have been made in this boot for any layer.
link_l() { behind_link '^storage/overlay/' && moved_out overlay/l; }
link_layer_dir() {
        orphan_stays
        status=3
        moved_out "overlay/$orphan"
}
link_container_dir() {
        stay="^storage/overlay-containers/$orphan_container\$"
        status=3
        moved_out "overlay-containers/$orphan_container"
}
link_kept_layer_dir() { moved_out "overlay/$base"; }
link_image_dir() {
        status=3
        ln -s "$in/outside/dir" "$G/overlay-images/$(printf '%064x' 79)"
}
link_layer_data() {
        status=3
        ln -s "$in/outside/dir" "$G/overlay-layers/$(printf '%064x' 80)"
        ln -s "$in/outside/data" "$G/overlay-layers/$(printf '%064x' 81).tar-split.gz"
}
link_diff() {
        rm -rf "${G:?}/overlay/$orphan/diff"
        ln -s "$in/outside/dir" "$G/overlay/$orphan/diff"
}
torn_lower() {
        : >"$G/overlay/$orphan/lower"
        rm -f "$G/overlay/$orphan/lower-layers"
}
link_inside() {
        ln -s "$in/outside" "$G/overlay/$orphan/diff/d/out"
        ln -s "$in/outside/dir" "$G/overlay-containers/$orphan_container/userdata/out"
}
link_tempdirs() {
        behind_link '^storage/overlay/([a-f0-9]{64}|l/[A-Z2-7]{26})$'
        rm -rf "$G/overlay/tempdirs"
        mkdir -p "$O/temp/temp-dir-1/0-x"
        : >"$O/temp/lock-1"
        ln -s "$in/outside/temp" "$G/overlay/tempdirs"
}
link_temp_dir() {
        status="0 1 3"
        mkdir -p "$G/overlay/tempdirs"
        ln -s "$in/outside/dir" "$G/overlay/tempdirs/temp-dir-77"
        : >"$G/overlay/tempdirs/lock-77"
        ln -s "$in/outside/data" "$G/overlay/tempdirs/lock-78"
}
link_metadata_temp() {
        status="0 1 3"
        stay='^storage/overlay-(containers|layers)/'
        rm -rf "$G/overlay-layers/tmp"
        mkdir -p "$O/temp/temp-dir-1/0-x"
        : >"$O/temp/lock-1"
        ln -s "$in/outside/temp" "$G/overlay-layers/tmp"
}
link_staging() {
        status="0 1 3"
        mkdir -p "$O/staging/5/dir"
        : >"$O/staging/5/staging.lock"
        ln -s "$in/outside/staging" "$G/overlay/staging"
}
link_graphroot() {
        mv "$G" "$O/really"
        ln -s "$in/outside/really" "$G"
        sed -i 's|^storage|outside/really|' "$scratch/orphans"
}

# ------------------------------------------------------------------------------------------------ locks

hold() {
        exec {lock_in}> >(exec "$support/store/hold-lock.py" "$@" >"$scratch/held")
        local i
        for i in $(seq 100); do
                grep -q held "$scratch/held" 2>/dev/null && break
                sleep 0.02
        done
        cleanup() {
                exec {lock_in}>&-
                rm -f "$scratch/held"
                wait
        }
}
staged() {
        mkdir -p "$G/overlay/staging/$1/dir"
        echo half >"$G/overlay/staging/$1/dir/file"
        chmod 700 "$G/overlay/staging"
}
staging_in_progress() {
        staged 4711
        hold "$G/overlay/staging/4711/staging.lock"
}
staging_stale() {
        staged 4712
        : >"$G/overlay/staging/4712/staging.lock"
        sleep 1
        machine_reboot m
        more=(storage/overlay/staging/4712)
}
staging_just_made() {
        boot_before
        staged 4713
}
addition_in_progress() {
        mkdir -p "$G/overlay/tempdirs/temp-dir-99/0-addition/etc" "$G/overlay-layers/tmp/temp-dir-98"
        echo x >"$G/overlay/tempdirs/temp-dir-99/0-addition/etc/file"
        echo x >"$G/overlay-layers/tmp/temp-dir-98/0-addition"
        hold "$G/overlay/tempdirs/lock-99" "$G/overlay-layers/tmp/lock-98"
}
addition_stale() {
        mkdir -p "$G/overlay/tempdirs/temp-dir-99/0-addition/etc" "$G/overlay-layers/tmp/temp-dir-98"
        echo x >"$G/overlay/tempdirs/temp-dir-99/0-addition/etc/file"
        echo x >"$G/overlay-layers/tmp/temp-dir-98/0-addition"
        : >"$G/overlay/tempdirs/lock-99"
        : >"$G/overlay-layers/tmp/lock-98"
        more=(storage/overlay/tempdirs/temp-dir-99 storage/overlay/tempdirs/lock-99 storage/overlay-layers/tmp/temp-dir-98
                storage/overlay-layers/tmp/lock-98)
}

# ------------------------------------------------------------------------------------------------ all

if make_template >"$scratch/log" 2>&1; then
        ok "the real tools make a store"
else
        not_ok "the real tools make a store"
        note "$(tail "$scratch/log")"
        finish
fi
note "$(wc -l <"$scratch/template") orphans in the template"

try_case nothing_special "an intact store with orphans"
try_case layers_empty "layers.json is empty"
try_case layers_missing "layers.json is missing"
try_case layers_nul "layers.json is full of NUL"
try_case layers_truncated "layers.json is cut off"
try_case layers_null "layers.json is null"
try_case layers_object "layers.json is {}"
try_case layers_array_of_null "layers.json is [null]"
try_case layers_is_directory "layers.json is a directory"
try_case layers_is_fifo "layers.json is a fifo"
try_case layers_dir_missing "the directory of layers.json is missing"
try_case volatile_layers_nul "volatile-layers.json is full of NUL"
try_case containers_empty "containers.json is empty"
try_case containers_nul "containers.json is full of NUL"
try_case containers_truncated "containers.json is cut off"
try_case volatile_containers_nul "volatile-containers.json is full of NUL"
try_case images_empty "images.json is empty"
try_case images_missing "images.json is missing"
try_case images_nul "images.json is full of NUL"
try_case image_layer_unrecorded "a layer in the middle of an image has lost its record"
try_case top_layer_unrecorded "the top layer of an image has lost its record"
try_case base_layer_unrecorded "the lowest layer of an image has lost its record"
try_case container_layer_unrecorded "the layer of a container has lost its record"
try_case incomplete_record "an image's layer is marked incomplete"
try_case transient_alive "a transient container is alive, the configuration is not transient"
try_case stable_and_volatile_alive "normal containers, the configuration is transient"
try_case mounted_without_record "a mounted layer has lost its record"
try_case bind_mount "a bind mount on the merged directory of an orphan"
try_case bind_mount_deep "a bind mount deep in an orphan"
try_case tmpfs_mount "a tmpfs in an orphan"
try_case ext4_mount "a file system mounted in an orphan"
try_case mount_on_orphan "a bind mount on an orphan"
try_case mount_in_container_dir "a bind mount in an orphan container directory"
try_case mount_beside "a mount on a directory whose name begins with that of a layer"
try_case immutable_and_twenty "an immutable file in an orphan, and twenty more orphans"
try_case hard_link_into_image "an orphan has a hard link to a file of an image"
try_case incomplete_in_additional "an incomplete record, its directory only in an additional image store"
try_case orphan_in_additional "an additional image store has layers of the same ids"
try_case probe_dirs "feature probes and lost+found"
try_case probe_dirs_stale "feature probes that a crash left before the last boot"
try_case stray_dirs "directories with names that are no ids"
try_case other_driver "the tree of another driver"
try_case tenants "libpod, volumes and others in the graphroot"
try_case image_userdata "data of images and layers with records"
try_case link_graphroot "the graphroot is a symbolic link"
try_case link_home "the driver's directory is a symbolic link"
try_case link_layers_dir "overlay-layers is a symbolic link"
try_case link_containers_dir "overlay-containers is a symbolic link"
try_case link_images_dir "overlay-images is a symbolic link"
try_case link_l "the directory of short links is a symbolic link"
try_case link_layer_dir "an orphan layer is a symbolic link"
try_case link_kept_layer_dir "a recorded layer is a symbolic link"
try_case link_container_dir "an orphan container directory is a symbolic link"
try_case link_image_dir "an orphan image directory is a symbolic link"
try_case link_layer_data "orphan layer data and tar-split are symbolic links"
try_case link_diff "the diff of an orphan is a symbolic link"
try_case torn_lower "the lower file of an orphan is empty after a power cut"
try_case link_inside "symbolic links to elsewhere in an orphan"
try_case link_tempdirs "tempdirs is a symbolic link"
try_case link_temp_dir "a temp dir and a lock in tempdirs are symbolic links"
try_case link_metadata_temp "the temp dirs of overlay-layers are a symbolic link"
try_case link_staging "staging is a symbolic link"
try_case staging_in_progress "a staged pull in progress"
try_case staging_stale "an abandoned staged pull"
try_case staging_just_made "a staged pull that has no lock file yet"
try_case addition_in_progress "staged additions in progress"
try_case addition_stale "abandoned staged additions"
print_table
finish
