/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Check a struct of options before its other members are read: -EINVAL if its size is not that of this
 * library, or if it has an unknown flag. what names the object of the options, for the error message. */
int check_options(size_t size, size_t references_size, uint64_t flags, uint64_t references_flags,
                  const char *what, struct error *reterr);
int check_flags(uint64_t flags, uint64_t references_flags, const char *what, struct error *reterr);

struct cstorage_id_map;

/* Check a list: -EINVAL if it is NULL but n is not 0, or if it has more elements than a record may have. */
int check_list(const void *items, size_t n, const char *what, struct error *reterr);

/* Check a list of ids: they must be unique and ascending. */
int check_ids(const uint32_t *ids, size_t n, const char *what, struct error *reterr);

/* Check id maps: no range may be empty or exceed the last id, and no two may overlap. */
int check_id_maps(const struct cstorage_id_map *maps, size_t n, const char *what, struct error *reterr);

/* Check a digest; NULL and "" mean that it is unknown. */
int check_digest(const char *digest, const char *what, struct error *reterr);
