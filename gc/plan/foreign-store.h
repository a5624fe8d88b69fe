/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"
#include "plan/references.h"

/*
 * Whether something shows that this graphroot was used with an image store, or an additional one, that is not
 * among the configured ones. What is recorded there looks like garbage here.
 */
struct foreign_store {
        bool halves; /* other halves of layers */
        bool images; /* records of images */
        bool layers; /* records of layers */
        bool hidden; /* what would show that there are images may not have been seen */
};

void foreign_store_find(struct foreign_store *foreign_store, const struct facts *facts,
                        const struct references *references);
