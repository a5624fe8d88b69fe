#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# config.sh SUITE: the library and containers-storage of a Debian suite read the same storage.conf, and select the same store or
# fail both. (Not bookworm: its containers-storage prefers the file in /usr to the one in /etc, and its podman does not.)
. "$(dirname "$0")/../support/lib.sh"

suite=$1
show=$build/tests/support/interop/config-show
need_root
need_machines "$suite"
[ -x "$show" ] || skip_all "$show is not built"
make_scratch
check "$suite: a machine boots" machine_start m "$suite" || finish

tree=$scratch/tree
rules=old
# Releases up to 1.62 print options with the driver before them, so options are compared for later releases only.
fields='^(Root|Run Root|Driver Name):'
if [ "$suite" = sid ]; then
        rules=newest
        fields='^(Root|Run Root|Driver Name|Driver Options):'
fi

# Each case writes its files below $C, once in the machine and once outside of it. Each store is in /tmp.
main='printf "[storage]\ndriver=\"vfs\"\ngraphroot=\"/tmp/g\"\nrunroot=\"/tmp/r\"\n" >$C/storage.conf'
write() { echo "rm -rf $1/*; mkdir -p $1; C=$1; $2"; }

# same NAME FILES [VARIABLE=VALUE...]
same() {
        local name=$1 files=$2 go library status
        shift 2
        machine_run m sh -c "$(write /etc/containers "$files")"
        sh -c "$(write "$tree/etc/containers" "$files")"
        go=$(machine_run m env "$@" containers-storage status 2>&1)
        status=$?
        library=$("$show" "$tree" "$rules" "HOME=$tree/root" "$@" 2>"$scratch/errors")
        [ $status = 0 ] && status=0 || status=1
        expect "$suite: $name" "$(grep -E "$fields" <<<"$go") $status" \
                "$(grep -E "$fields" <<<"$library") $([ -n "$library" ] && echo 0 || echo 1)" || note "$go" "$(cat "$scratch/errors")"
}

same "a file of four lines" "$main"
same "keys in other letters" 'printf "[STORAGE]\nDriver=\"vfs\"\nGraphRoot=\"/tmp/g\"\nRUNROOT=\"/tmp/r\"\n" >$C/storage.conf'
same "a byte order mark, and lines that end in CRLF" \
        'printf "\357\273\277[storage]\r\ndriver=\"vfs\"\r\ngraphroot=\"/tmp/b\"\r\nrunroot=\"/tmp/r\"\r\n" >$C/storage.conf'
same "a user id in a path" \
        'printf "[storage]\ndriver=\"vfs\"\ngraphroot=\"/tmp/g\$UID/\${UID}x\"\nrunroot=\"/tmp/r\$UIDs\"\n" >$C/storage.conf'
same "variables that are not closed, or have no name" \
        'printf "[storage]\ndriver=\"vfs\"\ngraphroot=\"/tmp/g\${}/a\${b\"\nrunroot=\"/tmp/r\$/\$\$x\"\n" >$C/storage.conf'
same "dots in paths" \
        'printf "[storage]\ndriver=\"vfs\"\ngraphroot=\"/tmp//a/./../g/\"\nrunroot=\"/../tmp/r/..//r\"\n" >$C/storage.conf'
same "a driver from the environment" "$main" STORAGE_DRIVER=overlay2 STORAGE_OPTS=
same "unknown keys" "$main; printf \"x=[1]\n[storage.options.thinpool]\ny=1\n[[other]]\n\" >>\$C/storage.conf"

if [ "$suite" = sid ]; then
        same "drop-ins, one of them a link" "$main; mkdir \$C/storage.conf.d \$C/storage.rootful.conf.d
                printf '[storage]\ngraphroot=\"/tmp/one\"\nrunroot=\"/tmp/one\"\n' >\$C/storage.conf.d/1.conf
                printf '[storage]\ngraphroot=\"/tmp/two\"\n' >\$C/two; ln -s ../two \$C/storage.rootful.conf.d/2.conf
                printf '[storage]\ngraphroot=\"/tmp/users\"\n' >\$C/storage.conf.d/9.txt"
        same "arrays that append" "$main; mkdir \$C/storage.conf.d
                printf '[storage.options]\nadditionalimagestores=[\"/a\"]\n' >>\$C/storage.conf
                printf '[storage.options]\nadditionalimagestores=[\"/b\",{append=true}]\n' >\$C/storage.conf.d/1.conf
                printf '[storage.options]\nadditionalimagestores=[\"/c\"]\n' >\$C/storage.conf.d/2.conf"
        same "no file at all" "rm -f \$C/storage.conf" CONTAINERS_STORAGE_CONF=/dev/null STORAGE_DRIVER=vfs
        same "a missing file" "$main" CONTAINERS_STORAGE_CONF=/nonexistent
        same "a boolean in quotes" "$main; echo 'transient_store=\"true\"' >>\$C/storage.conf"
        same "an array of tables" "$main; echo '[[storage.options]]' >>\$C/storage.conf"
        same "a key without a value" "$main; echo 'x=' >>\$C/storage.conf"
        same "a key twice" "$main; echo 'driver=\"vfs\"' >>\$C/storage.conf"
        same "a string for an array" "$main; echo 'driver_priority=\"vfs\"' >>\$C/storage.conf"
        same "an image store that is the graphroot" "$main; echo 'imagestore=\"/tmp/g\"' >>\$C/storage.conf"
        same "a number that is too large" "$main; printf '[storage.options]\nforce_mask=4294967296\n' >>\$C/storage.conf"
fi
finish
