# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# In a machine: kill-points.sh DRIVER MODE SEED POINTS PART PARTS kills commits of each kind before each write-side system call, and
# makes each of these calls fail. MODE is normal or transient. It tries POINTS points of all, or "all", and of these its PART (from
# 0) of PARTS. It prints a line for each error, and then the number of tried points.
driver=$1 mode=${2#normal} seed=$3 points=$4 part=$5 parts=$6
graphroot=/tmp/s/g runroot=/tmp/s/r
. /var/lib/containers/library-image.sh

calls="openat openat2 mkdir mkdirat write writev pwrite64 pwritev fdatasync fsync sync_file_range fchmod fchmodat fchown fchownat rename renameat
       renameat2 linkat symlinkat unlink unlinkat rmdir ftruncate copy_file_range utimensat"

id() { printf "$1%.0s" {1..64}; }
low=$(id 1) top=$(id 2) other=$(id 3) leaf=$(id 4) image=$(id 5) second=$(id 6) stable=$(id 7) volatile=$(id 8)
new_layer=$(id a) new_image=$(id b) new_container=$(id c)

# The store before the commits, made by Go.
make_base() {
        local l

        {
                storage create-layer -i $low
                storage create-layer -i $top -n top $low
                storage create-layer -i $other $top
                storage create-layer -i $leaf -n leaf $top
                for l in $low $top $other; do
                        echo $l >"$(storage mount $l | tail -n 1)/file"
                        storage unmount $l
                done
                storage create-image -i $image -n image -n alias $top
                storage create-image -i $second -n second $other
                storage set-image-data -f /etc/hostname $image key
                storage set-image-data -f /etc/hostname $second key
                storage create-container -i $stable -n stable $image
                storage create-container -i $volatile --volatile -n volatile $image
                storage set-container-data -f /etc/hostname $stable key
                storage set-container-data -f /etc/hostname $volatile key
        } >/dev/null
        mkdir -p /tmp/content/deep
        echo content >/tmp/content/deep/file
        cp -a /tmp/s /tmp/base
}

# The kinds of commits: a name, and the changes as store-writer takes them.
declare -A kinds=(
        [create-layer]="layer $new_layer $top /tmp/content - - new"
        [create-empty-layer]="layer $new_layer - - - - new"
        [create-volatile-layer]="volatile-layer $new_layer $top - - - new"
        [create-image]="image $new_image $top - new , data image $new_image key /etc/passwd"
        [create-container]="container $new_container - image new , data container $new_container key /etc/passwd ,
                            directory container $new_container"
        [create-volatile-container]="volatile-container $new_container - image new , data container $new_container key /etc/passwd"
        [create-all]="layer $new_layer $top /tmp/content - - new , image $new_image $new_layer - new ,
                      data image $new_image key /etc/passwd , container $new_container - $new_image new"
        [names]="names image $image moved second , names container $stable volatile , names layer $top leaf"
        [metadata]="metadata image image text , metadata container stable text , metadata layer top text ,
                    flag container volatile f true , flag layer leaf f [1]"
        [data]="data image image key /etc/passwd , data image image more /etc/passwd , data layer top key /etc/passwd ,
                data container stable key /etc/passwd , data container volatile more /etc/passwd"
        [delete-layer]="delete layer leaf"
        [delete-image]="delete image second"
        [delete-container]="delete container stable"
        [delete-volatile-container]="delete container volatile"
        [delete-all]="delete container stable , delete container volatile , delete image image , delete image second"
)

# ------------------------------------------------------------------------------------------------------------ looking

# A line for each record, with random values replaced.
state() {
        reader >/tmp/records || return
        grep -v ^mount /tmp/records | jq -c -R -n --arg known \
                "$low $top $other $leaf $new_layer $(cat /tmp/base-layers)" '
                def known: . as $id | if ($known | split(" ") | any(. == $id)) then . else "made-up" end;
                [inputs | split(" ") as $w | ($w[2:] | join(" ") | fromjson | del(.created)) as $r |
                        [$w[0], $w[1], if $w[0] == "layer" then $r | .id |= known else $r end] |
                        if $w[0] == "container" then .[2].layer |= known else . end] | sort[]'
}

# All files except locks, dangling links, and files that the next process or collection removes.
tree() {
        (cd /tmp/s && find g/$driver* r/$driver* ! -xtype l | grep -vE '/\.tmp-|/(tempdirs|tmp)(/|$)|\.lock$' | sed -E \
                "s/(l)\/[A-Z0-9]{26}/\1\/LINK/; s/[a-f0-9]{64}/&@/g" | awk -v known=" $ids_known " '{
                        n = split($0, part, "@"); line = ""
                        for (i = 1; i <= n; i++) {
                                id = substr(part[i], length(part[i]) - 63)
                                if (i < n && index(known, " " id " ") == 0)
                                        part[i] = substr(part[i], 1, length(part[i]) - 64) "made-up"
                                line = line part[i]
                        }
                        print line }' | sort)
}

ids_in() { sed -E 's/^\["([a-z]+)".*"id":"([^"]*)".*/\1 \2/' "$1" | cut -d, -f1 | sort -u; }

# ------------------------------------------------------------------------------------------------------------- one point

bad() {
        failures=$((failures + 1))
        echo "$kind $point: $*"
        [ ! -s /tmp/said ] || sed 's/^/    /' /tmp/said | head -n 5
}

# same TITLE WANTED GOT
same() {
        diff "$2" "$3" >/tmp/said || bad "$1"
        : >/tmp/said
}

reset() {
        rm -rf /tmp/s
        cp -a /tmp/base /tmp/s
}

# Each record is the old one, the new one, or that of an incomplete layer; all files that stay exist.
old_or_new() {
        local missing

        grep -vxF -f /tmp/old -f "/tmp/new-$kind" /tmp/state | grep -v '"incomplete":true' >/tmp/said &&
                bad "a record is neither old nor new"
        missing=$(comm -12 <(ids_in /tmp/old) <(ids_in "/tmp/new-$kind") | comm -23 - <(ids_in /tmp/state))
        [ -z "$missing" ] || bad "lost: $missing"
        : >/tmp/said
}

# go_finds_nothing WHEN [PATTERN]: the check of Go prints only lines that match.
go_finds_nothing() {
        storage check >/tmp/said 2>&1 || ! grep '^ ' /tmp/said | grep -qv "${2:-NOTHING}" || bad "$1 Go's check finds something"
        : >/tmp/said
}

# A process that dies between the layer of a container and the record of the container leaves that layer, like Go.
delete_unused() {
        local layer

        for layer in $(jq -r '.[] | select(.names == null and .parent != null).id' "/tmp/s/"[gr]"/$driver-layers/"*layers.json | sort -u); do
                case " $low $top $other $leaf $new_layer " in *" $layer "*) continue ;; esac
                grep -q "$layer" "/tmp/s/"[gr]"/$driver-containers/"*.json || writer delete layer "$layer" >>/tmp/said 2>&1
        done
}

again() {
        # shellcheck disable=SC2086
        writer -f ${kinds[$kind]} >/tmp/said 2>&1 || bad "a second run fails"
        delete_unused
        state >/tmp/state 2>/tmp/said || bad "after a second run we cannot load it"
        same "after a second run the records are not as without the accident" "/tmp/new-$kind" /tmp/state
}

# try INJECTION: run the commit with it, and check the store.
try() {
        local status

        reset
        # shellcheck disable=SC2086
        strace -f --seccomp-bpf -qq -o /tmp/trace -e trace="${1%%:*}" -e inject="$1" "$tools/store-writer" ${mode:+-t} $driver \
                $graphroot $runroot ${kinds[$kind]} >/tmp/said 2>&1
        status=$?
        cp /tmp/said /tmp/output
        state >/tmp/state 2>/tmp/said || bad "we cannot load it"
        case $status in
        137) old_or_new ;;
        0 | 3) same "it succeeded, and the records are not the new ones" "/tmp/new-$kind" /tmp/state ;;
        1)
                same "it failed ($(cat /tmp/output)), and the records are not the old ones" /tmp/old /tmp/state
                tree >/tmp/tree
                same "it failed ($(cat /tmp/output)), and the files are not the old ones" /tmp/old-tree /tmp/tree
                ;;
        *) bad "exit status $status" ;;
        esac
        # In half of the cases Go comes next, else the library. As with Go, data exists before its record.
        if [ $((tried % 2)) = 1 ]; then
                [ $status = 137 ] && go_finds_nothing "killed," "data item" || go_finds_nothing "not killed,"
        fi
        again
        go_finds_nothing "after a second run"
        tree >/tmp/tree
        same "after a second run the files are not as without the accident" "/tmp/new-tree-$kind" /tmp/tree
        tried=$((tried + 1))
}

# ----------------------------------------------------------------------------------------------------------- all points

# The calls, with their number in the thread; of open calls only those that make a file.
count_calls() {
        # shellcheck disable=SC2086
        strace -f -qq -o /tmp/trace -e trace="$(tr -s ' \n' ',' <<<"$calls")" "$tools/store-writer" ${mode:+-t} $driver $graphroot $runroot \
                ${kinds[$kind]} >/tmp/said 2>&1 || bad "without any accident it fails"
        awk 'match($2, /^[a-z0-9_]+\(/) {
                call = substr($2, 1, RLENGTH - 1)
                n = ++seen[$1, call]
                if (call !~ /^openat/ || /O_CREAT|O_TMPFILE/)
                        points[call ":" n] = 1
        }
        END { for (p in points) print p }' /tmp/trace | sort -V
}

plan() {
        local kind point action

        for kind in "${!kinds[@]}"; do
                reset
                count_calls >/tmp/points
                state >"/tmp/new-$kind"
                storage check >/dev/null || bad "without any accident check finds something"
                tree >"/tmp/new-tree-$kind"
                while IFS=: read -r call n; do
                        for action in signal=KILL error=EIO error=ENOSPC; do
                                echo "$kind $call:$action:when=$n"
                        done
                done </tmp/points
        done | sort
}

failures=0 tried=0
make_base || exit
cat "/tmp/s/"[gr]"/$driver-layers/"*layers.json | jq -r '.[].id' | xargs >/tmp/base-layers
ids_known="$low $top $other $leaf $image $second $stable $volatile $new_layer $new_image $new_container $(cat /tmp/base-layers)"
state >/tmp/old || exit
storage check
tree >/tmp/old-tree
plan >/tmp/plan
if [ "$points" = all ]; then
        cp /tmp/plan /tmp/chosen
else
        shuf -n "$points" --random-source=<(yes "$seed") /tmp/plan >/tmp/chosen
fi
sed -n "$((part + 1))~${parts}p" /tmp/chosen >/tmp/mine
while read -r kind point; do
        try "$point"
done </tmp/mine
echo "$tried of $(wc -l </tmp/plan) points tried, $failures failures"
