#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# In a machine: plant.sh DIRECTORY makes an orphan with files that are hard to delete without all capabilities.
set -e
mkdir -p "$1/diff/deep/deeper/deepest"
cd "$1/diff"
for file in plain immutable append setuid; do
        echo "$file" >$file
done
ln plain hardlink
ln -s /etc/passwd symlink
mkfifo fifo
mknod whiteout c 0 0
mknod device b 7 99
chown 99:99 plain whiteout
chmod 6755 setuid
setfattr -n user.name -v value plain
setfattr -n security.capability -v 0x0100000200200000000000000000000000000000 plain

mkdir closed sticky opaque fixed
setfattr -n trusted.overlay.opaque -v y opaque
for dir in closed sticky opaque fixed; do
        echo $dir >$dir/file
done
chown -R 1234:5678 closed
chmod 0 closed/file closed
chown 4321 sticky/file
chown 8765 sticky
chmod 1777 sticky
chattr +a append
chattr +i immutable fixed/file fixed
