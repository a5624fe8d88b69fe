#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# mandoc finds no error in the manual of the library, the manual names existing functions only, and its example compiles.
#
#   tests/abi/check-manual.sh COMPILER...
. "$(dirname "$0")/../support/lib.sh"

source=$(cd "$tests_dir/.." && pwd)
manual=$source/lib/libcstorage.3
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

if command -v mandoc >/dev/null; then
        expect "mandoc finds no error in the manual" "" \
                "$(mandoc -T lint -W style "$manual" 2>/dev/null | grep -v 'referenced manual not found')"
else
        skip "mandoc finds no error in the manual" "there is no mandoc"
fi

# A name may be a pattern: cstorage_txn_create_*, *_unref.
named=$(sed -n 's/^\.Fn \([^ ]*\).*/\1/p' "$manual" | sort -u)
unknown=$(for name in $named; do
        grep -qE "\b${name//\*/[a-z_]*}\(" "$source/lib/cstorage.h" || echo "$name"
done)
expect "the manual names more than 20 functions" yes "$([ "$(wc -w <<<"$named")" -gt 20 ] && echo yes)"
expect "the manual names existing functions only" "" "$unknown"

sed -n '/^#include <cstorage.h>$/,/^\.Ed$/p' "$manual" | sed '/^\.Ed$/d; s/\\e/\\/g' >"$dir/example.c"
check "the example of the manual compiles" "$@" -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -I "$source/lib" -c -o "$dir/example.o" \
        "$dir/example.c"
finish
