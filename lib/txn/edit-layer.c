/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* New layers. */

#include <string.h>

#include "api/arguments.h"
#include "driver/registry.h"
#include "snapshot/placement.h"
#include "txn/edit.h"
#include "txn/stage.h"

#define SIZE_NOT_KNOWN  (-1) /* as Go records it for partial pulls */
#define COMPRESSION_MAX 4    /* zstd (archive.go:Compression) */

#define LAYER_FLAGS (CSTORAGE_LAYER_VOLATILE | CSTORAGE_LAYER_WRITABLE)

const char *edit_made(const struct edit *edit, enum cstorage_object object, const char *id) {
        const struct changes *changes = &edit->txn->changes;

        for (size_t i = changes->n; i-- > 0;)
                if (changes->items[i].object == object && strcmp(changes->items[i].id, id) == 0)
                        return changes->items[i].id;
        return NULL;
}

/* So far the public type and the internal one are the same. */
_Static_assert(sizeof(struct cstorage_id_map) == sizeof(struct id_map), "they are one and the same");
_Static_assert(offsetof(struct cstorage_id_map, size) == offsetof(struct id_map, size),
               "they are one and the same");

struct id_maps id_maps_of(const struct cstorage_id_map *maps, size_t n) {
        return (struct id_maps){.items = (const struct id_map *) maps, .n = n};
}

int edit_make_layer(struct edit *edit, const struct layer *layer, bool is_volatile, bool writable,
                    struct cstorage_stage *stage) {
        const struct cstorage_record_file *file = placement_layer_file(edit->now, is_volatile, writable);
        _cleanup_text_ struct text json = TEXT_INIT;
        struct change *change;
        int r;

        if (!file)
                return error_set(edit->reterr, -ENOENT,
                                 "the store has no file for the record of the layer %s", layer->id);

        r = driver_check_makes(edit->txn->store->driver, edit->reterr);
        if (r < 0)
                return r;

        r = edit_add_change(edit, CHANGE_LAYER_MADE, CSTORAGE_OBJECT_LAYER, layer->id, &change);
        if (r < 0)
                return r;
        change->root = placement_layer_root(edit->now->store, writable);
        change->stage = stage;

        r = layer_compose(layer, &json);
        if (r < 0)
                return r;
        return edit_add(edit, file, &json);
}

/* populateLayerOptions: the layer of a container changes, therefore it cannot be a lower. */
static int find_parent(struct edit *edit, const char *name, const char **ret_id) {
        const struct items *containers = &edit->now->kinds[CSTORAGE_RECORD_FILE_CONTAINERS];
        const struct item *item;
        const char *id;
        int r;

        *ret_id = "";
        if (!name || !*name)
                return 0;

        r = edit_find(edit, CSTORAGE_OBJECT_LAYER, name, &item);
        if (r < 0)
                return r;

        id = snapshot_item_id(CSTORAGE_RECORD_FILE_LAYERS, item);
        for (size_t i = 0; i < containers->n; i++) {
                const struct container *container = containers->items[i].record;

                if (strcmp(container->layer, id) == 0)
                        return error_set(edit->reterr, -EBUSY,
                                         "the layer %s belongs to the container %s and cannot be the parent "
                                         "of a layer",
                                         id, container->id);
        }
        *ret_id = id;
        return 0;
}

static bool is_claimed(const struct edit *edit, const struct cstorage_stage *stage) {
        for (size_t i = 0; i < edit->txn->changes.n; i++)
                if (edit->txn->changes.items[i].stage == stage)
                        return true;
        return false;
}

static int check_stage(struct edit *edit, const struct cstorage_layer_options *options, const char *parent) {
        const struct cstorage_stage *stage = options->stage;
        bool writable = options->flags & CSTORAGE_LAYER_WRITABLE;

        if (!stage)
                return 0;
        if (stage->store != edit->txn->store)
                return error_set(edit->reterr, -EINVAL, "the content was staged for another store");
        if (stage->is_used || is_claimed(edit, stage))
                return error_set(edit->reterr, -EINVAL, "another layer already uses this staged content");
        if (stage->root != placement_layer_root(stage->store, writable))
                return error_set(
                        edit->reterr, -EINVAL,
                        "if an image store is configured, a writable layer cannot have staged content");
        if (strcmp(text_of(stage->parent), parent) != 0)
                return error_set(edit->reterr, -EINVAL, "the content was staged for the parent \"%s\"",
                                 text_of(stage->parent));
        return 0;
}

/* Fill in all members of the record except for the names. */
static void fill(const struct cstorage_layer_options *options, struct layer *layer) {
        layer->uid_map = id_maps_of(options->uid_map, options->n_uid_map);
        layer->gid_map = id_maps_of(options->gid_map, options->n_gid_map);
        layer->metadata = text_of(options->metadata);
        layer->mount_label = text_of(options->mount_label);
        layer->compressed_digest = text_of(options->compressed_digest);
        layer->diff_digest = text_of(options->diff_digest);
        layer->toc_digest = text_of(options->toc_digest);
        layer->compressed_size = options->compressed_size;
        layer->diff_size = options->diff_size;
        layer->compression = options->compression;
        layer->uids = (struct u32s){.items = options->uids, .n = options->n_uids};
        layer->gids = (struct u32s){.items = options->gids, .n = options->n_gids};
}

static int make(struct edit *edit, const struct cstorage_layer_options *options, struct layer *layer) {
        bool is_volatile = options->flags & CSTORAGE_LAYER_VOLATILE;
        bool writable = options->flags & CSTORAGE_LAYER_WRITABLE;
        int r;

        r = find_parent(edit, options->parent, &layer->parent);
        if (r < 0)
                return r;

        r = check_stage(edit, options, layer->parent);
        if (r < 0)
                return r;

        fill(options, layer);
        return edit_make_layer(edit, layer, is_volatile, writable, options->stage);
}

static int create(struct edit *edit, const struct cstorage_layer_options *options, const char **ret_id) {
        _cleanup_newcomer_ struct newcomer newcomer = {0};
        struct layer layer = {.id = newcomer.id, .created = newcomer.created};
        int r;

        r = edit_new(edit, CSTORAGE_OBJECT_LAYER, options->id, options->names, &newcomer);
        if (r < 0)
                return r;

        layer.names = newcomer.names;
        r = make(edit, options, &layer);
        if (r >= 0 && ret_id)
                *ret_id = edit_made(edit, CSTORAGE_OBJECT_LAYER, newcomer.id);
        return r;
}

static int check_lists(const struct cstorage_layer_options *options, struct error *reterr) {
        int r;

        r = check_ids(options->uids, options->n_uids, "uids", reterr);
        if (r >= 0)
                r = check_ids(options->gids, options->n_gids, "gids", reterr);
        if (r >= 0)
                r = check_id_maps(options->uid_map, options->n_uid_map, "ranges of uids", reterr);
        if (r >= 0)
                r = check_id_maps(options->gid_map, options->n_gid_map, "ranges of gids", reterr);
        return r;
}

static int check_digests(const struct cstorage_layer_options *options, struct error *reterr) {
        int r;

        r = check_digest(options->compressed_digest, "compressed digest", reterr);
        if (r >= 0)
                r = check_digest(options->diff_digest, "digest", reterr);
        if (r >= 0)
                r = check_digest(options->toc_digest, "digest of the table of contents", reterr);
        return r;
}

static int check(const struct cstorage_layer_options *options, struct error *reterr) {
        int r;

        r = check_options(options->size, sizeof(*options), options->flags, LAYER_FLAGS, "layer", reterr);
        if (r >= 0)
                r = check_lists(options, reterr);
        if (r >= 0)
                r = check_digests(options, reterr);
        if (r < 0)
                return r;
        if (options->compressed_size < SIZE_NOT_KNOWN || options->diff_size < SIZE_NOT_KNOWN)
                return error_set(reterr, -EINVAL, "the size of a layer must not be less than -1");
        if (options->compression < 0 || options->compression > COMPRESSION_MAX)
                return error_set(reterr, -EINVAL, "the compression %d is unknown", options->compression);
        return 0;
}

static int create_layer(struct cstorage_txn *txn, const struct cstorage_layer_options *options,
                        const char **ret_id, struct error *reterr) {
        static const struct cstorage_layer_options none = {.size = sizeof(none)};
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

_public_ int cstorage_txn_create_layer(struct cstorage_txn *txn, const struct cstorage_layer_options *options,
                                       const char **ret_id, struct cstorage_error *reterr) {
        return error_end(reterr, create_layer(txn, options, ret_id, error_begin(reterr)),
                         "cannot create a layer");
}
