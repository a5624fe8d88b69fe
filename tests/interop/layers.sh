#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# layers.sh: layers that our driver makes and mounts, beside those of the real containers-storage: they look the same,
# and each unmounts what the other mounted.
. "$(dirname "$0")/../support/lib.sh"

tool=/opt/cstorage/tests/support/interop/driver-tool
graph=/var/lib/containers/storage run=/run/containers/storage

need_root
need_machines sid
[ -x "$build/tests/support/interop/driver-tool" ] || skip_all "driver-tool is not built in $build"
make_scratch

theirs() { machine_run m containers-storage -s "$driver" -g $graph -R $run "$@"; }
ours() { machine_run m $tool "$driver" $graph $run "$@"; }

# created NAME [PARENT]: make a layer; its id.
created() { theirs create-layer -n "$@" | head -n 1; }

# An id and a short name that nobody has.
new_id() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
new_link() { head -c 64 /dev/urandom | base32 | tr -d '=\n' | cut -c 1-26; }

inside() { machine_run m sh -c "$1"; }

# shape ID: all about a layer's directory but its names and times. The content of what names other layers, too.
shape() {
        inside "cd $graph/overlay/$1 && find . -printf '%P %y %m %U:%G %s\n' | sort
                for f in lower lower-layers; do [ ! -e \$f ] || { echo \$f; cat \$f; echo; }; done
                l=\$(cat link); readlink ../l/\$l | sed s/$1/ID/; stat -c '%a' ../l"
}

mounted() { inside "grep -c ' $graph/overlay/$1/merged ' /proc/self/mountinfo"; }

# What a program sees of a container's file system, and that it can write to it.
use() { inside "cd $graph/overlay/$1/merged && cat file && echo $2 >made-$2 && cat ../diff/made-$2"; }

machine_start m sid || skip_all "a machine does not boot"

# ----------------------------------------------------------------------------------------------------------- overlay

driver=overlay
base=$(created base)
inside "cd $graph/overlay/$base/diff && echo text >file && chmod 0751 . && chown 12:34 ."
second=$(created second base)
third=$(created third second)

their=$(created theirs)
mine=$(new_id)
check "a layer on nothing is made" ours create "$mine" "$(new_link)"
expect "it looks like one of theirs" "$(shape "$their")" "$(shape "$mine")"

their=$(created theirs-2 base)
mine=$(new_id)
check "a layer on one is made" ours create "$mine" "$(new_link)" "$base"
expect "it looks like one of theirs" "$(shape "$their")" "$(shape "$mine")"

their=$(created theirs-3 third)
mine=$(new_id)
check "a layer on three is made" ours create "$mine" "$(new_link)" "$third" "$second" "$base"
expect "it looks like one of theirs" "$(shape "$their")" "$(shape "$mine")"
check "a leftover of it gives way" ours create "$mine" "$(new_link)" "$third" "$second" "$base"
expect "and looks like one of theirs again" "$(shape "$their")" "$(shape "$mine")"

inside "mkdir /tmp/content && echo staged >/tmp/content/file && chmod 0700 /tmp/content"
mine=$(new_id)
check "a layer is made of staged content" ours stage "$mine" "$(new_link)" /tmp/content "$third" "$second" "$base"
expect "it holds that" staged "$(inside "cat $graph/overlay/$mine/diff/file")"
expect "no temp dir is left" "" "$(inside "ls $graph/overlay | grep tempdirs")"

theirs create-image -n image third >/dev/null
theirs create-container -n container image >/dev/null
top=$(theirs container container | awk '$1 == "Layer:" { print $2 }')
chain=("$third" "$second" "$base")

check "they mount a container's layer" theirs mount container
expect "it can be used" "text
1" "$(use "$top" 1)"
check "we see that it is mounted" ours mount "$top" "${chain[@]}"
expect "and mount it no second time" 1 "$(mounted "$top")"
check "we unmount what they mounted" ours unmount "$top"
expect "it is not mounted" 0 "$(mounted "$top")"
check "they forget the mount" theirs unmount container

check "we mount it" ours mount "$top" "${chain[@]}"
expect "it can be used" "text
2" "$(use "$top" 2)"
expect "they see that it is mounted" "$graph/overlay/$top/merged" "$(theirs mount container)"
expect "and mount it no second time" 1 "$(mounted "$top")"
check "they unmount what we mounted" theirs unmount container
expect "it is not mounted" 0 "$(mounted "$top")"
expect "what was written is there" "1
2" "$(inside "cat $graph/overlay/$top/diff/made-*")"

check "we mount it as a volatile one" ours mount-volatile "$top" "${chain[@]}"
check "they count that" theirs mount container
check "they unmount it" theirs unmount container
check "they can mount it anew" theirs mount container
check "they unmount that too" theirs unmount container
check "we mount it read-only" ours mount-read-only "$top" "${chain[@]}"
expect "it takes no changes" 1 "$(inside "echo x 2>/dev/null >$graph/overlay/$top/merged/no; echo \$?" | sed 's/[^0]/1/')"
check "we unmount it" ours unmount "$top"
expect "nothing is left mounted" 0 "$(mounted "$top")"

# ---------------------------------------------------------------------------------------------------------- killed

# killed CALL N ARGUMENTS...: our tool, killed at the nth system call of this name; fails where there are not so many.
killed() {
        local call=$1 n=$2
        shift 2
        ! inside "strace -qq -o /dev/null -e trace=$call -e inject=$call:signal=KILL:when=$n \
                  $tool $driver $graph $run $* 2>/dev/null"
}

# What is said of layers that were made after one of the same id was made in part.
kill_creation() {
        local call=$1 n wanted
        wanted=$(shape "$their")
        for n in $(seq 50); do
                mine=$(new_id)
                killed "$call" "$n" create "$mine" "$(new_link)" "${chain[@]}" || break
                ours create "$mine" "$(new_link)" "${chain[@]}" || echo "$call $n: it cannot be made"
                [ "$(shape "$mine")" = "$wanted" ] || echo "$call $n: it looks otherwise"
        done
        [ "$n" -gt 1 ] || echo "$call: it was never killed"
        [ -z "$(inside "ls $graph/overlay | grep tempdirs")" ] || echo "$call: a temp dir is left"
}

for call in mkdirat symlinkat openat2 write; do
        expect "killed at $call, a layer can be made again" "" "$(kill_creation $call 2>&1)"
done

kill_unmounting() {
        local call=$1 n
        for n in $(seq 50); do
                ours mount "$top" "${chain[@]}" >/dev/null || echo "$call $n: it cannot be mounted"
                killed "$call" "$n" unmount "$top" || break
                ours unmount "$top" || echo "$call $n: it cannot be unmounted"
                [ "$(mounted "$top")" = 0 ] || echo "$call $n: it is mounted"
                theirs mount container >/dev/null && theirs unmount container >/dev/null ||
                        echo "$call $n: they cannot mount and unmount it"
        done
        [ "$n" -gt 1 ] || echo "$call: it was never killed"
}

for call in umount2 mkdirat renameat; do
        expect "killed at $call, a layer can be unmounted again" "" "$(kill_unmounting $call 2>&1)"
done

# ------------------------------------------------------------------------------------------------------ many layers

# So many that their names have no room in a page.
names=()
last=third
for i in $(seq 130); do
        names=("$(created "deep-$i" $last)" "${names[@]}")
        last=deep-$i
done
theirs create-container -n deep "$(theirs create-image -n deep-image $last | head -n 1)" >/dev/null
top=$(theirs container deep | awk '$1 == "Layer:" { print $2 }')
check "we mount a container on 133 layers" ours mount "$top" "${names[@]}" "${chain[@]}"
expect "it can be used" "text
3" "$(use "$top" 3)"
check "they see that it is mounted" theirs mount deep
check "they unmount it" theirs unmount deep
expect "it is not mounted" 0 "$(mounted "$top")"
check "they mount it" theirs mount deep
check "we unmount it" ours unmount "$top"
expect "it is not mounted" 0 "$(mounted "$top")"
theirs unmount deep >/dev/null

# --------------------------------------------------------------------------------------------------------------- vfs

driver=vfs
base=$(created base)
inside "cd $graph/vfs/dir/$base && mkdir -p a/b && echo text >a/b/file && ln a/b/file hard && ln -s a/b/file soft &&
        mkfifo fifo && mknod null c 1 3 && chown 12:34 a hard && chown -h 56:78 soft && chmod 04711 hard &&
        setfattr -n user.name -v value hard && truncate -s 1M sparse && touch -h -d @1000000000.123456789 soft a/b/file &&
        chmod 01777 a && chmod 0751 . && chown 12:34 . && touch -d @1100000000.5 a/b a ."
their=$(created theirs base)
mine=$(new_id)
check "a vfs layer is made" ours create "$mine" "$(new_link)" "$base"
for id in "$their" "$mine"; do
        listing make "$scratch/m/store/storage/vfs/dir/$id" >"$scratch/$id.listing"
done
expect "it is the same copy as theirs" "" "$(diff "$scratch/$their.listing" "$scratch/$mine.listing")"
mine=$(new_id)
check "a vfs layer on nothing is made" ours create "$mine" "$(new_link)"
expect "it looks like one of theirs" "$(inside "stat -c '%a %u:%g' $graph/vfs/dir/$(created nothing)")" \
        "$(inside "stat -c '%a %u:%g' $graph/vfs/dir/$mine")"
expect "it is where they mount one" "$graph/vfs/dir/$their" "$(theirs mount "$their")"
expect "and so do we" "$graph/vfs/dir/$their" "$(ours mount "$their" "$base")"
finish
