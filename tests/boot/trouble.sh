#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Boots with faults: no store, a mount that fails, is read-only or is full, a held lock, torn volatile record files. Each boot
# ends, the containers that can start do, and the journal contains the cause. A soft reboot keeps all that the runroot
# records. The collector can do all of its work in its sandbox, and nothing else.
. "$(dirname "$0")/../support/vm/vm.sh"
. "$(dirname "$0")/../support/vm/containers.sh"

long=${CSTORAGE_TEST_LONG:-0}
store=/var/lib/containers/storage
runroot=/run/containers/storage
layers=overlay-layers/volatile-layers.json
containers=overlay-containers/volatile-containers.json
disk=/dev/disk/by-id/virtio-store
blank=/dev/disk/by-id/virtio-blank
orphan=$(printf '0a%.0s' {1..32})
# How long the holder keeps a lock, and how long the collector waits if the default were too long for a test.
held=90
patience=5

need_vm

# ------------------------------------------------------------------------------------------------ the machine

# A script that runs between the mounts and the collector; each scene has its own.
put_hook() {
        cat >"$1/etc/systemd/system/before-gc.service" <<END
[Unit]
DefaultDependencies=no
After=local-fs.target
Before=cstorage-gc.service
Conflicts=shutdown.target
Before=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=-sh /etc/before-gc

[Install]
WantedBy=sysinit.target
END
        : >"$1/etc/before-gc" && chroot "$1" systemctl --quiet enable before-gc.service
}

# The contents of volatile record files after a power cut. They do not contain the id of the orphan, since the collector keeps
# the ids that such a file contains.
put_broken() {
        mkdir "$1/srv/broken" && cd "$1/srv/broken" || return
        head -c 700 /dev/zero >NULs
        : >empty
        printf '[{"id":"%s","names":["broken"],"created":"2026-01-01T00:00:00Z","fla' "$(printf '0b%.0s' {1..32})" >truncated
}

# A container whose image is a directory needs no store from before the boot; the other one waits for the real store.
put_containers() {
        local dir=$1/etc/containers/systemd

        mkdir "$1/srv/rootfs" && tar -C "$1/srv/rootfs" -xf "$scratch/s/upper/var/tmp/rootfs.tar" &&
                put_quadlet "$dir" plain /srv/rootfs multi-user.target && sed -i 's/^Image=/Rootfs=/' "$dir/plain.container" &&
                put_quadlet "$dir" one localhost/base:1 multi-user.target "[Unit]
ConditionPathExists=/var/lib/containers/image
"
}

# The store is on a disk of its own that is not in fstab yet.
make_machine() {
        local root=$scratch/m/root

        vm_root m && put_images "$root" && put_hook "$root" && put_containers "$root" && (put_broken "$root") &&
                install "$support/vm/probe.pl" "$support/vm/plant.sh" "$root/usr/local/lib/" &&
                vm_disk m store 256M "$root/var/lib/containers" && vm_disk m blank 16M &&
                rm -rf "$root/var/lib/containers" && vm_image m
}

# boots SCENE [OPTIONS [DEVICE]]: boot with the store mounted in this way, and run standard input before the collector.
boots() {
        vm_run m "set -e
                sed -i /containers/d /etc/fstab
                echo '${3-$disk} /var/lib/containers ext4 ${2-defaults}' >>/etc/fstab
                base64 -d <<<'$(base64 -w 0)' >/etc/before-gc"
        check "$1: the machine boots" vm_reboot m || finish
}

# ------------------------------------------------------------------------------------------------ what is to be seen

# Check that the boot ended, and which of the containers run. Prints other failed units.
is_up() {
        local scene=$1 state=$2 wanted
        shift 2
        wanted="active $state$(printf ' %s:kept' "$@")"
        expect "$scene: the boot comes to its end with ${*:-no containers}" "${wanted% :kept}" "$(vm_run m "
                {
                        state=\$(systemctl is-system-running --wait)
                        systemctl is-active multi-user.target
                        echo \$state
                        for c in $*; do echo \$c:\$(podman exec \$c cat /data/file); done
                } 2>&1 | paste -sd' '")" || note "$(vm_run m 'systemctl list-units --no-legend --plain --failed
                        journalctl -b -o cat --no-pager -n 30 -u one -u plain')"
}

ids=$(sed -n 's/.*\[MESSAGE_\([A-Z_]*\)\] = {"\([0-9a-f]*\)".*/\2 \1/p' "$tests_dir/../gc/report/journal.c")
id_of() { sed -n "s/ $1\$//p" <<<"$ids"; }

# The records of the last start of the collector, by name; a line without an id is copied.
records() {
        vm_run m 'journalctl -b -o json --no-pager SYSLOG_IDENTIFIER=cstorage-gc --since="@$(date +%s -d "$(
                systemctl show -P ExecMainStartTimestamp cstorage-gc.service)")"' >"$scratch/records"
        jq -r '.MESSAGE_ID // "line: \(.MESSAGE)"' "$scratch/records" | while read -r id; do
                sed -n "s/^$id //p" <<<"$ids" | grep . || echo "$id"
        done | sort | uniq -c | sed 's/^ *//' | paste -sd,
}

# has_records SCENE RECORDS STATUS
has_records() {
        expect "$1: the journal has $2" "$2" "$(records)" || note "$(jq -r .MESSAGE "$scratch/records")"
        note "$(jq -r .MESSAGE "$scratch/records")"
        expect "$1: the collector ends with status $3" "$3" "$(vm_run m 'systemctl show -P ExecMainStatus cstorage-gc.service')"
        expect "$1: it did not fail" success "$(vm_run m 'systemctl show -P Result cstorage-gc.service')"
}

explains() {
        check "$1: journalctl -x explains $2" grep -q "^-- Subject: $3" <<<"$(vm_run m "journalctl --update-catalog
                journalctl -b -x --no-pager MESSAGE_ID=$(id_of "$2")" | sed 's/^░░/--/')"
}

plant="mkdir -p $store/overlay/$orphan/diff/d
head -c 8M /dev/urandom >$store/overlay/$orphan/diff/d/file"
is_gone() { expect "$1: the orphan is gone" gone "$(vm_run m "[ -e $store/overlay/$orphan ] && echo there || echo gone")"; }

# ------------------------------------------------------------------------------------------------ the scenes

no_store() {
        check "a machine is made" make_machine || finish
        check "no store: the machine boots" vm_start m || finish
        is_up "no store" running plain
        has_records "no store" "1 NO_STORE" 0
        explains "no store" NO_STORE "There is no container store"
}

# breaks DIRECTORY LAYERS CONTAINERS: print a script that puts two torn files and an orphan of each kind there.
breaks() {
        echo "mkdir -p -m 700 $1 $1/overlay-layers $1/overlay-containers"
        echo "cp /srv/broken/$2 $1/$layers"
        echo "cp /srv/broken/$3 $1/$containers"
}

# podman_alone DIRECTORY FILE DAMAGE COMMAND...: the commands that fail without the collector, while containers run.
podman_alone() {
        local dir=$1 file=$2 damage=$3
        shift 3
        vm_run m "cd $dir
                cp -a $file /srv/broken/good
                cat /srv/broken/$damage >$file
                for command in $(printf " '%s'" "$@"); do podman \$command >/dev/null 2>&1 || echo \$command; done | paste -sd,
                cat /srv/broken/good >$file"
}

# resets SCENE DIRECTORY LAYERS CONTAINERS RECORDS
resets() {
        local scene=$1 dir=$2

        is_up "$scene" running plain one
        has_records "$scene" "$5" 0
        explains "$scene" REPAIRED "A damaged part of a container store was repaired"
        check "$scene: the torn files are copied" vm_run m "cd $dir
                cmp /srv/broken/$3 $layers.torn && cmp /srv/broken/$4 $containers.torn"
        expect "$scene: podman alone cannot start containers with torn layers" "images,create localhost/base:1" \
                "$(podman_alone "$dir" $layers "$3" images 'create localhost/base:1')"
        expect "$scene: podman alone cannot start containers with torn containers" "ps,create localhost/base:1" \
                "$(podman_alone "$dir" $containers "$4" ps 'create localhost/base:1')"
        # podman reads an empty file as one without records.
        expect "$scene: podman alone can start containers with an empty file" "" "$(podman_alone "$dir" $layers empty images)"
}

broken_in_runroot() {
        boots "broken in the runroot" < <(breaks $runroot NULs truncated)
        resets "torn files in the runroot" $runroot NULs truncated "1 COLLECTED,2 REPAIRED"
}

# The collector resets a file of the other mode, too.
broken_in_graphroot() {
        vm_run m 'sed -i s/^transient/#/ /etc/containers/storage.conf'
        boots "broken in the graphroot" < <(breaks $store truncated NULs && breaks $runroot empty empty)
        resets "torn files in the graphroot" $store truncated NULs "1 COLLECTED,4 REPAIRED"
        vm_run m 'sed -i s/^#/transient/ /etc/containers/storage.conf'
}

# The collector can do its work in its sandbox, and nothing else can be done there.
sandbox() {
        check "sandbox: an orphan is planted" vm_run m "with_clock -24 sh /usr/local/lib/plant.sh $store/overlay/$orphan"
        vm_run m 'systemctl start cstorage-gc.service
                for i in $(seq 300); do
                        [ "$(systemctl is-active cstorage-gc-delete.service)" = inactive ] && break || sleep 1
                done'
        expect "sandbox: the collector removes it" "1 COLLECTED,1 REMOVED" "$(records)"
        expect "sandbox: the deleter deletes all of it" "0 0" "$(vm_run m "journalctl -b -o json MESSAGE_ID=$(id_of DELETED)" |
                jq -r .CSTORAGE_LEFT | tail -n 1) $(vm_run m "find $store -path '*temp-dir*' | wc -l")"

        expect "sandbox: the collector can write to its store only" \
                "writes $runroot,writes /tmp,writes $store,writes /var/tmp" "$(probe cstorage-gc.service)"
        expect "sandbox: the deleter can write to nothing" "writes /tmp,writes /var/tmp" "$(probe cstorage-gc-delete.service)"
        vm_run m "unshare -mu perl /usr/local/lib/probe.pl $store $runroot" >"$scratch/probe"
        expect "sandbox: a process without sandbox can do all that" "" \
                "$(for what in "writes /etc" "writes /run" "writes /dev/shm" "opens /etc/passwd" "calls mknod" "calls mount" \
                        "calls ptrace" "calls clock_settime" "calls unshare" "has sockets of AF_INET"; do
                        grep -qxF "$what" "$scratch/probe" || echo "$what"
                done)"
}

# probe UNIT: the actions that are possible in a copy of the unit with its drop-ins. Mounts in the store count as the store.
probe() {
        vm_run m "{
                        systemctl cat $1 2>/dev/null | sed '/^\\[Install\\]/,/^\\[/d; s/^WantedBy=.*//'
                        echo '[Service]'
                        echo Type=oneshot
                        echo ExecStart=
                        echo 'ExecStart=perl /usr/local/lib/probe.pl $store $runroot /var/lib/containers /run/cstorage-gc'
                        echo StandardOutput=truncate:/run/probed
                } >/run/systemd/system/probe.service
                systemctl daemon-reload
                systemctl start probe.service || journalctl -b -o cat -n 20 -u probe.service
                cat /run/probed" | grep -vE "^writes ($store|$runroot)/" | sort | paste -sd,
}

listed() { vm_run m 'podman ps -a --no-trunc --format "{{.ID}} {{.Names}}" | grep -wE "made|ended|running" | sort -k 2'; }

soft_reboot() {
        # The script that precedes the collector has run already.
        vm_run m ': >/etc/before-gc
                podman create --name made localhost/base:1 sh -c "exec sleep 1000000"
                podman run --name ended localhost/base:1 sh -c "echo ended >/data/own"
                podman run -d --name running localhost/base:1 sh -c "trap exit TERM; while :; do sleep 1; done"' >/dev/null
        listed >"$scratch/before"
        expect "soft reboot: podman has made containers" 3 "$(wc -l <"$scratch/before")"
        check "soft reboot: the machine reboots softly" vm_soft_reboot m || finish
        is_up "soft reboot" running plain one
        expect "soft reboot: systemd counts it" 1 "$(vm_run m 'systemctl show -P SoftRebootsCount')"
        note "$(records)"
        expect "soft reboot: the collector refuses and fails nothing" "0 0 0" "$(jq -r "select(.MESSAGE_ID == \"$(id_of COLLECTED)\") |
                [.CSTORAGE_REPAIRED, .CSTORAGE_REFUSED, .CSTORAGE_FAILED] | join(\" \")" "$scratch/records")"
        # A podman that does not finish with an ended container in time is killed, and leaves a temp dir.
        expect "soft reboot: the collector removes only what podman was deleting" "" "$(jq -r 'select(.CSTORAGE_KIND) |
                .CSTORAGE_KIND + " " + .CSTORAGE_REASON' "$scratch/records" | grep -vxF "temp-dir abandoned")"
        expect "soft reboot: all containers exist" "$(cat "$scratch/before")" "$(listed)"
        expect "soft reboot: they start again, with what they wrote" "made running ended" "$(vm_run m '
                podman start made running >/dev/null && podman start -a ended && podman cp ended:/data/own /run/own
                echo $(podman ps --format "{{.Names}}" | grep -xE "made|running" | sort) $(cat /run/own)')"
}

# locked SCENE [DROP-IN]: another process holds the lock from before the start of the collector until after its timeout.
locked() {
        vm_run m "$plant"
        boots "$1" <<END
perl -MFcntl -e 'my \$lock = pack("s s x4 q q i x4", F_WRLCK, 0, 0, 0, 0);
        open(F, "+>>", shift) && fcntl(F, F_SETLK, \$lock) && open(H, ">", "/run/held") && close(H) && sleep shift' \
        $store/overlay-layers/layers.lock $held &
while ! [ -e /run/held ]; do sleep 0.1; done
END
        is_up "$1" running plain one
        has_records "$1" "1 NOT_RUN" 4
        explains "$1" NOT_RUN "Container storage garbage collection has failed"
        expect "$1: the record contains the status" 4 "$(jq -r .EXIT_STATUS "$scratch/records")"
        vm_run m 'systemctl start cstorage-gc.service'
        is_gone "$1, and started by hand later"
}

impatient() {
        vm_run m "d=/etc/systemd/system/cstorage-gc.service.d
                mkdir -p \$d
                {
                        echo '[Service]'
                        echo ExecStart=
                        systemctl cat cstorage-gc.service 2>/dev/null | sed -n 's/^ExecStart=.*/& --lock-timeout=$patience/p'
                } >\$d/patience.conf"
        held=40
        locked "a locked store"
        vm_run m 'rm /etc/systemd/system/cstorage-gc.service.d/patience.conf'
}

# Without the mount there is only its directory, which is not the store.
no_mount() {
        boots "a mount that fails" nofail $blank <<<"$plant"
        is_up "a mount that fails" degraded plain
        expect "a mount that fails: systemd logs one record of it" dependency "$(vm_run m '
                journalctl -b -o json --no-pager UNIT=cstorage-gc.service MESSAGE_ID=be02cf6855d2428ba40df7e9d022f03d' |
                jq -r .JOB_RESULT)"
        expect "a mount that fails: systemd does not start the collector" "0 0" "$(vm_run m '
                systemctl show -P ExecMainStartTimestampMonotonic cstorage-gc.service
                journalctl -b -q -o cat --no-pager SYSLOG_IDENTIFIER=cstorage-gc | wc -l' | paste -sd' ')"
        check "a mount that fails: the directory is untouched" vm_run m "[ -e $store/overlay/$orphan ]"
}

# Fill it to the last block, including the blocks reserved for root.
full_disk() {
        boots "a full disk" <<END
$plant
fallocate -l \$(df -B1 --output=avail /var/lib/containers | tail -n 1) /var/lib/containers/fill
for size in 1M 64k 4k 1k; do dd if=/dev/zero of=/var/lib/containers/fill.\$size bs=\$size; done 2>/run/filled
df --output=avail /var/lib/containers >>/run/filled
END
        is_up "a full disk" running plain one
        has_records "a full disk" "1 COLLECTED,1 REMOVED" 0
        is_gone "a full disk"
        note "$(vm_run m 'cat /run/filled; rm /var/lib/containers/fill*')"
}

read_only() {
        vm_run m "$plant"
        boots "a read-only file system" ro </dev/null
        is_up "a read-only file system" degraded
        has_records "a read-only file system" "1 NOT_RUN" 1
}

no_store
broken_in_runroot
sandbox
soft_reboot
impatient
if [ "$long" = 1 ]; then
        locked "a store that is locked for long"
        no_mount
        full_disk
        read_only
        broken_in_graphroot
fi
check "the machine shuts down" vm_poweroff m
finish
