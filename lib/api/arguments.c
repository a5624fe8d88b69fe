/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of arguments that do not depend on a store. The first two detect programs that were built for
 * another version of the library. */

#include "api/arguments.h"

#include <errno.h>

#include "cstorage.h"
#include "format/decode.h"
#include "format/digest.h"

/* The kernel's limit for a user namespace (user_namespaces(7)). */
#define ID_MAPS_MAX 340

int check_flags(uint64_t flags, uint64_t references_flags, const char *what, struct error *reterr) {
        if (flags & ~references_flags)
                return error_set(reterr, -EINVAL, "a flag of the %s is not known here", what);
        return 0;
}

int check_options(size_t size, size_t references_size, uint64_t flags, uint64_t references_flags,
                  const char *what, struct error *reterr) {
        if (size != references_size)
                return error_set(reterr, -EINVAL, "the options of the %s are of another size than known here",
                                 what);
        return check_flags(flags, references_flags, what, reterr);
}

int check_list(const void *items, size_t n, const char *what, struct error *reterr) {
        if (n > 0 && !items)
                return error_set(reterr, -EINVAL, "the %s are NULL, but their count is %zu", what, n);
        if (n > RECORD_LIST_MAX)
                return error_set(reterr, -EINVAL, "there are more than %u %s", RECORD_LIST_MAX, what);
        return 0;
}

int check_ids(const uint32_t *ids, size_t n, const char *what, struct error *reterr) {
        int r;

        r = check_list(ids, n, what, reterr);
        if (r < 0)
                return r;
        for (size_t i = 1; i < n; i++)
                if (ids[i - 1] >= ids[i])
                        return error_set(reterr, -EINVAL, "the %s are not sorted, or not each there once",
                                         what);
        return 0;
}

static bool overlap(uint32_t a, uint32_t b, uint32_t a_size, uint32_t b_size) {
        return (uint64_t) a < (uint64_t) b + b_size && (uint64_t) b < (uint64_t) a + a_size;
}

/* The last valid id is (uid_t) -1 minus 1, but Go itself creates ranges up to 2^32. */
static bool is_too_long(const struct cstorage_id_map *map) {
        uint64_t most = (uint64_t) UINT32_MAX + 1;

        return (uint64_t) map->container_id + map->size > most || (uint64_t) map->host_id + map->size > most;
}

static int check_id_map(const struct cstorage_id_map *maps, size_t i, const char *what,
                        struct error *reterr) {
        const struct cstorage_id_map *map = &maps[i];

        if (map->size == 0)
                return error_set(reterr, -EINVAL, "one of the %s has no length", what);
        if (is_too_long(map))
                return error_set(reterr, -EINVAL, "one of the %s ends behind the last id", what);
        for (size_t k = 0; k < i; k++)
                if (overlap(map->container_id, maps[k].container_id, map->size, maps[k].size) ||
                    overlap(map->host_id, maps[k].host_id, map->size, maps[k].size))
                        return error_set(reterr, -EINVAL, "two of the %s overlap", what);
        return 0;
}

int check_id_maps(const struct cstorage_id_map *maps, size_t n, const char *what, struct error *reterr) {
        int r;

        r = check_list(maps, n, what, reterr);
        if (r < 0)
                return r;
        if (n > ID_MAPS_MAX)
                return error_set(reterr, -EINVAL, "there are more than %d %s", ID_MAPS_MAX, what);
        for (size_t i = 0; i < n && r >= 0; i++)
                r = check_id_map(maps, i, what, reterr);
        return r;
}

int check_digest(const char *digest, const char *what, struct error *reterr) {
        if (digest && *digest && !digest_is_valid(digest))
                return error_set(reterr, -EINVAL, "the %s \"%s\" is no digest", what, digest);
        return 0;
}
