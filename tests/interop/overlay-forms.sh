#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Special layers of the overlay driver, made by the real podman, killed and collected: composefs images, modes in attributes
# (force_mask), shifted owners, and files with security labels.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
need_machines sid+composefs
make_scratch
S=$scratch/m/store/storage

# configure TEXT: storage.conf.
configure() {
        mkdir -p "$scratch/m/upper/etc/containers"
        printf '[storage]\ndriver = "overlay"\ngraphroot = "/var/lib/containers/storage"\nrunroot = "/run/containers/storage"\n%s\n' "$1" \
                >"$scratch/m/upper/etc/containers/storage.conf"
}

# boot CASE: start a machine with an image localhost/built:1.
boot() {
        check "$1: a machine boots" machine_start m sid+composefs || finish
        machine_run m sh -c "$(cat "$support/machine/image.sh")"
        machine_run m sh -ec 'podman import -q /tmp/rootfs.tar localhost/base:1
                podman build -q --layers -t localhost/built:1 /tmp/build' >"$scratch/log" 2>&1
}

orphans() { python3 "$support/store/listing.py" orphans "$S" "$scratch/m/run/containers/storage" overlay >"$scratch/orphans"; }

# found PATTERN: the errors that containers-storage check finds.
found() { machine_run m containers-storage check 2>/dev/null | grep '^ ' | grep -- "$1" | sort; }

# collect CASE: after a reboot a collection removes each orphan and nothing else, and the container "kept" starts.
collect() {
        local modified

        # With composefs the check always reports hard links as modified.
        modified=$(found modified)
        orphans
        check "$1: the test made orphaned layers" grep -qE '^overlay/[0-9a-f]{64}$' "$scratch/orphans"
        listing make "$S" >"$scratch/before"
        check "$1: the collection succeeds" machine_run m after-boot cstorage-gc
        listing make "$S" >"$scratch/after"
        check "$1: each orphan is gone, and nothing else changed" listing diff "$scratch/before" "$scratch/after" \
                --removed "$scratch/orphans" --touched overlay --touched overlay-layers --touched overlay/tempdirs --touched overlay-layers/tmp
        expect "$1: the container starts" built "$(machine_run m podman start -a kept 2>&1 | tail -n 1)"
        expect "$1: containers-storage check finds no new error" "$modified" "$(found .)"
        machine_kill m
        rm -rf --one-file-system "$scratch/m"
}

# orphan_has PATH: an orphaned layer has that path in it.
orphan_has() {
        local id

        for id in $(sed -n 's|^overlay/\([0-9a-f]\{64\}\)$|\1|p' "$scratch/orphans"); do
                [ -e "$S/overlay/$id/$1" ] && return
        done
        return 1
}

composefs() {
        local pid registry image id link orphan i

        boot composefs
        machine_run m podman push -q localhost/built:1 oci:/var/lib/containers/layout:built
        rm -rf "$S"
        configure '[storage.options]
pull_options = {enable_partial_images = "true", convert_images = "true"}
[storage.options.overlay]
use_composefs = "true"'
        machine_reboot m
        read -r pid <"$scratch/m/pid"
        nsenter --target "$pid" --net python3 "$support/machine/registry.py" "$scratch/m/store/layout" 5000 &
        registry=$!
        for _ in $(seq 5); do
                machine_run m podman pull -q --tls-verify=false 127.0.0.1:5000/built:1 >"$scratch/log" 2>&1 && break
                sleep 0.5
        done
        kill $registry
        check "composefs: podman pulls an image" machine_run m podman image exists 127.0.0.1:5000/built:1 || note "$(tail -3 "$scratch/log")"
        check "composefs: the layers are composefs images" compgen -G "$S/overlay/*/composefs-data/composefs.blob"
        machine_run m podman create --name kept 127.0.0.1:5000/built:1 cat /built >/dev/null
        for i in 1 2; do
                machine_run m podman --transient-store run -d 127.0.0.1:5000/built:1 /bin/busybox sh -c 'echo x >/x; sleep 1000' >"$scratch/log" 2>&1
        done
        # A pull without its record leaves such an image, too, perhaps with sealed files.
        image=$(compgen -G "$S/overlay/*/composefs-data" | head -n 1)
        id=$(printf 'e%.0s' {1..64})
        link=$(printf 'E%.0s' {1..26})
        orphan=$S/overlay/$id
        cp -a "${image%/composefs-data}" "$orphan"
        printf %s "$link" >"$orphan/link"
        ln -s "../$id/diff" "$S/overlay/l/$link"
        chattr +i "$orphan/composefs-data/composefs.blob" "$orphan/diff"
        machine_reboot m
        orphans
        check "composefs: an image and a mount point of one are orphans" eval 'orphan_has composefs-data/composefs.blob && orphan_has composefs-layers'
        collect composefs
}

force_mask() {
        local i

        configure '[storage.options.overlay]
mount_program = "/usr/bin/fuse-overlayfs"
force_mask = "shared"'
        boot force_mask
        machine_run m podman create --name kept localhost/built:1 cat /built >/dev/null
        for i in 1 2; do
                machine_run m podman --transient-store run -d localhost/built:1 sh -c 'mkdir -p /a/b; echo x >/a/b/x; chmod 0 /a/b /a/b/x; rm /data/hardlink; sleep 1000' \
                        >"$scratch/log" 2>&1
        done
        machine_reboot m
        orphans
        check "force_mask: modes are kept in attributes" test "$(
                getfattr -R -h -n user.containers.override_stat "$S/overlay/"*/diff 2>/dev/null | grep -c override_stat=)" -gt 10
        collect force_mask
}

id_mapped() {
        local map shifted layer i

        configure ''
        boot id-mapped
        map="--uidmap 0:100000:5000 --gidmap 0:100000:5000"
        # shellcheck disable=SC2086
        machine_run m podman create $map --name kept localhost/built:1 cat /built >/dev/null
        for i in 1 2; do
                # shellcheck disable=SC2086
                machine_run m podman --transient-store run -d $map localhost/built:1 sh -c 'echo x >/x; chown 7:7 /x; sleep 1000' >"$scratch/log" 2>&1
        done
        machine_reboot m
        orphans
        shifted=$(find "$S/overlay" -path '*/diff/x' -uid 100007 | head -n 1)
        check "id-mapped: owners are shifted" test -n "$shifted"
        # The directories that Go leaves of another id mapping and of mounts (overlay.go:UpdateLayerIDMap, get).
        layer=${shifted%/diff/x}
        mkdir -p "$layer/diff1/a" "$layer/diff2/b" "$layer/mapped/0" "$layer/mapped/1"
        echo old >"$layer/diff1/a/file"
        chattr +i "$layer/diff1/a/file"
        check "id-mapped: they belong to an orphan" grep -q "${layer##*/}" "$scratch/orphans"
        collect id-mapped
}

label_of() { getfattr -h --only-values -n security.selinux "$1" 2>/dev/null; }

labels() {
        local label volatile new_label

        configure ''
        boot labels
        machine_run m podman create --name kept localhost/built:1 cat /built >/dev/null
        machine_run m podman create --rm --name volatile localhost/built:1 cat /built >/dev/null
        machine_run m podman --transient-store create localhost/built:1 cat /built >/dev/null
        machine_reboot m
        label=system_u:object_r:container_var_lib_t:s0
        find "$S" -exec setfattr -h -n security.selinux -v $label {} + 2>/dev/null
        volatile=$S/overlay-containers/volatile-containers.json
        expect "labels: files have them" $label "$(label_of "$volatile")"
        head -c 100 /dev/zero >"$scratch/nul" && cat "$scratch/nul" >"$volatile"
        machine_run m strace -f -qq -o /tmp/trace -e trace=setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,write \
                cstorage-gc >"$scratch/out" 2>&1
        check "labels: the torn file is reset" grep -q '^repaired volatile-file' "$scratch/out"
        expect "labels: the torn file keeps its label" $label "$(label_of "$volatile.torn")"
        expect "labels: the collector writes no label and sets none for new files" "" "$(machine_run m grep -E 'xattr|_u:object_r' /tmp/trace)"
        new_label=$(label_of "$volatile")
        machine_run m podman create --rm --name another localhost/built:1 cat /built >/dev/null
        expect "labels: the new file has the default label of its directory, like one of podman" "$(label_of "$volatile")" "$new_label"
        orphans
        expect "labels: possibly recorded entries stay in this run" yes "$(grep -q '^overlay/' "$scratch/orphans" && echo yes)"
        collect labels
}

# with FILE-SYSTEM CASE: run the case if the kernel has the file system.
with() {
        if grep -qw "$1" /proc/filesystems; then "$2"; else skip "$2: what is left behind is removed" "the kernel has no $1"; fi
}

with erofs composefs
with fuse force_mask
id_mapped
labels
finish
