# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# Inside of a machine: an image without any registry. To be given to "sh -c", with commands that use it after it.
# /tmp/rootfs.tar is its root, /tmp/build a directory to build from.
set -e
mkdir -p /tmp/rootfs/bin /tmp/rootfs/etc /tmp/rootfs/data /tmp/build
cp /bin/busybox /tmp/rootfs/bin
for i in sh sleep echo cat touch dd mkdir ls chown chmod ln mkfifo sync; do
        ln -sf busybox /tmp/rootfs/bin/$i
done
echo 'root:x:0:0:root:/:/bin/sh' >/tmp/rootfs/etc/passwd
echo kept >/tmp/rootfs/data/file
ln -f /tmp/rootfs/data/file /tmp/rootfs/data/hardlink
chown 1234:5678 /tmp/rootfs/data/file
tar --numeric-owner -C /tmp/rootfs -cf /tmp/rootfs.tar .
echo copied >/tmp/build/copied
cat >/tmp/build/Dockerfile <<'EOF'
FROM localhost/base:1
RUN echo built >/built && rm /data/file && mkdir -p /deep/er && chmod 4755 /bin/busybox
COPY copied /copied
EOF
set +e
