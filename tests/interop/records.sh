#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# records.sh SUITE: containers-storage of a Debian suite reads the corpus of record files. It accepts all files that the library
# accepts. That of sid refuses all files that the library refuses, except for kinds that the library refuses on purpose.
. "$(dirname "$0")/../support/lib.sh"

suite=$1
need_root
need_machines "$suite"
make_scratch

# In the machine: a new store for each file; prints "kind side name status".
read_all='
cd /var/lib/containers/corpus || exit
for kind in layers images containers mounts; do
        for file in $kind/good/* $kind/bad/*; do
                rm -rf /tmp/g /tmp/r
                mkdir -p /tmp/g/vfs/dir /tmp/g/vfs-layers /tmp/g/vfs-images /tmp/g/vfs-containers /tmp/r/vfs-layers
                list=$kind where=/tmp/g/vfs-$kind/$kind.json
                [ $kind = mounts ] && list=layers where=/tmp/r/vfs-layers/mountpoints.json
                cp $file $where
                timeout 20 containers-storage --graph /tmp/g --run /tmp/r --storage-driver vfs $list >/dev/null 2>&1
                echo $kind $(basename $(dirname $file)) $(basename $file .json) $?
        done
done
'

# podman has digest algorithms that containers-storage is built without.
not_built_in='^images digest-sha(384|512)$'

# Go accepts several members of the same name, missing and null members, ids that it never writes, invalid UTF-8,
# numbers that are no user ids, and deeper nesting.
on_purpose='-twice(-|$)|-mixed-case|dotted-capital-i
 (id-(empty|missing|null)|second-record-bad|nothing)$|-of-null$
-with-nul$|invalid-utf8|overlong|surrogate
 [ug]idmap-(negative|too-large)$
 flags-too-deep$|^mounts null-'

check "$suite: a machine boots" machine_start m "$suite" || finish
cp -r "$tests_dir/corpus" "$scratch/m/store/corpus"
machine_run m sh -c "$read_all" >"$scratch/verdicts" 2>"$scratch/errors"
expect "$suite: containers-storage reads or refuses every file" \
        "$(find "$tests_dir"/corpus/{layers,images,containers,mounts} -name '*.json' | wc -l)" "$(wc -l <"$scratch/verdicts")"
expect "$suite: containers-storage accepts the files that the library accepts" "" \
        "$(awk '$2 == "good" && $4 != 0 { print $1, $3 }' "$scratch/verdicts" | grep -vE -e "$not_built_in")"
if [ "$suite" = sid ]; then
        expect "$suite: containers-storage refuses the files that the library refuses, except those refused on purpose" "" \
                "$(awk '$2 == "bad" && $4 == 0 { print $1, $3 }' "$scratch/verdicts" | grep -vE -e "$(paste -sd'|' <<<"$on_purpose")")"
fi
finish
