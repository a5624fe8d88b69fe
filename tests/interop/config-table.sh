#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# config-table.sh SUITE: configurations as distributions and products ship them, and what users have of them: the real
# podman and containers-storage of a Debian suite and cstorage-gc config mean the same store by each.
. "$(dirname "$0")/../support/lib.sh"

suite=$1
need_root
need_gc
need_machines "$suite"
make_scratch
export RUN_ON_DISK=1
. "$support/machine/users.sh"
check "$suite: a machine boots" machine_start m "$suite" || finish
need_ours m
check "$suite: and has a user" eval 'settle && users bob && login bob' || finish

# What a link stood for before the place was made is told by the one that was asked first.
resolve() {
        local key value
        while read -r key value; do
                case $key in
                graphroot | runroot) echo "$key $(machine_run m realpath -m "$value" </dev/null)" ;;
                *) echo "$key $value" ;;
                esac
        done
}

# As told by podman, a line each; what is not there is empty.
told_by_podman() {
        "$1" podman info --format json </dev/null 2>"$scratch/podman.err" | jq -r '.store |
                "graphroot \(.graphRoot)", "runroot \(.runRoot)", "driver \(.graphDriverName)",
                "transient \(.transientStore // false)", "mountopt \(.graphOptions["overlay.mountopt"] // "")",
                "stores \(.graphOptions | .additionalImageStores // [.["overlay.imagestore"] // empty] | join(" "))"' |
                resolve
}

told_by_ours() {
        "$1" cstorage-gc config --json "${@:2}" 2>"$scratch/ours.err" | jq -r '
                [.settings[] | {key, value}] as $all |
                def the($key): [$all[] | select(.key == $key) | .value];
                "graphroot \(the("storage.graphroot")[0])", "runroot \(the("storage.runroot")[0])",
                "driver \(the("storage.driver")[0])", "transient \(the("storage.transient_store")[0])",
                "mountopt \(the("storage.options.overlay.mountopt") + the("storage.options.mountopt") | .[0] // "")",
                "stores \(the("storage.options.additionalimagestores") | join(" "))"' |
                resolve
}

# As told by containers-storage, on standard error.
told_by_storage() {
        "$1" containers-storage status 2>&1 | tee "$scratch/storage.err" | sed -nE 's/^Root: /graphroot /p; s/^Run Root: /runroot /p' | resolve
}

# What of the machine's configuration the case before left goes; its stores stay.
clean='rm -rf /etc/containers/storage* /var/lib/containers/bob/.config; mkdir -p /etc/containers'

# What the releases of this suite read.
rules=legacy
[ "$suite" = sid ] && rules=current

# same WHO NAME SETUP
same() {
        local who=$1 name=$2 podman
        machine_run m sh -c "$clean; $3"
        podman=$(told_by_podman "$who")
        check "$suite, $who: $name: podman says something" test -n "$podman" || note "$(cat "$scratch/podman.err")"
        expect "$suite, $who: $name: the same as we" "$podman" "$(told_by_ours "$who" --config-compat=$rules)" ||
                note "$(cat "$scratch/ours.err")"
        expect "$suite, $who: $name: left to us, the store is the same" "$(head -n 3 <<<"$podman")" \
                "$(told_by_ours "$who" | head -n 3)" || note "$(cat "$scratch/ours.err")"
        # That of Debian 12 reads the file in /usr over the one in /etc, which its podman does not.
        [ "$suite" = bookworm ] || expect "$suite, $who: $name: containers-storage, too" "$(told_by_storage "$who")" \
                "$(head -n 2 <<<"$podman")" || note "$(cat "$scratch/storage.err")"
}

# file PATH <<EOF: a command that writes it.
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
# Read by sid, not by the others, and by us as each has it: its store is there then, and no other.
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
same bob "a file of the system's without places" "$(file $etc <<'EOF'
[storage]
driver = "overlay"
[storage.options.overlay]
mountopt = "nodev"
EOF
)"
same bob "a place for users" "$(file $etc <<'EOF'
[storage]
driver = "vfs"
rootless_storage_path = "/var/lib/containers/bob/$UID/$USER"
EOF
)"
same bob "a file of their own" "$(file $etc <<'EOF'
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
# To later releases root's store is everybody's then, and fails them.
[ "$suite" = sid ] || same bob "a file of the system's for root" "$(file $etc <<'EOF'
[storage]
driver = "overlay"
runroot = "/run/containers/storage"
graphroot = "/var/lib/containers/storage"
transient_store = false
EOF
)"
# ------------------------------------------------------------------------------------------------ podman's own database

# That of Debian 12 is of another kind.
if [ "$suite" = bookworm ] || ! grep -q -- -DHAVE_SQLITE "$build/compile_commands.json"; then
        skip "$suite: podman goes by its database" "there is none that can be read"
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
check "$suite: podman makes its database" told_by_podman root
machine_run m sh -c "mkdir -p $orphan/diff; $(moved second)"
expect "$suite: podman goes by it rather than by the file" "runroot /run/containers/first" "$(told_by_podman root | grep ^runroot)"
expect "$suite: config has both" "/run/containers/second /run/containers/first" "$(
        machine_run m cstorage-gc config --json |
                jq -r '[.settings[] | select(.key | endswith(".runroot")) | .value] | join(" ")')"
machine_run m after-boot cstorage-gc >"$scratch/out" 2>"$scratch/err"
expect "$suite: a collection is refused" "3 yes" "$? $(machine_run m test -d "$orphan" && echo yes)"
check "$suite: and it is said why" grep -q "database/db.sql says that the runroot is /run/containers/first, .*--runroot" "$scratch/err"
machine_run m mkdir -p /run/containers/first
machine_run m after-boot cstorage-gc --runroot=/run/containers/first >"$scratch/out" 2>"$scratch/err"
expect "$suite: an option settles it" "0 no" "$? $(machine_run m test -d "$orphan" || echo no)" || note "$(cat "$scratch/err")"
finish
