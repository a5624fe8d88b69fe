#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# In a root directory of Debian's i386, with 32-bit words: the build has no warnings, the unit tests pass, also with sanitizers, and
# the collector works.
. "$(dirname "$0")/../support/lib.sh"
. "$(dirname "$0")/../support/packaging.sh"

need_root
[ "${CSTORAGE_TEST_LONG-0}" = 1 ] || skip_all "it takes long; CSTORAGE_TEST_LONG=1 runs it"
[ "$(uname -m)" = x86_64 ] || skip_all "this machine runs nothing of i386"
make_scratch

root narrow "minbase-trixie@i386+build-essential+$(build_depends trixie | xargs | tr ' ' +)+jq+strace"
release "$scratch/narrow/shared"
narrow() { run_in narrow setarch i386 sh -euc "cd /mnt/cstorage-$version; $1"; }

# own BUILD OPTIONS...: build, and run the tests that need no root directories.
own() { narrow "meson setup $* && ninja -C $1 && meson test -C $1 --no-rebuild --print-errorlogs --no-suite system --no-suite bench"; }

expect "a word has 32 bits" 32 "$(narrow 'getconf LONG_BIT')"
check "the build succeeds, and the tests without machines pass" own plain --native-file build-dev.ini -Db_sanitize=none || finish
check "these tests pass with sanitizers" own check --native-file build-dev.ini -Dbuildtype=debug
check "the collector works" narrow "CSTORAGE_TEST_CACHE=/mnt/cache meson test -C plain --no-rebuild --print-errorlogs \
        'README and its examples' 'command line' generator journal deleter 'second look'"
finish
