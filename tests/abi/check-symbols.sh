#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The header, the version map, the shared library and Debian's symbols file have the same functions, and each function has a
# "Since" in the header.
#
#   tests/abi/check-symbols.sh LIBRARY
set -u
export LC_ALL=C
[ $# = 1 ] || exit 2
library=$(realpath "$1")
cd "$(dirname "$0")/../../lib" || exit 2

n=0 failed=0
same() {
        n=$((n + 1))
        if diff=$(diff <(echo "$2") <(echo "$3")) && [ -n "$2" ]; then
                echo "ok $n - $1"
        else
                echo "not ok $n - $1"
                echo "$diff" | sed 's/^/# /'
                failed=1
        fi
}

header=$(sed 's,//.*,,' cstorage.h | perl -0pe 's,/\*.*?\*/,,gs' | grep -oE '\bcstorage_[a-z0-9_]+\(' | tr -d '(' | sort -u)
map=$(sed -n 's/^ *\(cstorage_[a-z0-9_]*\);$/\1/p' libcstorage.sym | sort)
exported=$(nm -D --defined-only "$library" | awk '$2 == "T" { sub(/@.*/, "", $3); print $3 }' | sort)
others=$(nm -D --defined-only "$library" | awk '$2 != "T" && $2 != "A" { print $3 }' | sort)

same "the version map has what the header declares" "$header" "$map"
same "the library exports what the version map has" "$map" "$exported"
same "the library exports nothing else" "none" "none$others"

debian=$(sed -n 's/^ \(cstorage_[a-z0-9_]*@[^ ]*\) .*/\1/p' ../packaging/debian/libcstorage0.symbols | sort)
nodes=$(awk '/^[A-Z].* {$/ { node = $1 } /^ *cstorage_[a-z0-9_]*;$/ { sub(";", ""); print $1 "@" node }' libcstorage.sym | sort)
same "Debian's symbols file has what the version map has, in the same nodes" "$nodes" "$debian"

# A comment belongs to the declarations below it up to the next empty line.
undated=$(perl -0777 -ne '
        for my $block (split /\n\s*\n/) {
                next if $block =~ /Since:\s*(\*\s*)?[0-9]/;
                $block =~ s,/\*.*?\*/,,gs;
                print "$1\n" while $block =~ /\b(cstorage_[a-z0-9_]+)\(/g;
        }' cstorage.h)
same "every function has a comment with Since" "none" "none$undated"
echo "1..$n"
exit $failed
