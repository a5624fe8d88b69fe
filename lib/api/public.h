/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the public objects share: how they are exported, and how they hand errors to the layers below. */

#include "base/error.h"
#include "cstorage.h"

#define _public_ __attribute__((__visibility__("default")))

_Static_assert(sizeof(struct error) == sizeof(struct cstorage_error), "they are one and the same");
_Static_assert(offsetof(struct error, text) == offsetof(struct cstorage_error, text),
               "they are one and the same");

static inline struct error *error_of(struct cstorage_error *e) {
        return (struct error *) e;
}

/* The caller need not clear it, and not every failure comes with a sentence: no memory, for one. So public
 * functions clear it first, and where nobody below said more, they say what they were about. */
static inline struct error *error_begin(struct cstorage_error *e) {
        if (e) {
                e->code = 0;
                e->text[0] = '\0';
        }
        return error_of(e);
}

static inline int error_end(struct cstorage_error *e, int r, const char *what) {
        if (r >= 0 || !e || (e->code == r && e->text[0]))
                return r;
        return error_errno(error_of(e), r, "%s", what);
}
