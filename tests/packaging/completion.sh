#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bash and zsh complete the options of cstorage-gc and their values.
. "$(dirname "$0")/../support/lib.sh"

need_gc
files=$tests_dir/../packaging/completion
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
help=$("$build/gc/cstorage-gc" --help | grep -oE -- '^ +(-[a-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort)
expect "--help lists more than 15 options" 1 $(($(wc -w <<<"$help") > 15))

# ---------------------------------------------------------------------------------------------------------------- bash

# typed WORD...: the completions of bash for these words of a line, split as Readline does.
typed() {
        (
                compopt() { :; } # fails outside of a completion
                # shellcheck source=packaging/completion/cstorage-gc
                . "$files/cstorage-gc"
                COMP_WORDS=(cstorage-gc "$@")
                COMP_CWORD=$#
                _cstorage_gc
                printf '%s\n' "${COMPREPLY[@]}"
        )
}

expect "bash completes the options of --help, and no others" "$help" "$(typed -- | tr -d = | sort)"
expect "bash completes a value for the options that have one in --help" \
        "$("$build/gc/cstorage-gc" --help | grep -oE -- '--[a-z-]+=' | sort)" "$(typed -- | grep '=$' | sort)"
expect "bash completes an option" "--dry-run" "$(typed --dr)"
expect "bash completes a value" "always auto" "$(typed --progress = a | sort | xargs)"
expect "bash completes a value behind an =" "false true" "$(typed --transient-store = | sort | xargs)"
expect "bash completes a value in a separate word" "overlay" "$(typed --storage-driver o)"
expect "bash completes an option behind one with an optional value" "--json" "$(typed --transient-store --js)"
mkdir -p "$dir/a directory" "$dir/below"
touch "$dir/a file"
expect "bash completes directories" "$dir/a directory" "$(typed --root = "$dir/a")"
expect "bash completes files" "$dir/a directory $dir/a file" "$(typed --deleter = "$dir/a" | sort | xargs -d '\n')"
expect "bash completes nothing for a free value" "" "$(typed --lock-timeout = "")"

# ----------------------------------------------------------------------------------------------------------------- zsh

if command -v zsh >/dev/null; then
        zsh -f -c '_arguments() { print -lr -- "$@" }; . "$1"' zsh "$files/_cstorage-gc" >"$dir/zsh"
        expect "zsh completes the options of --help, and no others" "$help" \
                "$(sed -nE 's/^(\([^)]*\))?\*?(--[a-z-]+).*/\2/p' "$dir/zsh" | sort)"
        # A line that is typed in a new terminal.
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
        check "zsh completes an option and a value" sh -c "zsh -f '$dir/type.zsh' '$files' '$dir/dump' |
                grep -q -- '--dry-run.*--progress=always.*--transient-store=true'"
else
        skip "zsh completes the options of --help, and no others" "there is no zsh"
fi
finish
