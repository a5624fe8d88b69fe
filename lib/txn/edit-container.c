/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* New containers, each with its layer. */

#include "api/arguments.h"
#include "format/encode-value.h"
#include "snapshot/placement.h"
#include "txn/edit.h"

#define FLAGS_MAX 4U

/* Values of the flags, as JSON. */
struct container_flags {
        struct text mount_label, mount_options, process_label;
        struct flag items[FLAGS_MAX];
        size_t n;
};

static void container_flags_done(struct container_flags *flags) {
        text_done(&flags->mount_label);
        text_done(&flags->mount_options);
        text_done(&flags->process_label);
}

static void add_flag(struct container_flags *flags, const char *name, const char *json) {
        flags->items[flags->n++] = (struct flag){.name = name, .value = json};
}

static int encode_list(struct text *t, const char *const *items) {
        struct strings strings = {.items = items};

        while (items[strings.n])
                strings.n++;
        return encode_strings(t, &strings);
}

static int fill_flags(const struct cstorage_container_options *options, bool is_volatile,
                      struct container_flags *ret) {
        int r;

        r = encode_string(&ret->mount_label, text_of(options->mount_label));
        if (r < 0)
                return r;

        r = encode_string(&ret->process_label, text_of(options->process_label));
        if (r < 0)
                return r;

        add_flag(ret, FLAG_MOUNT_LABEL, ret->mount_label.s);
        add_flag(ret, FLAG_PROCESS_LABEL, ret->process_label.s);
        if (is_volatile)
                add_flag(ret, FLAG_VOLATILE, "true");
        if (!options->mount_options)
                return 0;

        r = encode_list(&ret->mount_options, options->mount_options);
        if (r < 0)
                return r;
        add_flag(ret, FLAG_MOUNT_OPTIONS, ret->mount_options.s);
        return 0;
}

/*
 * Check the topmost layer of the image. Go makes a copy of the layer if the layer has id maps, or if the
 * container has id maps and the driver cannot map ids when it mounts the layer
 * (store.go:imageTopLayerForMapping). This library makes no copy.
 */
static int check_owners(struct edit *edit, const struct cstorage_container_options *options,
                        const struct layer *layer) {
        if (layer->uid_map.n > 0 || layer->gid_map.n > 0)
                return error_set(edit->reterr, -EOPNOTSUPP,
                                 "the layer %s of the image has id maps; the library cannot create a "
                                 "container on such a layer",
                                 layer->id);
        if ((options->n_uid_map > 0 || options->n_gid_map > 0) && !edit->txn->store->driver->read_lowers)
                return error_set(edit->reterr, -EOPNOTSUPP,
                                 "the library cannot map the ids of a container with the driver \"%s\"",
                                 edit->txn->store->driver->name);
        return 0;
}

static int find_image(struct edit *edit, const struct cstorage_container_options *options,
                      struct container *container, const char **ret_layer) {
        const struct item *item;
        const struct image *image;
        int r;

        container->image = *ret_layer = "";
        if (!options->image || !*options->image)
                return 0;

        r = edit_find(edit, CSTORAGE_OBJECT_IMAGE, options->image, &item);
        if (r < 0)
                return r;

        image = item->record;
        container->image = image->id;
        if (!*image->layer)
                return 0;

        r = edit_find(edit, CSTORAGE_OBJECT_LAYER, image->layer, &item);
        if (r < 0)
                return r;

        *ret_layer = snapshot_item_id(CSTORAGE_RECORD_FILE_LAYERS, item);
        return check_owners(edit, options, item->record);
}

static int make_layer(struct edit *edit, const struct cstorage_container_options *options,
                      const struct container *container, const char *parent, bool is_volatile) {
        struct layer layer = {
                .id = container->layer,
                .parent = parent,
                .metadata = "",
                .mount_label = text_of(options->mount_label),
                .created = container->created,
                .compressed_digest = "",
                .diff_digest = "",
                .toc_digest = "",
        };

        return edit_make_layer(edit, &layer, is_volatile, true, NULL);
}

static int make(struct edit *edit, const struct cstorage_container_options *options,
                struct container *container, bool is_volatile) {
        const struct cstorage_record_file *file = placement_container_file(edit->now, is_volatile);
        _cleanup_text_ struct text json = TEXT_INIT;
        struct change *change;
        const char *parent;
        int r;

        r = find_image(edit, options, container, &parent);
        if (r < 0)
                return r;

        r = edit_add_change(edit, CHANGE_CONTAINER_MADE, CSTORAGE_OBJECT_CONTAINER, container->id, &change);
        if (r < 0)
                return r;

        r = container_compose(container, &json);
        if (r < 0)
                return r;

        /* This may move the record of the image, which the container's record refers to. */
        r = make_layer(edit, options, container, parent, is_volatile);
        if (r < 0)
                return r;
        return edit_add(edit, file, &json);
}

static int make_with_flags(struct edit *edit, const struct cstorage_container_options *options,
                           struct container *container) {
        bool is_volatile = options->flags & CSTORAGE_CONTAINER_VOLATILE || edit->txn->store->transient;
        _cleanup_(container_flags_done) struct container_flags flags = {0};
        int r;

        container->uid_map = id_maps_of(options->uid_map, options->n_uid_map);
        container->gid_map = id_maps_of(options->gid_map, options->n_gid_map);
        r = fill_flags(options, is_volatile, &flags);
        if (r < 0)
                return r;

        container->flags = (struct flags){.items = flags.items, .n = flags.n};
        return make(edit, options, container, is_volatile);
}

static int create(struct edit *edit, const struct cstorage_container_options *options, const char **ret_id) {
        _cleanup_newcomer_ struct newcomer newcomer = {0};
        char layer[OBJECT_ID_MAX + 1];
        struct container container = {
                .id = newcomer.id,
                .layer = layer,
                .metadata = text_of(options->metadata),
                .created = newcomer.created,
        };
        int r;

        r = edit_new(edit, CSTORAGE_OBJECT_CONTAINER, options->id, options->names, &newcomer);
        if (r < 0)
                return r;

        r = edit_new_id(edit, CSTORAGE_OBJECT_LAYER, options->layer, layer);
        if (r < 0)
                return r;

        container.names = newcomer.names;
        r = make_with_flags(edit, options, &container);
        if (r >= 0 && ret_id)
                *ret_id = edit_made(edit, CSTORAGE_OBJECT_CONTAINER, newcomer.id);
        return r;
}

static int check(const struct cstorage_container_options *options, struct error *reterr) {
        int r;

        r = check_options(options->size, sizeof(*options), options->flags, CSTORAGE_CONTAINER_VOLATILE,
                          "container", reterr);
        if (r >= 0)
                r = check_id_maps(options->uid_map, options->n_uid_map, "ranges of uids", reterr);
        if (r >= 0)
                r = check_id_maps(options->gid_map, options->n_gid_map, "ranges of gids", reterr);
        if (r < 0)
                return r;
        if (!*text_of(options->mount_label) != !*text_of(options->process_label))
                return error_set(reterr, -EINVAL,
                                 "a container has a mount label and a process label, or none of both");
        return 0;
}

static int create_container(struct cstorage_txn *txn, const struct cstorage_container_options *options,
                            const char **ret_id, struct error *reterr) {
        static const struct cstorage_container_options none = {.size = sizeof(none)};
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

_public_ int cstorage_txn_create_container(struct cstorage_txn *txn,
                                           const struct cstorage_container_options *options,
                                           const char **ret_id, struct cstorage_error *reterr) {
        return error_end(reterr, create_container(txn, options, ret_id, error_begin(reterr)),
                         "cannot create a container");
}
