# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# In a machine: the input for an image without a registry. For "sh -c", followed by commands that use it. /tmp/rootfs.tar is the
# root, /tmp/build a build context.
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
