/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The members of a container record. */

#include "snapshot/members.h"
#include "snapshot/snapshot.h"

static const struct container *record_of(const struct cstorage_container *container) {
        return container->item.record;
}

_public_ const char *cstorage_container_get_id(const struct cstorage_container *container) {
        return record_of(container)->id;
}

_public_ const char *cstorage_container_get_name(const struct cstorage_container *container, size_t index) {
        return strings_get(&record_of(container)->names, index);
}

_public_ const char *cstorage_container_get_image_id(const struct cstorage_container *container) {
        return record_of(container)->image;
}

_public_ const char *cstorage_container_get_layer_id(const struct cstorage_container *container) {
        return record_of(container)->layer;
}

_public_ const char *cstorage_container_get_metadata(const struct cstorage_container *container) {
        return record_of(container)->metadata;
}

_public_ const char *cstorage_container_get_big_data(const struct cstorage_container *container, size_t index,
                                                     int64_t *ret_size, const char **ret_digest) {
        return big_data_get(&record_of(container)->big_data, index, ret_size, ret_digest);
}

_public_ const char *cstorage_container_get_created(const struct cstorage_container *container) {
        return record_of(container)->created;
}

_public_ bool cstorage_container_get_uid_map(const struct cstorage_container *container, size_t index,
                                             struct cstorage_id_map *ret) {
        return id_maps_get(&record_of(container)->uid_map, index, ret);
}

_public_ bool cstorage_container_get_gid_map(const struct cstorage_container *container, size_t index,
                                             struct cstorage_id_map *ret) {
        return id_maps_get(&record_of(container)->gid_map, index, ret);
}

_public_ const char *cstorage_container_get_flag(const struct cstorage_container *container, size_t index,
                                                 const char **ret_value) {
        return flags_get(&record_of(container)->flags, index, ret_value);
}

_public_ enum cstorage_location cstorage_container_get_location(const struct cstorage_container *container) {
        return container->item.file->location;
}

_public_ const char *cstorage_container_get_json(const struct cstorage_container *container,
                                                 size_t *ret_length) {
        return slice_get(&record_of(container)->json, ret_length);
}
