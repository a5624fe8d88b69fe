#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# All files contain the same version.
. "$(dirname "$0")/../support/lib.sh"

cd "$tests_dir/.." || exit 2
version=$(sed -n "s/^ *version : '\(.*\)',/\1/p" meson.build)
expect "meson.build has a version" 1 "$(grep -cE '^[0-9]+\.[0-9]+\.[0-9]+$' <<<"$version")"
expect "lib/meson.build has the same version" "$version" "$(sed -n "s/^ *version : '\(.*\)',/\1/p" lib/meson.build)"
expect "the changelog of Debian has the same version" "$version" "$(sed -n '1s/^cstorage (\([^-]*\)-[^)]*).*/\1/p' packaging/debian/changelog)"
expect "the spec file has the same version" "$version" "$(sed -n 's/^Version: *//p' packaging/rpm/cstorage.spec)"
expect "the changelog of the spec file has the same version" "$version" "$(sed -n '/^%changelog/{n; s/.* - \([^-]*\)-[^-]*$/\1/p}' packaging/rpm/cstorage.spec)"
expect "NEWS.md begins with the same version" "$version" "$(sed -n 's/^## //p' NEWS.md | head -1)"
finish
