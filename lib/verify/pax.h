/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The records of an extended header (pax(1)) that matter here. */
struct pax {
        char *link;    /* linkpath; NULL: none; free() */
        bool has_size; /* of the data in the archive */
        uint64_t size;
};

#define PAX_INIT ((struct pax){0})

void pax_done(struct pax *pax);

/* Parse the data of an extended header. Keys that occur here replace those in pax. -EBADMSG: it is invalid.
 */
int pax_parse(struct pax *pax, const char *data, size_t n);
