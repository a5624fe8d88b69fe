#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The library writes records byte for byte as Go does: it composes the files of containers-storage anew, and containers-storage
# rewrites the composed files.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_machines sid
make_scratch
compose=$build/tests/support/interop/compose-list
[ -x "$compose" ] || skip_all "compose-list is not built in $build"

# A store in which each member has a value, and the strings have all characters that can be escaped.
make_store='
cd /var/lib/containers && set -e
odd="$(printf "a<b>&cc\"\\\\ \t\r\b\f\033\177 / \303\274 \342\200\250\342\200\251 \360\237\230\200")"
cs() { containers-storage --graph /var/lib/containers/g --run /var/lib/containers/r --storage-driver DRIVER "$@"; }
mkdir -p tree/dir && echo content >tree/dir/file && chown 77:88 tree/dir/file && tar -C tree -cf plain.tar .
for z in gzip bzip2 xz zstd; do command -v $z >/dev/null && $z -kc plain.tar >$z.tar; done
printf %s "$odd" >odd && : >nothing

base=$(cs create-layer --readonly --name base --label "system_u:object_r:container_file_t:s0:c1,c2" | head -n 1)
for tar in *.tar; do cs import-layer --readonly --file $tar --name ${tar%.tar} $base; done
cs create-layer --name one --name two $base
cs create-layer --uidmap 0:100000:65536 --gidmap 0:100000:65536 --name mapped $base
cs set-metadata --metadata-file odd one
cs set-layer-data --file odd one key
cs set-layer-data --file nothing one "$odd"

cs create-image --name localhost/a:1 --name "$odd" --digest \
        sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 --metadata-file odd plain
cs create-image --name moves plain
cs set-names --name other moves
cs create-image ""
for key in z manifest manifest-1 "$odd"; do cs set-image-data --file odd localhost/a:1 "$key"; done
cs set-image-data --file nothing localhost/a:1 empty

cs create-container --name c1 --metadata "{\"a\":1}" localhost/a:1
cs create-container --name c2 --volatile --uidmap 0:100000:65536 --gidmap 0:100000:65536 other
cs create-container --name "$odd" --volatile localhost/a:1
for key in x y "$odd"; do cs set-container-data --file odd c1 "$key"; done
cs mount c1
cs mount c1
'

# same KIND FILE: the composed file is equal.
same() { "$compose" "$1" "$2" | cmp - "$2"; }

check "a machine boots" machine_start m sid || finish
for driver in overlay vfs; do
        check "$driver: containers-storage makes a store" machine_run m bash -c "${make_store//DRIVER/$driver}"
        store=$scratch/m/store
        for file in g/$driver-layers/layers.json g/$driver-layers/volatile-layers.json g/$driver-images/images.json \
                g/$driver-containers/containers.json g/$driver-containers/volatile-containers.json; do
                check "$driver: $(basename "$file") is composed without a difference" \
                        same "$(basename "${file%.json}" | sed 's/^volatile-//')" "$store/$file"
        done
        check "$driver: mountpoints.json is composed without a difference" same mounts "$store/r/$driver-layers/mountpoints.json"
        expect "$driver: every member has a value" "" "$(
                for member in names parent metadata mountlabel compressed-diff-digest compressed-size diff-digest diff-size \
                        compression uidset gidset uidmap gidmap big-data-names big-data-sizes big-data-digests digest \
                        names-history layer image flags count Volatile; do
                        grep -q "\"$member\":" "$store"/g/$driver-*/*.json "$store"/r/$driver-*/*.json || echo "$member"
                done)"
        machine_run m sh -c "umount -R /var/lib/containers/g/overlay; rm -rf /var/lib/containers/*" 2>/dev/null
done

# In the machine: a store for each composed file, with one more record. If that record changes and containers-storage writes the
# others in another form than the composed one, print "KIND NAME".
write_again='
cd /var/lib/containers/corpus
extra=ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
for file in */*.json; do
        kind=${file%%/*} name=$(basename $file .json)
        rm -rf /tmp/g /tmp/r
        mkdir -p /tmp/g/vfs/dir /tmp/g/vfs-layers /tmp/g/vfs-images /tmp/g/vfs-containers /tmp/r
        record="{\"id\":\"$extra\""
        [ $kind = containers ] && record="$record,\"image\":\"\",\"layer\":\"\""
        list=$(sed "s/]\$//; s/}\$/},/" $file)
        printf "%s%s,\"created\":\"2026-11-23T18:40:41Z\"}]" "$list" "$record" >/tmp/g/vfs-$kind/$kind.json
        containers-storage --graph /tmp/g --run /tmp/r --storage-driver vfs set-metadata --metadata m $extra \
                >/dev/null 2>/tmp/error || { echo "$kind $name: $(head -n 1 /tmp/error)"; continue; }
        metadata=",\"metadata\":\"m\""
        printf "%s%s%s,\"created\":\"2026-11-23T18:40:41Z\"}]" "$list" "$record" "$metadata" |
                cmp -s - /tmp/g/vfs-$kind/$kind.json || echo "$kind $name"
done
'

# The library keeps times, numbers and flags that Go rewrites. Go keeps one of several records with the same id or name, deletes
# incomplete layers, and is built without the other digests.
in_its_own_way=' created-(fraction-comma|one-digit-hour|ten-digits|zone-(hour-24|minute-60))
 flags-of-every-type$|^layers (every-member|two-records-of-one-id)$|^images digest-sha'

mkdir -p "$scratch/m/store/corpus"
for kind in layers images containers; do
        mkdir "$scratch/m/store/corpus/$kind"
        for file in "$tests_dir/corpus/$kind"/good/*.json; do
                "$compose" $kind "$file" >"$scratch/m/store/corpus/$kind/$(basename "$file")" || not_ok "$file is composed"
        done
done
machine_run m bash -c "$write_again" >"$scratch/differ" 2>&1 || not_ok "containers-storage writes composed records anew"
expect "containers-storage writes what the library composed" "" "$(grep -vE -e "$(paste -sd'|' <<<"$in_its_own_way")" "$scratch/differ")"
finish
