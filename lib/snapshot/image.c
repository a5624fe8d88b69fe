/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The members of an image record. */

#include "snapshot/members.h"
#include "snapshot/snapshot.h"

static const struct image *record_of(const struct cstorage_image *image) {
        return image->item.record;
}

_public_ const char *cstorage_image_get_id(const struct cstorage_image *image) {
        return record_of(image)->id;
}

_public_ const char *cstorage_image_get_digest(const struct cstorage_image *image) {
        return record_of(image)->digest;
}

_public_ const char *cstorage_image_get_name(const struct cstorage_image *image, size_t index) {
        return strings_get(&record_of(image)->names, index);
}

_public_ const char *cstorage_image_get_names_history(const struct cstorage_image *image, size_t index) {
        return strings_get(&record_of(image)->names_history, index);
}

_public_ const char *cstorage_image_get_layer_id(const struct cstorage_image *image) {
        return record_of(image)->layer;
}

_public_ const char *cstorage_image_get_mapped_layer_id(const struct cstorage_image *image, size_t index) {
        return strings_get(&record_of(image)->mapped_layers, index);
}

_public_ const char *cstorage_image_get_metadata(const struct cstorage_image *image) {
        return record_of(image)->metadata;
}

_public_ const char *cstorage_image_get_big_data(const struct cstorage_image *image, size_t index,
                                                 int64_t *ret_size, const char **ret_digest) {
        return big_data_get(&record_of(image)->big_data, index, ret_size, ret_digest);
}

_public_ const char *cstorage_image_get_created(const struct cstorage_image *image) {
        return record_of(image)->created;
}

_public_ const char *cstorage_image_get_flag(const struct cstorage_image *image, size_t index,
                                             const char **ret_value) {
        return flags_get(&record_of(image)->flags, index, ret_value);
}

_public_ enum cstorage_location cstorage_image_get_location(const struct cstorage_image *image) {
        return image->item.file->location;
}

_public_ const char *cstorage_image_get_json(const struct cstorage_image *image, size_t *ret_length) {
        return slice_get(&record_of(image)->json, ret_length);
}
