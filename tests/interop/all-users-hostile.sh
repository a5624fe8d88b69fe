#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Hostile users try to make root's run for all users touch foreign files, wait forever, use all memory, or print false
# messages. The run ends in bounded time, collects the stores of all other users, and changes nothing outside of the stores of
# the users.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
need_machines sid
make_scratch

homes=$scratch/m/store
root() { machine_run m "$@"; }
inside() { echo "/proc/$(tr -d ' \n' <"$scratch/m/pid")/root$1"; }

gc() {
        local start=$EPOCHSECONDS
        timeout 300 "$support/machine/enter.sh" run "$scratch/m" after-boot cstorage-gc --all-users --lock-timeout=1 "$@" \
                >"$scratch/out" 2>"$scratch/err"
        status=$?
        seconds=$((EPOCHSECONDS - start))
}
word() { jq -r ".users[] | select(.user == \"$1\") | $2" "$scratch/out"; }

# user NAME UID: make a user with a home and a file in it.
user() {
        root useradd -u "$2" -m -d "/var/lib/containers/$1" "$1" && mkdir "$homes/$1/dear" && echo dear >"$homes/$1/dear/file" &&
                install -d -m 700 -o "$2" -g "$2" "$scratch/m/run/user/$2" && owned "$1"
}
owned() { chown -R --no-dereference "$(stat -c %u:%g "$homes/$1")" "$homes/$1"; }
as() { root setpriv --reuid "$1" --regid "$1" --clear-groups -- "${@:2}"; }

# store NAME OPTIONS...: make a store with orphans for that user.
store() {
        local uid
        uid=$(stat -c %u "$homes/$1")
        g=$homes/$1/.local/share/containers/storage
        rm -rf "$g" && mkdir -p "$g" && python3 "$support/store/mkstore.py" --graphroot "$g" --runroot "$scratch/runroot" --images 1 \
                --layers 2 --files 5 --orphans 3 --orphan-files 5 --seed "$uid" "${@:2}" >/dev/null && owned "$1"
}
conf() { mkdir -p "$homes/$1/.config/containers" && printf '[storage]\ngraphroot = "%s"\n' "$2" \
        >"$homes/$1/.config/containers/storage.conf" && owned "$1"; }
orphans() { python3 "$support/store/listing.py" orphans "$homes/$1/.local/share/containers/storage" /nowhere overlay; }
orphan() { orphans "$1" | awk '/^overlay\/[0-9a-f]*$/ && !n++'; }

# Inodes, times and content of all files outside of the stores of hostile users.
outside() {
        listing make --ctime "$(inside /etc)"
        listing make --ctime "$homes/storage"
        listing make --ctime "$homes/calm"
        for u in $users; do
                [ ! -d "$homes/$u/dear" ] || listing make --ctime "$homes/$u/dear"
        done
}
unchanged() { outside >"$scratch/after" && diff "$scratch/before" "$scratch/after"; }

machine_start m sid || skip_all "cannot start a machine"
root sh -ec 'mount --make-rshared /; mknod /run/null c 1 3; chmod 666 /run/null; mount --bind /run/null /dev/null
        [ -e /dev/fuse ] || mknod /dev/fuse c 10 229
        chmod 711 /var/lib/containers; install -d -m 755 /run/user; rm -f /etc/containers/storage.conf'
users="calm good links files temp locked giant many racer etc root-thief thief huge"
uid=1100
for u in $users; do
        uid=$((uid + 1))
        check "user $u" user $u $uid || finish
        eval "uid_${u//-/_}=$uid"
done

# ------------------------------------------------------------------------------------------------ stores that are traps

mkdir "$homes/storage" && python3 "$support/store/mkstore.py" --graphroot "$homes/storage" --runroot "$scratch/runroot" \
        --images 1 --layers 2 --files 5 --seed 1 >/dev/null
chmod 700 "$homes/storage"
for u in calm good links files temp locked giant many racer huge; do store $u; done

# Links in place of all directories, and in the directories.
g=$homes/links/.local/share/containers/storage
rm -rf "$g/$(orphan links)/diff" && ln -s /etc "$g/$(orphan links)/diff"
for i in 1 2 3; do ln -s /etc "$g/overlay/$(printf '%064d' $i)"; done
ln -s ../../../../../../../../etc "$g/overlay/l/ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ln -s /var/lib/containers/calm "$g/overlay-containers/$(printf '%064d' 4)"
ln -s /etc/passwd "$g/overlay-layers/$(printf '%064d' 5).tar-split.gz"
# Links in place of record files and lock files.
g=$homes/files/.local/share/containers/storage
for f in overlay-layers/layers.json overlay-layers/volatile-layers.json overlay-containers/volatile-containers.json; do
        ln -sf /etc/shadow "$g/$f"
done
for f in overlay-layers/layers.lock overlay-images/images.lock; do ln -sf /etc/passwd "$g/$f"; done
# Links in place of the directories of the trash.
g=$homes/temp/.local/share/containers/storage
rm -rf "$g/overlay/tempdirs" "$g/overlay-layers/tmp" "$g/overlay-containers/tmp"
for d in overlay/tempdirs overlay-layers/tmp overlay-containers/tmp; do ln -s /var/lib/containers/calm "$g/$d"; done
# Endless record files, and many invalid records.
truncate -s 4G "$homes/giant/.local/share/containers/storage/overlay-layers/layers.json"
truncate -s 4G "$homes/giant/.local/share/containers/storage/overlay-containers/volatile-containers.json"
python3 -c 'import sys; sys.stdout.write("[" + ",".join("{\"id\":\"%064x\"}" % i for i in range(800000)) + "]")' \
        >"$homes/many/.local/share/containers/storage/overlay-layers/layers.json"
python3 -c 'import sys; sys.stdout.write("[{\"id\":\"a\",\"x\":[" + "[],[],[]," * 7000000 + "[]]}]")' \
        >"$homes/many/.local/share/containers/storage/overlay-images/images.json"
# A hundred thousand files, and three thousand nested directories.
huge=$(basename "$(orphan huge)")
perl -e 'chdir $ARGV[0] or die; for (1 .. 3000) { mkdir "d"; chdir "d" } for (1 .. 100000) { open(F, ">", "f$_") }' \
        "$homes/huge/.local/share/containers/storage/overlay/$huge"
for u in files temp giant many huge; do owned $u; done
conf etc /etc
conf root-thief /var/lib/containers/storage
conf thief /var/lib/containers/calm/.local/share/containers/storage

# ------------------------------------------------------------------------------------------------ attacks on the scan

calm="setpriv --reuid $uid_calm --regid $uid_calm --clear-groups env HOME=/var/lib/containers/calm \
        XDG_RUNTIME_DIR=/run/user/$uid_calm cstorage-gc"
# shellcheck disable=SC2086
root after-boot $calm >/dev/null 2>&1
outside >"$scratch/before"
sleep 1000000 | python3 "$support/store/hold-lock.py" "$homes/locked/.local/share/containers/storage/overlay-layers/layers.lock" \
        >"$scratch/held" &
until grep -q held "$scratch/held"; do sleep 0.1; done

race() {
        as "$uid_racer" perl -e "$(cat "$support/interop/attack.pl")" race \
                /var/lib/containers/racer/.local/share/containers/storage /var/lib/containers/calm >/dev/null 2>&1 &
        racer=$!
}
race
gc --json
expect "with hostile stores a run ends in time, and reports failures" "1 yes" \
        "$status $([ $seconds -lt 40 ] && echo yes || echo "$seconds")"
expect "the store of the honest user is collected" "collected 0 0" "$(word good .status) $(word good .exit_status) $(orphans good | wc -l)"
expect "each user has its result" "$(sort <<'END'
calm collected 0
etc no-store 0
files collected 3
giant collected 3
good collected 0
huge collected 0
links collected 3
locked locked 4
many collected 3
root-thief failed 1
temp collected 1
thief failed 1
END
)" "$(jq -r '.users[] | select(.uid > 1100 and .uid < 2000 and .user != "racer") | "\(.user) \(.status) \(.exit_status)"' \
        "$scratch/out" | sort)"
check "a hundred thousand files are gone" sh -c "! ls -d '$homes/huge/.local/share/containers/storage/overlay/$huge'"
check "nothing outside of these stores changed" unchanged
rm -rf "$homes"/{many,giant,huge}/.local
rounds=3
[ -z "${CSTORAGE_TEST_LONG:-}" ] || rounds=100
for round in $(seq $rounds); do
        python3 "$support/store/plant.py" "$homes/racer/.local/share/containers/storage" 0.2 >/dev/null 2>&1
        chown -R --no-dereference "$uid_racer:$uid_racer" "$homes/racer/.local" 2>/dev/null
        gc --quiet
        unchanged >"$scratch/diff" || break
done
expect "nothing outside changed while a graphroot became a link $round times" "" "$(cat "$scratch/diff")"
touch "$homes/racer/.local/share/containers/storage.stop"
wait $racer

# ------------------------------------------------------------------------------------------------ processes that hang

root sh -ec "$(for u in hang home-hang flood stopper frozen; do
        uid=$((uid + 1))
        echo "useradd -u $uid -m -d /var/lib/containers/$u $u; install -d -m 700 -o $u -g $u /run/user/$uid"
done)"
for u in hang home-hang flood stopper frozen; do eval "uid_${u//-/_}=$(root id -u $u)"; done
# A FUSE server that never answers, mounted for its user.
dead() {
        root sh -ec "install -d -o $1 -g $1 '$2'; chown -R $1:$1 /var/lib/containers/$1
                (exec 3<>/dev/fuse; mount -i -t fuse -o fd=3,rootmode=40000,user_id=\$(id -u $1),group_id=\$(id -u $1) dead '$2'
                exec sleep 1000000) >/dev/null 2>&1 &
                until grep -qF ' $2 ' /proc/self/mountinfo; do sleep 0.1; done"
}
check "a store on a server that never answers" dead hang /var/lib/containers/hang/.local/share/containers/storage
check "a home on a server that never answers" dead home-hang /var/lib/containers/home-hang
check "a home that is a link to that home" root sh -ec 'useradd -M -d /var/lib/containers/linked linked
        ln -s home-hang /var/lib/containers/linked'
# A frozen file system: a process that writes to it waits and cannot be killed.
frozen=$homes/frozen
check "a store that is frozen" root sh -ec 'truncate -s 64M /var/lib/containers/frozen.img; mkfs.ext4 -q /var/lib/containers/frozen.img
        mount -o loop /var/lib/containers/frozen.img /var/lib/containers/frozen; chown frozen:frozen /var/lib/containers/frozen'
for u in good flood stopper; do store $u; done
freeze_store=$(inside /var/lib/containers/frozen)
mkdir -p "$freeze_store/.local/share/containers" && cp -a "$homes/good/.local/share/containers/storage" \
        "$freeze_store/.local/share/containers/" && chown -R "$uid_frozen:$uid_frozen" "$freeze_store"
thaw() { root fsfreeze -u /var/lib/containers/frozen 2>/dev/null; }
trap 'thaw; drop_scratch' EXIT
root fsfreeze -f /var/lib/containers/frozen
for how in flood stopper; do
        uid=uid_$how
        as "${!uid}" perl -e "$(cat "$support/interop/attack.pl")" "${how%per}" >"$scratch/$how" 2>&1 &
done
outside >"$scratch/before"
gc --json
note "it took $seconds seconds"
left=$(pgrep --ns "$(tr -d ' ' <"$scratch/m/pid")" --nslist pid -u "$uid_frozen" -x cstorage-gc)
expect "a process that cannot be killed is left, and named" "unkillable 1" "$(word frozen .status) $(grep -c "^cstorage-gc: frozen: process [0-9]* is left behind" \
        "$scratch/err")"
check "that process exists, in state D" grep -q '^State:.D' "/proc/${left:-none}/status"
thaw
expect "the other processes are ended" "too-long too-long too-long" "$(word hang .status) $(word stopper .status) $(word flood .status)"
expect "a home on FUSE is skipped, also through a link" "home-fuse home-fuse" "$(word home-hang .status) $(word linked .status)"
check "both attacks ran" test -s "$scratch/flood" -a -s "$scratch/stopper"
expect "the run takes no longer than the sum of the limits" "1 yes" \
        "$status $([ $seconds -ge 60 ] && [ $seconds -lt 90 ] && echo yes || echo "$seconds")"
expect "the store of the honest user is collected" "collected 0 0" "$(word good .status) $(word good .exit_status) $(orphans good | wc -l)"
expect "the text from users is cut at a limit" "true true" \
        "$(word flood '.complete == false') $([ "$(stat -c %s "$scratch/out")" -lt 20000000 ] && echo true)"
expect "the text from users is escaped" 0 "$(cat "$scratch/out" "$scratch/err" | LC_ALL=C grep -c '[^[:print:][:space:]]')"
expect "each message has the name of its user" "" "$(grep -v '^cstorage-gc: [a-z-]*: ' "$scratch/err")"
check "nothing outside changed" unchanged
finish
