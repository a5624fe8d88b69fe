# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# The contents of the machines in these tests: a transient store with two images, a third image that podman can pull from
# /var/lib/containers/image, and containers that quadlets start at boot. To be sourced after vm.sh.

# shellcheck disable=SC2154 # scratch and tests_dir

# Run in a machine without a kernel of its own, which is faster. The virtual machine has the same user bob.
# shellcheck disable=SC2016
make_images='
podman="podman --transient-store"
$podman import -q /tmp/rootfs.tar localhost/base:1
for name in second third; do
        echo $name >/tmp/rootfs/data/$name
        tar --numeric-owner -C /tmp/rootfs -c . | $podman import -q - localhost/$name:1
done
$podman push -q localhost/third:1 dir:/var/lib/containers/image
$podman rmi localhost/third:1
useradd -m -u 1000 bob
install -d -o bob -g bob /run/user/1000
install -m 644 /tmp/rootfs.tar /var/tmp/rootfs.tar
cd /home/bob
setpriv --reuid 1000 --regid 1000 --init-groups env HOME=/home/bob XDG_RUNTIME_DIR=/run/user/1000 \
        $podman import -q /var/tmp/rootfs.tar localhost/base:1
'

storage_conf='[storage]
driver = "overlay"
transient_store = true'

put_images() {
        local root=$1

        machine_start s sid &&
                machine_run s sh -ec "$(cat "$support/machine/image.sh"); set -e; $make_images" >"$scratch/images.log" 2>&1 || {
                cat "$scratch/images.log"
                return 1
        }
        machine_kill s
        mkdir -p "$root/var/lib/containers" && cp -a "$scratch/s/store/." "$root/var/lib/containers/" &&
                printf '%s\ngraphroot = "/var/lib/containers/storage"\nrunroot = "/run/containers/storage"\n' "$storage_conf" \
                        >"$root/etc/containers/storage.conf"
}

# A user whose units are started at boot, without a login.
put_user() {
        local root=$1 config=$1/home/bob/.config/containers

        chroot "$root" useradd -u 1000 bob && cp -a "$scratch/s/upper/home/bob" "$root/home/" &&
                mkdir -p "$root/var/lib/systemd/linger" "$config" && : >"$root/var/lib/systemd/linger/bob" &&
                echo "$storage_conf" >"$config/storage.conf" &&
                put_quadlet "$config/systemd" users localhost/base:1 default.target && chown -R 1000:1000 "$config"
}

# put_quadlet DIRECTORY NAME IMAGE TARGET [LINES OF OTHER SECTIONS]
put_quadlet() {
        mkdir -p "$1" && cat >"$1/$2.container" <<END
[Container]
ContainerName=$2
Image=$3
Exec=sh -c "echo here is $2; exec sleep 1000000"
StopTimeout=0

${5-}
[Service]
# Without hardware support.
TimeoutStartSec=900

[Install]
WantedBy=$4
END
}

# Two of the usual kind, one that does not wait for the network, and one that does not wait for basic.target.
quadlets="one two early earliest"
put_quadlets() {
        local dir=$1/etc/containers/systemd

        put_quadlet "$dir" one localhost/base:1 multi-user.target &&
                put_quadlet "$dir" two localhost/second:1 multi-user.target &&
                put_quadlet "$dir" early localhost/base:1 multi-user.target "[Quadlet]
DefaultDependencies=false
" &&
                put_quadlet "$dir" earliest localhost/base:1 multi-user.target "[Quadlet]
DefaultDependencies=false

[Unit]
DefaultDependencies=no
After=local-fs.target cstorage-gc.service
Conflicts=shutdown.target
Before=shutdown.target
"
}

# all_are_up M NAME [STATE]: check that the boot ended and all quadlets run; print those that do not.
all_are_up() {
        expect "$2" "${3:-running}$(printf ' kept%.0s' $quadlets)" "$(vm_run "$1" "
                {
                        systemctl is-system-running --wait
                        for q in $quadlets; do
                                podman exec \$q cat /data/file || systemctl status --no-pager \$q
                        done
                        systemctl list-units --no-legend --plain --failed
                } | paste -sd' '")"
}
users_is_up() {
        expect "$2" "running kept" "$(vm_run "$1" "
                {
                        systemctl --user -M bob@ is-system-running --wait
                        cd /home/bob && runuser -u bob -- env XDG_RUNTIME_DIR=/run/user/1000 podman exec users cat /data/file ||
                                journalctl --no-pager -n 20 _UID=1000
                } 2>&1 | paste -sd' '")"
}

# The orphans, found by brute force from names and records alone.
orphans() {
        local copy=$scratch/$1/copy graphroot=$scratch/$1/copy/var/lib/containers/storage

        rm -rf "$copy" && mkdir "$copy"
        vm_run "$1" 'cd / && find var/lib/containers/storage run/containers/storage -maxdepth 3 -print0 |
                tar -cz --no-recursion --null -T -' | tar -xz -C "$copy" && [ -s "$graphroot/overlay-layers/layers.json" ] || {
                echo "the store cannot be looked at"
                return 1
        }
        python3 "$support/store/listing.py" orphans "$graphroot" "$copy/run/containers/storage" overlay
}
