#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# rpmbuild makes the packages of the spec file from the files of a release; rpm installs them into an empty root, and removes them.
# fedora.macros defines the macros of Fedora.
. "$(dirname "$0")/../support/lib.sh"
. "$(dirname "$0")/../support/packaging.sh"

export LC_ALL=C
need_root
[ "${CSTORAGE_TEST_LONG-0}" = 1 ] || skip_all "it takes long; CSTORAGE_TEST_LONG=1 runs it"
make_scratch

# The packages of Debian for the BuildRequires.
needs=build-essential+libbtrfsutil-dev+libcmocka-dev+libmd-dev+libmount-dev+libsmartcols-dev+libsqlite3-dev+libsystemd-dev+libyajl-dev+meson+pkgconf+systemd-dev+zlib1g-dev
root build "minbase-sid+$needs+rpm+rpmlint+xz-utils"
top=$scratch/build/shared

release "$top"
mkdir "$top/SOURCES"
tar -C "$top" -cJf "$top/SOURCES/cstorage-$version.tar.xz" "cstorage-$version"
cp "$source_dir/packaging/rpm/cstorage.spec" "$tests_dir"/packaging/{fedora.macros,rpmlint.toml} "$top"

check "rpmbuild builds the packages" run_in build rpmbuild --load /mnt/fedora.macros --define '_topdir /mnt' --nodeps \
        -ba /mnt/cstorage.spec || finish
find "$top/RPMS" -name '*.rpm' -exec mv -t "$top" {} +

# query PACKAGE OPTIONS...
query() { run_in build sh -c 'p=$1; shift; rpm "$@" -qp /mnt/$p-[0-9]*.rpm' sh "$@"; }

# ---------------------------------------------------------------------------------------------------------- the packages

expect "there are three packages" "cstorage-gc libcstorage libcstorage-devel" \
        "$(find "$top" -maxdepth 1 -name '*.rpm' -printf '%f\n' | sed 's/-[0-9].*//' | sort | xargs)"
expect "the package of the library has the library, its licence and news" \
        "LICENSE NEWS.md libcstorage.so.0 libcstorage.so.$version" \
        "$(query libcstorage -l | grep -E '\.(so\..*|md)$|LICENSE$' | sed 's|.*/||' | sort | xargs)"
expect "the development package has the development files" "README.md cstorage.h libcstorage.pc libcstorage.so" \
        "$(query libcstorage-devel -l | sed 's|.*/||' | grep -E '^README|\.(h|so|pc)$' | sort | xargs)"
query cstorage-gc -l >"$scratch/files"
for file in /usr/bin/cstorage-gc /usr/lib/systemd/system/cstorage-gc.service /usr/lib/systemd/system/cstorage-gc-delete.socket \
        /usr/lib/systemd/system-generators/cstorage-gc-generator /usr/lib/systemd/catalog/cstorage-gc.catalog \
        /usr/share/man/man5/cstorage-gc-report.5 /usr/share/man/man8/cstorage-gc.8 /usr/share/zsh/site-functions/_cstorage-gc; do
        check "the package of the collector has $file" grep -q "^$file" "$scratch/files"
done
expect "the package of the collector has no preset, which belongs to the distribution" "" "$(grep preset "$scratch/files")"
all_units="cstorage-gc.service cstorage-gc-delete.socket cstorage-gc-delete.service"
expect "the scriptlets are those of system and user units" "$(printf '%s\n' \
        postinstall: "systemd-post cstorage-gc.service" "systemd-user-post cstorage-gc.service" \
        preuninstall: "systemd-preun $all_units" "systemd-user-preun $all_units" \
        postuninstall: "systemd-postun cstorage-gc.service")" \
        "$(query cstorage-gc --scripts | sed 's/^\([a-z]*\) scriptlet.*/\1:/')"
expect "the other packages have no scriptlets" "" "$(query libcstorage --scripts)$(query libcstorage-devel --scripts)"
check "the collector requires the libraries that it loads on demand" sh -c "[ $(query cstorage-gc --requires | grep -cE '^(libsmartcols|sqlite-libs|systemd-libs)') = 3 ]"
check "the library requires the libraries that it loads on demand" sh -c "[ $(query libcstorage --requires | grep -cE '^(libmd|libmount)(\(|$)') = 2 ]"
expect "rpmlint reports nothing" "" "$(run_in build sh -c 'rpmlint -c /mnt/rpmlint.toml /mnt/cstorage.spec /mnt/*.rpm' 2>&1 |
        grep -E ': [EW]: ')"

# ------------------------------------------------------------------------------------------------------------ installing

install='rpm --root /mnt/root --initdb && rpm --root /mnt/root --nodeps --noscripts -i /mnt/*.rpm'
check "rpm installs the packages into an empty root" run_in build sh -c "$install"
check "rpm verifies every file" run_in build rpm --root /mnt/root -V --nodeps --noscripts \
        cstorage-gc libcstorage libcstorage-devel
check "the program runs with the installed library" run_in build sh -c '
        LD_LIBRARY_PATH=$(dirname /mnt/root/usr/lib*/libcstorage.so.0 /mnt/root/usr/lib/*/libcstorage.so.0 | head -1) \
                /mnt/root/usr/bin/cstorage-gc config'
check "rpm removes the packages" run_in build rpm --root /mnt/root --nodeps --noscripts -e \
        cstorage-gc libcstorage libcstorage-devel
expect "no file of the packages is left" "" "$(find "$top/root" ! -type d ! -path '*/var/lib/*' ! -path '*/usr/lib/sysimage/*')"
finish
