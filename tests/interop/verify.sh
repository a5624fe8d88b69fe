#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# verify.sh: cstorage_layer_verify() on layers that the real podman wrote: undamaged, all are the same as their archives;
# each kind of damage is found, with the name of the file.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
need_machines sid
make_scratch
. "$support/machine/users.sh"
S=$scratch/m/store/storage
verifier=/opt/cstorage/tests/support/interop/layer-verifier

# In the machine, below /tmp/rootfs: a file of each kind, and names of each kind.
odd_files='
        cd /tmp/rootfs
        echo one >links-one && ln links-one links-two && mkdir sub && ln links-one sub/links-three
        cp bin/busybox setuid && chmod 4755 setuid && cp bin/busybox setgid && chmod 2711 setgid
        mkdir sticky shut && chmod 1777 sticky && chmod 700 shut && echo x >shut/x && chmod 0 shut/x
        dd if=/dev/urandom of=random bs=1000 count=3000 2>/dev/null
        truncate -s 20M sparse && dd if=/dev/urandom of=sparse bs=4096 seek=1000 count=3 conv=notrunc 2>/dev/null
        : >empty
        long=$(printf "n%.0s" $(seq 200)); mkdir -p "$long/$long" && echo long >"$long/$long/$long"
        ln -s "$long/$long/$long/$long" long-link; ln -s /nowhere/at/all dangling; ln -s bin link-dir
        printf x >"$(printf "not-utf8-\377\376")"; printf x >"$(printf "gr\303\274n <&> \"quoted\"")"; printf x >"new
line"
        mkfifo fifo; mknod device c 1 3
        mkdir gone && echo g >gone/a && mkdir gone/b && mkdir fresh && echo old >fresh/old && echo w >whiteout
        cp bin/busybox capable && setfattr -n security.capability -v 0x0100000200040000000000000000000000000000 capable
        setfattr -n user.comment -v hello random
        chown 1234:5678 links-one
        tar --numeric-owner --xattrs --xattrs-include="*" -C /tmp/rootfs -cf /tmp/odd.tar .
        mkdir -p /tmp/odd && echo new >/tmp/odd/new
        cat >/tmp/odd/Dockerfile <<END
FROM localhost/odd:1
RUN rm -rf /gone /whiteout /fresh && mkdir /fresh && echo new >/fresh/new && chmod 4711 /setgid && ln /random /random-link
COPY new /bin/new
RUN ln /bin/new /bin/newer && rm /empty && mkdir /empty && echo x >/empty/x
END
        chmod 755 /tmp/odd; chmod 644 /tmp/odd.tar /tmp/odd/*'

make_odd() { machine_run m sh -ec "$(cat "$support/machine/image.sh"); set -e; $odd_files"; }

# images PODMAN...: import and build.
images() {
        "$@" import -q /tmp/odd.tar localhost/odd:1 && "$@" build -q --layers -t localhost/built:1 /tmp/odd
}

# expect_same WHAT LAYERS COMMAND...: the verifier finds nothing in so many layers, with one thread and with several.
expect_same() {
        local threads

        for threads in 1 4; do
                "${@:3:$#-2}" "$threads" >"$scratch/out" 2>"$scratch/err"
                expect "$1: all layers are the same as their archives, with $threads threads" "$2 " \
                        "$(grep -cE '^[0-9a-f]{64} same ' "$scratch/out") $(grep -vE '^[0-9a-f]{64} (same|none) ' "$scratch/out")$(
                        cat "$scratch/err")"
        done
}

verify() { machine_run m $verifier -t "$3" "$1" "$2" /run/containers/storage; }
overlay() { verify overlay /var/lib/containers/storage "$1"; }
vfs() { verify vfs /var/lib/containers/vfs "$1"; }

configure() {
        printf '[storage]\ndriver = "overlay"\ngraphroot = "/var/lib/containers/storage"\nrunroot = "/run/containers/storage"\n%s\n' "$1" \
                >"$scratch/m/upper/etc/containers/storage.conf"
}

# ------------------------------------------------------------------------------------------------ undamaged

check "a machine boots" machine_start m sid || finish
check "files of all kinds are made" make_odd || finish
check "overlay: podman makes images of them" images machine_run m podman || finish
expect_same overlay 4 overlay

run_vfs() { machine_run m podman --storage-driver vfs --root /var/lib/containers/vfs "$@"; }
check "vfs: podman makes images" images run_vfs
check "vfs: podman copies a layer with other owners" run_vfs create --uidmap 0:100000:5000 --gidmap 0:100000:6000 localhost/built:1 sh
expect_same vfs "$(find "$scratch/m/store/vfs/vfs-layers" -name '*.tar-split.gz' | wc -l)" vfs
check "vfs: a copy has a tar-split, too" test "$(grep -c ' same ' "$scratch/out")" -gt 4

# Archives that tar makes in other formats, with files that the archive itself replaces, and with names that lead through its
# own link.
other_archives='
        mkdir -p /tmp/other/tars /tmp/other/usr/lib /tmp/second/lib && cd /tmp/other && ln -s usr/lib lib && echo x >usr/lib/x
        truncate -s 20M sparse && for at in 1000 3000; do
                dd if=/dev/urandom of=sparse bs=4096 seek=$at count=3 conv=notrunc 2>/dev/null
        done
        echo file >file && ln file linked && echo y >/tmp/second/lib/y && echo replaced >/tmp/second/file
        files="sparse file linked usr lib"
        for version in 0.0 0.1 1.0; do tar -S --format=posix --sparse-version=$version -cf tars/sparse-$version.tar $files; done
        for format in v7 ustar gnu; do tar --format=$format -cf tars/$format.tar $files; done
        tar --format=posix --pax-option=globexthdr.name=g,comment=none -cf tars/global.tar $files
        tar -cf tars/link.tar $files && tar -C /tmp/second -rf tars/link.tar lib/y
        tar -cf tars/replaced.tar $files && tar -C /tmp/second -P --transform "s,^,/," -rf tars/replaced.tar file
        for tar in tars/*.tar; do podman "$@" import -q $tar "localhost/$(basename $tar .tar):1"; done'

check "overlay: podman imports archives of other formats" machine_run m sh -ec "$other_archives" sh
expect_same "overlay, other formats" 13 overlay
check "vfs: podman imports archives of other formats" machine_run m sh -ec "rm -rf /tmp/other /tmp/second; $other_archives" sh \
        --storage-driver vfs --root /var/lib/containers/vfs
expect_same "vfs, other formats" "$(find "$scratch/m/store/vfs/vfs-layers" -name '*.tar-split.gz' | wc -l)" vfs

# ------------------------------------------------------------------------------------------------ damage

layer=$(for d in "$S"/overlay/*/diff; do [ -e "$d/shut" ] && basename "$(dirname "$d")"; done)
built=$(for d in "$S"/overlay/*/diff; do [ -c "$d/whiteout" ] && basename "$(dirname "$d")"; done)
long=$(printf 'n%.0s' $(seq 200))

# damaged NAME LAYER COMMAND LINES...: after the command in the content of the layer, the verifier prints these lines,
# and what it says of the layer; the content is then as before.
damaged() {
        local content=$S/overlay/$2/diff

        cp -a "$content" "$scratch/kept"
        (cd "$content" && eval "$3")
        machine_run m $verifier overlay /var/lib/containers/storage /run/containers/storage "$2" >"$scratch/out" 2>&1
        # The files are in the archive in the order of the directory, which is not known here.
        expect "damage: $1" "$(printf '%s\n' "${@:4}" | sort)" "$(
                sed -E '$d; s/^(content .*) [0-9a-f]+ [0-9a-f]+$/\1/; s/^(hard-link) .*/\1/' "$scratch/out" | sort)"
        expect "and the layer is different" different "$(tail -n 1 "$scratch/out" | cut -d ' ' -f 2)"
        find "$content" -mindepth 1 -delete && cp -a "$scratch/kept/." "$content" && rm -r "$scratch/kept"
}

printf -v bytes %x 3000000
damaged "a file is cut off" "$layer" 'truncate -s 1000 random' "size random $bytes 3e8"
damaged "a file is empty" "$layer" ': >random' "size random $bytes 0"
damaged "a file is full of NULs" "$layer" 'head -c 3000000 /dev/zero >random' "content random"
damaged "one bit is changed" "$layer" 'printf "\300" | dd of=sparse bs=1 seek=4096005 conv=notrunc 2>/dev/null' "content sparse"
damaged "the hole of a sparse file has data" "$layer" 'printf x | dd of=sparse bs=1 seek=19999999 conv=notrunc 2>/dev/null' "content sparse"
damaged "a file has more bytes" "$layer" 'echo more >>random' "size random $bytes $(printf %x 3000005)"
damaged "a file is missing" "$layer" 'rm random' "missing random 0 2"
damaged "a directory is missing" "$layer" 'rm -r shut' "missing shut 0 2" "missing shut/x 0 2"
damaged "a link has another target" "$layer" 'ln -sfn b dangling' 'link dangling "/nowhere/at/all" "b"'
damaged "a link is a file" "$layer" 'rm dangling && : >dangling' "type dangling a000 8000"
damaged "a mode is changed" "$layer" 'chmod 755 setuid' "mode setuid 9ed 1ed"
damaged "the mode of a directory is changed" "$layer" 'chmod 777 shut' "mode shut 1c0 1ff"
damaged "a file is replaced by a directory" "$layer" 'rm random && mkdir random' "type random 8000 4000"
damaged "a directory is replaced by a file" "$layer" 'rm -r shut && : >shut' "type shut 4000 8000" "missing shut/x 0 14"
damaged "a file with a long name is empty" "$layer" ": >$long/$long/$long" "size $long/$long/$long 5 0"
damaged "files are no hard links any more" "$layer" 'for f in links-two sub/links-three; do cp -a $f t && mv t $f; done' hard-link hard-link
damaged "a device has another number" "$layer" 'rm device && mknod device c 1 5' "device device 100000003 100000005"
damaged "a fifo is missing" "$layer" 'rm fifo' "missing fifo 0 2"
damaged "a name that is not UTF-8" "$layer" 'rm not-utf8-*' "missing $(printf 'not-utf8-\377\376') 0 2"
damaged "a deleted file is back" "$built" 'rm whiteout' "whiteout whiteout 0 0"
damaged "a deleted file has become another" "$built" 'rm whiteout && echo x >whiteout' "whiteout whiteout 0 0"
damaged "a directory shows that of the lower layer" "$built" 'setfattr -x trusted.overlay.opaque fresh' "opaque fresh 0 0"
damaged "several files are empty" "$layer" ': >random; : >setuid; : >shut/x' "size random $bytes 0" \
        "size setuid $(printf %x "$(stat -c %s "$S/overlay/$layer/diff/setuid")") 0" "size shut/x 2 0"
expect_same "overlay, restored" 13 overlay

split=$S/overlay-layers/$layer.tar-split.gz
cp -a "$split" "$scratch/split"
for size in 0 1000 $(($(stat -c %s "$split") - 1)); do
        truncate -s "$size" "$split"
        machine_run m $verifier overlay /var/lib/containers/storage /run/containers/storage "$layer" >"$scratch/out" 2>&1
        expect "a tar-split of $size bytes is an error" "1 1" "$? $(grep -c 'gzip file is cut off' "$scratch/out")"
        cat "$scratch/split" >"$split"
done

# ------------------------------------------------------------------------------------------------ other forms

# with WHAT OPTIONS: a store of these options has no mismatches.
with() {
        machine_kill m
        rm -rf "$S"
        configure "$2"
        check "$1: the machine boots" machine_start m
        make_odd
        check "$1: podman makes images" images machine_run m podman
        expect_same "$1" 4 overlay
}

if grep -qw fuse /proc/filesystems; then
        with "mount program" '[storage.options.overlay]
mount_program = "/usr/bin/fuse-overlayfs"'
        check "mount program: whiteouts are files" compgen -G "$S/overlay/*/diff/.wh.whiteout"
        with "force_mask" '[storage.options.overlay]
mount_program = "/usr/bin/fuse-overlayfs"
force_mask = "shared"'
else
        skip "mount program" "the kernel has no fuse"
fi
# A pull in parts: podman makes the files itself, and the tar-split comes with the image.
chunked() {
        local pid registry

        machine_kill m
        rm -rf "$S"
        configure '[storage.options]
pull_options = {enable_partial_images = "true", convert_images = "true"}'
        check "chunked: the machine boots" machine_start m
        # podman 5.8 cannot pull each of the odd files in parts.
        machine_run m sh -c "$(cat "$support/machine/image.sh")"
        check "chunked: podman makes images" machine_run m sh -c 'podman import -q /tmp/rootfs.tar localhost/base:1 &&
                podman build -q --layers -t localhost/built:1 /tmp/build'
        machine_run m podman push -q --compression-format zstd:chunked localhost/built:1 oci:/var/lib/containers/layout:built
        machine_run m podman rmi -f -a >/dev/null
        read -r pid <"$scratch/m/pid"
        nsenter --target "$pid" --net python3 "$support/machine/registry.py" "$scratch/m/store/layout" 5000 &
        registry=$!
        for _ in $(seq 10); do
                machine_run m podman pull -q --tls-verify=false 127.0.0.1:5000/built:1 >"$scratch/log" 2>&1 && break
                sleep 0.5
        done
        kill $registry
        check "chunked: podman pulls an image" machine_run m podman image exists 127.0.0.1:5000/built:1 || note "$(tail -3 "$scratch/log")"
        check "chunked: in parts" grep -q zstd-chunked-manifest "$S/overlay-layers/layers.json"
        expect_same chunked 3 overlay
}
chunked

machine_kill m
rm -f "$scratch/m/upper/etc/containers/storage.conf"
check "rootless: the machine boots" machine_start m
check "rootless: a user" eval 'users bob && settle && login bob 755 && make_odd && shared_files'
check "rootless: podman makes images" images bob podman
rootless() { bob podman unshare $verifier -t "$1" overlay /var/lib/containers/bob/.local/share/containers/storage /run/user/1000/containers; }
expect_same rootless 4 rootless
bob $verifier overlay /var/lib/containers/bob/.local/share/containers/storage /run/user/1000/containers >"$scratch/out" 2>&1
check "rootless: outside of the user's namespace access fails, which is no damage" grep -q 'Permission denied' "$scratch/out"
finish
