#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# real-input.sh SUITE [DRIVER[@TYPE[:OPTIONS]]...]: podman of a Debian suite works, all processes are killed and the runroot is
# deleted. The collector removes the orphans and nothing else. The drivers are overlay and vfs, or the arguments, with a file system
# of that type and mount options.
. "$(dirname "$0")/../support/lib.sh"

suite=$1
shift
need_root
need_gc
need_machines "$suite"
make_scratch

# In each suite: a built image, normal containers that ended, run or never started, and one of podman run --rm.
use_podman='
podman import -q /tmp/rootfs.tar localhost/base:1
podman build -q --layers -t localhost/built:1 /tmp/build
podman run --name ended localhost/base:1 sh -c "echo mine >/mine; rm /data/hardlink; mkfifo /fifo; chown 77:88 /mine"
podman run -d --name runs -v vol:/vol localhost/built:1 sh -c "echo more >/more; echo v >/vol/v; sleep 1000"
podman create --name fresh localhost/built:1 cat /built
podman run -d --rm --name passing localhost/base:1 sh -c "echo x >/x; sleep 1000"
podman commit -q ended localhost/committed:1
'

# The orphans of transient mode and of killed commands.
use_transient='
for i in 1 2 3; do
        podman --transient-store run -d --name t$i localhost/built:1 sh -c \
                "mkdir -p /a/b/c; echo $i >/a/b/c/file; chmod 0 /a/b; sleep 1000"
done
podman --transient-store run --name t4 localhost/base:1 sh -c "echo x >/x; ln -s /nowhere /y"
podman --transient-store run -d --rm --name t5 localhost/base:1 sleep 1000
printf "FROM localhost/base:1\nRUN sleep 1000\n" >/tmp/build/Slow
setsid podman --transient-store build -q -f /tmp/build/Slow /tmp/build >/dev/null 2>&1 &
'
use_killed='
for n in 1 2 3 4 5 6; do
        echo $n >/tmp/rootfs/n
        tar -C /tmp/rootfs -cf /tmp/n.tar .
        strace -f -qq -o /dev/null -e trace=renameat,rename -e inject=renameat,rename:signal=KILL:when=$n \
                podman import -q /tmp/n.tar localhost/n:$n
        podman create --name k$n localhost/base:1 sh
        strace -f -qq -o /dev/null -e trace=unlinkat -e inject=unlinkat:signal=KILL:when=$((n * 4)) \
                podman rm k$n
done
true
'
# A release without transient mode leaves orphans if a power cut loses the records of running containers.
lose_records='
cd /var/lib/containers/storage/DRIVER-containers
cp -p containers.json /tmp/containers.json
cp -p ../DRIVER-layers/layers.json /tmp/layers.json
podman run -d --name lost1 localhost/built:1 sh -c "echo lost >/lost; sleep 1000"
podman run -d --name lost2 localhost/built:1 sleep 1000
cp -p /tmp/containers.json containers.json
cp -p /tmp/layers.json ../DRIVER-layers/layers.json
echo "[" >../DRIVER-layers/.tmp-layers.json1234
'

gc_report() { machine_run m after-boot cstorage-gc --json "$@" 2>"$scratch/gc.err"; }
wanted() { jq -r "$1" "$scratch/report" 2>&1; }

names() { grep -v /l/ | sed -E 's|.*/||; s/^(lock|temp-dir)-//' | sort -u; }

# Special features of file systems: project ids as Go sets them for quotas, if the kernel has them; and subvolumes that a
# container made, one of them read-only.
mark_layers() {
        local layer n=100 fs

        fs=$(findmnt -no FSTYPE "$scratch/m/store")
        for layer in "$1/overlay"/[0-9a-f]*; do
                case $fs in
                xfs) find "$layer" -type d -exec chattr +P -p $((n += 1)) {} + -o -type f -exec chattr -p $n {} + ;;
                btrfs)
                        grep -q "${layer##*/}" "$scratch/orphans" || continue
                        btrfs -q subvolume create "$layer/diff/sub" && btrfs -q subvolume create "$layer/diff/sub/in" &&
                                echo x >"$layer/diff/sub/in/file" && btrfs property set "$layer/diff/sub/in" ro true
                        ;;
                esac >/dev/null || return
        done
}

settle() {
        local i

        for i in $(seq 50); do
                machine_run m sh -c "grep -q 'sleep 1000' /proc/[0-9]*/cmdline 2>/dev/null" && break
                sleep 0.1
        done
}

one_driver() {
        local spec=$1 driver=${1%%@*} m=$scratch/m store=$scratch/m/store/storage status

        mkdir -p "$m/upper/etc/containers"
        if [ "$driver" = btrfs ] && ! grep -q libbtrfsutil "$build/lib/libcstorage.so.0"; then
                skip "$suite $spec: orphans are removed" "built without btrfs"
                return
        fi
        if [ "$spec" != "$driver" ]; then
                file_system "$m/store" "${spec#*@}" 2G || {
                        skip "$suite $spec: orphans are removed" "the kernel lacks the file system or the mount option"
                        return
                }
        fi
        if [ "$spec" != overlay ]; then
                printf '[storage]\ndriver = "%s"\ngraphroot = "/var/lib/containers/storage"
runroot = "/run/containers/storage"\n' "$driver" >"$m/upper/etc/containers/storage.conf"
                [[ $spec != *quota ]] || printf '[storage.options]\nsize = "100M"\n' >>"$m/upper/etc/containers/storage.conf"
        fi
        check "$suite $spec: a machine boots" machine_start m "$suite" || return
        need_build m
        machine_run m sh -c "$(cat "$support/machine/image.sh")" >"$scratch/log" 2>&1
        check "$suite $spec: podman imports, builds, runs and commits" \
                machine_run m sh -ec "$use_podman" || return
        if [ "$suite" = bookworm ]; then
                check "$suite $spec: records are lost" machine_run m sh -ec "${lose_records//DRIVER/$driver}"
        else
                check "$suite $spec: podman runs and builds in transient mode" machine_run m sh -ec "$use_transient"
                machine_run m sh -c "$use_killed" >>"$scratch/log" 2>&1
        fi
        settle
        machine_kill m
        machine_start m "$suite" || return

        python3 "$support/store/listing.py" orphans "$store" "$m/run/containers/storage" "$driver" >"$scratch/orphans"
        case $spec in overlay@*) check "$suite $spec: layers get what only such file systems have" mark_layers "$store" ;; esac
        note "$(wc -l <"$scratch/orphans") orphans: $(sed 's|/[^/]*$||' "$scratch/orphans" | sort | uniq -c | tr -s ' \n' ' ')"
        check "$suite $spec: there are orphaned containers and layers" \
                sh -c "grep -q '^$driver-containers/' '$scratch/orphans' && grep -qE '^$driver/(dir/|subvolumes/)?[0-9a-f]{64}$' '$scratch/orphans'"

        listing make --ctime "$store" >"$scratch/before"
        gc_report --dry-run >"$scratch/report"
        expect "$suite $spec: a dry run succeeds" 0 $?
        listing make --ctime "$store" >"$scratch/after"
        check "$suite $spec: a dry run changes nothing" listing diff "$scratch/before" "$scratch/after"
        # The report omits the link of a removed layer, and has one line for a temp dir and its lock.
        names <"$scratch/orphans" >"$scratch/wanted"
        wanted '.objects[] | select(.verdict == "remove") | .path' | names >"$scratch/named"
        check "$suite $spec: the dry run names each orphan and nothing else" diff "$scratch/wanted" "$scratch/named"

        listing make "$store" >"$scratch/before"
        gc_report >"$scratch/report"
        status=$?
        expect "$suite $spec: the collection succeeds" 0 $status || note "$(cat "$scratch/gc.err")"
        expect "$suite $spec: nothing was refused" 0 "$(wanted .summary.refused)"
        listing make "$store" >"$scratch/after"
        check "$suite $spec: each orphan is gone, and nothing else changed" \
                listing diff "$scratch/before" "$scratch/after" --removed "$scratch/orphans" \
                --touched "$driver/tempdirs" --touched "$driver-layers/tmp" --touched "$driver" --touched "$driver-layers"

        listing make --ctime "$store" >"$scratch/before"
        gc_report >"$scratch/report"
        expect "$suite $spec: a second run succeeds" 0 $?
        expect "$suite $spec: the second run finds nothing" "0 0" "$(wanted '"\(.summary.removed) \(.summary.refused)"')"
        listing make --ctime "$store" >"$scratch/after"
        check "$suite $spec: the second run changes nothing" listing diff "$scratch/before" "$scratch/after"

        expect "$suite $spec: podman lists the images" "localhost/base:1 localhost/built:1 localhost/committed:1" \
                "$(machine_run m podman images --format '{{.Repository}}:{{.Tag}}' --filter dangling=false 2>/dev/null |
                        grep -v /n: | sort | xargs)"
        expect "$suite $spec: the image runs" built \
                "$(machine_run m podman run --rm localhost/built:1 cat /built 2>&1 | tail -1)"
        expect "$suite $spec: the container that never started starts" built \
                "$(machine_run m podman start -a fresh 2>&1 | tail -1)"
        expect "$suite $spec: the container that ended has its files" mine \
                "$(machine_run m sh -c 'podman cp ended:/mine /tmp/mine && cat /tmp/mine' 2>&1 | tail -1)"
        check "$suite $spec: the container that ended starts" machine_run m podman start -a ended
        check "$suite $spec: the container that ran starts" machine_run m podman start runs
        expect "$suite $spec: the container that ran has its files" more "$(machine_run m podman exec runs cat /more 2>&1 | tail -1)"
        machine_run m podman stop -t 0 runs >/dev/null 2>&1
        if [ "$suite" = bookworm ]; then
                skip "$suite $spec: containers-storage check finds nothing" "this release has no check"
        else
                check "$suite $spec: containers-storage check finds nothing" machine_run m containers-storage \
                        -s "$driver" -g /var/lib/containers/storage -R /run/containers/storage check
        fi
        machine_kill m
        mountpoint -q "$m/store" && umount "$m/store"
        rm -rf --one-file-system "$m"
}

# shellcheck disable=SC2048
for spec in ${*:-overlay vfs}; do one_driver "$spec"; done
finish
