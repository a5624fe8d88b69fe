#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# fresh.sh SUITE: the two commands of the README from a fresh clone, in a root directory with sudo, git and ca-certificates only. The
# demo, run by an unprivileged user, ends with a collection, and the tests pass. It takes more than half an hour, as all roots and
# builds are made anew; tests/run.sh --fresh runs it.
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
check "git clones the source" git clone -q --bare "$source_dir" "$shared/cstorage.git" || finish

check "a user runs the demo" run_in fresh sh -euc '
        useradd -m developer
        echo "developer ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/developer
        chown -R developer: /mnt/cstorage.git
        sudo -i -u developer sh -euc "git clone -q /mnt/cstorage.git && cd cstorage && packaging/demo.sh" >/mnt/demo 2>&1' ||
        note "$(tail -n 20 "$shared/demo")"
expect "all optional features are built in" "+BTRFS +SQLITE +SYSTEMD" \
        "$(sed -n '/^cstorage-gc [0-9]/{n; p; q}' "$shared/demo" | tr ' ' '\n' | sort | xargs)"
check "the demo removes the orphans of the reboot" grep -q '^removed layer-dir no-record ' "$shared/demo"
check "a second run removes nothing" grep -q '^summary removed=0 refused=0 failed=0 ' "$shared/demo"

if [ "${CSTORAGE_TEST_FRESH-0}" = 1 ]; then
        check "the tests pass" run_in fresh sh -euc '
                sudo -i -u developer sh -euc "cd cstorage && sudo CSTORAGE_TEST_CACHE=/mnt/cache tests/run.sh" >/mnt/tests 2>&1' ||
                note "$(tail -n 40 "$shared/tests")"
        note "$(tail -n 1 "$shared/tests")"
fi
finish
