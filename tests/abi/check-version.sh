#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Everything that says which version this is says the same.
. "$(dirname "$0")/../support/lib.sh"

cd "$tests_dir/.." || exit 2
version=$(sed -n "s/^ *version : '\(.*\)',/\1/p" meson.build)
expect "meson.build has a version" 1 "$(grep -cE '^[0-9]+\.[0-9]+\.[0-9]+$' <<<"$version")"
expect "the library's file has it" "$version" "$(sed -n "s/^ *version : '\(.*\)',/\1/p" lib/meson.build)"
expect "Debian's changelog has it" "$version" "$(sed -n '1s/^cstorage (\([^-]*\)-[^)]*).*/\1/p' packaging/debian/changelog)"
expect "so has the spec of the RPM" "$version" "$(sed -n 's/^Version: *//p' packaging/rpm/cstorage.spec)"
expect "and the changelog in it" "$version" "$(sed -n '/^%changelog/{n; s/.* - \([^-]*\)-[^-]*$/\1/p}' packaging/rpm/cstorage.spec)"
expect "the news begin with it" "$version" "$(sed -n 's/^## //p' NEWS.md | head -1)"
finish
