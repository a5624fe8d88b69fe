#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What bash and zsh complete for cstorage-gc are the options that it has, and their values.
. "$(dirname "$0")/../support/lib.sh"

need_gc
files=$tests_dir/../packaging/completion
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
help=$("$build/gc/cstorage-gc" --help | grep -oE -- '^ +(-[a-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort)
expect "there are options" 1 $(($(wc -w <<<"$help") > 15))

# ---------------------------------------------------------------------------------------------------------------- bash

# typed WORD...: what bash makes of a line that ends with the last word, taken apart as Readline does.
typed() {
        (
                compopt() { :; } # there is no completion going on for it
                # shellcheck source=packaging/completion/cstorage-gc
                . "$files/cstorage-gc"
                COMP_WORDS=(cstorage-gc "$@")
                COMP_CWORD=$#
                _cstorage_gc
                printf '%s\n' "${COMPREPLY[@]}"
        )
}

expect "bash has the options of --help, and no others" "$help" "$(typed -- | tr -d = | sort)"
expect "those with a value are those whose help has one" \
        "$("$build/gc/cstorage-gc" --help | grep -oE -- '--[a-z-]+=' | sort)" "$(typed -- | grep '=$' | sort)"
expect "bash completes an option" "--dry-run" "$(typed --dr)"
expect "and a value" "always auto" "$(typed --progress = a | sort | xargs)"
expect "one that begins behind the =" "false true" "$(typed --transient-store = | sort | xargs)"
expect "one in a word of its own" "overlay" "$(typed --storage-driver o)"
expect "an option behind one that may have a value" "--json" "$(typed --transient-store --js)"
mkdir -p "$dir/a directory" "$dir/below"
touch "$dir/a file"
expect "directories" "$dir/a directory" "$(typed --root = "$dir/a")"
expect "files" "$dir/a directory $dir/a file" "$(typed --deleter = "$dir/a" | sort | xargs -d '\n')"
expect "nothing where nothing is known" "" "$(typed --lock-timeout = "")"

# ----------------------------------------------------------------------------------------------------------------- zsh

if command -v zsh >/dev/null; then
        zsh -f -c '_arguments() { print -lr -- "$@" }; . "$1"' zsh "$files/_cstorage-gc" >"$dir/zsh"
        expect "zsh has the options of --help, and no others" "$help" \
                "$(sed -nE 's/^(\([^)]*\))?\*?(--[a-z-]+).*/\2/p' "$dir/zsh" | sort)"
        # A line typed in a terminal of its own.
        cat >"$dir/type.zsh" <<'EOF'
zmodload zsh/zpty
zpty shell "zsh -f -i"
zpty -w shell "PS1=; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -d $2; print re''ady"
zpty -r shell line '*ready*'
zpty -w -n shell $'cstorage-gc --dry\t--progress=al\t--transient-store=t\t'
line=
for i in {1..300}; do
        zpty -r -t shell part && line+=$part
        [[ $line == *=true* ]] && break
        sleep 0.1
done
print -r -- $line
EOF
        check "zsh completes them" sh -c "zsh -f '$dir/type.zsh' '$files' '$dir/dump' |
                grep -q -- '--dry-run.*--progress=always.*--transient-store=true'"
else
        skip "zsh has the options of --help, and no others" "there is no zsh"
fi
finish
