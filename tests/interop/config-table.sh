#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# config-table.sh SUITE: configurations of distributions, products and users. podman and containers-storage of a Debian suite and
# cstorage-gc config select the same store for each.
. "$(dirname "$0")/../support/lib.sh"

suite=$1
need_root
need_gc
need_machines "$suite"
make_scratch
export RUN_ON_DISK=1
. "$support/machine/users.sh"
check "$suite: a machine boots" machine_start m "$suite" || finish
need_build m
check "$suite: the machine has a user" eval 'settle && users bob && login bob' || finish

# The program that runs first makes the directory, so only the others resolve a link to it.
resolve() {
        local key value
        while read -r key value; do
                case $key in
                graphroot | runroot) echo "$key $(machine_run m realpath -m "$value" </dev/null)" ;;
                *) echo "$key $value" ;;
                esac
        done
}

# The settings of podman, a line each; a missing one is empty.
podman_settings() {
        "$1" podman info --format json </dev/null 2>"$scratch/podman.err" | jq -r '.store |
                "graphroot \(.graphRoot)", "runroot \(.runRoot)", "driver \(.graphDriverName)",
                "transient \(.transientStore // false)", "mountopt \(.graphOptions["overlay.mountopt"] // "")",
                "stores \(.graphOptions | .additionalImageStores // [.["overlay.imagestore"] // empty] | join(" "))"' |
                resolve
}

collector_settings() {
        "$1" cstorage-gc config --json "${@:2}" 2>"$scratch/ours.err" | jq -r '
                [.settings[] | {key, value}] as $all |
                def the($key): [$all[] | select(.key == $key) | .value];
                "graphroot \(the("storage.graphroot")[0])", "runroot \(the("storage.runroot")[0])",
                "driver \(the("storage.driver")[0])", "transient \(the("storage.transient_store")[0])",
                "mountopt \(the("storage.options.overlay.mountopt") + the("storage.options.mountopt") | .[0] // "")",
                "stores \(the("storage.options.additionalimagestores") | join(" "))"' |
                resolve
}

# The settings of containers-storage, from standard error.
storage_settings() {
        "$1" containers-storage status 2>&1 | tee "$scratch/storage.err" | sed -nE 's/^Root: /graphroot /p; s/^Run Root: /runroot /p' | resolve
}

# Remove the configuration of the previous case; its stores stay.
clean='rm -rf /etc/containers/storage* /var/lib/containers/bob/.config; mkdir -p /etc/containers'

# The rules of the releases of this suite.
rules=legacy
[ "$suite" = sid ] && rules=current

# same USER NAME SETUP
same() {
        local user=$1 name=$2 podman
        machine_run m sh -c "$clean; $3"
        podman=$(podman_settings "$user")
        check "$suite, $user: $name: podman prints its settings" test -n "$podman" || note "$(cat "$scratch/podman.err")"
        expect "$suite, $user: $name: podman and the collector agree" "$podman" "$(collector_settings "$user" --config-compat=$rules)" ||
                note "$(cat "$scratch/ours.err")"
        expect "$suite, $user: $name: podman and the collector agree on the store with the default rules" "$(head -n 3 <<<"$podman")" \
                "$(collector_settings "$user" | head -n 3)" || note "$(cat "$scratch/ours.err")"
        # containers-storage of Debian 12 prefers the file in /usr to the one in /etc; its podman does not.
        [ "$suite" = bookworm ] || expect "$suite, $user: $name: containers-storage agrees" "$(storage_settings "$user")" \
                "$(head -n 2 <<<"$podman")" || note "$(cat "$scratch/storage.err")"
}

# file PATH <<EOF: print a command that writes the file.
file() { printf "mkdir -p %s && cat >%s <<'END'\n%s\nEND\n" "$(dirname "$1")" "$1" "$(cat)"; }

etc=/etc/containers/storage.conf

# ------------------------------------------------------------------------------------------------------- of root

same root "Debian, as it is installed" :
same root "Fedora: an additional store, pull options" "mkdir -p /usr/lib/containers/storage; $(file $etc <<'EOF'
[storage]
driver = "overlay"
runroot = "/run/containers/storage"
graphroot = "/var/lib/containers/storage"
[storage.options]
additionalimagestores = [
  "/usr/lib/containers/storage",
]
pull_options = {enable_partial_images = "true", use_hard_links = "false", ostree_repos=""}
[storage.options.overlay]
mountopt = "nodev,metacopy=on"
EOF
)"
same root "RHEL: options between comments" "$(file $etc <<'EOF'
# The container storage configuration
[storage]
# Default storage driver, must be set for proper operation.
driver = "overlay"
# Temporary storage location
runroot = "/run/containers/storage"
# graphroot = "/elsewhere"
graphroot = "/var/lib/containers/storage"	# the default
[storage.options]
size = ""
[storage.options.overlay]
mountopt = "nodev,metacopy=on"
[storage.options.thinpool]
# autoextend_percent = "20"
EOF
)"
transient='transient_store = true'
[ "$suite" = bookworm ] && transient='# transient_store = true'
same root "CentOS AutoSD, QM: transient, with shared images" "mkdir -p /var/lib/shared; $(file $etc <<EOF
[storage]
driver = "overlay"
runroot = "/run/containers/storage"
graphroot = "/var/lib/containers/qm"
$transient
[storage.options]
additionalimagestores = [ "/var/lib/shared" ]
[storage.options.overlay]
mountopt = "nodev,metacopy=on"
EOF
)"
same root "openSUSE: a priority of drivers" "$(file $etc <<'EOF'
[storage]
driver = ""
driver_priority = ["overlay", "vfs"]
runroot = "/run/containers/suse"
graphroot = "/var/lib/containers/suse"
[storage.options]
additionalimagestores = [
]
[storage.options.btrfs]
min_space = "1G"
EOF
)"
same root "Torizon: a store elsewhere, transient, overlay by its old name" "mkdir -p /var/lib/containers/data; ln -sfn /var/lib/containers/data /var/data
$(file $etc <<EOF
[storage]
driver = 'overlay2'
runroot = '/run/containers/torizon'
graphroot = '/var/data//containers/./torizon/'
$transient
EOF
)"
same root "CRI-O: paths by their old names" "ln -sfn /run /var/run; $(file $etc <<'EOF'
[storage]
driver = "overlay"
runroot = "/var/run/containers/crio"
graphroot = "/var/lib/containers/crio"
[storage.options]
skip_mount_home = "true"
[storage.options.overlay]
mountopt = "nodev"
EOF
)"
same root "vfs" "$(file $etc <<'EOF'
[storage]
driver = "vfs"
runroot = "/run/containers/vfs"
graphroot = "/var/lib/containers/vfs"
EOF
)"
# sid reads it, the other suites do not, and the collector follows the existing store.
same root "a drop-in" "$(file $etc <<'EOF'
[storage]
driver = "overlay"
runroot = "/run/containers/main"
graphroot = "/var/lib/containers/main"
EOF
)
$(file /etc/containers/storage.conf.d/50-place.conf <<'EOF'
[storage]
graphroot = "/var/lib/containers/dropin"
EOF
)"

# ------------------------------------------------------------------------------------------------------- of users

same bob "nothing configured" :
same bob "a system file without paths" "$(file $etc <<'EOF'
[storage]
driver = "overlay"
[storage.options.overlay]
mountopt = "nodev"
EOF
)"
same bob "a path for users" "$(file $etc <<'EOF'
[storage]
driver = "vfs"
rootless_storage_path = "/var/lib/containers/bob/$UID/$USER"
EOF
)"
same bob "a file of the user" "$(file $etc <<'EOF'
[storage]
driver = "vfs"
EOF
)
$(file /var/lib/containers/bob/.config/containers/storage.conf <<'EOF'
[storage]
driver = "overlay"
graphroot = "$HOME/own"
EOF
)
chown -R bob: /var/lib/containers/bob"
# Later releases use root's store for all users in this case, and fail.
[ "$suite" = sid ] || same bob "a file of the system's for root" "$(file $etc <<'EOF'
[storage]
driver = "overlay"
runroot = "/run/containers/storage"
graphroot = "/var/lib/containers/storage"
transient_store = false
EOF
)"
# ------------------------------------------------------------------------------------------------ podman's own database

# Debian 12 has a BoltDB.
if [ "$suite" = bookworm ] || ! grep -q -- -DHAVE_SQLITE "$build/compile_commands.json"; then
        skip "$suite: podman prefers its database" "its database is no SQLite file"
        finish
fi
moved() {
        file $etc <<EOF
[storage]
driver = "overlay"
runroot = "/run/containers/$1"
graphroot = "/var/lib/containers/database"
EOF
}
orphan=/var/lib/containers/database/overlay/$(printf '%064x' 7)
machine_run m sh -c "$clean; $(moved first)"
check "$suite: podman makes its database" podman_settings root
machine_run m sh -c "mkdir -p $orphan/diff; $(moved second)"
expect "$suite: podman prefers its database to the file" "runroot /run/containers/first" "$(podman_settings root | grep ^runroot)"
expect "$suite: config prints both runroots" "/run/containers/second /run/containers/first" "$(
        machine_run m cstorage-gc config --json |
                jq -r '[.settings[] | select(.key | endswith(".runroot")) | .value] | join(" ")')"
machine_run m after-boot cstorage-gc >"$scratch/out" 2>"$scratch/err"
expect "$suite: a collection is refused" "3 yes" "$? $(machine_run m test -d "$orphan" && echo yes)"
check "$suite: the message names the database and an option" grep -q "database/db.sql says that the runroot is /run/containers/first, .*--runroot" "$scratch/err"
machine_run m mkdir -p /run/containers/first
machine_run m after-boot cstorage-gc --runroot=/run/containers/first >"$scratch/out" 2>"$scratch/err"
expect "$suite: an option settles it" "0 no" "$? $(machine_run m test -d "$orphan" || echo no)" || note "$(cat "$scratch/err")"
finish
