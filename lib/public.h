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
