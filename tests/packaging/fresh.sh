#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# fresh.sh SUITE: the two commands of the README, from a fresh clone, in a root directory that has nothing but sudo, git and
# ca-certificates: the demo, by an ordinary user, ends in a collection; and the tests pass. That takes half an
# hour at least, as all that they need is made anew: tests/run.sh --fresh runs it.
. "$(dirname "$0")/../support/lib.sh"
. "$(dirname "$0")/../support/packaging.sh"

suite=$1
need_root
[ "${CSTORAGE_TEST_LONG-0}" = 1 ] || [ "${CSTORAGE_TEST_FRESH-0}" = 1 ] ||
        skip_all "it takes long; CSTORAGE_TEST_LONG=1 runs the demo alone"
git -C "$source_dir" rev-parse 2>/dev/null || skip_all "$source_dir is no clone"
make_scratch

root fresh "minbase-$suite+sudo+git+ca-certificates"
shared=$scratch/fresh/shared
chmod 755 "$scratch" # others than root work in it
check "it is cloned" git clone -q --bare "$source_dir" "$shared/cstorage.git" || finish

check "a user runs the demo" run_in fresh sh -euc '
        useradd -m somebody
        echo "somebody ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/somebody
        chown -R somebody: /mnt/cstorage.git
        sudo -i -u somebody sh -euc "git clone -q /mnt/cstorage.git && cd cstorage && packaging/demo.sh" >/mnt/demo 2>&1' ||
        note "$(tail -n 20 "$shared/demo")"
expect "everything optional is built in" "+BTRFS +SQLITE +SYSTEMD" \
        "$(sed -n '/^cstorage-gc [0-9]/{n; p; q}' "$shared/demo" | tr ' ' '\n' | sort | xargs)"
check "which removes what the reboot left" grep -q '^removed layer-dir no-record ' "$shared/demo"
check "and nothing more the second time" grep -q '^summary removed=0 refused=0 failed=0 ' "$shared/demo"

if [ "${CSTORAGE_TEST_FRESH-0}" = 1 ]; then
        check "the tests pass" run_in fresh sh -euc '
                sudo -i -u somebody sh -euc "cd cstorage && sudo CSTORAGE_TEST_CACHE=/mnt/cache tests/run.sh" >/mnt/tests 2>&1' ||
                note "$(tail -n 40 "$shared/tests")"
        note "$(tail -n 1 "$shared/tests")"
fi
finish
