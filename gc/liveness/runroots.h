/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <cstorage.h>

#include "base/error.h"
#include "base/strlist.h"
#include "facts/facts.h"

/*
 * Other runroots in which engines may have recorded containers of this store: the default ones, and those
 * that were found. Their records become facts like those of an additional store: the objects that they refer
 * to are kept, and they are no evidence about the record files of this store.
 */
struct runroots {
        struct cstorage_snapshot **snapshots; /* the facts borrow from them */
        size_t n, cap;
};

#define RUNROOTS_INIT ((struct runroots){0})

void runroots_done(struct runroots *runroots);

/* found: paths that may be runroots; a path that is no directory of this user is skipped. Errors are
 * -ENOMEM, and -ESTALE from cstorage_snapshot_new(); a runroot that cannot be read is a fact. */
int runroots_read(struct runroots *runroots, struct facts *facts, const struct strlist *found,
                  struct error *reterr);
