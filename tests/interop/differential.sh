#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# differential.sh [newest]: generated record files, stores and configurations, read by this project and by the Go library
# that Debian sid packages, or with "newest" by the checkout of container-libs that CSTORAGE_UPSTREAM names: nothing that the
# Go library lists is removed or reset, and both read the same records and settings. One minute, or ten with
# CSTORAGE_TEST_LONG=1.
#
#   CSTORAGE_TEST_SEED       the seed of the input, which is printed [the time]
#   CSTORAGE_TEST_SECONDS    how long it takes
. "$(dirname "$0")/../support/lib.sh"

source=${1:-packaged}
upstream=${CSTORAGE_UPSTREAM:-}
seed=${CSTORAGE_TEST_SEED:-$(date +%s)}
seconds=${CSTORAGE_TEST_SECONDS:-$([ "${CSTORAGE_TEST_LONG:-0}" = 1 ] && echo 600 || echo 60)}
suite=sid+golang-go+golang-github-containers-storage-dev
library=$build/tests/support/interop/differential-library

if [ "$source" = newest ]; then
        [ -n "$upstream" ] || skip_all "no checkout of container-libs is named by CSTORAGE_UPSTREAM"
        [ -d "$upstream/storage/cmd" ] || skip_all "there is no storage/cmd in $upstream"
fi
need_root
need_gc
[ -x "$library" ] || skip_all "$library is not built"
need_machines $suite
make_scratch

# The machine only builds the program, which is static and runs anywhere. No package that needs a C compiler is used.
go_build() {
        local directory=$1
        shift
        machine_run m env -C "$directory" CGO_ENABLED=0 GOCACHE=/run/go-cache "$@" -tags exclude_graphdriver_btrfs -o /run/oracle
}

build_packaged() {
        cp "$support/interop/go/main.go" "$scratch/m/run/" && go_build /run GO111MODULE=off GOPATH=/usr/share/gocode go build
}

build_newest() {
        local checkout=$scratch/m/store/checkout

        mkdir "$checkout" &&
                cp -r --reflink=auto "$upstream"/{go.work,go.work.sum,vendor,storage,common,image} "$checkout/" &&
                mkdir "$checkout/storage/cmd/oracle" &&
                cp "$support/interop/go/main.go" "$checkout/storage/cmd/oracle/" &&
                go_build /var/lib/containers/checkout/storage/cmd/oracle go build -mod=vendor
}

build_oracle() {
        machine_start m $suite && "build_$source" && cp "$scratch/m/run/oracle" "$scratch/oracle" && machine_kill m
}

# Building takes longer than comparing, so the program of the packaged library is cached until its root directory changes.
kept=$cache/oracle-$(cat "$support/interop/go/main.go" "$cache/$suite"/{.cstorage-root,var/lib/dpkg/status} | sha256sum | cut -c1-16)
if [ "$source" = packaged ] && [ -x "$kept" ]; then
        cp "$kept" "$scratch/oracle"
else
        check "the Go program is built, $source" build_oracle || finish
        [ "$source" = newest ] || { rm -f "$cache"/oracle-* && cp "$scratch/oracle" "$kept"; }
fi

mkdir "$scratch"/{disk,memory} && mount -t tmpfs -o size=1g memory "$scratch/memory" || exit 1
note "CSTORAGE_TEST_SEED=$seed, $seconds s"
after_boot=$build/tests/support/machine/after-boot
[ -x "$after_boot" ] || after_boot=
unshare --mount python3 "$support/interop/differential.py" --go "$scratch/oracle" --library "$library" --gc "$build/gc/cstorage-gc" \
        --after-boot "$after_boot" --scratch "$scratch/memory" --disk "$scratch/disk" \
        --seconds "$seconds" --seed "$seed" >"$scratch/out" 2>"$scratch/err"
status=$?
result=$(tail -n 1 "$scratch/out")

value() { jq -r --arg key "$1" '.[$key] // 0' <<<"$result"; }

# many NAME MIN: the comparison had at least so many of them.
many() { [ "$(value "$1")" -ge "$2" ]; }

expect "$source: the comparison ends well" 0 $status || note "$(cat "$scratch/err")"
expect "$source: no disagreement" 0 "$(value disagreements)" || note "$(head -n -1 "$scratch/out" | head -c 8000)"
check "$source: Go reads many of the record files" many "record files that Go reads" 200
check "$source: Go opens some of the stores" many "stores that Go opens" 10
check "$source: Go reads some of the configurations" many "configurations that Go reads" 50
check "$source: orphans are removed in some of the stores" many "subjects to remove" 10
note "$(jq -r 'to_entries[] | "\(.key): \(.value)"' <<<"$result")"
finish
