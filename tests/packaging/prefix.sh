#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# All files are installed below the prefix, except those with a directory in an option. With the prefix of systemd the files for
# systemd are installed in the directories of systemd.pc. The programs are empty files, since only paths are tested.
. "$(dirname "$0")/../support/lib.sh"
. "$(dirname "$0")/../support/packaging.sh"

command -v meson >/dev/null || skip_all "there is no meson"
pkg-config --exists systemd libsystemd || skip_all "there is no systemd to install units for"
make_scratch

# installed NAME OPTIONS...: list the files that are installed with these options.
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
expect "all files are below the prefix" "" "$(grep -v '^/opt/cstorage/' "$scratch/opt.list")"
for file in bin/cstorage-gc libexec/cstorage-gc-delete lib/systemd/system/cstorage-gc.service lib/systemd/user/cstorage-gc.service \
        lib/systemd/system/cstorage-gc.service.d/50-storage.conf lib/systemd/system-generators/cstorage-gc-generator \
        lib/systemd/system-preset/80-cstorage-gc.preset lib/systemd/user-preset/80-cstorage-gc.preset \
        lib/systemd/catalog/cstorage-gc.catalog share/bash-completion/completions/cstorage-gc \
        share/zsh/site-functions/_cstorage-gc share/man/man5/cstorage-gc-report.5 share/man/man8/cstorage-gc.8; do
        check "$file is below the prefix" grep -qx "/opt/cstorage/$file" "$scratch/opt.list"
done
expect "the units start the programs below the prefix" "/opt/cstorage/bin/cstorage-gc /opt/cstorage/libexec/cstorage-gc-delete" "$(
        sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$scratch"/opt.root/opt/cstorage/lib/systemd/*/*.service | sort -u | xargs)"

# --------------------------------------------------------------------------------------------------------- the options

options=$(sed -nE "s/^option\('([a-z]*dir)'.*/\1/p" "$source_dir/meson_options.txt")
expect "meson has eight options for directories" 8 "$(wc -w <<<"$options")"
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
expect "the other files stay below the prefix" "$(grep -vE '/(systemd|bash-completion|zsh)/' "$scratch/opt.list")" \
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
expect "with the prefix of systemd as many files are installed" "$(wc -l <"$scratch/opt.list")" "$(wc -l <"$scratch/same.list")"
finish
