#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Damaged parts of recorded layers: what check, repair and collect print, and what they change.
. "$(dirname "$0")/../support/lib.sh"

need_gc
make_scratch
gc=$build/gc/cstorage-gc
unset CONTAINERS_STORAGE_CONF CONTAINERS_STORAGE_CONF_OVERRIDE STORAGE_DRIVER STORAGE_OPTS

# run VERB [OPTIONS...]
run() {
        # shellcheck disable=SC2086
        "$gc" "$@" $store --json >"$scratch/out" 2>"$scratch/err"
        status=$?
}
results() { jq -r '.objects[] | "\(.verdict) \(.reason)"' "$scratch/out" | sort | uniq -c | sed 's/^ *//' | paste -sd,; }
tree() { (cd "$g" && find . -not -name '*.lock' -printf '%p %y %l %s\n' | sort); }

new_store() {
        lay_out "$1" --images 2 --layers 2 --containers 1 "${@:2}"
        layer=$(jq -r ".[1].id" "$g/overlay-layers/layers.json" 2>/dev/null)
        dir=$g/overlay/$layer
        tree >"$scratch/before"
}

new_store whole
run check
expect "check finds nothing in a store without damage" "0 " "$status $(results)"
expect "it changes nothing" "$(<"$scratch/before")" "$(tree)"

# damage NAME RESULTS COMMAND: check prints the results, and repair brings the store back.
damage() {
        new_store "$1"
        (cd "$dir" && eval "$3") || not_ok "$1: planted"
        tree >"$scratch/damaged"
        run check
        expect "$1: check prints it" "3 $2" "$status $(results)"
        expect "$1: check changes nothing" "$(<"$scratch/damaged")" "$(tree)"
        run repair --dry-run
        expect "$1: so does a dry run of repair" "0 $2" "$status $(results)"
        run repair
        expect "$1: repair repairs it" "0 $2" "$status $(results)"
        run check
        expect "$1: then nothing is damaged" "0 " "$status $(results)"
}
damage link-missing "1 repair link-damaged" "rm link"
damage link-blank "1 repair link-damaged" ": >link"
damage short-link-missing "1 repair link-damaged" 'rm "../l/$(cat link)"'
damage short-link-elsewhere "1 repair link-damaged" 'ln -sfn ../none/diff "../l/$(cat link)"'
damage lower-missing "1 repair lower-damaged" "rm lower"
damage lower-nul "1 repair lower-damaged" "truncate -s 0 lower; truncate -s 28 lower"
damage work-missing "1 repair part-missing" "rm -rf work"
damage merged-not-empty "1 repair merged-not-empty" "mkdir -p merged/etc && echo kept >merged/etc/hosts"
expect "the files in the mount point are kept" kept "$(cat "$g/overlay/$layer"/merged.aside*/etc/hosts)"
damage links-are-a-link "5 repair link-damaged,1 repair links-damaged" "rm -r ../l && ln -s $layer/diff ../l"

new_store lost
image=$(jq -r --arg l "$layer" '.[] | select(.layer == $l) | .names[0]' "$g/overlay-images/images.json")
rm -r "$dir"
run check
expect "a lost layer is refused, its image and container are named" "3 1 refuse container-lost,1 refuse image-lost,1 refuse layer-missing" "$status $(results)"
expect "with the command that replaces it" "podman rmi --force $image" \
        "$(jq -r '.objects[] | select(.reason == "image-lost") | .command' "$scratch/out")"
check "the message has it, too" grep -qF "the image $image cannot be used: a layer of it is lost. This command removes the image and its containers, and pulls an image of a registry again; build or load any other image again: podman rmi --force $image" \
        "$scratch/err"
run repair
expect "repair leaves it as it is" "3 1 refuse container-lost,1 refuse image-lost,1 refuse layer-missing" "$status $(results)"

new_store unrecorded
jq --arg l "$layer" '[.[] | select(.id != $l)]' "$g/overlay-layers/layers.json" >"$scratch/layers" &&
        cat "$scratch/layers" >"$g/overlay-layers/layers.json"
run check
expect "a layer that an image needs, without a record, is refused" \
        "3 1 refuse container-lost,1 refuse image-lost,1 refuse layer-unrecorded" "$status $(results | sed 's/,[^,]*lowers[^,]*//')"

# Two images with the same top layer, and a lower layer whose parent is gone.
new_store unrecorded-once
jq -c 'map(.layer as $l | ., (.id = ("e" * 64) | .names = ["twice:1"])) | unique_by(.id)' "$g/overlay-images/images.json" >"$scratch/images" &&
        cat "$scratch/images" >"$g/overlay-images/images.json"
base=$(jq -r --arg l "$layer" '.[] | select(.id == $l) | .parent' "$g/overlay-layers/layers.json")
jq --arg l "$base" '[.[] | select(.id != $l)]' "$g/overlay-layers/layers.json" >"$scratch/layers" &&
        cat "$scratch/layers" >"$g/overlay-layers/layers.json"
run check
expect "a parent without a record is reported once" 1 "$(jq '[.objects[] | select(.reason == "layer-unrecorded")] | length' "$scratch/out")"
expect "the images above it are lost" true \
        "$(jq --arg i "$image" '[.objects[] | select(.reason == "image-lost") | .path] | any(. == "twice:1" or . == $i)' "$scratch/out")"

new_store incomplete --orphans 1
python3 - "$g/overlay-layers/layers.json" "$g/overlay" <<'EOF'
import json, os, sys
path, home = sys.argv[1:]
layers = json.load(open(path))
for n, parent in (("a", ""), ("b", "a" * 64)):
    layers.append({"id": n * 64, "parent": parent, "created": "2026-01-09T20:07:50Z", "flags": {"incomplete": True}})
    os.makedirs(f"{home}/{n * 64}/diff/d")
json.dump(layers, open(path, "w"))
EOF
run repair
expect "repair removes incomplete layers" "0 2 remove incomplete" "$status $(results)"
expect "their records and directories are gone" "0 0" \
        "$(jq '[.[] | select(.flags.incomplete)] | length' "$g/overlay-layers/layers.json") $(find "$g" -name 'aaaaaaaa*' -o -name 'bbbbbbbb*' | wc -l)"
expect "it removes no orphan" 1 "$(jq -r '.orphan_layers[]' "${g%/g}.made" | (cd "$g/overlay" && xargs ls -d) | wc -l)"

new_store content
run check --content
expect "check --content finds nothing in a store without damage" "0 " "$status $(results)"
file=$(cd "$dir/diff" && find . -type f -size +0 | sort | sed -n '1s|^\./||p')
printf X | dd of="$dir/diff/$file" bs=1 conv=notrunc status=none
run check
expect "check does not read files" "0 " "$status $(results)"
run check --content
expect "check --content finds a damaged file" "3 1 refuse container-lost,1 refuse content-damaged,1 refuse image-lost" \
        "$status $(results)"
expect "its path is reported" "$dir/diff/$file" "$(jq -r '.objects[] | select(.reason == "content-damaged") | .path' "$scratch/out")"
# One of five layers each time: after 200 runs a layer is left out with a probability of 1e-19.
found=" "
for ((i = 0; i < 200; i++)); do
        run check --content=1%
        [[ $found == *" $status "* ]] || found+="$status "
        [ "$found" != " 0 3 " ] && [ "$found" != " 3 0 " ] || break
done
expect "a part of the layers is verified, a different one each time" "0 3" "$(xargs -n 1 <<<"$found" | sort | xargs)"
for wrong in 0 101 x 5%% -1; do
        run check --content=$wrong
        expect "the percentage $wrong is invalid" 2 $status
done
run collect --content
expect "collect verifies no content" 2 $status

new_store vfs --driver vfs
store="--root=$g --runroot=$r --storage-driver=vfs"
layer=$(jq -r '.[1].id' "$g/vfs-layers/layers.json")
rm -r "$g/vfs/dir/$layer"
run check
expect "the path of a lost layer is in the directory of its driver" "3 $g/vfs/dir/$layer" \
        "$status $(jq -r '.objects[] | select(.reason == "layer-missing") | .path' "$scratch/out")"

# As if its file system were not mounted.
new_store unmounted
mv "$g/overlay" "$g/overlay.away" && mkdir "$g/overlay"
run repair
expect "an empty driver home is no damage" "3  0" "$status $(results) $(find "$g/overlay" -mindepth 1 | wc -l)"

new_store collected --orphans 1
rm -rf "$dir/work"
run collect
expect "collect repairs no layer" "0 missing" "$status $([ -e "$dir/work" ] && echo there || echo missing)"
run repair --no-repair
expect "repair cannot be combined with --no-repair" 2 $status
finish
