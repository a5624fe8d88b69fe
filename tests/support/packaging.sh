# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# What the tests of packages share: root directories, and the source as it is released. To be sourced after lib.sh.

source_dir=$(cd "$tests_dir/.." && pwd)
version=$(sed -n "s/^ *version : '\(.*\)',/\1/p" "$source_dir/meson.build" | head -1)

# root NAME ROOT: a machine with its own copy of one of mkroot.sh's, which run_in finds by its name.
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

# What a release has, as far as it is known: the files that git knows, or all of a tree without git.
source_files() {
        if git -C "$source_dir" rev-parse 2>/dev/null; then
                git -C "$source_dir" ls-files -co --exclude-standard -z
        else
                (cd "$source_dir" && find . -path './build*' -prune -o -type f -print0)
        fi
}

# release DIR: the tree of a release in DIR/cstorage-VERSION.
release() {
        mkdir -p "$1/cstorage-$version"
        source_files | tar -C "$source_dir" --null -T - -c | tar -C "$1/cstorage-$version" -x
}

# The packages of Build-Depends, of alternatives the one of the suite: the first, in Debian 12 the last.
#   build_depends SUITE
build_depends() {
        local drop='s/ *|.*//'
        [ "$1" != bookworm ] || drop='s/.*| *//'
        sed -n '/^Build-Depends:/,/^[A-Z].*:/{s/^Build-Depends://; /^ /p}' "$source_dir/packaging/debian/control" | tr -d '\n' | tr , '\n' |
                sed "$drop; s/^ *\([a-z0-9.+-]*\).*/\1/; s/debhelper-compat/debhelper/" | sort
}
