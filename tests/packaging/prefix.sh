#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Every file is installed below the prefix, except those that an option sends elsewhere; with the prefix of systemd its files go
# where systemd.pc has them. Only this is tested, so the programs are empty files.
. "$(dirname "$0")/../support/lib.sh"
. "$(dirname "$0")/../support/packaging.sh"

command -v meson >/dev/null || skip_all "there is no meson"
pkg-config --exists systemd libsystemd || skip_all "there is no systemd to install units for"
make_scratch

# installed NAME OPTIONS...: a listing of what is installed with these options.
installed() {
        local dir=$scratch/$1
        shift
        meson setup "$dir" "$source_dir" -Dtests=disabled -Dsystemd=enabled "$@" >"$dir.log" 2>&1 || return
        meson introspect --targets "$dir" | python3 -c '
import json, os, sys
for target in json.load(sys.stdin):
    for name in target["filename"] if target["installed"] else []:
        os.makedirs(os.path.dirname(name), exist_ok=True)
        open(name, "w").close()'
        DESTDIR=$dir.root meson install -C "$dir" --no-rebuild >>"$dir.log" 2>&1 || return
        (cd "$dir.root" && find . ! -type d | sed 's/^\.//' | sort)
}

# ---------------------------------------------------------------------------------------------------- another prefix

installed opt --prefix=/opt/cstorage >"$scratch/opt.list" || note "$(tail -n 20 "$scratch/opt.log")"
expect "everything is below the prefix" "" "$(grep -v '^/opt/cstorage/' "$scratch/opt.list")"
for file in bin/cstorage-gc libexec/cstorage-gc-delete lib/systemd/system/cstorage-gc.service lib/systemd/user/cstorage-gc.service \
        lib/systemd/system/cstorage-gc.service.d/50-storage.conf lib/systemd/system-generators/cstorage-gc-generator \
        lib/systemd/system-preset/80-cstorage-gc.preset lib/systemd/user-preset/80-cstorage-gc.preset \
        lib/systemd/catalog/cstorage-gc.catalog share/bash-completion/completions/cstorage-gc \
        share/zsh/site-functions/_cstorage-gc share/man/man5/cstorage-gc-report.5 share/man/man8/cstorage-gc.8; do
        check "$file is" grep -qx "/opt/cstorage/$file" "$scratch/opt.list"
done
expect "the units start the programs there" "/opt/cstorage/bin/cstorage-gc /opt/cstorage/libexec/cstorage-gc-delete" "$(
        sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$scratch"/opt.root/opt/cstorage/lib/systemd/*/*.service | sort -u | xargs)"

# --------------------------------------------------------------------------------------------------------- the options

options=$(sed -nE "s/^option\('([a-z]*dir)'.*/\1/p" "$source_dir/meson_options.txt")
expect "there are options for directories" 8 "$(wc -w <<<"$options")"
# shellcheck disable=SC2046
installed options --prefix=/opt/cstorage $(for option in $options; do echo "-D$option=/elsewhere/$option"; done) \
        >"$scratch/options.list" || note "$(tail -n 20 "$scratch/options.log")"
while read -r option files; do
        expect "-D$option= moves its files" "$files" \
                "$(sed -n "s|^/elsewhere/$option/||p" "$scratch/options.list" | xargs)"
done <<'END'
bashcompletiondir cstorage-gc
catalogdir cstorage-gc.catalog
systemdsystemgeneratordir cstorage-gc-generator
systemdsystempresetdir 80-cstorage-gc.preset
systemdsystemunitdir cstorage-gc-delete.service cstorage-gc-delete.socket cstorage-gc.service cstorage-gc.service.d/50-storage.conf
systemduserpresetdir 80-cstorage-gc.preset
systemduserunitdir cstorage-gc-delete.service cstorage-gc-delete.socket cstorage-gc.service
zshcompletiondir _cstorage-gc
END
expect "and leaves the others below the prefix" "$(grep -vE '/(systemd|bash-completion|zsh)/' "$scratch/opt.list")" \
        "$(grep -v '^/elsewhere/' "$scratch/options.list")"

# ------------------------------------------------------------------------------------------------- that of systemd

prefix=$(pkg-config --variable=prefix systemd)
installed same --prefix="$prefix" >"$scratch/same.list" || note "$(tail -n 20 "$scratch/same.log")"
while read -r variable file; do
        check "with the prefix of systemd $file is in its $variable" \
                grep -qx "$(pkg-config --variable="$variable" systemd)/$file" "$scratch/same.list"
done <<'END'
systemdsystemunitdir cstorage-gc.service
systemduserunitdir cstorage-gc.service
systemdsystempresetdir 80-cstorage-gc.preset
systemduserpresetdir 80-cstorage-gc.preset
systemdsystemgeneratordir cstorage-gc-generator
catalogdir cstorage-gc.catalog
END
expect "there are as many files as elsewhere" "$(wc -l <"$scratch/opt.list")" "$(wc -l <"$scratch/same.list")"
finish
