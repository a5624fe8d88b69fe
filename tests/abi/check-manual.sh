#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The manual of the library has no flaw that mandoc knows of, names only functions that there are, and its example is a
# program that is built.
#
#   tests/abi/check-manual.sh COMPILER...
. "$(dirname "$0")/../support/lib.sh"

source=$(cd "$tests_dir/.." && pwd)
manual=$source/lib/libcstorage.3
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

if command -v mandoc >/dev/null; then
        expect "the manual has no flaw that mandoc knows of" "" \
                "$(mandoc -T lint -W style "$manual" 2>/dev/null | grep -v 'referenced manual not found')"
else
        skip "the manual has no flaw that mandoc knows of" "there is no mandoc"
fi

# A name may stand for several: cstorage_txn_create_*, *_unref.
named=$(sed -n 's/^\.Fn \([^ ]*\).*/\1/p' "$manual" | sort -u)
unknown=$(for name in $named; do
        grep -qE "\b${name//\*/[a-z_]*}\(" "$source/lib/cstorage.h" || echo "$name"
done)
expect "it names functions" yes "$([ "$(wc -w <<<"$named")" -gt 20 ] && echo yes)"
expect "and only those that there are" "" "$unknown"

sed -n '/^#include <cstorage.h>$/,/^\.Ed$/p' "$manual" | sed '/^\.Ed$/d; s/\\e/\\/g' >"$dir/example.c"
check "its example is a program" "$@" -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -I "$source/lib" -c -o "$dir/example.o" \
        "$dir/example.c"
finish
