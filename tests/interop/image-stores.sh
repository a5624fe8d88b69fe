#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Image stores in each layout of releases, made by the real release (sid: since 1.58; trixie: 1.53 to 1.57) or by mkstore.py (1.47
# to 1.52). The orphans of transient containers are collected with the image store configured, without it, and with another one:
# no recorded entry is lost, and the real release works afterwards. Then both releases use one store in turns.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
need_machines sid trixie
make_scratch

driver=overlay

# conf GRAPHROOT RUNROOT IMAGESTORE: a storage.conf; "-" for none.
conf() {
        printf '[storage]\ndriver = "%s"\ngraphroot = "%s"\nrunroot = "%s"\n' $driver "$1" "$2"
        [ "$3" = - ] || printf 'imagestore = "%s"\n' "$3"
}

machine_with_images() {
        mkdir -p "$scratch/$1/upper/etc/containers"
        conf /var/lib/containers/storage /run/containers/storage /var/lib/containers/images \
                >"$scratch/$1/upper/etc/containers/storage.conf"
        machine_start "$1" "$2" && machine_run "$1" sh -c "$(cat "$support/machine/image.sh")"
}

# ------------------------------------------------------------------------------------------------ collecting a store

# A store is a directory with storage, images and perhaps run. Entries of the graphroot that only the image store has records for
# include the directory of an image, which Go makes on demand (store.go:ImageDirectory).
ask_for_image_directories() {
        local id

        for id in $(jq -r '.[].id' "$1/images/$driver-images/images.json"); do
                mkdir -p "$1/storage/$driver-images/$id/userdata"
                echo precious >"$1/storage/$driver-images/$id/userdata/data"
        done
}

find_orphans() {
        python3 "$support/store/listing.py" orphans "$1/storage" "$1/run" $driver "$1/images" >"$scratch/orphans"
}

# collect STORE IMAGESTORE [OPTIONS...]: sets status.
collect() {
        local store=$1 images=$2
        shift 2
        conf "$store/storage" "$store/run" "$images" >"$scratch/storage.conf"
        mkdir -p "$store/run"
        # The paths are options, since the database of podman contains other ones.
        CONTAINERS_STORAGE_CONF=$scratch/storage.conf "$after_boot" "$build/gc/cstorage-gc" --root="$store/storage" --runroot="$store/run" \
                --storage-driver=$driver "$@" >"$scratch/out" 2>"$scratch/err"
        status=$?
}

touched=()
for root in storage images; do
        for dir in {overlay,vfs}{,/l,/dir,/tempdirs,-layers,-layers/tmp,-images,-containers}; do
                touched+=(--touched "$root/$dir")
        done
done

case=$scratch/case

# make_case MAKE: "MAKE DIR" makes a store with orphans there.
make_case() {
        rm -rf "$case" "$scratch/other"
        mkdir "$case" "$scratch/other"
        "$1" "$case"
        ask_for_image_directories "$case"
}

# The configured image store in each case.
path_of_config() {
        case $1 in
        right) echo "$case/images" ;;
        none) echo - ;;
        nowhere) echo "$case/nowhere" ;;
        empty) mkdir "$case/empty" && echo "$case/empty" ;;
        other)
                "$support/store/mkstore.py" --root "$scratch/other/storage" --imagestore "$case/other" >/dev/null &&
                        echo "$case/other"
                ;;
        esac
}

# The orphans that stay (a regular expression). Without the image store it is not scanned, and its entries in the graphroot are
# refused. If an image store may not be mounted, all entries that it may have records for are refused.
stays() {
        case "$*" in
        *right) echo '^$' ;;
        *nowhere) echo '/overlay(/|-images/|-layers/[a-f0-9])' ;;
        "1.58 empty") echo '^images/|^storage/overlay(-layers)?/' ;;
        1.47*) echo '^images/|^storage/overlay/[a-f0-9]{64}$' ;;
        *) echo '^images/' ;;
        esac
}

# The advice on the refused entries, or on the file in the image store that cannot be read.
advice() {
        case "$*" in
        *nowhere) echo "$case/nowhere.* Mount it, or correct imagestore" ;;
        *) echo '(refused .*Configure the image store|is missing, .* Mount the file system that has it, or restore it)' ;;
        esac
}

# try_config LAYOUT CONFIG MAKE: the collector removes the entries that certainly are orphans.
try_config() {
        local name="$1, image store: $2" wanted=3 images

        make_case "$3"
        images=$(path_of_config "$2")
        [ "$2" != right ] || wanted=0
        find_orphans "$case"
        listing make "$case" >"$scratch/before"
        collect "$case" "$images"
        expect "$name: exit status" "$wanted" "$status" || note "$(cat "$scratch/err")"
        listing make "$case" >"$scratch/after"
        grep -vE "$(stays "$1" "$2")" "$scratch/orphans" >"$scratch/gone"
        check "$name: certain orphans are gone, and nothing else changed" \
                listing diff "$scratch/before" "$scratch/after" --removed "$scratch/gone" "${touched[@]}"
        [ $wanted = 0 ] || check "$name: the message contains advice" \
                grep -qE "$(advice "$1" "$2")" "$scratch/err" || note "$(cat "$scratch/err")"
        [ "$2" != nowhere ] || check "$name: the message names the missing directory" grep -q "$case/nowhere" "$scratch/err"
}

# try_emptied LAYOUT CONFIG MAKE: the last container is gone, and podman ran without the image store. No record and no missing
# file shows that entries in the graphroot belong to it.
try_emptied() {
        local name="$1, emptied, image store: $2" file

        make_case "$3"
        rm -rf "$case"/run/* "$case"/storage/overlay-containers/{[0-9a-f]*,volatile-*}
        for file in layers images containers; do
                [ "$1 $file" = "1.53 layers" ] || printf '[]' >"$case/storage/overlay-$file/$file.json"
        done
        rm -f "$case"/{storage,images}/overlay-layers/volatile-layers.json
        collect "$case" "$(path_of_config "$2")"
        expect "$name: exit status" 3 "$status" || note "$(cat "$scratch/err")"
        expect "$name: the entries of the image store in the graphroot are kept" "${kept_of_emptied[$1]}" "$(kept_of_emptied)"
}

# The number of image layers with a directory with content in the graphroot, of those with a tar-split file, and of images with a
# directory.
declare -A kept_of_emptied=(["1.58"]="0 3 3" ["1.53"]="0 3 3" ["1.47"]="6 0 2")
kept_of_emptied() {
        local file id halves=0 splits=0 images=0

        for file in "$case"/{images,storage}/overlay-layers/layers.json; do
                [ -f "$file" ] || continue
                for id in $(jq -r '.[] | select(."diff-digest") | .id' "$file"); do
                        [ -d "$case/storage/overlay/$id/diff" ] && halves=$((halves + 1))
                        [ -f "$case/storage/overlay-layers/$id.tar-split.gz" ] && splits=$((splits + 1))
                done
        done
        for id in $(jq -r '.[].id' "$case/images/overlay-images/images.json"); do
                [ -f "$case/storage/overlay-images/$id/userdata/data" ] && images=$((images + 1))
        done
        echo "$halves $splits $images"
}

try_layout() {
        local config

        for config in right none nowhere empty other; do
                try_config "$1" $config "$2"
        done
        for config in none empty other; do
                try_emptied "$1" $config "$2"
        done
}

# ------------------------------------------------------------------------------------------------ by real releases

# Commands of one mode unmount the mounts of the other, so those of transient mode are not run.
use_podman='
podman import -q /tmp/rootfs.tar localhost/base:1
podman build -q --layers -t localhost/built:1 /tmp/build
podman run --name normal localhost/built:1 sh -c "echo mine >/mine"
podman create --rm --name volatile localhost/built:1 sh
tar -C /tmp/build -cf /tmp/build.tar .
podman import -q /tmp/build.tar localhost/removed:1
podman rmi localhost/removed:1
podman run -d --name runs localhost/built:1 sleep 1000
for i in 1 2; do
        podman --transient-store create --name o$i localhost/built:1 sh
done
podman --transient-store create --name o3 localhost/base:1 sh
'

copy_of_made() { cp -a --reflink=auto "$made/storage" "$made/images" "$1" && mkdir "$1/run"; }

# A mount is the only reference to the layer of a container: the layer and its lowers in the image store stay.
lose_records_of_what_is_mounted() {
        local suite=$1 top=$scratch/$1 layer image

        layer=$(jq -r '.[] | select(.names == ["runs-layer"]) | .id' "$top/store/storage/overlay-layers/layers.json")
        image=$(jq -r --arg id "$layer" '.[] | select(.id == $id) | .parent' "$top/store/storage/overlay-layers/layers.json")
        find "$top/store" "$top/run" -path '*/overlay-*/*.json' ! -path '*/userdata/*' |
                grep -E '/((volatile-)?(layers|images|containers)|mountpoints).json$' >"$scratch/files"
        while read -r file; do
                cp -p "$file" "$file.kept" && printf '[]' >"$file"
        done <"$scratch/files"
        machine_run "$suite" cstorage-gc --dry-run --verbose >"$scratch/out" 2>"$scratch/err"
        while read -r file; do
                mv "$file.kept" "$file"
        done <"$scratch/files"
        check "$suite: a mounted layer without a record stays" \
                grep -q "^kept layer-dir in-use .*/storage/overlay/$layer$" "$scratch/out"
        check "$suite: its lowers in the image store stay" \
                grep -q -E "^kept layer-dir (lower-of-kept|in-use) .*/images/overlay/$image$" "$scratch/out"
        check "$suite: its container still runs" machine_run "$suite" podman exec runs cat /built
}

# podman makes and removes containers and images beside a loop of collections: neither disturbs the other.
beside_podman() {
        local suite=$1 runs=0

        machine_run "$suite" sh -c 'mkdir /tmp/more
        printf "FROM localhost/base:1\nCOPY file /file\n" >/tmp/more/Dockerfile
        for i in 1 2 3 4 5; do
                podman run --rm localhost/built:1 cat /built
                echo $i >/tmp/more/file
                podman build -q --layers -t localhost/more:$i /tmp/more >/dev/null && podman rmi localhost/more:$i >/dev/null
        done' >"$scratch/podman" 2>&1 &
        while kill -0 $! 2>/dev/null; do
                machine_run "$suite" cstorage-gc --quiet || echo "exit status $?"
                runs=$((runs + 1))
        done >"$scratch/log" 2>&1
        wait $!
        # Ignore Go's messages about links that it leaves in the image store.
        expect "$suite: beside $runs collections podman runs, builds and removes" "5 built" \
                "$(grep -v 'Failed to remove link' "$scratch/podman" | sort | uniq -c | xargs)" || note "$(cat "$scratch/podman")"
        expect "$suite: the collections print nothing" "" "$(cat "$scratch/log")"
}

# by_release SUITE NAME
by_release() {
        local suite=$1 name=$2 store=$scratch/$1/store

        machine_with_images "$suite" "$suite" >"$scratch/log" 2>&1
        check "$suite: podman uses an image store" machine_run "$suite" sh -ec "$use_podman" || return
        expect "$suite: the layout is that of $name" "${laid_out[$name]}" "$(
                [ -f "$store/images/overlay-layers/layers.json" ] && echo "records in the image store,"
                ls "$store"/images/overlay/*/link "$store"/storage/overlay/*/link >/dev/null && echo "layers in both,"
                ls "$store"/storage/overlay-layers/*.tar-split.gz >/dev/null && echo "tar-split files in the graphroot"
        )"
        lose_records_of_what_is_mounted "$suite"
        machine_kill "$suite"
        made=$scratch/made-$suite
        mkdir "$made"
        cp -a --reflink=auto "$store/storage" "$store/images" "$made"
        # The collector removes that link with all other orphans.
        check "$suite: a layer that was removed leaves its link in the image store" \
                sh -c "[ \$(ls '$made/images/overlay/l' | wc -l) -gt \$(ls -d '$made'/images/overlay/*/diff | wc -l) ]"
        try_layout "$name" copy_of_made

        # On the store itself, which the real release uses afterwards.
        machine_start "$suite"
        ask_for_image_directories "$store"
        check "$suite: a collection succeeds" machine_run "$suite" cstorage-gc
        expect "$suite: podman lists the images" "localhost/base:1 localhost/built:1" "$(machine_run "$suite" podman images \
                --format '{{.Repository}}:{{.Tag}}' --filter dangling=false 2>/dev/null | sort | xargs)"
        expect "$suite: podman lists the containers" "normal runs volatile" \
                "$(machine_run "$suite" podman ps -a --format '{{.Names}}' 2>/dev/null | sort | xargs)"
        expect "$suite: the image runs" built \
                "$(machine_run "$suite" podman run --rm localhost/built:1 cat /built 2>&1 | tail -1)"
        expect "$suite: the container has its files" mine \
                "$(machine_run "$suite" sh -c 'podman cp normal:/mine /tmp/mine && cat /tmp/mine' 2>&1 | tail -1)"
        check "$suite: the container that ran starts" machine_run "$suite" podman start runs
        check "$suite: the image can be saved, which takes its tar-split files" \
                machine_run "$suite" podman save -q -o /tmp/built.tar localhost/built:1
        beside_podman "$suite"
        machine_run "$suite" podman rm -f -t 0 runs >/dev/null 2>&1
        check "$suite: containers-storage check finds nothing" machine_run "$suite" containers-storage check
        machine_kill "$suite"
}

declare -A laid_out=(
        ["1.58"]=$'records in the image store,\nlayers in both,\ntar-split files in the graphroot'
        ["1.53"]=$'layers in both,\ntar-split files in the graphroot'
)

by_release sid 1.58
by_release trixie 1.53

# For comparison: the result of Go without the image store.
mkdir "$scratch/sid/store/copy"
made=$scratch/made-sid
copy_of_made "$scratch/sid/store/copy"
ask_for_image_directories "$scratch/sid/store/copy"
find_orphans "$scratch/sid/store/copy"
machine_start sid
listing make "$scratch/sid/store/copy" >"$scratch/before"
machine_run sid env CONTAINERS_STORAGE_CONF=/dev/null containers-storage -s overlay -g /var/lib/containers/copy/storage \
        -R /var/lib/containers/copy/run gc >"$scratch/log" 2>&1
listing make "$scratch/sid/store/copy" >"$scratch/after"
note "containers-storage gc 1.64, no image store configured: $(
        listing summary "$scratch/before" "$scratch/after" --removed "$scratch/orphans")"
machine_kill sid
rm -rf "$scratch/sid/store/copy"

# ------------------------------------------------------------------------------------------------ by the fixture

split_store() {
        "$support/store/mkstore.py" --root "$1/storage" --imagestore "$1/images" --runroot "$1/run" --layout 1.47 \
                --containers 2 --volatile 1 --orphans 3 --extras >"$scratch/made.json"
        # These releases leave the directory in the graphroot when they remove a layer (overlay.go:Remove).
        mkdir -p "$1/storage/overlay/$(printf '%064x' 7)"/{diff/etc,work,merged}
        # In other layouts, or refused without the image store.
        rm -rf "$1"/images/overlay/staging "$1"/images/overlay/tempdirs
        find "$1" -depth -path '*-images/*' -name "$(jq -r '.orphan_images[0]' "$scratch/made.json")" -exec rm -rf {} +
}
try_layout 1.47 split_store

# Links of the image store into the graphroot, one of them to a layer that is gone.
make_case split_store
ln -s "$case/storage/overlay/$(printf '%064x' 8)/diff" "$case/images/overlay/l/AAAAAAAAAAAAAAAAAAAAAAAAAA"
ln -s "/elsewhere/overlay/$(printf '%064x' 8)/diff" "$case/images/overlay/l/BBBBBBBBBBBBBBBBBBBBBBBBBB"
collect "$case" "$case/images"
expect "1.47: a link that leads out of the store is refused" "3 BBBBBBBBBBBBBBBBBBBBBBBBBB" \
        "$status $(find "$case/images/overlay/l" -lname '/elsewhere/*' -printf '%f\n')"
expect "1.47: the other links of recorded layers are left" \
        "$(jq -r '[.layers + .normal_layers + .volatile_layers | .[]] | length' "$scratch/made.json")" \
        "$(find "$case/images/overlay/l" -type l -lname "$case/*" | wc -l)"

# With vfs a layer has one directory in each layout.
vfs_store() {
        "$support/store/mkstore.py" --driver vfs --root "$1/storage" --imagestore "$1/images" --runroot "$1/run" \
                --layout "$layout" --images 3 --containers 2 --volatile 1 --orphans 3 >/dev/null
}
driver=vfs
for layout in 1.58 1.53 1.47; do
        try_config "vfs, $layout" right vfs_store
        try_config "vfs, $layout" none vfs_store
done
driver=overlay

# ------------------------------------------------------------------------------------------------ both by turns

# Copy the store from one machine to the other.
carry() {
        machine_kill "$1"
        rm -rf "$scratch/$2/store"
        mv "$scratch/$1/store" "$scratch/$2/store"
        mkdir "$scratch/$1/store"
        machine_start "$2"
}
step() {
        local suite=$1 name=$2
        machine_reboot "$suite"
        rm -rf "$scratch/$suite/store/run"
        find_orphans "$scratch/$suite/store"
        listing make "$scratch/$suite/store" >"$scratch/before"
        check "$name: the test made orphans" grep -qE '/overlay/[a-f0-9]{64}$' "$scratch/orphans"
        check "$name: a collection succeeds" machine_run "$suite" cstorage-gc
        listing make "$scratch/$suite/store" >"$scratch/after"
        check "$name: the orphans are gone, and nothing else changed" listing diff "$scratch/before" "$scratch/after" \
                --removed "$scratch/orphans" "${touched[@]}"
}
works() {
        local suite=$1 name=$2 image=$3 containers=$4
        expect "$name: the image runs" kept "$(machine_run "$suite" podman run --rm "$image" cat /data/file 2>&1 | tail -1)"
        expect "$name: podman lists the containers" "$containers" \
                "$(machine_run "$suite" podman ps -a --format '{{.Names}}' 2>/dev/null | sort | xargs)"
}
make_more() {
        machine_run "$1" sh -c "$(cat "$support/machine/image.sh")"
        machine_run "$1" sh -ec "
                echo $2 >/tmp/rootfs/$2 && tar -C /tmp/rootfs -cf /tmp/$2.tar .
                podman import -q /tmp/$2.tar localhost/$2:1
                podman run --name $2 localhost/$2:1 sh -c 'echo $2 >/mine'
                podman --transient-store create --name orphan-$2 localhost/$2:1 sh"
}

# A store of the oldest layout, used by a release of another layout: the entries that both have recorded stay.
use_oldest() {
        local suite=$1 store=$scratch/$1/store link target

        empty_disk "$suite"
        split_store "$store"
        for link in "$store"/images/overlay/l/*; do
                target=$(readlink "$link")
                [ "${target#/}" = "$target" ] || ln -sfn "/var/lib/containers/${target#"$store"/}" "$link"
        done
        rm -rf "$store/run"
        machine_start "$suite"
        check "1.47, then $suite: podman makes more" make_more "$suite" later
        step "$suite" "1.47, then $suite"
        works "$suite" "1.47, then $suite" localhost/later:1 later
        machine_kill "$suite"
}
empty_disk() {
        rm -rf "$scratch/$1/store"
        mkdir "$scratch/$1/store"
}
use_oldest sid
use_oldest trixie

empty_disk sid
empty_disk trixie
machine_start trixie
check "by turns: trixie makes a store" make_more trixie first
step trixie "by turns, trixie"
carry trixie sid
works sid "by turns, sid after trixie" localhost/first:1 first
check "by turns: sid makes more" make_more sid second
step sid "by turns, sid after trixie"
works sid "by turns, sid" localhost/second:1 "first second"
carry sid trixie
works trixie "by turns, trixie after sid" localhost/first:1 "first second"
check "by turns: trixie makes more" make_more trixie third
step trixie "by turns, trixie after sid"
carry trixie sid
works sid "by turns, sid again" localhost/second:1 "first second third"
works sid "by turns, sid again" localhost/third:1 "first second third"
check "by turns: containers-storage check finds nothing" machine_run sid containers-storage check
machine_kill sid
finish
