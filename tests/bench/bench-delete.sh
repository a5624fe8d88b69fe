#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# How long deleting takes, against rm -rf, the two in turns:
#
#   bench-delete.sh TREE-TOOL [ROUNDS]
#
# On the file system of $CSTORAGE_TEST_CACHE and on an ext4 image of its own in it, with cold and warm caches.
# Prints medians, the ratio of the times passed, and the ratio of the processor times; only ratios mean something. Where a
# file system discards what it frees at once, the discards that the disk takes in a second are the limit for all.
exec python3 "$(dirname "$0")/../support/bench/bench-delete.py" "$@"
