/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * How Go finds a name whatever its case. Names here are of ASCII, but a few characters beyond it fold to a
 * letter: U+212A (the Kelvin sign) to "k" always, the others by one way or the other.
 */
enum fold {
        FOLD_EQUAL, /* strings.EqualFold, as BurntSushi/toml and encoding/json have it: U+017F to "s", too */
        FOLD_LOWER, /* strings.ToLower, as json-iterator has it: U+0130 to "i", too */
        FOLD_BOTH,  /* what either of them does */
        FOLD_ALL,   /* what one of them does */
};

/* Whether the text is the name but for case; the name is in lower case. */
bool fold_equal(const char *text, size_t n, const char *name, size_t name_len, enum fold fold);
