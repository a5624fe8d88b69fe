/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The members of a layer record. */

#include "snapshot/members.h"
#include "snapshot/snapshot.h"

static const struct layer *record_of(const struct cstorage_layer *layer) {
        return layer->item.record;
}

_public_ const char *cstorage_layer_get_id(const struct cstorage_layer *layer) {
        return record_of(layer)->id;
}

_public_ const char *cstorage_layer_get_name(const struct cstorage_layer *layer, size_t index) {
        return strings_get(&record_of(layer)->names, index);
}

_public_ const char *cstorage_layer_get_parent_id(const struct cstorage_layer *layer) {
        return record_of(layer)->parent;
}

_public_ const char *cstorage_layer_get_metadata(const struct cstorage_layer *layer) {
        return record_of(layer)->metadata;
}

_public_ const char *cstorage_layer_get_mount_label(const struct cstorage_layer *layer) {
        return record_of(layer)->mount_label;
}

_public_ const char *cstorage_layer_get_created(const struct cstorage_layer *layer) {
        return record_of(layer)->created;
}

_public_ const char *cstorage_layer_get_compressed_digest(const struct cstorage_layer *layer) {
        return record_of(layer)->compressed_digest;
}

_public_ int64_t cstorage_layer_get_compressed_size(const struct cstorage_layer *layer) {
        return record_of(layer)->compressed_size;
}

_public_ const char *cstorage_layer_get_diff_digest(const struct cstorage_layer *layer) {
        return record_of(layer)->diff_digest;
}

_public_ const char *cstorage_layer_get_toc_digest(const struct cstorage_layer *layer) {
        return record_of(layer)->toc_digest;
}

_public_ int64_t cstorage_layer_get_diff_size(const struct cstorage_layer *layer) {
        return record_of(layer)->diff_size;
}

_public_ int cstorage_layer_get_compression(const struct cstorage_layer *layer) {
        return (int) record_of(layer)->compression;
}

_public_ bool cstorage_layer_get_uid(const struct cstorage_layer *layer, size_t index, uint32_t *ret) {
        return u32s_get(&record_of(layer)->uids, index, ret);
}

_public_ bool cstorage_layer_get_gid(const struct cstorage_layer *layer, size_t index, uint32_t *ret) {
        return u32s_get(&record_of(layer)->gids, index, ret);
}

_public_ const char *cstorage_layer_get_flag(const struct cstorage_layer *layer, size_t index,
                                             const char **ret_value) {
        return flags_get(&record_of(layer)->flags, index, ret_value);
}

_public_ bool cstorage_layer_get_uid_map(const struct cstorage_layer *layer, size_t index,
                                         struct cstorage_id_map *ret) {
        return id_maps_get(&record_of(layer)->uid_map, index, ret);
}

_public_ bool cstorage_layer_get_gid_map(const struct cstorage_layer *layer, size_t index,
                                         struct cstorage_id_map *ret) {
        return id_maps_get(&record_of(layer)->gid_map, index, ret);
}

_public_ const char *cstorage_layer_get_big_data_name(const struct cstorage_layer *layer, size_t index) {
        return strings_get(&record_of(layer)->big_data_names, index);
}

_public_ bool cstorage_layer_is_incomplete(const struct cstorage_layer *layer) {
        return record_of(layer)->incomplete;
}

_public_ enum cstorage_location cstorage_layer_get_location(const struct cstorage_layer *layer) {
        return layer->item.file->location;
}

_public_ const char *cstorage_layer_get_json(const struct cstorage_layer *layer, size_t *ret_length) {
        return slice_get(&record_of(layer)->json, ret_length);
}
