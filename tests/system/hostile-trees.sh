#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Hostile trees for the functions of lib/tree that delete:
#
#   hostile-trees.sh TREE-TOOL
#
# If run by root, each case runs in the initial user namespace, and most run again as root of an unprivileged user's
# namespace. Scratch files are below $CSTORAGE_TEST_CACHE, on a disk. With CSTORAGE_TEST_LONG=1 the largest directory has a
# million entries instead of 100,000.
set -u
tool=$(realpath "$1")
script=$(realpath "$0")
helper=${CSTORAGE_HOSTILE_INSIDE:-$(dirname "$script")/../support/system/hostile-trees.py}

cache=${CSTORAGE_TEST_CACHE:-/var/cache/cstorage-tests}
mkdir -p "$cache" 2>/dev/null || cache=/var/tmp
work=$(mktemp -d "$cache/scratch-hostile-XXXXXX") || exit 1
chmod 0711 "$work"
cd "$work" || exit 1

# The tool without the capability to delete subvolumes.
unprivileged_tool=$work/unprivileged-tool
printf '#!/bin/sh\nexec setpriv --bounding-set -sys_admin "%s" "$@"\n' "$tool" >"$unprivileged_tool"
chmod +x "$unprivileged_tool"

n=0 failed=0
mounts=()
loops=()

clean_up() {
        local m
        [ -n "${writer-}" ] && kill "$writer" 2>/dev/null
        cd /
        for m in "${mounts[@]}"; do umount -l "$m" 2>/dev/null; done
        for m in "${loops[@]}"; do losetup -d "$m" 2>/dev/null; done
        chattr -R -ia "$work" 2>/dev/null
        rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# report STATUS NAME: print the result of a case, and the output of the tool if it failed.
report() {
        n=$((n + 1))
        if [ "$1" = 0 ]; then
                echo "ok $n - $2"
        else
                echo "not ok $n - $2"
                sed 's/^/# /' out 2>/dev/null | tail -5
                failed=1
        fi
}

skip() {
        n=$((n + 1))
        echo "ok $n - $1 # SKIP $2"
}

fresh() {
        rm -rf top kept
        mkdir top kept
}

# delete WANTED-STATUS [ARGUMENT...]: run the tool on top.
delete() {
        local wanted=$1 status
        shift
        timeout 900 "$tool" remove top count "$@" >out 2>&1
        status=$?
        [ $status = "$wanted" ] || {
                echo "status $status" >>out
                return 1
        }
}

is_empty() {
        [ -z "$(ls -A "$1")" ]
}

memory_below_kib() {
        [ "$(sed -n 's/^memory //p' out)" -lt "$1" ]
}

# small_fs NAME SIZE MKFS-OPTIONS MOUNT-OPTIONS: mount a new ext4 at NAME.
small_fs() {
        local loop
        truncate -s "$2" "$1.img" && mkdir -p "$1" || return 1
        # shellcheck disable=SC2086
        mkfs.ext4 -q -F $3 "$1.img" || return 1
        loop=$(losetup -f --show "$1.img" 2>/dev/null) || return 1
        loops+=("$loop")
        mount -o "$4" "$loop" "$1" || return 1
        mounts+=("$work/$1")
}

# ------------------------------------------------------------------------------------- cases without privileges

case_deep() {
        fresh
        python3 "$helper" deep top/1-deep 20000
        (
                ulimit -n 64
                delete 0
        ) && is_empty top && grep -q '^total 20001 ' out && memory_below_kib 16384
        report $? "$role: 20,000 levels are deleted with 64 descriptors"
}

case_large() {
        local files=100000
        [ "${CSTORAGE_TEST_LONG:-0}" = 1 ] && [ "$role" = root ] && files=1000000
        fresh
        python3 "$helper" flat top/1-flat $files
        delete 0 && is_empty top && grep -q "^total $((files + 1)) " out && memory_below_kib 16384
        report $? "$role: one directory of $files files is deleted in 16 MiB"
}

case_wide() {
        fresh
        python3 "$helper" wide top/1-wide 20000
        delete 0 && is_empty top && grep -q "^total 60001 " out && memory_below_kib 16384
        report $? "$role: more directories than the queue holds are deleted"
}

case_names() {
        fresh
        python3 "$helper" names top
        delete 0 && is_empty top
        report $? "$role: names of 255 bytes, with newlines, with invalid UTF-8 and of temp dirs are deleted"
}

case_types() {
        fresh
        mkdir top/1-types top/1-types/dir
        python3 "$helper" types top/1-types && python3 "$helper" types top && python3 "$helper" types top/1-types/dir
        delete 0 && is_empty top
        report $? "$role: fifos, sockets, links, whiteouts and devices are deleted without opening them"
}

case_hard_links() {
        local before after
        fresh
        echo kept >kept/file
        chmod 0400 kept/file
        touch -d '2001-02-03 04:05:06' kept/file
        mkdir -p top/1-a/b
        ln kept/file top/1-a/b/file
        ln kept/file top/1-a/file
        before=$(stat -c '%i %a %u %g %s %y' kept/file)
        delete 0 && is_empty top
        local r=$?
        after=$(stat -c '%i %a %u %g %s %y' kept/file)
        [ $r = 0 ] && [ "$before" = "$after" ] && [ "$(cat kept/file)" = kept ] && [ "$(stat -c %h kept/file)" = 1 ]
        report $? "$role: a file with another link outside is untouched"
}

case_permissions() {
        fresh
        mkdir -p top/1-a/b/c top/1-a/d top/1-a/e
        touch top/1-a/b/file top/1-a/d/file
        chmod 0000 top/1-a/b/c top/1-a/b top/1-a/e
        chmod 0100 top/1-a/d
        chmod 0500 top/1-a
        delete 0 && is_empty top
        report $? "$role: directories without permissions are deleted"
}

case_swapped() {
        fresh
        python3 "$helper" flat kept/precious 500
        python3 "$helper" pairs top/1-swap 400 "$work/kept/precious"
        python3 "$helper" swap top/1-swap 400 &
        writer=$!
        timeout 120 "$tool" remove top >out 2>&1
        kill $writer
        wait $writer 2>/dev/null
        delete 0 && is_empty top && [ "$(find kept/precious -type f | wc -l)" = 500 ]
        report $? "$role: a link that replaces a directory is not followed"
}

case_written() {
        local r
        fresh
        python3 "$helper" flat top/1-busy/dir 2000
        python3 "$helper" flat top/1-quiet 500
        python3 "$helper" write top/1-busy/dir &
        writer=$!
        sleep 0.3
        timeout 120 "$tool" remove top >out 2>&1
        r=$?
        kill $writer
        wait $writer 2>/dev/null
        [ $r -le 1 ] && [ ! -e top/1-quiet ] && delete 0 && is_empty top
        report $? "$role: the deletion ends although a process writes into the tree"
}

# Kill the deletion of a tree until the tree is gone, then make another one. In the foreground timeout(1) waits for the killed
# process, whose last call could disturb the next run.
case_killed() {
        local kills=0 wanted=24 i
        [ "${CSTORAGE_TEST_LONG:-0}" = 1 ] && wanted=100
        fresh
        for i in $(seq 400); do
                is_empty top && python3 "$helper" nested top 40 8 10
                [ $kills -ge $wanted ] && break
                { timeout --foreground -s KILL "0.0$((RANDOM % 40 + 10))" "$tool" remove top >out 2>&1; } 2>/dev/null
                [ $? = 137 ] && kills=$((kills + 1))
        done
        [ $kills -gt 0 ] && delete 0 && is_empty top && ! grep -q '^%' out
        report $? "$role: the next run finishes after kills at random moments"
        echo "# killed $kills times"
}

case_stopped() {
        fresh
        python3 "$helper" nested top 60 8 20
        "$tool" remove top stop-after-ms=5 >out 2>&1
        delete 0 && is_empty top
        report $? "$role: the next run finishes after a stop"
}

case_in_place() {
        local error
        command -v strace >/dev/null || {
                skip "$role: directories that cannot be moved are deleted in place" "strace is not there"
                return
        }
        for error in EXDEV EMLINK ENOSPC EDQUOT; do
                fresh
                python3 "$helper" nested top 4 5 5
                python3 "$helper" deep top/1-deep 100
                python3 "$helper" wide top/1-wide 200
                timeout 300 strace -f -qq -o trace -e trace=renameat,renameat2 -e inject=renameat,renameat2:error=$error \
                        "$tool" remove top count >out 2>&1
                [ $? = 0 ] && is_empty top && grep -q $error trace
                report $? "$role: directories that cannot be moved are deleted in place ($error)"
        done
}

# --------------------------------------------------------------------------------------------- cases for root

case_flags() {
        local before
        fresh
        mkdir -p top/1-a/i/sub top/1-a/a/sub top/2-b
        touch top/1-a/file-i top/1-a/file-a top/1-a/i/file top/1-a/a/file top/2-b/file top/3-file
        echo kept >kept/file
        touch -d '2001-02-03 04:05:06' kept/file
        ln kept/file top/1-a/linked
        chattr +i top/1-a/file-i kept/file top/1-a/i/sub top/1-a/i top/2-b top/3-file 2>/dev/null &&
                chattr +a top/1-a/file-a top/1-a/a/sub top/1-a/a || {
                skip "$role: immutable and append-only files and directories are deleted" "chattr does not work here"
                return
        }
        before=$(stat -c '%i %a %s %y' kept/file)
        delete 0 && is_empty top
        report $? "$role: immutable and append-only files and directories are deleted"
        [ "$(stat -c '%i %a %s %y' kept/file)" = "$before" ] && [ "$(cat kept/file)" = kept ] &&
                lsattr kept/file | grep -q '^....i'
        report $? "$role: a kept file that is linked from there stays immutable and untouched"
        chattr -i kept/file
}

case_mounts() {
        local r
        fresh
        mkdir -p kept/precious top/1-a/bind/below top/1-a/tmp top/1-a/loop top/1-a/other top/2-b
        touch kept/precious/file kept/one top/1-a/file top/1-a/mounted top/1-a/other/file top/2-b/file
        mount --bind kept/precious top/1-a/bind/below && mount --bind kept/one top/1-a/mounted &&
                mount -t tmpfs none top/1-a/tmp || {
                skip "$role: a mount in the tree stays, the rest is deleted" "cannot mount"
                return
        }
        touch top/1-a/tmp/file
        "$tool" remove top >out 2>&1
        r=$?
        [ $r = 1 ] && [ -e kept/precious/file ] && [ -e kept/one ] && [ ! -e top/2-b ] &&
                [ "$(find top -type f -name other -o -name file -not -path '*tmp*' -not -path '*below*' | wc -l)" = 0 ] &&
                [ "$(awk '$1 == "1-a" { print $4 }' out)" = 3 ] && grep -q 'mounted there' out
        r=$?
        while read -r m; do umount "$m"; done < <(awk -v top="$work/top" 'index($5, top) == 1 { print $5 }' /proc/self/mountinfo)
        report $r "$role: a mount in the tree stays, the rest is deleted"
        delete 0 && is_empty top
        report $? "$role: after the unmount the rest is deleted"
}

case_foreign_fs() {
        small_fs foreign 16M "" defaults || {
                skip "$role: a file system mounted below stays" "no loop device"
                return
        }
        fresh
        mkdir -p top/1-a/fs top/1-a/x
        touch foreign/file
        umount foreign
        mount "${loops[-1]}" top/1-a/fs
        "$tool" remove top >out 2>&1
        local r=$?
        umount top/1-a/fs top/*/fs 2>/dev/null
        mount "${loops[-1]}" foreign
        [ $r = 1 ] && [ -e foreign/file ]
        report $? "$role: a file system mounted below stays"
}

case_full_disk() {
        small_fs full 24M "-N 4000" defaults || {
                skip "$role: a full disk is emptied" "no loop device"
                return
        }
        mkdir full/top
        python3 "$helper" nested full/top 20 6 8
        dd if=/dev/zero of=full/top/1-fill bs=64k 2>/dev/null
        python3 "$helper" fill full/top/1-more
        rm -rf top
        ln -sfn full/top top
        delete 0 && is_empty full/top
        report $? "$role: a full disk is emptied"
        rm top
}

case_projects() {
        small_fs project 32M "-O project,quota -I 256" defaults && mkdir project/top && chattr -p 77 project/top 2>/dev/null || {
                skip "$role: trees of another project are deleted" "no project ids"
                return
        }
        rm -rf top
        python3 "$helper" nested project/top 4 5 5
        python3 "$helper" deep project/top/1-deep 300
        find project/top -mindepth 1 -type d -exec chattr -p 78 {} +
        chattr +P project/top
        ln -sfn project/top top
        delete 0 && is_empty project/top
        report $? "$role: trees of another project are deleted"
        rm top
}

case_quota() {
        small_fs quota 32M "-O quota -E quotatype=usrquota" usrquota 2>/dev/null && command -v setquota >/dev/null || {
                skip "$role: a tree of an owner over quota is deleted" "no quota on ext4 here"
                return
        }
        mkdir -m 0777 quota/top
        setquota -u 65533 0 100 0 60 quota
        setpriv --reuid=65533 --regid=65533 --clear-groups python3 "$helper" fill quota/top/1-full
        rm -rf top
        ln -sfn quota/top top
        delete 0 && is_empty quota/top
        report $? "$role: a tree of an owner over quota is deleted"
        rm top
}

# Mount a new btrfs at NAME.
small_btrfs() {
        local loop
        command -v mkfs.btrfs >/dev/null && truncate -s 128M "$1.img" && mkfs.btrfs -q "$1.img" >/dev/null 2>&1 &&
                loop=$(losetup -f --show "$1.img" 2>/dev/null) || return 1
        loops+=("$loop")
        mkdir -p "$1" && mount "$loop" "$1" 2>/dev/null || return 1
        mounts+=("$work/$1")
}

# subvolume VERB PATH...
subvolume() {
        btrfs -q subvolume "$@" >/dev/null
}

# In a tree, and as entries of the top directory: nested subvolumes, read-only ones, and the stub that a snapshot has in place
# of a subvolume (a directory with inode 2).
plant_subvolumes() {
        local sub=btrfs/top/1-a/d/sub
        mkdir -p btrfs/top/1-a/d
        subvolume create $sub
        python3 "$helper" nested $sub 3 4 4
        python3 "$helper" deep $sub/deep 100
        mkdir -p $sub/x/y $sub/x/z
        subvolume create $sub/x/y/inner
        subvolume create $sub/x/y/inner/innermost
        touch $sub/x/y/inner/innermost/file
        chmod 0500 $sub/x
        subvolume snapshot $sub btrfs/top/2-snapshot
        subvolume snapshot -r $sub/x/y/inner $sub/x/z/read-only
        subvolume create $sub/parent
        subvolume create $sub/parent/child
        touch $sub/parent/child/file $sub/parent/file
        btrfs property set $sub/parent/child ro true
        btrfs property set $sub/parent ro true
        [ "$(stat -c %i btrfs/top/2-snapshot/x/y/inner)" = 2 ]
}

case_btrfs() {
        local before
        small_btrfs btrfs || {
                skip "$role: subvolumes in a tree are deleted" "no btrfs"
                return
        }
        rm -rf top
        ln -sfn btrfs/top top

        plant_subvolumes && subvolume snapshot btrfs/top/1-a/d/sub btrfs/kept && before=$(ls -lR btrfs/kept) &&
                delete 0 && is_empty btrfs/top && [ "$(btrfs subvolume list btrfs | wc -l)" = 1 ] &&
                [ "$(ls -lR btrfs/kept)" = "$before" ]
        report $? "$role: subvolumes in a tree are deleted, and the extents that others share stay"

        plant_subvolumes && tool=$unprivileged_tool delete 0 && is_empty btrfs/top && [ "$(btrfs subvolume list btrfs | wc -l)" = 1 ]
        report $? "$role: without CAP_SYS_ADMIN subvolumes are emptied and deleted"

        rm top
        grep -q libbtrfsutil "$tool" || {
                skip "$role: a subvolume is deleted in one step" "built without btrfs"
                return
        }
        ln -sfn btrfs/top top
        mkdir btrfs/top/1-a
        subvolume create btrfs/top/1-a/whole
        python3 "$helper" flat btrfs/top/1-a/whole/flat 20000
        delete 0 && is_empty btrfs/top && grep -q '^total 2 ' out
        report $? "$role: a subvolume is deleted in one step"

        mkdir -p btrfs/top/1-a/d btrfs/top/2-b
        subvolume create btrfs/top/1-a/d/default
        touch btrfs/top/1-a/d/default/precious btrfs/top/1-a/file btrfs/top/2-b/file
        btrfs subvolume set-default btrfs/top/1-a/d/default
        delete 1 && [ -n "$(find btrfs/top/ -name precious)" ] && [ ! -e btrfs/top/2-b ] && [ ! -e btrfs/top/1-a/file ]
        report $? "$role: the default subvolume and its content stay, the rest is deleted"
        btrfs subvolume set-default 5 btrfs
        delete 0 && is_empty btrfs/top
        report $? "$role: the former default subvolume is deleted"
        rm top
}

# btrfs has its own quotas. With an exhausted quota no rename is possible.
case_btrfs_quota() {
        local sub=btrfs-quota/sub
        small_btrfs btrfs-quota && btrfs -q quota enable btrfs-quota || {
                skip "$role: a tree over a quota of btrfs is deleted" "no btrfs, or none with quotas"
                return
        }
        btrfs -q subvolume create $sub >/dev/null
        python3 "$helper" nested $sub/top 4 4 8
        btrfs -q qgroup limit 4M $sub
        python3 "$helper" fill $sub/top/1-more
        sync -f $sub
        python3 "$helper" fill $sub/top/1-more-yet
        mkdir $sub/another 2>mkdir.err
        rm -rf top
        ln -sfn $sub/top top
        grep -q 'quota exceeded' mkdir.err && delete 0 && is_empty $sub/top
        report $? "$role: a tree over a quota of btrfs is deleted"
        rm top
}

unprivileged_cases="deep large wide names types hard_links permissions swapped written killed stopped"

if [ -n "${CSTORAGE_HOSTILE_INSIDE:-}" ]; then
        role="user namespace"
        for c in $unprivileged_cases; do "case_$c"; done
        case_mounts
        echo "count $n $failed"
        exit $failed
fi

role=$([ "$(id -u)" = 0 ] && echo root || echo user)
for c in $unprivileged_cases in_place; do "case_$c"; done
if [ "$role" = root ]; then
        for c in flags mounts foreign_fs full_disk projects quota btrfs btrfs_quota; do "case_$c"; done
        user="setpriv --reuid=65533 --regid=65533 --clear-groups"
else
        user=""
fi

# An unprivileged user without a namespace must change modes that root ignores.
mkdir -m 0777 user inside
if [ "$role" = root ]; then
        cp "$tool" user/tree-tool
        chmod 0755 user/tree-tool
        role="plain user"
        $user bash -c 'cd user && mkdir -p top/1-a/b/c top/1-a/d && touch top/1-a/b/c/f top/1-a/d/f &&
                chmod 0 top/1-a/b/c top/1-a/b top/1-a/d && chmod 0500 top/1-a &&
                ./tree-tool remove top >out 2>&1 && [ -z "$(ls -A top)" ]'
        r=$?
        cp user/out out
        report $r "$role: directories without permissions are deleted"
fi

if $user unshare -Urm true 2>/dev/null; then
        cp "$tool" inside/tree-tool
        cp "$script" "$helper" inside/
        chmod 0755 inside/*
        CSTORAGE_HOSTILE_INSIDE=$work/inside/hostile-trees.py CSTORAGE_TEST_CACHE=$work/inside $user unshare -Urm \
                bash inside/hostile-trees.sh inside/tree-tool >inside.out 2>&1
        while read -r line; do
                case $line in
                "ok "* | "not ok "*)
                        n=$((n + 1))
                        echo "${line%%ok *}ok $n - ${line#*- }"
                        [ "${line#not}" = "$line" ] || failed=1
                        ;;
                "count "*) complete=1 ;;
                *) echo "$line" ;;
                esac
        done <inside.out
        [ "${complete-}" = 1 ]
        report $? "user namespace: all cases ran"
else
        skip "user namespace: all cases" "no user namespaces here"
fi

echo "1..$n"
exit $failed
