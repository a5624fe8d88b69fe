/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* New images. */

#include <string.h>

#include "api/arguments.h"
#include "format/digest.h"
#include "snapshot/object-dirs.h"
#include "snapshot/placement.h"
#include "txn/edit.h"

static int check(const struct cstorage_image_options *options, struct error *reterr) {
        int r;

        r = check_options(options->size, sizeof(*options), options->flags, 0, "image", reterr);
        if (r >= 0)
                r = check_digest(options->digest, "digest", reterr);
        if (r < 0)
                return r;
        if (options->created && !time_is_rfc3339(options->created, strlen(options->created)))
                return error_set(reterr, -EINVAL, "\"%s\" is no RFC 3339 time", options->created);
        return 0;
}

static int find_layer(struct edit *edit, const char *name, const char **ret_id) {
        const struct item *item;
        int r;

        *ret_id = "";
        if (!name || !*name)
                return 0;

        r = edit_find(edit, CSTORAGE_OBJECT_LAYER, name, &item);
        if (r < 0)
                return r;

        *ret_id = snapshot_item_id(CSTORAGE_RECORD_FILE_LAYERS, item);
        return 0;
}

static int make(struct edit *edit, const struct cstorage_image_options *options, struct image *image) {
        _cleanup_text_ struct text json = TEXT_INIT;
        struct change *change;
        int r;

        r = find_layer(edit, options->layer, &image->layer);
        if (r < 0)
                return r;

        r = edit_add_change(edit, CHANGE_IMAGE_MADE, CSTORAGE_OBJECT_IMAGE, image->id, &change);
        if (r < 0)
                return r;

        change->root = object_root(CSTORAGE_OBJECT_IMAGE, placement_image_file(edit->now));
        r = image_compose(image, &json);
        if (r < 0)
                return r;
        return edit_add(edit, placement_image_file(edit->now), &json);
}

static int create(struct edit *edit, const struct cstorage_image_options *options, const char **ret_id) {
        _cleanup_newcomer_ struct newcomer newcomer = {0};
        struct image image = {
                .id = newcomer.id,
                .metadata = text_of(options->metadata),
                .digest = text_of(options->digest),
                .created = options->created ? options->created : newcomer.created,
        };
        int r;

        r = edit_new(edit, CSTORAGE_OBJECT_IMAGE, options->id, options->names, &newcomer);
        if (r < 0)
                return r;

        image.names = newcomer.names;
        r = make(edit, options, &image);
        if (r >= 0 && ret_id)
                *ret_id = edit_made(edit, CSTORAGE_OBJECT_IMAGE, newcomer.id);
        return r;
}

static int create_image(struct cstorage_txn *txn, const struct cstorage_image_options *options,
                        const char **ret_id, struct error *reterr) {
        static const struct cstorage_image_options none = {.size = sizeof(none)};
        struct edit edit;
        int r;

        if (!txn)
                return -EINVAL;
        if (!options)
                options = &none;

        r = check(options, reterr);
        if (r < 0)
                return r;

        r = edit_begin(&edit, txn, reterr);
        if (r < 0)
                return r;
        return edit_end(&edit, create(&edit, options, ret_id));
}

_public_ int cstorage_txn_create_image(struct cstorage_txn *txn, const struct cstorage_image_options *options,
                                       const char **ret_id, struct cstorage_error *reterr) {
        return error_end(reterr, create_image(txn, options, ret_id, error_begin(reterr)),
                         "cannot create an image");
}
