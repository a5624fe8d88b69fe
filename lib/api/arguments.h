/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * A struct of options of the caller's, before anything else in it is read: -EINVAL where it is of another
 * size than this library's, or has a flag that it does not know; what are they options of?
 */
int check_options(size_t size, size_t references_size, uint64_t flags, uint64_t references_flags,
                  const char *what, struct error *reterr);
int check_flags(uint64_t flags, uint64_t references_flags, const char *what, struct error *reterr);

struct cstorage_id_map;

/* Lists of the caller's: -EINVAL if there is none but a count, or it has more elements than a record can. */
int check_list(const void *items, size_t n, const char *what, struct error *reterr);

/* Ids that contents have: each once, in ascending order. */
int check_ids(const uint32_t *ids, size_t n, const char *what, struct error *reterr);

/* Ranges of ids: none is empty or ends behind the last id, and no two overlap. */
int check_id_maps(const struct cstorage_id_map *maps, size_t n, const char *what, struct error *reterr);

/* NULL or "": not known. */
int check_digest(const char *digest, const char *what, struct error *reterr);
