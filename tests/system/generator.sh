#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# cstorage-gc-generator: what it writes for which storage.conf and fstab, what systemd makes of that, that a hostile
# configuration gets nothing into it, that its failure leaves nothing behind, and that it looks at no store.
. "$(dirname "$0")/../support/lib.sh"

need_root
generator=$build/gc/cstorage-gc-generator
[ -x "$generator" ] || skip_all "cstorage-gc-generator is not built in $build"
make_scratch

export LC_ALL=C
unset CONTAINERS_STORAGE_CONF CONTAINERS_STORAGE_CONF_OVERRIDE STORAGE_DRIVER STORAGE_OPTS LIBMOUNT_FSTAB
unset SYSTEMD_SCOPE SYSTEMD_IN_INITRD
out=$scratch/out
dropin=$out/cstorage-gc.service.d/50-storage.conf

# The fastest of this many runs, with all that they read in memory, takes a few milliseconds, most of them for being
# loaded; no machine that boots takes longer than the bound for it. The median tells how busy the machine is.
RUNS=21
BOUND_MS=50

# ------------------------------------------------------------------------------------------------------------- helpers

# generate CONF FSTAB: files with these contents, the exit status in $status, what is said in $scratch/err.
generate() {
        printf '%s\n' "$1" >"$scratch/storage.conf"
        printf '%s\n' "$2" >"$scratch/fstab"
        rm -rf "$out"
        mkdir "$out"
        CONTAINERS_STORAGE_CONF=$scratch/storage.conf LIBMOUNT_FSTAB=$scratch/fstab \
                "$generator" "$out" >"$scratch/stdout" 2>"$scratch/err"
        status=$?
}

# unit_of: what is in the drop-in, without comments, lines joined by blanks.
unit_of() { grep -v '^#' "$dropin" 2>/dev/null | grep . | paste -sd' '; }

# refused NAME PATTERN: one line that says why, and nothing else.
refused() {
        expect "$1: refused" "1 1" "$status $(wc -l <"$scratch/err")"
        check "$1: says why" grep -qE "^cstorage-gc-generator: .*$2.*; cstorage-gc.service is as it was installed$" \
                "$scratch/err" || note "$(cat "$scratch/err")"
        expect "$1: leaves nothing behind" "" "$(find "$out" -mindepth 1)"
}

# -------------------------------------------------------------------------------------------------------- what it writes

default_paths='[Unit] RequiresMountsFor="/var/lib/containers/storage" RequiresMountsFor="/run/containers/storage"'
default_service='[Service] ReadWritePaths="-/var/lib/containers/storage" ReadWritePaths="-/run/containers/storage"'

generate "" ""
expect "it succeeds" "0" "$status"
expect "and is silent" "" "$(cat "$scratch/stdout" "$scratch/err")"
expect "a default store is collected early" "$default_paths Before=basic.target network-online.target $default_service" "$(unit_of)"
check "the file says who made it" grep -q '^# .*cstorage-gc-generator' "$dropin"
expect "everybody may read it" "644 755" "$(stat -c %a "$dropin" "$out/cstorage-gc.service.d" | paste -sd' ')"
expect "and nothing else is written" 1 "$(find "$out" -type f | wc -l)"

generate "" "srv:/x /var/lib/containers nfs defaults 0 0"
expect "one on the network is not" "$default_paths After=remote-fs.target $default_service" "$(unit_of)"

generate $'[storage]\ngraphroot = "/srv/containers"\nrunroot = "/run/x"\nimagestore = "/images"' \
        $'/dev/vdb /srv xfs noauto 0 0\nsrv:/x /images nfs _netdev 0 0'
# shellcheck disable=SC2016
expect "three paths of which one waits for somebody to mount it" \
        '[Unit] RequiresMountsFor="/run/x" RequiresMountsFor="/images" After=srv.mount After=remote-fs.target [Service] ReadWritePaths="-/srv/containers" ReadWritePaths="-/run/x" ReadWritePaths="-/images"' \
        "$(unit_of)"

# Where these files lie on a real system, seen in a namespace of its own.
# shellcheck disable=SC2016
unshare -m sh -c 'mount -t tmpfs etc /etc && mkdir -p /etc/containers/storage.conf.d &&
        echo "srv:/x /g nfs rw 0 0" >/etc/fstab &&
        printf "[storage]\ngraphroot = \"/old\"\nrunroot = \"/r\"\n" >/etc/containers/storage.conf &&
        printf "[storage]\ngraphroot = \"/g\"\n" >/etc/containers/storage.conf.d/10-g.conf &&
        rm -rf "$1" && mkdir "$1" "$1/normal" "$1/early" "$1/late" && cd / &&
        env -i "$0" "$1/normal" "$1/early" "$1/late"' "$generator" "$out" 2>"$scratch/err"
expect "it finds the files itself, and writes to the first of three directories" \
        '[Unit] RequiresMountsFor="/g" RequiresMountsFor="/r" After=remote-fs.target [Service] ReadWritePaths="-/g" ReadWritePaths="-/r"' \
        "$(dropin=$out/normal/cstorage-gc.service.d/50-storage.conf unit_of)"
expect "not to the others" "" "$(find "$out/early" "$out/late" -mindepth 1)"

# unit_with UNIT...: the first section of the drop-in for a graphroot /some-mount/g where these unit files are, and $line
# is in fstab.
line=
unit_with() {
        rm -rf "$out"; mkdir "$out"
        # shellcheck disable=SC2016
        unshare -m sh -c 'mount -t tmpfs etc /etc && mkdir -p /etc/containers /etc/systemd/system && conf=$1 out=$2 &&
                echo "$3" >/etc/fstab &&
                printf "[storage]\ngraphroot = \"/some-mount/g\"\nrunroot = \"/some-mount/r\"\n" >"$conf" && shift 3 &&
                for unit; do ln -s /dev/null "/etc/systemd/system/$unit"; done &&
                CONTAINERS_STORAGE_CONF=$conf "$0" "$out"' "$generator" "$scratch/storage.conf" "$out" "$line" "$@"
        unit_of | sed 's/ \[Service\].*//; s/^\[Unit\] //'
}
both='RequiresMountsFor="/some-mount/g" RequiresMountsFor="/some-mount/r"'
expect "without units of mounts a store is collected early" "$both Before=basic.target network-online.target" "$(unit_with)"
expect "a mount with a unit could be anything" "$both" "$(unit_with 'some\x2dmount.mount')"
expect "an automount with a unit is left alone" 'After=some\x2dmount.mount' \
        "$(unit_with 'some\x2dmount.mount' 'some\x2dmount.automount')"
expect "units of other mounts change nothing" "$both Before=basic.target network-online.target" \
        "$(unit_with some-mount.mount 'some\x2dmount\x2d2.mount')"
line="/dev/vdb /some-mount ext4 rw 0 2"
expect "a line in fstab alone" "$both Before=basic.target network-online.target" "$(unit_with)"
expect "a line in fstab and an automount unit are one mount" 'After=some\x2dmount.mount' \
        "$(unit_with 'some\x2dmount.automount')"

# ordered_after LINE [FILE...]: what has a drop-in where these are in /etc/containers/systemd and the line is in fstab.
ordered_after() {
        rm -rf "$out"; mkdir "$out"
        # shellcheck disable=SC2016
        unshare -m sh -c 'mount -t tmpfs etc /etc && mkdir -p /etc/containers/systemd && out=$1 && echo "$2" >/etc/fstab && shift 2 &&
                cd /etc/containers/systemd && for file; do mkdir -p "$(dirname "$file")" && : >"$file"; done &&
                mkdir real && : >real/linked.container && ln -s real/linked.container link.container && ln -s real other &&
                CONTAINERS_STORAGE_CONF=/dev/null "$0" "$out"' "$generator" "$out" "$@" 2>"$scratch/err" || cat "$scratch/err"
        (cd "$out" && find . -name 50-cstorage-gc.conf | sed 's,^./,,; s,.d/50-cstorage-gc.conf$,,' | sort | paste -sd' ')
}
network="srv:/x /var/lib/containers nfs defaults 0 0"
expect "where it is collected late, quadlets wait for it" "link.service linked.service one.service" "$(ordered_after "$network" one.container)"
expect "by an order and no more" "[Unit] After=cstorage-gc.service" \
        "$(grep -hv '^#' "$out/one.service.d/50-cstorage-gc.conf" | paste -sd' ')"
expect "of each type, templates, instances, and in directories" \
        "b-build.service i-image.service k.service link.service linked.service n-network.service p-pod.service t-volume@.service t@.service t@x.service three.service v-volume.service" \
        "$(ordered_after "$network" b.build i.image k.kube n.network p.pod v.volume t@.container t@x.container t@.volume d/e/three.container)"
expect "but not users', and nothing that is no quadlet" "link.service linked.service" \
        "$(ordered_after "$network" users/u.container users/1000/v.container storage.conf one.container.d/10.conf two.service)"
expect "likewise where one waits for somebody who mounts it" "link.service linked.service one.service" \
        "$(ordered_after "/dev/vdb /var/lib/containers ext4 x-systemd.automount 0 0" one.container)"
expect "one that is collected early is before them anyway" "" "$(ordered_after "/dev/vdb /var/lib/containers ext4 rw 0 0" one.container)"

rm -rf "$out"; mkdir "$out"
SYSTEMD_IN_INITRD=1 CONTAINERS_STORAGE_CONF=/dev/null "$generator" "$out"
expect "in an initrd it does nothing" "0 0" "$? $(find "$out" -mindepth 1 | wc -l)"

# ------------------------------------------------------------------------------------------------------------- failures

generate "graphroot = " ""
refused "a damaged storage.conf" 'storage.conf'
# shellcheck disable=SC2016
generate '[storage]
graphroot = "/g\nExecStartPre=/bin/false\n"' ""
refused "a line break in a path" 'graphroot: .*control character'
generate $'[storage]\nimagestore = "/images/../../etc"' ""
refused "a path that goes up" 'imagestore: .*goes up'
generate $'[storage]\ngraphroot = "relative"' ""
refused "a relative path" 'absolute'
for wrong in "" "$out $out" "$out $out $out $out"; do
        rm -rf "$out"; mkdir "$out"
        # shellcheck disable=SC2086
        "$generator" $wrong 2>"$scratch/err"
        status=$?
        refused "$(wc -w <<<"$wrong") arguments" 'wants one directory'
done
CONTAINERS_STORAGE_CONF=/dev/null "$generator" "$scratch/nowhere" 2>"$scratch/err"
status=$?
refused "a directory that is not there" 'cannot open .*nowhere'
# One who may read everything, wherever this was built.
CONTAINERS_STORAGE_CONF=/dev/null setpriv --reuid 65534 --inh-caps +dac_read_search --ambient-caps +dac_read_search \
        "$generator" "$out" 2>"$scratch/err"
status=$?
refused "another user than root" 'only root'

# full OPTIONS OF tmpfs...: run it on a file system that is full with the next thing.
full() {
        mount -t tmpfs -o "$1" full "$out"
        CONTAINERS_STORAGE_CONF=/dev/null "$generator" "$out" 2>"$scratch/err"
        status=$?
        left=$(find "$out" -mindepth 1)
        umount "$out"
}
full nr_inodes=1
refused "no room for the directory" 'cannot make'
full nr_inodes=2
refused "no room for the file" 'cannot write'
expect "nor is anything half written" "" "$left"

: >"$scratch/kmsg"
# shellcheck disable=SC2016
unshare -m sh -c 'mount --bind "$1" /dev/kmsg && SYSTEMD_SCOPE=system "$0"' "$generator" "$scratch/kmsg" 2>"$scratch/err"
expect "systemd finds what is said in the kernel's log" "<3>cstorage-gc-generator 1 0" \
        "$(cut -d: -f1 "$scratch/kmsg") $(wc -l <"$scratch/kmsg") $(wc -l <"$scratch/err")"

# ----------------------------------------------------------------------------------------------------- what it looks at

store=$scratch/mount/store
mkdir -p "$store/g/overlay" "$store/r" "$store/i"
ln -s g "$store/link"
conf="[storage]
driver = \"overlay\"
graphroot = \"$store/link\"
runroot = \"$store/r\"
imagestore = \"$store/i\""

# looks_at COMMAND...: how many system calls name the mount or what is in it.
looks_at() {
        strace -f -o "$scratch/trace" "$@" >/dev/null 2>&1
        sed 1d "$scratch/trace" | grep -c "$scratch/mount"
}
generate "$conf" "/dev/vdb $scratch/mount ext4 rw 0 0"
export CONTAINERS_STORAGE_CONF=$scratch/storage.conf LIBMOUNT_FSTAB=$scratch/fstab
if command -v strace >/dev/null; then
        expect "it makes no system call that names a directory of the store" 0 "$(looks_at "$generator" "$out")"
        check "though one of the collector would be seen" test "$(looks_at "$build/gc/cstorage-gc" --dry-run)" -gt 0
else
        skip "it makes no system call that names a directory of the store" "there is no strace"
fi

if [ -c /dev/fuse ]; then
        unshare -m "$support/machine/dead-mount.py" "$scratch/mount" timeout -s KILL 1 "$build/gc/cstorage-gc" --dry-run \
                >"$scratch/err" 2>&1
        check "a mount whose server is dead stops the collector" test $? -gt 128 || note "$(cat "$scratch/err")"
        check "but not the generator" \
                unshare -m "$support/machine/dead-mount.py" "$scratch/mount" timeout -s KILL 10 "$generator" "$out"
else
        skip "a mount whose server is dead does not stop the generator" "there is no /dev/fuse"
fi

# takes NAME MS: less than this, with the files that are set.
takes() {
        python3 - "$generator" "$out" >"$scratch/times" <<EOF2
import statistics, subprocess, sys, time
def run():
    start = time.perf_counter()
    subprocess.run(sys.argv[1:], check=True)
    return (time.perf_counter() - start) * 1000
times = [run() for _ in range($RUNS)]
print(f"{min(times):.1f} {statistics.median(times):.1f}")
EOF2
        note "$1: fastest and median of $RUNS runs: $(cat "$scratch/times") ms"
        check "$1: it takes less than $2 ms" awk "{ exit !(\$1 > 0 && \$1 < $2) }" "$scratch/times"
}
takes "a usual fstab" $BOUND_MS
seq 1000 | sed "s,.*,/dev/vd& $scratch/other/& ext4 rw 0 0," >"$scratch/fstab"
takes "1000 mounts" $((2 * BOUND_MS))
# The worst to think about: each shows what the one after it has.
for i in $(seq 999); do
        echo "/chain/$((i + 1)) /chain/$i none bind 0 0"
done >"$scratch/fstab"
echo "/chain/1 $scratch/mount none bind 0 0" >>"$scratch/fstab"
takes "a chain of 1000 mounts" $((10 * BOUND_MS))
echo "srv:/x /chain/1000 nfs rw 0 0" >>"$scratch/fstab"
"$generator" "$out" 2>"$scratch/err"
expect "with more than that it gives up" "1 1" "$? $(grep -c 'fstab.*too large' "$scratch/err")"
unset CONTAINERS_STORAGE_CONF LIBMOUNT_FSTAB

# -------------------------------------------------------------------------------------------------------------- manual

if command -v mandoc >/dev/null; then
        expect "the manual has no flaw that mandoc knows of" "" \
                "$(mandoc -T lint -W style "$tests_dir/../gc/cstorage-gc-generator.8" 2>/dev/null |
                        grep -v 'referenced manual not found')"
else
        skip "the manual has no flaw that mandoc knows of" "there is no mandoc"
fi

# --------------------------------------------------------------------------------------------- what systemd makes of it

if ! command -v systemd-analyze >/dev/null; then
        skip "systemd understands the drop-in" "there is no systemd-analyze"
        finish
fi
fstab_generator=$(ls {/usr,}/lib/systemd/system-generators/systemd-fstab-generator 2>/dev/null | head -n 1)

# A unit that is ordered as a service is by default, and a quadlet's.
boot() {
        generate "$1" "$2"
        cp "$scratch/fstab" "$out/fstab"
        printf '[Unit]\nAfter=local-fs.target\n[Service]\nType=oneshot\nExecStart=/bin/true\nProtectSystem=strict\n' \
                >"$out/cstorage-gc.service"
        printf '[Unit]\nWants=network-online.target cstorage-gc.service\nAfter=network-online.target\n[Service]\nExecStart=/bin/true\n' \
                >"$out/quadlet.service"
        [ -z "$fstab_generator" ] || SYSTEMD_FSTAB=$out/fstab "$fstab_generator" "$out" "$out" "$out"
        # Something that makes the target mean something.
        printf '[Unit]\nDefaultDependencies=no\nBefore=network-online.target\n[Service]\nType=oneshot\nExecStart=/bin/true\n' \
                >"$out/network-wait.service"
        mkdir -p "$out/network-online.target.wants"
        ln -sf ../network-wait.service "$out/network-online.target.wants/network-wait.service"
}

# verify: systemd's view of the whole, in $scratch/verify; of the unit, in $scratch/unit.
verify() {
        SYSTEMD_LOG_LEVEL=debug systemd-analyze verify "$out/quadlet.service" "$out/cstorage-gc.service" \
                >"$scratch/verify" 2>&1
        awk '/^\t[^\t ]+ Unit / { on = / cstorage-gc\.service:/ } on' "$scratch/verify" >"$scratch/unit"
}
cycles() { grep -c 'ordering cycle' "$scratch/verify"; }

# read_as SETTING: what systemd has it at for the unit, sorted.
read_as() { sed -nE "s/^\\s*$1: (.*)/\\1/p" "$scratch/unit" | sed 's/ (origin-.*//' | sort -u | paste -sd' '; }

# shellcheck disable=SC2016
boot '[storage]
graphroot = "/my data/100%/s\"q\\b"
runroot = "/run/r;#'"'"'$HOME\" \"/etc"' 'srv:/x /my\040data nfs defaults 0 0'
verify
check "systemd has nothing to say of the drop-in" sh -c "! grep -q 50-storage.conf: '$scratch/verify'"
home=${HOME:-/root} # variables in paths are the library's, not systemd's
expect "it requires the mounts of these paths and no others" "/my data/100%/s\"q\\b /run/r;#'$home\" \"/etc" \
        "$(read_as RequiresMountsFor)"
expect "it may write to these paths and no others" "-/my data/100%/s\"q\\b -/run/r;#'$home\" \"/etc" \
        "$(read_as ReadWritePaths)"

# ordered NAME FSTAB LINE...: there is no cycle, and the unit has these dependencies.
ordered() {
        local name=$1 line
        boot "" "$2"
        verify
        expect "$name: no ordering cycle" 0 "$(cycles)"
        shift 2
        for line in "$@"; do
                check "$name: $line" grep -qF "$line (" "$scratch/unit" || note "$(grep -E 'After:|Before:|Requires:' "$scratch/unit")"
        done
}
if [ -z "$fstab_generator" ]; then
        skip "no ordering cycle" "there is no systemd-fstab-generator"
        finish
fi
ordered "on the root file system" "/dev/vda / ext4 rw 0 1" "Before: network-online.target"
ordered "on its own partition" "/dev/vdb /var/lib/containers ext4 rw 0 2" "Before: network-online.target" \
        "Requires: var-lib-containers.mount" "After: var-lib-containers.mount"
ordered "on the network" "srv:/x /var/lib/containers nfs rw 0 0" "After: remote-fs.target" \
        "Requires: var-lib-containers.mount" "After: var-lib-containers.mount"
printf '[Unit]\nBefore=network-online.target\n' >"$out/cstorage-gc.service.d/60-early.conf"
verify
check "on the network, to be early would be a cycle" test "$(cycles)" -gt 0
ordered "in a directory that is on the network" \
        $'srv:/x /net nfs rw 0 0\n/net/c /var/lib/containers none bind 0 0' \
        "After: remote-fs.target" "After: var-lib-containers.mount"
printf '[Unit]\nBefore=network-online.target\n' >"$out/cstorage-gc.service.d/60-early.conf"
verify
check "in a directory that is on the network, to be early would be a cycle" test "$(cycles)" -gt 0
ordered "automounted" "/dev/vdb /var/lib/containers ext4 noauto,x-systemd.automount 0 2" "After: var-lib-containers.mount"
check "automounted: it does not want the mount" sh -c "! grep -qE '(Requires|Wants): var-lib-containers.mount' '$scratch/unit'"
check "automounted: it does not come early" sh -c "! grep -q 'Before: network-online.target' '$scratch/unit'"

finish
