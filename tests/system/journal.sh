#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the collector tells the journal when it runs as a service: one record for each event, with the fields that the
# manual lists. A socket of our own stands where the journal's is.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
grep -q -- -DHAVE_SYSTEMD "$build/compile_commands.json" || skip_all "built without libsystemd"
# In a namespace of its own, where nobody else sees the other directory.
if [ -z "${IN_NAMESPACE-}" ]; then
        IN_NAMESPACE=1 exec unshare --mount "$0"
fi
make_scratch
mount -t tmpfs run /run && mkdir -p /run/systemd/journal || skip_all "the journal's directory cannot be replaced"
unset CONTAINERS_STORAGE_CONF CONTAINERS_STORAGE_CONF_OVERRIDE STORAGE_DRIVER STORAGE_OPTS

# journal COMMAND...: run it as a service; its records are a JSON list in $scratch/records, what it prints is in
# $scratch/err.
journal() {
        python3 - "$scratch" "$@" <<'EOF'
import json, os, socket, subprocess, sys
scratch, *command = sys.argv[1:]
path = "/run/systemd/journal/socket"
journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
journal.bind(path)
err = open(scratch + "/err", "w+b")
st = os.fstat(err.fileno())
env = dict(os.environ, JOURNAL_STREAM=f"{st.st_dev}:{st.st_ino}")
status = subprocess.run(command, env=env, stdout=err, stderr=err).returncode
os.unlink(path)
journal.setblocking(False)
records = []
while True:
    try:
        data = journal.recv(1 << 20)
    except BlockingIOError:
        break
    record = {}
    while data:
        line, _, rest = data.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals:
            size = int.from_bytes(rest[:8], "little")
            value, rest = rest[8:8 + size], rest[9 + size:]
        record[name.decode()] = value.decode(errors="backslashreplace")
        data = rest
    records.append(record)
with open(scratch + "/records", "w") as out:
    json.dump(records, out)
sys.exit(status)
EOF
        status=$?
}

ask() { jq -r "$1" "$scratch/records"; }
id() { sed -n "s/.*\[MESSAGE_$1\] = {\"\([0-9a-f]*\)\".*/\1/p" "$tests_dir/../gc/report/journal.c"; }
of() { echo ".[] | select(.MESSAGE_ID == \"$(id "$1")\")"; }

# shellcheck disable=SC2086
collect() { journal "$after_boot" "$build/gc/cstorage-gc" $store --quiet "$@"; }

lay_out s --images 1 --layers 2 --containers 1 --orphans 3 --orphan-files 5
collect
expect "all is done, and nothing is printed" "0 " "$status $(cat "$scratch/err")"
expect "each orphan has a record with its id" "$(jq -r '.orphan_layers[]' "$scratch/s.made" | sort)" \
        "$(ask "$(of REMOVED) | select(.CSTORAGE_KIND == \"layer-dir\") | .CSTORAGE_ID" | sort)"
expect "with its reason" no-record "$(ask "$(of REMOVED) | select(.CSTORAGE_KIND == \"layer-dir\") | .CSTORAGE_REASON" | sort -u)"
check "with its path" test "$(ask "$(of REMOVED) | .CSTORAGE_PATH" | grep -c "^$g/overlay/[0-9a-f]*$")" = 3
check "with what it took" test "$(ask "[$(of REMOVED) | .CSTORAGE_FILES | tonumber] | add")" -gt 15
expect "the sum has one" 1 "$(ask "[$(of COLLECTED)] | length")"
expect "it says how many" "$(ask "[$(of REMOVED)] | length") 0 0" \
        "$(ask "$(of COLLECTED) | [.CSTORAGE_REMOVED, .CSTORAGE_REFUSED, .CSTORAGE_FAILED] | join(\" \")")"
check "and how long" test "$(ask "$(of COLLECTED) | .CSTORAGE_LOCK_HELD_USEC")" -gt 0
expect "all have a message, a priority and a name" "" \
        "$(ask '.[] | select((.MESSAGE | not) or (.PRIORITY | not) or .SYSLOG_IDENTIFIER != "cstorage-gc")')"

collect
expect "where there is nothing to do the sum is all" "0 1" "$status $(ask length)"

lay_out s --images 1 --layers 2 --containers 1 --orphans 3
: >"$g/overlay-layers/layers.json"
collect
expect "a broken file: status 3" 3 "$status"
expect "it has one record, that names it" "$g/overlay-layers/layers.json" "$(ask "$(of PROBLEM) | .CSTORAGE_PATH")"
expect "what is left alone has records" records-damaged "$(ask "$(of REFUSED) | .CSTORAGE_REASON" | sort -u)"
expect "warnings" 4 "$(ask "$(of REFUSED) | .PRIORITY" | sort -u)"

lay_out s --images 1 --orphans 1
printf '\0\0\0' >"$g/overlay-containers/volatile-containers.json"
collect
expect "a file that is put right has one: status 0" "0 $g/overlay-containers/volatile-containers.json 1" \
        "$status $(ask "$(of REPAIRED) | .CSTORAGE_PATH") $(ask "$(of COLLECTED) | .CSTORAGE_REPAIRED")"
name=$'\nforged=1\nPRIORITY=0'
mkdir "$g/overlay/$name"
collect
expect "a name with line breaks stays in its field" "$g/overlay/$name" "$(ask "$(of REFUSED) | .CSTORAGE_PATH")"
expect "and forges none" 0 "$(ask '[.[] | select(.forged)] | length')"

lay_out s --images 1 --orphans 1
python3 - "$g/overlay-layers/layers.lock" <<'EOF' &
import fcntl, sys, time
f = open(sys.argv[1], "a+b")
fcntl.lockf(f, fcntl.LOCK_EX)
print("locked", file=open(sys.argv[1] + ".held", "w"))
time.sleep(600)
EOF
for i in $(seq 600); do [ -s "$g/overlay-layers/layers.lock.held" ] && break || sleep 0.05; done
rm "$g/overlay-layers/layers.lock.held"
collect --lock-timeout=0.1
kill $!
expect "a lock that is held: status 4, and one record" "4 4 1" "$status $(ask "$(of NOT_RUN) | .EXIT_STATUS") $(ask length)"
check "it names the lock" grep -q layers.lock <<<"$(ask "$(of NOT_RUN) | .MESSAGE")"

store="--root=$g --runroot=$r --storage-driver=zfs"
collect
expect "a driver of which nothing is known: status 3, what is refused, why, and the sum" "3 store unsupported-driver $g/zfs $g/zfs 1 3" \
        "$status $(ask "$(of REFUSED) | .CSTORAGE_KIND, .CSTORAGE_REASON, .CSTORAGE_PATH" | xargs) $(
                ask "$(of PROBLEM) | .CSTORAGE_PATH") $(ask "$(of COLLECTED) | .CSTORAGE_REFUSED") $(ask length)"
check "by name" grep -q '"zfs"' <<<"$(ask "$(of PROBLEM) | .MESSAGE")"

printf '[storage]\ndriver = "overlay"\ngraphroot = "%s"\nrunroot = "%s"\n' "$scratch/none" "$scratch/none-run" >"$scratch/none.conf"
export CONTAINERS_STORAGE_CONF=$scratch/none.conf
store=
collect
expect "no store: status 0, and one record" "0 1 $scratch/none" "$status $(ask length) $(ask "$(of NO_STORE) | .CSTORAGE_GRAPHROOT")"

JOURNAL_STREAM=1:1 "$build/gc/cstorage-gc" $store --quiet 2>"$scratch/err"
expect "a variable of somebody else's is none" "0 " "$? $(cat "$scratch/err")"
unset CONTAINERS_STORAGE_CONF

# ------------------------------------------------------------------------------------------------ all users

# Of a machine that has two; where neither the program nor their homes are closed to them.
mkdir -p /run/p/gc /run/p/lib /run/home && cp "$build/gc/cstorage-gc" /run/p/gc
find "$build/lib" -maxdepth 1 -name 'libcstorage.so*' ! -type d -exec cp -P -t /run/p/lib {} +
printf '%s\n' bob:x:4242:4242::/run/home/bob:/bin/sh eve:x:4243:4243::/run/home/eve:/bin/sh >/run/passwd
mount --bind /run/passwd /etc/passwd
for user in bob eve; do
        d=/run/home/$user/.local/share/containers
        mkdir -p "$d"
        python3 "$support/store/mkstore.py" --graphroot "$d/storage" --runroot "$scratch/r" --images 1 --orphans 2 \
                >"$scratch/$user.made"
done
chown -R 4242:4242 /run/home/bob
chown -R 4243:4243 /run/home/eve
sleep 1000 | python3 "$support/store/hold-lock.py" /run/home/eve/.local/share/containers/storage/overlay-layers/layers.lock \
        >"$scratch/held" &
until grep -q held "$scratch/held"; do sleep 0.05; done
journal "$after_boot" /run/p/gc/cstorage-gc --all-users --verbose --lock-timeout=0.1 >/dev/null
expect "of all users: each orphan has a record with the uid" "4242 bob" \
        "$(ask "$(of REMOVED) | .CSTORAGE_UID + \" \" + .CSTORAGE_USER" | sort -u)"
expect "and what is kept has none" "$(jq -r '.orphan_layers[]' "$scratch/bob.made" | sort)" \
        "$(ask "$(of REMOVED) | select(.CSTORAGE_KIND == \"layer-dir\") | .CSTORAGE_ID" | sort)"
expect "the sum has one" "4242 /run/home/bob/.local/share/containers/storage" \
        "$(ask "$(of COLLECTED) | .CSTORAGE_UID + \" \" + .CSTORAGE_GRAPHROOT")"
expect "what came to nothing has one" "4 4243 4" "$status $(ask "$(of NOT_RUN) | .CSTORAGE_UID + \" \" + .EXIT_STATUS")"
check "each message begins with the user" test "$(ask '[.[] | .MESSAGE | startswith("bob: ") or startswith("eve: ")] | all')" = true
check "and a line says why" grep -q '^cstorage-gc: eve: .*layers.lock is held by another process' "$scratch/err"
umount /etc/passwd

# ------------------------------------------------------------------------------------------------ catalog and manual

catalog=$tests_dir/../units/cstorage-gc.catalog
ids=$(grep -o '"[0-9a-f]\{32\}"' "$tests_dir/../gc/report/journal.c" | tr -d '"' | sort)
expect "each record has an entry in the catalog" "$ids" "$(sed -n 's/^-- //p' "$catalog" | sort)"
expect "and each entry a subject" "$(wc -l <<<"$ids")" "$(grep -c '^Subject: ' "$catalog")"
fields=$(grep -o '"CSTORAGE_[A-Z_]*=' "$tests_dir/../gc/report/journal.c" | tr -d '"=' | sort -u)
expect "the catalog speaks of no field that there is not" "" \
        "$(grep -o '@CSTORAGE_[A-Z_]*@' "$catalog" | tr -d @ | sort -u | grep -vxF "$fields")"
expect "the manual has all of them, and no other" "$fields" \
        "$(grep -o 'CSTORAGE_[A-Z_]*' <(sed -n '/^\.Sh JOURNAL/,/^\.Sh EXAMPLES/p' "$tests_dir/../gc/cstorage-gc-report.5") | sort -u)"
finish
