/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"
#include "plan/references.h"

/* Evidence that this graphroot was used with an image store, or an additional one, that is not configured.
 * Objects recorded there look like orphans here. */
struct foreign_store {
        bool split_layers; /* the other directories of split layers */
        bool images;       /* records of images */
        bool layers;       /* records of layers */
        bool hidden;       /* evidence of images may be in a directory that was not read */
};

void foreign_store_find(struct foreign_store *foreign_store, const struct facts *facts,
                        const struct references *references);
