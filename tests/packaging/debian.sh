#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# debian.sh SUITE: build the packages with their tests in clean root directories of a Debian suite, install, use, upgrade and remove
# them, and run lintian and autopkgtest.
. "$(dirname "$0")/../support/lib.sh"
. "$(dirname "$0")/../support/packaging.sh"

suite=$1
long=${CSTORAGE_TEST_LONG-0}
need_root
[ "$long" = 1 ] || skip_all "it takes long; CSTORAGE_TEST_LONG=1 runs it"
make_scratch

debian=$source_dir/packaging/debian
deb_version=$(sed -n '1s/.*(\(.*\)).*/\1/p' "$debian/changelog")

# -------------------------------------------------------------------------------------------------------------- build

# fill NAME OPTIONS...: make a store with mkstore.py in the default graphroot of podman.
fill() {
        local g=$scratch/$1/store/storage
        mkdir -p "$g"
        python3 "$support/store/mkstore.py" --root "$g" --runroot "$scratch/$1/runroot" "${@:2}" >/dev/null
}

# The source package for dpkg-buildpackage, in NAME/shared.
debian_source() {
        local dir=$scratch/$1/shared
        release "$dir"
        tar -C "$dir" -czf "$dir/cstorage_$version.orig.tar.gz" "cstorage-$version"
        cp -a "$dir/cstorage-$version/packaging/debian" "$dir/cstorage-$version/debian"
}

# As an unprivileged user, like the build machines of Debian.
build_packages() {
        run_in build sh -euc '
                useradd -m builder
                chown -R builder: /mnt/.
                cd "/mnt/cstorage-$1"
                apt-get -qq build-dep --simulate . >/dev/null
                setpriv --reuid=builder --regid=builder --clear-groups \
                        env HOME=/home/builder "DEB_BUILD_OPTIONS=$2" dpkg-buildpackage
        ' sh "$version" "$1"
}

root build "minbase-$suite+build-essential+$(build_depends "$suite" | xargs | tr ' ' +)"
debian_source build
check "dpkg-buildpackage builds the packages without root" build_packages terse || finish
debs=$scratch/build/shared

expect "there are three packages and their debug symbols" "cstorage-gc libcstorage-dev libcstorage0" "$(
        find "$debs" -maxdepth 1 -name '*.deb' ! -name '*-dbgsym_*' -printf '%f\n' | sed 's/_.*//' | sort | xargs)"
changes=$(cd "$debs" && echo *.changes)
expect "no maintainer script starts a unit" "" "$(
        for deb in "$debs"/*.deb; do
                dpkg-deb --ctrl-tarfile "$deb" | tar -xO | grep -aE '(deb-systemd-invoke|systemctl) .*\b(re)?start\b'
        done
)"

# ------------------------------------------------------------------------------------------------------------- library

root use "$(basename "$(cat "$scratch/build/lower")")"
cp "$debs"/libcstorage*.deb "$source_dir"/tests/examples/*.c "$scratch/use/shared"
fill use --images 1 --layers 1
expect "a program is built with libcstorage-dev, and reads a store" "localhost/image0:1 1 layers" "$(
        run_in use sh -euc '
                dpkg -i /mnt/*.deb >/dev/null
                cc -Wall -Werror -o /mnt/images /mnt/images.c $(pkg-config --cflags --libs libcstorage)
                /mnt/images' | sed -n 's/ [0-9]* bytes$//p')"

# ------------------------------------------------------------------------------------------------------------- machine

# The packages of a previous release: the same with a lower version.
previous() {
        local deb name

        mkdir "$scratch/previous" "$1"
        for deb in "$debs"/{libcstorage0,cstorage-gc}_*.deb; do
                name=$(basename "$deb")
                dpkg-deb -R "$deb" "$scratch/previous/$name"
                sed -i "s/$deb_version/$deb_version~previous/" "$scratch/previous/$name/DEBIAN/control"
                dpkg-deb -b --root-owner-group "$scratch/previous/$name" "$1/$name" >/dev/null
        done
}

root machine "minbase-$suite+systemd"
previous "$scratch/machine/shared/previous"
mkdir "$scratch/machine/shared/new"
cp "$debs"/{libcstorage0,cstorage-gc}_*.deb "$scratch/machine/shared/new"
fill machine --images 1 --layers 2 --orphans 1
install_previous='
        journalctl --update-catalog # otherwise a trigger of systemd does it
        apt-get -qq update
        find / -xdev ! -path "/var/cache/*" ! -path "/var/log/*" ! -path "/var/lib/apt/*" ! -path "/mnt/*" | sort >/mnt/before
        apt-get -qq install -y --no-install-recommends /mnt/previous/*.deb'
check "apt installs the packages in a clean root" run_in machine sh -euc "$install_previous"
listing make "$scratch/machine/store" >"$scratch/store-before"
expect "apt enables the unit of the collection only" "cstorage-gc.service enabled" \
        "$(run_in machine systemctl list-unit-files 'cstorage-gc*' | awk '$2 == "enabled" { print $1, $2 }' | xargs)"
expect "apt enables the unit of the collection for users" "cstorage-gc.service enabled" "$(
        run_in machine systemctl --global list-unit-files 'cstorage-gc*' | awk '$2 == "enabled" { print $1, $2 }' | xargs)"
check "a dry run finds the orphans" run_in machine sh -c \
        'cstorage-gc --dry-run | grep -q "^would-remove layer-dir no-record .* /var/lib/containers/storage/overlay/"'
listing make "$scratch/machine/store" >"$scratch/store-after"
check "the store is unchanged" listing diff "$scratch/store-before" "$scratch/store-after"
check "the programs of the units exist" run_in machine sh -c '
        programs=$(sed -n "s/^ExecStart=\([^ ]*\).*/\1/p" $(systemctl show -p FragmentPath --value cstorage-gc* 2>/dev/null) \
                $(dpkg -L cstorage-gc | grep "/systemd/system/.*\.service$"))
        [ "$programs" ] && for p in $programs; do test -x "$p" || exit 1; done'
check "systemd reports no error in the units" run_in machine systemd-analyze verify --man=no cstorage-gc.service

check "an administrator disables it, and adds a drop-in" run_in machine sh -euc '
        systemctl disable cstorage-gc.service
        mkdir -p /etc/systemd/system/cstorage-gc.service.d
        printf "[Service]\nTimeoutStartSec=60\n" >/etc/systemd/system/cstorage-gc.service.d/local.conf'
check "an upgrade succeeds" run_in machine sh -c 'apt-get -qq install -y --no-install-recommends /mnt/new/*.deb'
expect "the new version is installed" "$deb_version" "$(run_in machine dpkg-query -W -f '${Version}' cstorage-gc)"
expect "the unit is still disabled" disabled "$(run_in machine systemctl is-enabled cstorage-gc.service)"
check "the drop-in is still there" run_in machine grep -q TimeoutStartSec=60 /etc/systemd/system/cstorage-gc.service.d/local.conf

check "apt removes and purges the packages" run_in machine sh -euc '
        apt-get -qq remove -y cstorage-gc libcstorage0
        apt-get -qq purge -y --auto-remove cstorage-gc libcstorage0
        rm -r /etc/systemd/system/cstorage-gc.service.d
        find / -xdev ! -path "/var/cache/*" ! -path "/var/log/*" ! -path "/var/lib/apt/*" ! -path "/mnt/*" | sort >/mnt/after'
expect "no file of the packages is left, and no other file is missing" "" \
        "$(diff "$scratch/machine/shared/before" "$scratch/machine/shared/after" | grep '^[<>]')"

# ------------------------------------------------------------------------------------------------ what looks at them

root lint "minbase-$suite+lintian"
root tested "$suite+autopkgtest+dpkg-dev"
find "$debs" -maxdepth 1 -type f | tee >(xargs cp -t "$scratch/lint/shared") | xargs cp -t "$scratch/tested/shared"
# These fields are the default since Debian 13. An override of the tags would be an error in Debian 12.
redundant=redundant-priority-optional-field,redundant-rules-requires-root-no-field
[ "$suite" = sid ] || redundant=
expect "lintian reports nothing" "" \
        "$(run_in lint lintian --pedantic --allow-root ${redundant:+--suppress-tags "$redundant"} "/mnt/$changes" 2>&1)"
check "the tests of autopkgtest pass, with podman" run_in tested sh -c 'autopkgtest /mnt/*.deb /mnt/*.dsc -- null'
finish
