/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Big data: big-data-names is a list; big-data-sizes and big-data-digests are maps by name. Go keeps the
 * three separate and accepts a name that is only in a map. Such a name is not part of the list here. */

#include <string.h>

#include "format/big-data.h"

static int datum_compare(const void *a, const void *b) {
        const struct big_datum *x = a, *y = b;

        return strcmp(x->name, y->name);
}

/* Go takes the last one of several entries; here a file with duplicates is refused. */
static int data_sort(const struct decoding *d, uint32_t token, const char *name, struct big_datum *items,
                     size_t n) {
        if (n > 1)
                qsort(items, n, sizeof(*items), datum_compare);
        for (size_t i = 1; i < n; i++)
                if (strcmp(items[i - 1].name, items[i].name) == 0)
                        return decoding_fail(d, token, name, "has a member twice");
        return 0;
}

static int decode_value(struct decoding *d, uint32_t token, const char *name, bool digest,
                        struct big_datum *ret) {
        if (d->json->tokens[token].type == JSON_NULL)
                return 0;
        if (digest)
                return decode_text(d, token, name, &ret->digest);
        return json_i64(d->json, token, &ret->size) < 0
                       ? decoding_fail(d, token, name, "has a size that is no whole number that fits")
                       : 0;
}

static int decode_map(struct decoding *d, uint32_t token, const char *name, bool digests,
                      struct big_data *ret) {
        struct big_datum *items;
        size_t n = 0;
        int r;

        r = decode_room(d, token, name, JSON_OBJECT, sizeof(*items), &items);
        if (r < 0)
                return r;
        for (uint32_t t = token + 1; t < d->json->tokens[token].next; t = d->json->tokens[t + 1].next, n++) {
                items[n] = (struct big_datum){.digest = ""};
                r = decode_text(d, t, name, &items[n].name);
                if (r < 0)
                        return r;
                r = decode_value(d, t + 1, name, digests, &items[n]);
                if (r < 0)
                        return r;
        }
        r = data_sort(d, token, name, items, n);
        if (r < 0)
                return r;
        *ret = (struct big_data){.items = items, .n = n};
        return 0;
}

int big_data_decode_sizes(struct decoding *d, uint32_t token, const char *name, struct big_data *ret) {
        return decode_map(d, token, name, /* digests= */ false, ret);
}

int big_data_decode_digests(struct decoding *d, uint32_t token, const char *name, struct big_data *ret) {
        return decode_map(d, token, name, /* digests= */ true, ret);
}

static const struct big_datum *data_find(const struct big_data *data, const char *name) {
        static const struct big_datum none = {.name = "", .digest = ""};
        const struct big_datum key = {.name = name}, *found = NULL;

        if (data->n > 0)
                found = bsearch(&key, data->items, data->n, sizeof(key), datum_compare);
        return found ? found : &none;
}

int big_data_join(struct decoding *d, struct big_data *ret) {
        struct big_datum *items;
        size_t n = d->big_names.n;

        *ret = (struct big_data){0};
        if (n == 0)
                return 0;
        items = arena_alloc(d->arena, n * sizeof(*items));
        if (!items)
                return decoding_oom(d);
        for (size_t i = 0; i < n; i++) {
                const char *name = d->big_names.items[i];

                items[i] = (struct big_datum){
                        .name = name,
                        .size = data_find(&d->big_sizes, name)->size,
                        .digest = data_find(&d->big_digests, name)->digest,
                };
        }
        *ret = (struct big_data){.items = items, .n = n};
        return 0;
}
