# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# In a machine: make images with the library alone. For "bash -c", followed by commands that use the functions. $driver, $graphroot
# and $runroot select the store; $mode is empty or "transient".
tools=/opt/cstorage/tests/support/interop

storage() {
        containers-storage -s "$driver" -g "$graphroot" -R "$runroot" ${mode:+--transient-store} "$@"
}

pod() {
        podman --storage-driver "$driver" --root "$graphroot" --runroot "$runroot" ${mode:+--transient-store} "$@"
}

# Options of store-writer come first.
writer() {
        local options=(${mode:+-t})

        while [[ $1 = -* ]]; do
                options+=("$1")
                shift
        done
        "$tools/store-writer" "${options[@]}" "$driver" "$graphroot" "$runroot" "$@"
}

reader() { "$tools/store-reader" ${mode:+-t} "$driver" "$graphroot" "$runroot"; }

sha256() { sha256sum "$@" | cut -c 1-64; }

# archive PARENT DIRECTORY: write the archive that Go makes of such a layer, for its digest, to /tmp/archive.
archive() {
        writer layer probe "$1" "$2" - - && storage diff -u probe >/tmp/archive && writer delete layer probe
}

# descriptor TYPE FILE
descriptor() {
        printf '{"mediaType":"application/vnd.oci.image.%s","digest":"sha256:%s","size":%s}' \
                "$1" "$(sha256 "$2")" "$(stat -c %s "$2")"
}

# library_image NAME DIRECTORY...: make an image with a layer for each directory; $image is its id, $layer that of its top layer.
library_image() {
        local name=$1 parent=- digest made descriptors="" digests="" manifest size
        shift

        while [ $# -gt 0 ]; do
                archive $parent "$1" || return
                digest=$(sha256 /tmp/archive) size=$(stat -c %s /tmp/archive)
                descriptors+=${descriptors:+,}$(descriptor layer.v1.tar /tmp/archive)
                digests+=${digests:+,}\"sha256:$digest\"
                # The id that podman gives to a layer.
                layer=$digest
                [ $parent = - ] || layer=$(printf %s "$parent+$digest" | sha256)
                made=(layer "$layer" $parent "$1" "sha256:$digest" "$size")
                shift
                [ $# = 0 ] || writer -f "${made[@]}" || return
                parent=$layer
        done

        cat >/tmp/config <<END
{"created":"2024-01-02T03:04:05Z","architecture":"$(dpkg --print-architecture)","os":"linux",
"config":{"Cmd":["/bin/sh"],"Labels":{"made":"by hand"}},"rootfs":{"type":"layers","diff_ids":[$digests]}}
END
        cat >/tmp/manifest <<END
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
"config":$(descriptor config.v1+json /tmp/config),"layers":[$descriptors]}
END
        image=$(sha256 /tmp/config)
        manifest=sha256:$(sha256 /tmp/manifest)
        writer -f "${made[@]}" , image "$image" "$layer" "$manifest" "$name" ,\
                data image "$image" manifest /tmp/manifest ,\
                data image "$image" "manifest-$manifest" /tmp/manifest ,\
                data image "$image" "sha256:$image" /tmp/config
}
