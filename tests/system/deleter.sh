#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The collector hands temp dirs over to the deleter. They stay locked until they are deleted or a process dies, and the next
# collection deletes the rest. The test makes and passes the socket as systemd does.
. "$(dirname "$0")/../support/lib.sh"

need_root
need_gc
make_scratch
grep -q -- -DHAVE_SYSTEMD "$build/compile_commands.json" || skip_all "built without libsystemd"

gc=$build/gc/cstorage-gc
deleter=$build/gc/cstorage-gc-delete
socket=$scratch/delete
limited= # command that runs the collection
unset CONTAINERS_STORAGE_CONF CONTAINERS_STORAGE_CONF_OVERRIDE STORAGE_DRIVER STORAGE_OPTS

collect() {
        # shellcheck disable=SC2086
        $limited "$after_boot" "$gc" $store --quiet "$@" >"$scratch/out" 2>"$scratch/err"
        status=$?
}

# Like systemd: listen all the time, and start the deleter when a peer connects. Its notifications go to $scratch/notified. A
# command in front of the deleter must exec it. Python warns that the listening thread does not exist after the fork; it is
# not needed there.
listen() {
        rm -f "$socket" "$scratch/notified" "$scratch/deleter.pid" "$scratch/deleter.status"
        python3 -W ignore::DeprecationWarning - "$socket" "$scratch" "$@" "$deleter" 2>"$scratch/deleter.err" <<'EOF' &
import os, select, socket, sys, threading
path, scratch, *program = sys.argv[1:]
listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
listening.bind(path)
os.chmod(path, 0o666)
listening.listen(128)
notifications = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notifications.bind("\0" + path)
def hear():
    with open(scratch + "/notified", "ab", buffering=0) as out:
        while True:
            out.write(notifications.recv(4096) + b"\n")
threading.Thread(target=hear, daemon=True).start()
while True:
    select.select([listening], [], [])
    while os.path.exists(scratch + "/not-yet"):
        select.select([], [], [], 0.01)
    pid = os.fork()
    if pid == 0:
        os.dup2(listening.fileno(), 3)
        os.set_inheritable(3, True)
        os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()), NOTIFY_SOCKET="@" + path)
        os.execvp(program[0], program)
    with open(scratch + "/deleter.pid", "w") as out:
        out.write(str(pid))
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with open(scratch + "/deleter.status", "a") as out:
        out.write(f"{code}\n")
    if os.path.exists(scratch + "/once"):
        break
EOF
        listener=$!
        wait_for test -S "$socket"
}

# stop_listening: also kill the deleter.
stop_listening() {
        kill "$listener" 2>/dev/null
        pkill -9 -f "^$deleter" 2>/dev/null
        wait "$listener" 2>/dev/null
}

# wait_for COMMAND...: wait for at most a minute.
wait_for() {
        local i
        for i in $(seq 1200); do
                "$@" 2>/dev/null && return 0
                sleep 0.05
        done
        return 1
}

# Examined at the end, when its lock file is old.
lay_out alone --images 1
mkdir -p "$g/overlay/tempdirs" && : >"$g/overlay/tempdirs/lock-7"
store_of_lock=$store

temp_dirs() { find "$g/overlay/tempdirs" "$g/overlay-layers/tmp" "$g/overlay-containers/tmp" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l; }
no_temp_dirs() { [ "$(temp_dirs)" = 0 ]; }
orphans() { jq -r '.orphan_layers[]' "${g%/g}.made" | (cd "$g/overlay" && xargs ls -d 2>/dev/null) | wc -l; }

# Try to lock the temp dirs all the time; print each whose lock was free while its directory existed.
watch_locks() {
        python3 - "$g/overlay/tempdirs" "$scratch/watched" <<'EOF' &
import fcntl, os, sys
root, out = sys.argv[1:]
seen = 0
def look(n):
    try:
        fd = os.open(f"{root}/lock-{n}", os.O_RDWR)
    except FileNotFoundError:
        return
    try:
        fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.exists(f"{root}/temp-dir-{n}"):
            print(f"temp-dir-{n} was not locked", file=open(out, "a"))
    except BlockingIOError:
        global seen
        seen += 1
    finally:
        os.close(fd)
open(out + ".ready", "w").close()
while not os.path.exists(out + ".stop"):
    try:
        names = os.listdir(root)
    except FileNotFoundError:
        continue
    for name in names:
        if name.startswith("lock-"):
            look(name[5:])
print(f"held {seen > 100}", file=open(out, "a"))
EOF
        watcher=$!
        wait_for test -e "$scratch/watched.ready"
}

# ------------------------------------------------------------------------------------------------ deletion

lay_out big --images 1 --layers 2 --containers 2 --orphans 20 --orphan-files 400
listen
watch_locks
touch "$scratch/not-yet"
collect --deleter="$socket"
expect "a run that hands over succeeds" "0 " "$status $(cat "$scratch/err")"
expect "no orphan is left in the store" 0 "$(orphans)"
check "no file is deleted yet" test "$(find "$g/overlay/tempdirs" -name 'temp-dir-*' | xargs -I{} find {} -type f | wc -l)" -gt 7000
sleep 0.3
rm "$scratch/not-yet"
check "the deleter deletes the temp dir" wait_for no_temp_dirs
check "the deleter deletes the directory of temp dirs" wait_for test ! -e "$g/overlay/tempdirs"
check "the deleter ends without further requests" wait_for test -s "$scratch/deleter.status"
touch "$scratch/watched.stop"
wait "$watcher"
expect "the temp dir was locked all the time" "held True" "$(cat "$scratch/watched")"
expect "the deleter succeeds and prints nothing" "0 " "$(cat "$scratch/deleter.status") $(cat "$scratch/deleter.err")"
expect "the deleter notifies systemd that it is ready" 1 "$(grep -c '^READY=1$' "$scratch/notified")"
check "the deleter notifies systemd of its work" grep -qE '^STATUS=deleted [0-9]{4,} entries; 0 directories are left to others$' "$scratch/notified"
collect
expect "a second run has nothing to do" "0 " "$status $(cat "$scratch/err")"
stop_listening

# The temp dirs of many crashes: more than a connection can pass, and more than a process may have descriptors.
leave_temp_dirs() {
        lay_out "$1" --images 1 --orphans 1
        mkdir -p "$g/overlay/tempdirs"
        python3 - "$g/overlay/tempdirs" "$2" <<'EOF'
import os, sys
root, n = sys.argv[1], int(sys.argv[2])
for i in range(n):
    os.makedirs(f"{root}/temp-dir-{i}/0-x")
    os.close(os.open(f"{root}/lock-{i}", os.O_CREAT | os.O_WRONLY, 0o600))
EOF
}

limited="prlimit --nofile=1024:1024"
leave_temp_dirs many 10000
collect
expect "ten thousand temp dirs are deleted in one run with 1,024 descriptors" "0 0 " "$status $(temp_dirs) $(cat "$scratch/err")"

leave_temp_dirs crashes 3000
# shellcheck disable=SC2086
listen $limited
touch "$scratch/not-yet"
started=$(date +%s%N)
collect --deleter="$socket"
expect "three thousand temp dirs are handed over before the deleter reads" "0 " "$status $(cat "$scratch/err")"
took=$((($(date +%s%N) - started) / 1000000))
check "the collector does not wait for the deleter" test $took -lt 10000 || note "$took ms"
expect "no temp dir is deleted yet" 3000 "$(find "$g/overlay/tempdirs" -path '*/temp-dir-*/0-x' | wc -l)"
rm "$scratch/not-yet"
check "the deleter deletes them all" wait_for no_temp_dirs
check "the deleter ends" wait_for test -s "$scratch/deleter.status"
expect "the deleter prints nothing" "0 " "$(cat "$scratch/deleter.status") $(cat "$scratch/deleter.err")"
stop_listening
limited=

# Several collections in sequence, and one deleter.
listen
touch "$scratch/not-yet"
stores=
for i in 1 2 3; do
        lay_out "several$i" --images 1 --orphans 3 --orphan-files 10
        collect --deleter="$socket"
        expect "collection $i is handed over" "0 1" "$status $(find "$g/overlay/tempdirs" -name 'temp-dir-*' | wc -l)"
        stores="$stores $g/overlay/tempdirs"
done
rm "$scratch/not-yet"
# shellcheck disable=SC2086
check "one deleter deletes the trash of all three" wait_for sh -c "! ls -d $stores"
check "that deleter ends" wait_for test -s "$scratch/deleter.status"
expect "that deleter succeeds once" "0" "$(xargs <"$scratch/deleter.status")"
stop_listening

# ------------------------------------------------------------------------------------------------ no deleter

rm -f "$socket"
lay_out none --images 1 --orphans 5 --orphan-files 10
collect --deleter="$socket"
expect "without a listener the collector deletes by itself" "0 0 0" "$status $(orphans) $(temp_dirs)"
check "the collector reports that" grep -q "^cstorage-gc: no deleter listens at $socket: No such file" "$scratch/err"
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).bind(sys.argv[1])' "$socket"
lay_out dead --images 1 --orphans 5 --orphan-files 10
collect --deleter="$socket"
expect "with the socket of a dead listener the collector deletes by itself" "0 0 0" "$status $(orphans) $(temp_dirs)"
collect --deleter=relative
expect "a relative path of the socket is a usage error" 2 $status
collect --deleter="$socket" --no-delete
expect "--deleter cannot be combined with --no-delete" 2 $status
"$deleter" >"$scratch/out" 2>"$scratch/err"
expect "the deleter without a socket is a usage error" 2 $?
check "the message names its socket unit" grep -q '^cstorage-gc-delete: .*started by its socket' "$scratch/err"

# ------------------------------------------------------------------------------------------------ signals

# So many files that some are left, however fast the disk is.
slowly="strace -D -f -o /dev/null --seccomp-bpf -e trace=unlinkat -e inject=unlinkat:delay_enter=20000"
for signal in TERM KILL; do
        lay_out stopped --images 1 --layers 2 --orphans 40 --orphan-files 500
        touch "$scratch/once"
        # shellcheck disable=SC2086
        listen $slowly
        collect --deleter="$socket"
        expect "$signal: handed over" 0 $status
        wait_for grep -q '^READY=1$' "$scratch/notified"
        kill -$signal "$(cat "$scratch/deleter.pid")"
        check "$signal: the deleter ends" wait_for test -s "$scratch/deleter.status"
        expect "$signal: its exit status" "$([ $signal = TERM ] && echo 0 || echo -9)" "$(cat "$scratch/deleter.status")"
        check "$signal: something is left" test -d "$g/overlay/tempdirs"
        collect
        expect "$signal: the next run deletes it" "0 0" "$status $(temp_dirs)"
        stop_listening
        rm "$scratch/once"
done

# ------------------------------------------------------------------------------------------------ other peers

# The deleter refuses other users and other messages, and serves the next peer.
lay_out others --images 1 --orphans 3 --orphan-files 10
listen
chmod 711 "$scratch"
for uid in 1000 0; do
        setpriv --reuid $uid --regid $uid --clear-groups /usr/bin/python3 -c '
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect(sys.argv[1])
socket.send_fds(s, [b"nothing"], [os.open("/", os.O_RDONLY)] * 3)' "$socket"
done
collect --deleter="$socket"
check "the deleter serves the next peer" wait_for no_temp_dirs
check "the deleter ends" wait_for test -s "$scratch/deleter.status"
check "the deleter refuses another user" grep -q 'user 1000 has nothing to hand over here' "$scratch/deleter.err"
check "the deleter refuses a directory that is no temp dir" grep -q 'what was received is no temporary directory' "$scratch/deleter.err"
expect "refused peers do not make the deleter fail" 0 "$(cat "$scratch/deleter.status")"
stop_listening

# A peer that does not finish gets ten seconds in all, however often it sends.
lay_out slow --images 1 --orphans 3 --orphan-files 10
listen
python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect(sys.argv[1])
open(sys.argv[2], "w").close()
while True: # until the deleter closes the connection
    s.send(b"nothing")
    time.sleep(0.5)' "$socket" "$scratch/slow.connected" 2>/dev/null &
slow=$!
wait_for test -e "$scratch/slow.connected"
started=$(date +%s)
collect --deleter="$socket"
check "a slow peer keeps the others waiting" test -d "$g/overlay/tempdirs"
check "the deleter drops the slow peer" wait_for no_temp_dirs
check "the limit is ten seconds for all its messages" test $(($(date +%s) - started)) -lt 30
check "the message contains the cause" grep -q 'a collector did not hand over all in time' "$scratch/deleter.err"
wait $slow
stop_listening

# The collector hands nothing to a process of another user, which could hold the locks forever.
rm -f "$socket"
chmod 777 "$scratch"
setpriv --reuid 1000 --regid 1000 --clear-groups /usr/bin/python3 -c '
import os, socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.bind(sys.argv[1])
s.listen(16)
time.sleep(60)' "$socket" &
stranger=$!
wait_for test -S "$socket"
sleep 0.2
lay_out strange --images 1 --orphans 3 --orphan-files 10
collect --deleter="$socket"
expect "a socket of another user gets nothing" "0 0 0" "$status $(orphans) $(temp_dirs)"
check "the message names that user" grep -q "^cstorage-gc: cannot hand over the deletion: user 1000 listens at $socket" "$scratch/err"
kill $stranger

lay_out alone-now --images 1
mkdir -p "$g/overlay/tempdirs" && : >"$g/overlay/tempdirs/lock-9"
collect
expect "a new lock file without a temp dir is kept" "0 lock-9" "$status $(ls "$g/overlay/tempdirs")"

# Another process may create the temp dir until the lock file is a minute old.
store=$store_of_lock g=$scratch/alone/g
wait_for sh -c "[ \$((\$(date +%s) - \$(stat -c %Z '$g/overlay/tempdirs/lock-7'))) -gt 61 ]"
collect
expect "an old one is removed" "0 " "$status $(ls "$g/overlay/tempdirs")"
finish
