#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The time of a deletion compared with rm -rf, in turns:
#
#   bench-delete.sh TREE-TOOL [ROUNDS]
#
# On the file system of $CSTORAGE_TEST_CACHE and on an ext4 image in it, with cold and warm caches. Prints medians, the ratio of the
# elapsed times and the ratio of the processor times; only the ratios are comparable. On a file system that discards freed blocks at
# once, the rate of discards of the disk limits all programs.
exec python3 "$(dirname "$0")/../support/bench/bench-delete.py" "$@"
