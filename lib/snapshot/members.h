/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One element of a list member, for the public get functions. */

#include "api/public.h"
#include "format/record.h"

static inline const char *strings_get(const struct strings *strings, size_t index) {
        return index < strings->n ? strings->items[index] : NULL;
}

static inline bool u32s_get(const struct u32s *u32s, size_t index, uint32_t *ret) {
        if (index >= u32s->n)
                return false;
        *ret = u32s->items[index];
        return true;
}

static inline bool id_maps_get(const struct id_maps *maps, size_t index, struct cstorage_id_map *ret) {
        if (index >= maps->n)
                return false;
        *ret = (struct cstorage_id_map){
                .container_id = maps->items[index].container_id,
                .host_id = maps->items[index].host_id,
                .size = maps->items[index].size,
        };
        return true;
}

/* Callers that need only the names pass NULL outputs. */
static inline const char *flags_get(const struct flags *flags, size_t index, const char **ret_value) {
        if (index >= flags->n)
                return NULL;
        if (ret_value)
                *ret_value = flags->items[index].value;
        return flags->items[index].name;
}

static inline const char *big_data_get(const struct big_data *data, size_t index, int64_t *ret_size,
                                       const char **ret_digest) {
        if (index >= data->n)
                return NULL;
        if (ret_size)
                *ret_size = data->items[index].size;
        if (ret_digest)
                *ret_digest = data->items[index].digest;
        return data->items[index].name;
}

static inline const char *slice_get(const struct slice *slice, size_t *ret_length) {
        *ret_length = slice->len;
        return slice->at;
}
