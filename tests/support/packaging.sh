# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# The library of the tests of packages: root directories, and the source of a release. To be sourced after lib.sh.

source_dir=$(cd "$tests_dir/.." && pwd)
version=$(sed -n "s/^ *version : '\(.*\)',/\1/p" "$source_dir/meson.build" | head -1)

# root NAME ROOT: prepare a root directory of mkroot.sh for run_in, with its own layer for changes.
root() {
        mkdir -p "$scratch/$1/shared"
        "$support/machine/mkroot.sh" "$2" >"$scratch/$1/lower" || skip_all "there is no root directory of $2"
}

# run_in NAME COMMAND...
run_in() {
        local dir=$scratch/$1
        shift
        "$support/machine/in-root.sh" "$dir" "$(cat "$dir/lower")" "$@"
}

# The files of a release: those that git does not ignore, or all files of a tree without git.
source_files() {
        if git -C "$source_dir" rev-parse 2>/dev/null; then
                git -C "$source_dir" ls-files -co --exclude-standard -z
        else
                (cd "$source_dir" && find . -path './build*' -prune -o -type f -print0)
        fi
}

# release DIR: copy the tree of a release to DIR/cstorage-VERSION.
release() {
        mkdir -p "$1/cstorage-$version"
        source_files | tar -C "$source_dir" --null -T - -c | tar -C "$1/cstorage-$version" -x
}

# The packages of Build-Depends: the first of several alternatives, and in Debian 12 the last one.
#   build_depends SUITE
build_depends() {
        local drop='s/ *|.*//'
        [ "$1" != bookworm ] || drop='s/.*| *//'
        sed -n '/^Build-Depends:/,/^[A-Z].*:/{s/^Build-Depends://; /^ /p}' "$source_dir/packaging/debian/control" | tr -d '\n' | tr , '\n' |
                sed "$drop; s/^ *\([a-z0-9.+-]*\).*/\1/; s/debhelper-compat/debhelper/" | sort
}
