/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "trash/trash.h"

/* Check that the item may be moved: 0, or -ENOENT, -ESTALE or -EBUSY and a text. */
int trash_check(const struct cstorage_trash_item *item, const struct mountinfo *mounts, struct error *reterr);
