/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* How Go compares names without regard to case. The names here are ASCII, but a few other characters fold to
 * a letter: U+212A (the Kelvin sign) always folds to "k", each of the others in only one way. */
enum fold {
        FOLD_EQUAL, /* strings.EqualFold, in BurntSushi/toml and encoding/json: also U+017F to "s" */
        FOLD_LOWER, /* strings.ToLower, in json-iterator: also U+0130 to "i" */
        FOLD_BOTH,  /* only what both ways fold */
        FOLD_ALL,   /* what either way folds */
};

/* Does the text equal the name, except for case? The name must be in lower case. */
bool fold_equal(const char *text, size_t n, const char *name, size_t name_len, enum fold fold);
