# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# Users of the machine m, with homes on its disk, which is no overlay. To be sourced after make_scratch.

homes=$scratch/m/store

# as NAME UID COMMAND...: if $first is set, it is a command that runs all of it as root.
first=
as() {
        local name=$1 uid=$2
        shift 2
        machine_run m $first setpriv --reuid "$uid" --regid "$uid" --init-groups env -C / USER="$name" \
                HOME="/var/lib/containers/$name" XDG_RUNTIME_DIR="/run/user/$uid" "$@"
}
root() { machine_run m "$@"; }
bob() { as bob 1000 "$@"; }
eve() { as eve 1001 "$@"; }

# podman USER COMMAND...: the output goes to a file, since processes that stay would keep a pipe open.
podman() {
        local out=$scratch/podman.out code
        "$1" podman "${@:2}" >"$out" 2>&1 </dev/null
        code=$?
        cat "$out"
        return $code
}

# Prepare a booted machine for users. Its /dev is that of the host. No user is logged in.
settle() { root sh -ec 'mount --make-rshared /; mknod /run/null c 1 3; chmod 666 /run/null; mount --bind /run/null /dev/null
        install -d -m 755 /run/user'; }
login() { root install -d -m "${2:-700}" -o "$1" -g "$1" "/run/user/$(id_of "$1")"; }
id_of() { stat -c %u "$homes/$1"; }

# users bob eve: make these users, with uids from 1000 on.
users() {
        local name uid=1000
        for name; do
                root useradd -u $((uid++)) -m -d "/var/lib/containers/$name" "$name" || return
        done
        root chmod 711 /var/lib/containers
}

# The input for images of users, and the configuration of their podman.
shared_files() {
        root sh -ec "$(cat "$support/machine/image.sh"); set -e
                install -m 644 /tmp/rootfs.tar /var/tmp/rootfs.tar
                printf '[storage]\ndriver = \"overlay\"\ntransient_store = true\n' >/etc/containers/storage.conf
                sed -i '/ulimits/d' /etc/containers/containers.conf"
}
