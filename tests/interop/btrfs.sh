#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A store of the btrfs driver, made by the real containers-storage, with the cases that only btrfs has: nested, read-only, mounted
# and default subvolumes, and limits. It is collected, and the collector is killed.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
need_machines sid+libbtrfsutil1
command -v btrfs >/dev/null || skip_all "there is no btrfs(8)"
grep -q libbtrfsutil "$build/lib/libcstorage.so.0" || skip_all "built without btrfs"
make_scratch
export RUN_ON_DISK=1

file_system "$scratch/m/store" btrfs 1G || skip_all "no btrfs on a loop device"
check "a machine boots" machine_start m sid+libbtrfsutil1 || finish

graph=/var/lib/containers/storage run=/run/containers/storage tools=/opt/cstorage/tests/support/interop
store="--storage-driver=btrfs --root=$graph --runroot=$run"
G=$scratch/m/store/storage
layers=$G/btrfs/subvolumes
loop=$(findmnt -no SOURCE "$scratch/m/store")

storage() { machine_run m containers-storage -s btrfs -g $graph -R $run "$@"; }
# shellcheck disable=SC2086
collect() { machine_run m mkdir -p $run && machine_run m after-boot cstorage-gc $store "$@"; }
subvolume() { btrfs -q subvolume "$@" >/dev/null; }
subvolumes() { btrfs subvolume list "$scratch/m/store" | wc -l; }

id() { printf "$1%.0s" {1..64}; }
base=$(id 1) top=$(id 2) image=$(id 3) kept=$(id 4)

# The entries that stay: two layers of an image, and a container with a limit and with subvolumes.
make_store() {
        storage create-layer -i "$base" && storage create-layer -i "$top" "$base" && storage create-image -i "$image" "$top" &&
                storage --storage-opt btrfs.size=64M create-container -i "$kept" "$image"
}

# lose LETTER: a container of that id with a limit, whose records are lost; $layer is its layer.
lose() {
        storage --storage-opt btrfs.size=64M create-container -i "$(id "$1")" "$image" >/dev/null || return
        layer=$(jq -r --arg id "$(id "$1")" '.[] | select(.id == $id).layer' "$G/btrfs-containers/containers.json")
        for what in layers containers; do
                jq -c --arg c "$(id "$1")" --arg l "$layer" '[.[] | select(.id != $c and .id != $l)]' \
                        "$G/btrfs-$what/$what.json" >"$scratch/json" && cp "$scratch/json" "$G/btrfs-$what/$what.json"
        done
        fill "$1"
}

# plant LETTER: the same by hand, as btrfs.go:create leaves it. The record files do not change.
plant() {
        layer=$(id "$1")
        subvolume snapshot "$layers/$top" "$layers/$layer"
        echo 67108864 >"$G/btrfs/quotas/$layer"
        fill "$1"
}

fill() {
        mkdir -p "$G/btrfs-containers/$(id "$1")/userdata" "$layers/$layer/a/b"
        echo orphan >"$layers/$layer/a/b/file"
        echo split >"$G/btrfs-layers/$layer.tar-split.gz"
}

# The listing of the store without the files that a collection may leave: the directories of temp dirs, and locks that for a
# minute may belong to a process that is about to make a temp dir.
list() { listing make "$G" | grep -vE '^\["btrfs(-layers)?/(tempdirs|tmp)(/lock-[0-9]+)?"'; }

# Compare the listings, except for the times of the directories whose entries change.
compare() {
        list >"$scratch/after"
        listing diff "$scratch/kept" "$scratch/after" --touched btrfs --touched btrfs/subvolumes --touched btrfs/quotas \
                --touched btrfs-containers --touched btrfs-layers
}

check "the real containers-storage makes a store" make_store || finish
kept_layer=$(jq -r '.[0].layer' "$G/btrfs-containers/containers.json")
echo text >"$layers/$kept_layer/file"
subvolume create "$layers/$kept_layer/inner"
echo inner >"$layers/$kept_layer/inner/file"
subvolume snapshot -r "$layers/$kept_layer/inner" "$layers/$kept_layer/read-only"
check "containers-storage made subvolumes, and a file with the limit" \
        test "$(stat -c %i "$layers/$base" "$layers/$kept_layer" | xargs) $(cat "$G/btrfs/quotas/$kept_layer")" = "256 256 67108864"
list >"$scratch/kept"

# -------------------------------------------------------------------------------------------------- reading, not writing

expect "the library reads its records" "3 1 1" \
        "$(machine_run m $tools/store-reader btrfs $graph $run | cut -d' ' -f1 | sort | uniq -c | awk '{ print $1 }' | sort -rn | xargs)"
# refused NAME CHANGE...: the library refuses the change for this driver.
refused() {
        local name=$1 output
        shift
        output=$(machine_run m $tools/store-writer btrfs $graph $run "$@" 2>&1) &&
                not_ok "$name is refused" || check "$name is refused, and the message names the driver" grep -q '"btrfs"' <<<"$output"
}
refused "making a layer" layer "$(id 9)" "$top" - - - new
refused "making a layer with content" layer "$(id 9)" "$top" /etc - - new
refused "making a container" container "$(id 9)" - "$image" new
refused "mounting" mount container "$kept"
check "the refused changes change nothing" compare

# --------------------------------------------------------------------------------------------------------- collecting

# One orphan of each kind: with subvolumes, read-only, a plain directory.
lose a
nested=$layer
subvolume create "$layers/$nested/a/one"
subvolume create "$layers/$nested/a/one/two"
subvolume create "$layers/$nested/a/one/two/three"
echo x >"$layers/$nested/a/one/two/three/file"
subvolume snapshot -r "$layers/$nested/a/one" "$layers/$nested/read-only"
lose b
btrfs property set "$layers/$layer" ro true
lose c
subvolume create "$layers/$layer/child"
btrfs property set "$layers/$layer/child" ro true
btrfs property set "$layers/$layer" ro true
mkdir -p "$layers/$(id d)/x/y"
echo x >"$layers/$(id d)/x/y/file"
echo 1000 >"$G/btrfs/quotas/$(id e)"
listing make "$G" >"$scratch/before"
python3 "$support/store/listing.py" orphans "$G" "$scratch/m/run/containers/storage" btrfs >"$scratch/orphans"
expect "the test has made all orphans" "4 layers 4 limits 14" "$(grep -c subvolumes/ "$scratch/orphans") layers $(
        grep -c quotas/ "$scratch/orphans") limits $(wc -l <"$scratch/orphans")"

collect --dry-run --json >"$scratch/report"
expect "a dry run lists each orphan" "14 0 0" "$(jq -r '.summary | "\(.removed) \(.refused) \(.failed)"' "$scratch/report")"
collect --json >"$scratch/report" 2>"$scratch/err"
expect "the collection succeeds" "0 14 0 0" "$? $(jq -r '.summary | "\(.removed) \(.refused) \(.failed)"' "$scratch/report")" ||
        note "$(cat "$scratch/err")"
expect "the report lists the limits" 4 "$(jq '[.objects[] | select(.kind == "quota")] | length' "$scratch/report")"
listing make "$G" >"$scratch/after"
check "each orphan is gone, and nothing else changed" listing diff "$scratch/before" "$scratch/after" --removed "$scratch/orphans" \
        --touched btrfs --touched btrfs/tempdirs --touched btrfs-layers/tmp
expect "no subvolume of an orphan is left" 5 "$(subvolumes)"
collect --json >"$scratch/report"
expect "a second run finds nothing" "0 0" "$? $(jq .summary.removed "$scratch/report")"
check "containers-storage check finds nothing" storage check

list >"$scratch/kept"

# As in the sandbox of the units: without CAP_SYS_ADMIN, so subvolumes cannot be deleted in one step.
plant a
subvolume create "$layers/$layer/a/one"
subvolume create "$layers/$layer/a/one/two"
subvolume snapshot "$layers/$layer" "$layers/$(id d)"
btrfs property set "$layers/$(id d)" ro true
# shellcheck disable=SC2086
check "a collection without CAP_SYS_ADMIN succeeds" machine_run m after-boot \
        setpriv --bounding-set -all,+dac_override,+fowner,+linux_immutable cstorage-gc $store
check "nothing else changed" compare
expect "no subvolume of the orphans is left" 5 "$(subvolumes)"

# Without the library the collector cannot find the default subvolume.
plant a
hide='l=$(realpath /usr/lib/*/libbtrfsutil.so.1); '
machine_run m sh -c "$hide mount --bind /dev/null \$l"
collect --json >"$scratch/report" 2>"$scratch/err"
expect "without libbtrfsutil subvolumes are refused: status 3" "3 refuse unreadable" "$? $(
        jq -r '.objects[] | select(.kind == "layer-dir") | "\(.verdict) \(.reason)"' "$scratch/report")"
check "the message names the library to install" grep -q "$layer is a subvolume: install libbtrfsutil" "$scratch/err"
machine_run m sh -c "$hide umount \$l"
check "with libbtrfsutil they are removed" collect
check "nothing else changed" compare

# ------------------------------------------------------------------------------------------------------- what is in use

# verdict ID: the verdict on a layer in the last report.
verdict() { jq -r --arg p "$graph/btrfs/subvolumes/$1" '.objects[] | select(.path == $p) | "\(.verdict) \(.reason)"' "$scratch/report"; }

plant a
mounted=$layer
plant b
holds=$layer
subvolume create "$layers/$holds/a/inner"
echo precious >"$layers/$holds/a/inner/file"
plant c
below=$layer
plant d
default=$layer
machine_run m mkdir -p /tmp/one /tmp/two
check "one is mounted elsewhere" machine_run m mount -o "subvol=storage/btrfs/subvolumes/$mounted" "$loop" /tmp/one
check "a nested one is mounted elsewhere" machine_run m mount -o "subvol=storage/btrfs/subvolumes/$holds/a/inner" "$loop" /tmp/two
check "a tmpfs is mounted in one" machine_run m mount -t tmpfs tmpfs "$graph/btrfs/subvolumes/$below/a"
subvolume create "$layers/$default/a/inner"
btrfs subvolume set-default "$layers/$default/a/inner"
mkdir "$layers/no-id"
collect --json --verbose >"$scratch/report" 2>"$scratch/err"
expect "the collector refuses or keeps those in use: status 3" 3 $?
expect "a name that is no id is refused" "refuse invalid-name" "$(verdict no-id)"
expect "one that is mounted elsewhere is kept" "keep in-use" "$(verdict "$mounted")"
expect "one with a nested one that is mounted elsewhere is kept" "keep in-use" "$(verdict "$holds")"
expect "one with a mount below it is refused" "refuse mount-below" "$(verdict "$below")"
expect "one that contains the default subvolume is refused" "refuse unreadable" "$(verdict "$default")"
btrfs subvolume set-default "$layers/$default"
collect --json --dry-run >"$scratch/report" 2>"$scratch/err"
expect "one that is the default subvolume is refused" "refuse unreadable" "$(verdict "$default")"
check "the message names the default subvolume" grep -q "$default is or holds the default subvolume" "$scratch/err"
expect "the content of all of them is there" "orphan precious orphan" \
        "$(cat "$layers/$mounted/a/b/file" "$layers/$holds/a/inner/file" "$layers/$default/a/b/file" | xargs)"
machine_run m umount /tmp/one /tmp/two "$graph/btrfs/subvolumes/$below/a"
btrfs subvolume set-default 5 "$scratch/m/store"
rmdir "$layers/no-id"
check "a collection succeeds when they are no longer in use" collect
check "nothing else changed" compare

# ------------------------------------------------------------------------------------------------------------ accidents

calls=openat,openat2,mkdirat,linkat,renameat,renameat2,unlinkat,ioctl,fchmodat,fchmod
# traced INJECTION...: run a collection under strace.
traced() {
        # shellcheck disable=SC2086
        machine_run m after-boot strace -f -qq -o /tmp/trace -e trace=$calls "$@" cstorage-gc $store >"$scratch/out" 2>&1
}

# One of each kind.
plant_some() {
        plant a || return
        subvolume create "$layers/$layer/a/one"
        subvolume create "$layers/$layer/a/one/two"
        subvolume snapshot -r "$layers/$layer" "$layers/$(id d)"
        mkdir -p "$layers/$(id e)/x"
        echo x >"$layers/$(id e)/x/file"
}

# The calls, with their number in the thread; calls that open only if they make a file.
plant_some
traced
points=$(machine_run m cat /tmp/trace | awk 'match($2, /^[a-z0-9_]+\(/) {
        call = substr($2, 1, RLENGTH - 1)
        n = ++seen[$1, call]
        if (call !~ /^openat/ || /O_CREAT|O_TMPFILE/)
                points[call ":" n] = 1
} END { for (p in points) print p }' | sort -V)
actions=signal=KILL
[ "${CSTORAGE_TEST_LONG:-0}" = 1 ] && actions="signal=KILL error=EIO error=ENOSPC"
n=0 bad=0
for point in $points; do
        for action in $actions; do
                plant_some
                traced -e inject="${point%%:*}:$action:when=${point##*:}"
                compare | grep -E '^(lost|changed)' >"$scratch/lost" && bad=$((bad + 1)) &&
                        note "$point $action: $(head -3 "$scratch/lost")"
                collect >"$scratch/out" 2>&1 || { bad=$((bad + 1)) && note "$point $action: the next run: $(tail -3 "$scratch/out")"; }
                compare >"$scratch/out" || { bad=$((bad + 1)) && note "$point $action: $(head -5 "$scratch/out")"; }
                [ "$(subvolumes)" = 5 ] || { bad=$((bad + 1)) && note "$point $action: $(subvolumes) subvolumes"; }
                n=$((n + 1))
        done
done
note "$n accidents: $(xargs <<<"$points")"
expect "after each fault the next run finishes, and nothing else is lost" 0 $bad
check "more than 20 faults were tried" test $n -gt 20

# -------------------------------------------------------------------------------------------------------- beside others

# Commands of containers-storage in a loop, and a collection for each orphan.
machine_run m sh -c "storage() { containers-storage -s btrfs -g $graph -R $run \"\$@\" >/dev/null 2>>/tmp/beside; }
        for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
                storage create-container -n beside\$i $image && storage mount beside\$i && storage unmount beside\$i &&
                        storage delete-container beside\$i || echo \$i >>/tmp/failed
        done; touch /tmp/ended" &
n=0 bad=0
until machine_run m test -e /tmp/ended; do
        plant_some
        collect --quiet >"$scratch/out" 2>&1 || { bad=$((bad + 1)) && note "$(tail -3 "$scratch/out")"; }
        n=$((n + 1))
done
wait $!
expect "each of $n collections beside containers-storage succeeds" 0 $bad
# containers-storage destroys the quota group of an existing subvolume, and reports the error (btrfs.go:subvolDelete).
expect "each command of containers-storage succeeds" "" "$(machine_run m sh -c 'cat /tmp/failed /tmp/beside 2>/dev/null' | grep -v qgroup)"
collect --quiet
expect "no subvolume of either is left" 5 "$(subvolumes)"

# ------------------------------------------------------------------------------------------------------ afterwards

check "containers-storage check finds nothing" storage check
expect "the container has its files" "text inner" "$(cat "$layers/$kept_layer/file" "$layers/$kept_layer/read-only/file" | xargs)"
check "containers-storage makes another container" storage create-container -n another "$image"
check "containers-storage mounts and unmounts it" machine_run m sh -ec "m=\$(containers-storage -s btrfs -g $graph -R $run mount another | tail -1)
        echo x >\$m/file; containers-storage -s btrfs -g $graph -R $run unmount another"
check "the library deletes the first one, with its subvolumes and its limit" machine_run m $tools/store-writer btrfs $graph $run \
        delete container "$kept"
expect "no file of it is left" "" "$(find "$G" -name "*$kept*" -o -name "*$kept_layer*")"
expect "the layers of the image and of the other container are left" 3 "$(subvolumes)"
check "containers-storage check finds nothing then" storage check
finish
