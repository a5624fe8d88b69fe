#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# cstorage-gc-generator: its output for several storage.conf and fstab, and how systemd reads it; a hostile configuration cannot
# inject settings; a failure leaves no file; the generator does not access a store.
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

# The fastest of this many runs, with a warm cache, takes a few milliseconds, mostly for loading; the bound is long enough for
# any machine. The median shows how busy the machine is.
RUNS=21
BOUND_MS=50

# ------------------------------------------------------------------------------------------------------------- helpers

# generate CONF FSTAB: run it on files with these contents; the exit status is in $status, the messages in $scratch/err.
generate() {
        printf '%s\n' "$1" >"$scratch/storage.conf"
        printf '%s\n' "$2" >"$scratch/fstab"
        rm -rf "$out"
        mkdir "$out"
        CONTAINERS_STORAGE_CONF=$scratch/storage.conf LIBMOUNT_FSTAB=$scratch/fstab \
                "$generator" "$out" >"$scratch/stdout" 2>"$scratch/err"
        status=$?
}

# unit_of: the drop-in without comments, its lines joined by blanks.
unit_of() { grep -v '^#' "$dropin" 2>/dev/null | grep . | paste -sd' '; }

# refused NAME PATTERN: the generator prints one line with the cause, and writes nothing.
refused() {
        expect "$1: refused" "1 1" "$status $(wc -l <"$scratch/err")"
        check "$1: the message contains the cause" grep -qE "^cstorage-gc-generator: .*$2.*; cstorage-gc.service is as it was installed$" \
                "$scratch/err" || note "$(cat "$scratch/err")"
        expect "$1: leaves nothing behind" "" "$(find "$out" -mindepth 1)"
}

# -------------------------------------------------------------------------------------------------------- drop-in

default_paths='[Unit] RequiresMountsFor="/var/lib/containers/storage" RequiresMountsFor="/run/containers/storage"'
default_service='[Service] ReadWritePaths="-/var/lib/containers/storage" ReadWritePaths="-/run/containers/storage"'

generate "" ""
expect "the generator succeeds" "0" "$status"
expect "the generator prints nothing" "" "$(cat "$scratch/stdout" "$scratch/err")"
expect "a default store is collected early" "$default_paths Before=basic.target network-online.target $default_service" "$(unit_of)"
check "the file names the generator" grep -q '^# .*cstorage-gc-generator' "$dropin"
expect "all users may read the file" "644 755" "$(stat -c %a "$dropin" "$out/cstorage-gc.service.d" | paste -sd' ')"
expect "the generator writes no other file" 1 "$(find "$out" -type f | wc -l)"

generate "" "srv:/x /var/lib/containers nfs defaults 0 0"
expect "a store on the network is collected late" "$default_paths After=remote-fs.target $default_service" "$(unit_of)"

generate $'[storage]\ngraphroot = "/srv/containers"\nrunroot = "/run/x"\nimagestore = "/images"' \
        $'/dev/vdb /srv xfs noauto 0 0\nsrv:/x /images nfs _netdev 0 0'
# shellcheck disable=SC2016
expect "three paths, one of them an automount" \
        '[Unit] RequiresMountsFor="/run/x" RequiresMountsFor="/images" After=srv.mount After=remote-fs.target [Service] ReadWritePaths="-/srv/containers" ReadWritePaths="-/run/x" ReadWritePaths="-/images"' \
        "$(unit_of)"

# The files at their paths on a real system, in a mount namespace.
# shellcheck disable=SC2016
unshare -m sh -c 'mount -t tmpfs etc /etc && mkdir -p /etc/containers/storage.conf.d &&
        echo "srv:/x /g nfs rw 0 0" >/etc/fstab &&
        printf "[storage]\ngraphroot = \"/old\"\nrunroot = \"/r\"\n" >/etc/containers/storage.conf &&
        printf "[storage]\ngraphroot = \"/g\"\n" >/etc/containers/storage.conf.d/10-g.conf &&
        rm -rf "$1" && mkdir "$1" "$1/normal" "$1/early" "$1/late" && cd / &&
        env -i "$0" "$1/normal" "$1/early" "$1/late"' "$generator" "$out" 2>"$scratch/err"
expect "the generator finds the files, and writes to the first of three directories" \
        '[Unit] RequiresMountsFor="/g" RequiresMountsFor="/r" After=remote-fs.target [Service] ReadWritePaths="-/g" ReadWritePaths="-/r"' \
        "$(dropin=$out/normal/cstorage-gc.service.d/50-storage.conf unit_of)"
expect "it does not write to the others" "" "$(find "$out/early" "$out/late" -mindepth 1)"

# unit_with UNIT...: the first section of the drop-in for a graphroot /some-mount/g if these unit files exist and $line is in
# fstab.
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
expect "a mount with a unit can be of any kind" "$both" "$(unit_with 'some\x2dmount.mount')"
expect "an automount with a unit is not mounted" 'After=some\x2dmount.mount' \
        "$(unit_with 'some\x2dmount.mount' 'some\x2dmount.automount')"
expect "units of other mounts change nothing" "$both Before=basic.target network-online.target" \
        "$(unit_with some-mount.mount 'some\x2dmount\x2d2.mount')"
line="/dev/vdb /some-mount ext4 rw 0 2"
expect "a line in fstab alone: a store is collected early" "$both Before=basic.target network-online.target" "$(unit_with)"
expect "a line in fstab and an automount unit are one mount" 'After=some\x2dmount.mount' \
        "$(unit_with 'some\x2dmount.automount')"

# ordered_after LINE [FILE...]: the services with a drop-in if these files are in /etc/containers/systemd and the line is in fstab.
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
expect "quadlets wait for a late collection" "link.service linked.service one.service" "$(ordered_after "$network" one.container)"
expect "the drop-in of a quadlet only orders it" "[Unit] After=cstorage-gc.service" \
        "$(grep -hv '^#' "$out/one.service.d/50-cstorage-gc.conf" | paste -sd' ')"
expect "quadlets of each type, templates, instances and subdirectories wait" \
        "b-build.service i-image.service k.service link.service linked.service n-network.service p-pod.service t-volume@.service t@.service t@x.service three.service v-volume.service" \
        "$(ordered_after "$network" b.build i.image k.kube n.network p.pod v.volume t@.container t@x.container t@.volume d/e/three.container)"
expect "users' quadlets and other files do not wait" "link.service linked.service" \
        "$(ordered_after "$network" users/u.container users/1000/v.container storage.conf one.container.d/10.conf two.service)"
expect "quadlets wait if the store is on an automount" "link.service linked.service one.service" \
        "$(ordered_after "/dev/vdb /var/lib/containers ext4 x-systemd.automount 0 0" one.container)"
expect "an early collection needs no order of quadlets" "" "$(ordered_after "/dev/vdb /var/lib/containers ext4 rw 0 0" one.container)"

rm -rf "$out"; mkdir "$out"
SYSTEMD_IN_INITRD=1 CONTAINERS_STORAGE_CONF=/dev/null "$generator" "$out"
expect "in an initrd the generator does nothing" "0 0" "$? $(find "$out" -mindepth 1 | wc -l)"

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
# A user that can read the build directory.
CONTAINERS_STORAGE_CONF=/dev/null setpriv --reuid 65534 --inh-caps +dac_read_search --ambient-caps +dac_read_search \
        "$generator" "$out" 2>"$scratch/err"
status=$?
refused "another user than root" 'only root'

# full OPTIONS OF tmpfs...: run it on a tmpfs that has no space for the file.
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
expect "no truncated file is left" "" "$left"

: >"$scratch/kmsg"
# shellcheck disable=SC2016
unshare -m sh -c 'mount --bind "$1" /dev/kmsg && SYSTEMD_SCOPE=system "$0"' "$generator" "$scratch/kmsg" 2>"$scratch/err"
expect "the messages are in the kernel log" "<3>cstorage-gc-generator 1 0" \
        "$(cut -d: -f1 "$scratch/kmsg") $(wc -l <"$scratch/kmsg") $(wc -l <"$scratch/err")"

# ----------------------------------------------------------------------------------------------------- access to stores

store=$scratch/mount/store
mkdir -p "$store/g/overlay" "$store/r" "$store/i"
ln -s g "$store/link"
conf="[storage]
driver = \"overlay\"
graphroot = \"$store/link\"
runroot = \"$store/r\"
imagestore = \"$store/i\""

# looks_at COMMAND...: the number of system calls with a path in the mount.
looks_at() {
        strace -f -o "$scratch/trace" "$@" >/dev/null 2>&1
        sed 1d "$scratch/trace" | grep -c "$scratch/mount"
}
generate "$conf" "/dev/vdb $scratch/mount ext4 rw 0 0"
export CONTAINERS_STORAGE_CONF=$scratch/storage.conf LIBMOUNT_FSTAB=$scratch/fstab
if command -v strace >/dev/null; then
        expect "the generator makes no system call with a directory of the store" 0 "$(looks_at "$generator" "$out")"
        check "the trace does show calls of the collector" test "$(looks_at "$build/gc/cstorage-gc" --dry-run)" -gt 0
else
        skip "the generator makes no system call with a directory of the store" "there is no strace"
fi

if [ -c /dev/fuse ]; then
        unshare -m "$support/machine/dead-mount.py" "$scratch/mount" timeout -s KILL 1 "$build/gc/cstorage-gc" --dry-run \
                >"$scratch/err" 2>&1
        check "a mount with a dead server blocks the collector" test $? -gt 128 || note "$(cat "$scratch/err")"
        check "a mount with a dead server does not block the generator" \
                unshare -m "$support/machine/dead-mount.py" "$scratch/mount" timeout -s KILL 10 "$generator" "$out"
else
        skip "a mount with a dead server does not block the generator" "there is no /dev/fuse"
fi

# takes NAME MS: the generator takes less than this with the current files.
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
        check "$1: the generator takes less than $2 ms" awk "{ exit !(\$1 > 0 && \$1 < $2) }" "$scratch/times"
}
takes "a usual fstab" $BOUND_MS
seq 1000 | sed "s,.*,/dev/vd& $scratch/other/& ext4 rw 0 0," >"$scratch/fstab"
takes "1000 mounts" $((2 * BOUND_MS))
# The worst case: each line mounts the directory of the next one.
for i in $(seq 999); do
        echo "/chain/$((i + 1)) /chain/$i none bind 0 0"
done >"$scratch/fstab"
echo "/chain/1 $scratch/mount none bind 0 0" >>"$scratch/fstab"
takes "a chain of 1000 mounts" $((10 * BOUND_MS))
echo "srv:/x /chain/1000 nfs rw 0 0" >>"$scratch/fstab"
"$generator" "$out" 2>"$scratch/err"
expect "a larger fstab is refused" "1 1" "$? $(grep -c 'fstab.*too large' "$scratch/err")"
unset CONTAINERS_STORAGE_CONF LIBMOUNT_FSTAB

# -------------------------------------------------------------------------------------------------------------- manual

if command -v mandoc >/dev/null; then
        expect "mandoc finds no error in the manual" "" \
                "$(mandoc -T lint -W style "$tests_dir/../gc/cstorage-gc-generator.8" 2>/dev/null |
                        grep -v 'referenced manual not found')"
else
        skip "mandoc finds no error in the manual" "there is no mandoc"
fi

# --------------------------------------------------------------------------------------------- systemd

if ! command -v systemd-analyze >/dev/null; then
        skip "systemd understands the drop-in" "there is no systemd-analyze"
        finish
fi
fstab_generator=$(ls {/usr,}/lib/systemd/system-generators/systemd-fstab-generator 2>/dev/null | head -n 1)

# A service with default dependencies, and a quadlet's.
boot() {
        generate "$1" "$2"
        cp "$scratch/fstab" "$out/fstab"
        printf '[Unit]\nAfter=local-fs.target\n[Service]\nType=oneshot\nExecStart=/bin/true\nProtectSystem=strict\n' \
                >"$out/cstorage-gc.service"
        printf '[Unit]\nWants=network-online.target cstorage-gc.service\nAfter=network-online.target\n[Service]\nExecStart=/bin/true\n' \
                >"$out/quadlet.service"
        [ -z "$fstab_generator" ] || SYSTEMD_FSTAB=$out/fstab "$fstab_generator" "$out" "$out" "$out"
        # Without a unit before it, the target would order nothing.
        printf '[Unit]\nDefaultDependencies=no\nBefore=network-online.target\n[Service]\nType=oneshot\nExecStart=/bin/true\n' \
                >"$out/network-wait.service"
        mkdir -p "$out/network-online.target.wants"
        ln -sf ../network-wait.service "$out/network-online.target.wants/network-wait.service"
}

# verify: the output of systemd-analyze for all units in $scratch/verify, and for the unit in $scratch/unit.
verify() {
        SYSTEMD_LOG_LEVEL=debug systemd-analyze verify "$out/quadlet.service" "$out/cstorage-gc.service" \
                >"$scratch/verify" 2>&1
        awk '/^\t[^\t ]+ Unit / { on = / cstorage-gc\.service:/ } on' "$scratch/verify" >"$scratch/unit"
}
cycles() { grep -c 'ordering cycle' "$scratch/verify"; }

# read_as SETTING: its value for the unit in systemd, sorted.
read_as() { sed -nE "s/^\\s*$1: (.*)/\\1/p" "$scratch/unit" | sed 's/ (origin-.*//' | sort -u | paste -sd' '; }

# shellcheck disable=SC2016
boot '[storage]
graphroot = "/my data/100%/s\"q\\b"
runroot = "/run/r;#'"'"'$HOME\" \"/etc"' 'srv:/x /my\040data nfs defaults 0 0'
verify
check "systemd reports no error in the drop-in" sh -c "! grep -q 50-storage.conf: '$scratch/verify'"
home=${HOME:-/root} # the library expands variables in paths, not systemd
expect "the unit requires the mounts of these paths and no others" "/my data/100%/s\"q\\b /run/r;#'$home\" \"/etc" \
        "$(read_as RequiresMountsFor)"
expect "the unit may write to these paths and no others" "-/my data/100%/s\"q\\b -/run/r;#'$home\" \"/etc" \
        "$(read_as ReadWritePaths)"

# ordered NAME FSTAB LINE...: check that there is no cycle and that the unit has these dependencies.
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
check "on the network: an early unit would be in a cycle" test "$(cycles)" -gt 0
ordered "in a directory that is on the network" \
        $'srv:/x /net nfs rw 0 0\n/net/c /var/lib/containers none bind 0 0' \
        "After: remote-fs.target" "After: var-lib-containers.mount"
printf '[Unit]\nBefore=network-online.target\n' >"$out/cstorage-gc.service.d/60-early.conf"
verify
check "in a directory on the network: an early unit would be in a cycle" test "$(cycles)" -gt 0
ordered "automounted" "/dev/vdb /var/lib/containers ext4 noauto,x-systemd.automount 0 2" "After: var-lib-containers.mount"
check "automounted: the unit does not pull in the mount" sh -c "! grep -qE '(Requires|Wants): var-lib-containers.mount' '$scratch/unit'"
check "automounted: the unit is not ordered early" sh -c "! grep -q 'Before: network-online.target' '$scratch/unit'"

finish
