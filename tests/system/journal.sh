#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The records that the collector sends to the journal if it runs as a service: one for each event, with the fields of the
# manual. A socket of the test replaces that of the journal.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
grep -q -- -DHAVE_SYSTEMD "$build/compile_commands.json" || skip_all "built without libsystemd"
# In a mount namespace, so that other processes do not see the directory of the test.
if [ -z "${IN_NAMESPACE-}" ]; then
        IN_NAMESPACE=1 exec unshare --mount "$0"
fi
make_scratch
mount -t tmpfs run /run && mkdir -p /run/systemd/journal || skip_all "the journal's directory cannot be replaced"
unset CONTAINERS_STORAGE_CONF CONTAINERS_STORAGE_CONF_OVERRIDE STORAGE_DRIVER STORAGE_OPTS

# journal COMMAND...: run it as a service; its records are a JSON list in $scratch/records, its output is in $scratch/err.
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
expect "the run succeeds and prints nothing" "0 " "$status $(cat "$scratch/err")"
expect "each orphan has a record with its id" "$(jq -r '.orphan_layers[]' "$scratch/s.made" | sort)" \
        "$(ask "$(of REMOVED) | select(.CSTORAGE_KIND == \"layer-dir\") | .CSTORAGE_ID" | sort)"
expect "the records have the reason" no-record "$(ask "$(of REMOVED) | select(.CSTORAGE_KIND == \"layer-dir\") | .CSTORAGE_REASON" | sort -u)"
check "the records have the path" test "$(ask "$(of REMOVED) | .CSTORAGE_PATH" | grep -c "^$g/overlay/[0-9a-f]*$")" = 3
check "the records have the number of files" test "$(ask "[$(of REMOVED) | .CSTORAGE_FILES | tonumber] | add")" -gt 15
expect "the summary has a record" 1 "$(ask "[$(of COLLECTED)] | length")"
expect "the summary has the counts" "$(ask "[$(of REMOVED)] | length") 0 0" \
        "$(ask "$(of COLLECTED) | [.CSTORAGE_REMOVED, .CSTORAGE_REFUSED, .CSTORAGE_FAILED] | join(\" \")")"
check "the summary has the time of the locks" test "$(ask "$(of COLLECTED) | .CSTORAGE_LOCK_HELD_USEC")" -gt 0
expect "all records have a message, a priority and a name" "" \
        "$(ask '.[] | select((.MESSAGE | not) or (.PRIORITY | not) or .SYSLOG_IDENTIFIER != "cstorage-gc")')"

collect
expect "if there is nothing to do, the summary is the only record" "0 1" "$status $(ask length)"

lay_out s --images 1 --layers 2 --containers 1 --orphans 3
: >"$g/overlay-layers/layers.json"
collect
expect "a damaged record file: status 3" 3 "$status"
expect "the damaged file has a record with its path" "$g/overlay-layers/layers.json" "$(ask "$(of PROBLEM) | .CSTORAGE_PATH")"
expect "refused entries have records" records-damaged "$(ask "$(of REFUSED) | .CSTORAGE_REASON" | sort -u)"
expect "refused entries are warnings" 4 "$(ask "$(of REFUSED) | .PRIORITY" | sort -u)"

lay_out s --images 1 --orphans 1
printf '\0\0\0' >"$g/overlay-containers/volatile-containers.json"
collect
expect "a reset file has a record: status 0" "0 $g/overlay-containers/volatile-containers.json 1" \
        "$status $(ask "$(of REPAIRED) | .CSTORAGE_PATH") $(ask "$(of COLLECTED) | .CSTORAGE_REPAIRED")"
name=$'\nforged=1\nPRIORITY=0'
mkdir "$g/overlay/$name"
collect
expect "a name with line breaks stays in its field" "$g/overlay/$name" "$(ask "$(of REFUSED) | .CSTORAGE_PATH")"
expect "a name with line breaks forges no field" 0 "$(ask '[.[] | select(.forged)] | length')"

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
expect "a held lock: status 4, and one record" "4 4 1" "$status $(ask "$(of NOT_RUN) | .EXIT_STATUS") $(ask length)"
check "the record names the lock" grep -q layers.lock <<<"$(ask "$(of NOT_RUN) | .MESSAGE")"

store="--root=$g --runroot=$r --storage-driver=zfs"
collect
expect "an unsupported driver: status 3, the refused store, the problem, and the summary" "3 store unsupported-driver $g/zfs $g/zfs 1 3" \
        "$status $(ask "$(of REFUSED) | .CSTORAGE_KIND, .CSTORAGE_REASON, .CSTORAGE_PATH" | xargs) $(
                ask "$(of PROBLEM) | .CSTORAGE_PATH") $(ask "$(of COLLECTED) | .CSTORAGE_REFUSED") $(ask length)"
check "the problem names the driver" grep -q '"zfs"' <<<"$(ask "$(of PROBLEM) | .MESSAGE")"

printf '[storage]\ndriver = "overlay"\ngraphroot = "%s"\nrunroot = "%s"\n' "$scratch/none" "$scratch/none-run" >"$scratch/none.conf"
export CONTAINERS_STORAGE_CONF=$scratch/none.conf
store=
collect
expect "no store: status 0, and one record" "0 1 $scratch/none" "$status $(ask length) $(ask "$(of NO_STORE) | .CSTORAGE_GRAPHROOT")"

JOURNAL_STREAM=1:1 "$build/gc/cstorage-gc" $store --quiet 2>"$scratch/err"
expect "JOURNAL_STREAM of another service is ignored" "0 " "$? $(cat "$scratch/err")"
unset CONTAINERS_STORAGE_CONF

# ------------------------------------------------------------------------------------------------ all users

# Two users that can read the program and their homes.
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
expect "kept entries have no record" "$(jq -r '.orphan_layers[]' "$scratch/bob.made" | sort)" \
        "$(ask "$(of REMOVED) | select(.CSTORAGE_KIND == \"layer-dir\") | .CSTORAGE_ID" | sort)"
expect "the summary of a user has a record" "4242 /run/home/bob/.local/share/containers/storage" \
        "$(ask "$(of COLLECTED) | .CSTORAGE_UID + \" \" + .CSTORAGE_GRAPHROOT")"
expect "a user that was not collected has a record" "4 4243 4" "$status $(ask "$(of NOT_RUN) | .CSTORAGE_UID + \" \" + .EXIT_STATUS")"
check "each message begins with the user" test "$(ask '[.[] | .MESSAGE | startswith("bob: ") or startswith("eve: ")] | all')" = true
check "the message contains the cause" grep -q '^cstorage-gc: eve: .*layers.lock is held by another process' "$scratch/err"
umount /etc/passwd

# ------------------------------------------------------------------------------------------------ catalog and manual

catalog=$tests_dir/../units/cstorage-gc.catalog
ids=$(grep -o '"[0-9a-f]\{32\}"' "$tests_dir/../gc/report/journal.c" | tr -d '"' | sort)
expect "each record has an entry in the catalog" "$ids" "$(sed -n 's/^-- //p' "$catalog" | sort)"
expect "each entry of the catalog has a subject" "$(wc -l <<<"$ids")" "$(grep -c '^Subject: ' "$catalog")"
fields=$(grep -o '"CSTORAGE_[A-Z_]*=' "$tests_dir/../gc/report/journal.c" | tr -d '"=' | sort -u)
expect "the catalog names existing fields only" "" \
        "$(grep -o '@CSTORAGE_[A-Z_]*@' "$catalog" | tr -d @ | sort -u | grep -vxF "$fields")"
expect "the manual has all fields, and no others" "$fields" \
        "$(grep -o 'CSTORAGE_[A-Z_]*' <(sed -n '/^\.Sh JOURNAL/,/^\.Sh EXAMPLES/p' "$tests_dir/../gc/cstorage-gc-report.5") | sort -u)"
finish
