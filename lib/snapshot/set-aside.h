/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"
#include "base/strlist.h"
#include "store/store.h"

/*
 * Read the ids in the torn volatile files that were moved aside (TORN_SUFFIX): each run of exactly 64
 * hexadecimal digits, whatever surrounds it. A name that is not a regular file is skipped. Any other failure
 * is returned: the ids are then unknown.
 */
int set_aside_read(const struct cstorage_store *store, struct strlist *ids, struct error *reterr);
