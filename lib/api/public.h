/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shared by the public objects: the export of functions, and the conversion of errors. */

#include "base/error.h"
#include "cstorage.h"

#define _public_ __attribute__((__visibility__("default")))

_Static_assert(sizeof(struct error) == sizeof(struct cstorage_error), "they are one and the same");
_Static_assert(offsetof(struct error, text) == offsetof(struct cstorage_error, text),
               "they are one and the same");

static inline struct error *error_of(struct cstorage_error *e) {
        return (struct error *) e;
}

/* The caller need not clear the error, and not every failure sets a message, for example -ENOMEM. So public
 * functions clear it first, and error_end() adds a message if the layers below set none. */
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
