#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The verdict of check-releases.sh on generated releases: one that is equal to this source, and one with another function.
#
#   tests/abi/made-up-releases.sh LIBRARY
. "$(dirname "$0")/../support/lib.sh"
. "$(dirname "$0")/../support/packaging.sh"

library=$(realpath "$1")
for program in git abidiff; do
        command -v $program >/dev/null || skip_all "there is no $program"
done
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

tree=$dir/cstorage-$version
in_tree() {
        git -C "$tree" -c user.name=test -c user.email=test@packages.invalid -c tag.gpgSign=false -c commit.gpgSign=false "$@"
}
tag_all() { in_tree add -A && in_tree commit -q -m "$1" && in_tree tag "$1"; }

verdict() { "$tree/tests/abi/check-releases.sh" "$library" | sed -n 's/^\(ok\|not ok\) [0-9]* - /\1 /p'; }

wanted() {
        printf '%s\n' "ok the library of $1 can be built" "ok the library of v0.0.1 can be built" \
                "$2 abidiff from $1 finds nothing incompatible" "ok a program is linked with the library of v0.0.1" \
                "ok that program runs with this library"
}

# A function that the tagged source exports, and the tested library does not.
add_function() {
        sed -i 's/^        cstorage_config_free;$/&\n        cstorage_config_gone;/' "$tree/lib/libcstorage.sym" &&
                sed -i 's/^struct cstorage_config \*cstorage_config_free(.*;$/&\nvoid cstorage_config_gone(void);/' \
                        "$tree/lib/cstorage.h" &&
                echo '_public_ void cstorage_config_gone(void) {}' >>"$tree/lib/config/config.c"
}

release "$dir"
in_tree init -q
check "an equal release is tagged" tag_all v0.0.1 || finish
expect "the library is compatible with the equal release" "$(wanted v0.0.1 ok)" "$(verdict)"

check "a later release has one more function" eval 'add_function && tag_all v0.0.2' || finish
expect "the library is incompatible with the later release" "$(wanted v0.0.2 'not ok')" "$(verdict)"
finish
