/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

/*
 * Parts of the records of layers, images and containers. The arena of the list of records contains them all.
 */

struct slice { /* unchanged bytes of the file */
        const char *at;
        size_t len;
};

struct strings {
        const char *const *items;
        size_t n;
};

bool strings_contain(const struct strings *strings, const char *s);

struct u32s {
        const uint32_t *items;
        size_t n;
};

struct id_map { /* pkg/idtools/idtools.go:IDMap */
        uint32_t container_id, host_id, size;
};

struct id_maps {
        const struct id_map *items;
        size_t n;
};

struct flag { /* the value as JSON text, with a NUL behind it */
        const char *name, *value;
};

struct flags {
        const struct flag *items;
        size_t n;
};

struct big_datum { /* size is 0 and digest is "" if unknown */
        const char *name;
        int64_t size;
        const char *digest;
};

struct big_data { /* in the order of big-data-names */
        const struct big_datum *items;
        size_t n;
};
