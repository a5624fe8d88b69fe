# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# In a machine: load.sh SECONDS NAME LOG runs commands of podman and containers-storage in both modes. Several instances run at once,
# each with its NAME. LOG gets a line for each failure, with the command and its message, without ids and numbers.
end=$((SECONDS + $1)) name=$2 log=$3
store="-s overlay -g /var/lib/containers/storage -R /run/containers/storage"

# try TITLE COMMAND...
try() {
        local what=$1 output
        shift
        echo "$what" >>"$log.done"
        output=$("$@" 2>&1 >/dev/null) || echo "$what: $(tail -n 1 <<<"$output" | sed -E \
                "s/[a-f0-9]{12,64}/ID/g; s/$name-?[0-9]*/NAME/g; s/[0-9]{2,}/N/g")" >>"$log"
}

podman_normal() {
        local i=0 n
        while [ $SECONDS -lt $end ]; do
                n=$name-$((i++))
                try "podman run" podman run --name "$n" localhost/base:1 sh -c "echo $n >/file; mkdir -p /a/b"
                try "podman commit" podman commit -q "$n" "localhost/$n:1"
                try "podman run committed" podman run --rm "localhost/$n:1" cat /file
                try "podman start" podman start -a "$n"
                try "podman rm" podman rm -f -t 0 "$n"
                try "podman rmi" podman rmi -f "localhost/$n:1"
        done
}

podman_transient() {
        local i=0 n
        while [ $SECONDS -lt $end ]; do
                n=$name-$((i++))
                try "podman run transient" podman --transient-store run --rm --name "$n" localhost/base:1 \
                        sh -c "echo $n >/file; cat /file"
                try "podman create transient" podman --transient-store create --name "$n" localhost/base:1 cat /data/file
                try "podman start transient" podman --transient-store start -a "$n"
                try "podman rm transient" podman --transient-store rm -f -t 0 "$n"
        done
}

podman_pull() {
        local i=0
        while [ $SECONDS -lt $end ]; do
                i=$((i + 1))
                try "podman pull" podman pull -q "oci:/tmp/images/oci"
                try "podman load" podman load -q -i /tmp/images/archive.tar
                try "podman rmi pulled" podman rmi -f localhost/built:1
                try "podman import" podman import -q "/tmp/images/unique.tar" "localhost/$name:$i"
                try "podman rmi imported" podman rmi -f "localhost/$name:$i"
        done
}

# shellcheck disable=SC2086
storage() {
        local i=0 n mode=$1
        while [ $SECONDS -lt $end ]; do
                n=$name-$((i++))
                try "create-layer" containers-storage $store $mode create-layer -n "$n-l"
                try "create-layer on it" containers-storage $store $mode create-layer -n "$n-m" "$n-l"
                try "create-container" containers-storage $store $mode create-container -n "$n-c" localhost/base:1
                try "mount" containers-storage $store $mode mount "$n-c"
                try "unmount" containers-storage $store $mode unmount "$n-c"
                try "set-metadata" containers-storage $store $mode set-metadata -m "$n" "$n-c"
                try "delete-container" containers-storage $store $mode delete-container "$n-c"
                try "delete-layer upper" containers-storage $store $mode delete-layer "$n-m"
                try "delete-layer lower" containers-storage $store $mode delete-layer "$n-l"
        done
}

case $name in
normal*) podman_normal ;;
transient*) podman_transient ;;
pull*) podman_pull ;;
storage-t*) storage --transient-store ;;
storage*) storage "" ;;
esac
