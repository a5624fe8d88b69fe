#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# clang-format 14 changes no file. Other versions format differently.
cd "$(dirname "$0")/.." || exit 2

echo 1..1
for format in clang-format-14 clang-format; do
        "$format" --version 2>/dev/null | grep -q 'version 14\.' || continue
        wrong=$(find lib gc tests -name '*.[ch]' | sort | while read -r file; do
                "$format" --dry-run -Werror "$file" 2>/dev/null || echo "$file"
        done)
        if [ -z "$wrong" ]; then
                echo "ok 1 - clang-format would change nothing"
                exit 0
        fi
        echo "not ok 1 - clang-format would change nothing"
        echo "# $wrong"
        exit 1
done
echo "ok 1 - clang-format would change nothing # SKIP no clang-format 14"
