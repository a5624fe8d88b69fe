/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deleting objects that nothing else uses. */

#include <string.h>

#include "api/arguments.h"
#include "format/encode-value.h"
#include "snapshot/index.h"
#include "snapshot/object-dirs.h"
#include "snapshot/placement.h"
#include "txn/edit.h"

/* ------------------------------------------------------------------------------- layers */

/* A mapped copy of an image's layer may be deleted at any time: Go makes another one on demand. */
static int unmap_layer(struct edit *edit, const struct item *item, const char *layer) {
        const struct strings *mapped = &((const struct image *) item->record)->mapped_layers;
        _cleanup_free_ const char **items = calloc(mapped->n + 1, sizeof(*items));
        struct amendment amendment = {.member = "mapped-layers"};
        _cleanup_text_ struct text json = TEXT_INIT;
        struct strings kept = {.items = items};
        int r;

        if (!items)
                return -ENOMEM;
        for (size_t i = 0; i < mapped->n; i++)
                if (strcmp(mapped->items[i], layer) != 0)
                        items[kept.n++] = mapped->items[i];
        if (kept.n > 0) {
                r = encode_strings(&json, &kept);
                if (r < 0)
                        return r;
                amendment.json = json.s;
        }
        return edit_amend(edit, item, &amendment, 1);
}

static int unmap_everywhere(struct edit *edit, const char *layer) {
        const struct items *images = &edit->now->kinds[CSTORAGE_RECORD_FILE_IMAGES];

        for (size_t i = 0; i < images->n; i++) {
                const struct item *item = &images->items[i];
                int r;

                if (!placement_is_ours(item->file) || !image_has_mapped(item->record, layer))
                        continue;
                r = unmap_layer(edit, item, layer);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int delete_layer(struct edit *edit, const struct item *item) {
        const char *id = snapshot_item_id(CSTORAGE_RECORD_FILE_LAYERS, item);
        int r;

        r = edit_check_layer(edit, id);
        if (r < 0)
                return r;

        r = unmap_everywhere(edit, id);
        if (r < 0)
                return r;
        return edit_drop_layer(edit, id);
}

/* ------------------------------------------------------------------ images, containers */

/* Delete the record and the directories of an object. */
static int drop_object(struct edit *edit, enum cstorage_object object, const char *id, enum root root) {
        struct change *change;
        int r;

        r = edit_remove_records(edit, object, id);
        if (r < 0)
                return r;
        if (changes_find(&edit->txn->changes,
                         object == CSTORAGE_OBJECT_IMAGE ? CHANGE_IMAGE_MADE : CHANGE_CONTAINER_MADE, object,
                         id))
                return edit_forget(edit, object, id);

        r = edit_add_change(edit, CHANGE_DATA_GONE, object, id, &change);
        if (r < 0)
                return r;
        change->root = root;
        return 0;
}

static bool is_ours(const struct edit *edit, const char *layer) {
        return edit_find_id(edit, CSTORAGE_OBJECT_LAYER, layer);
}

static bool is_needed(const struct edit *edit, const char *layer) {
        return edit_container_of(edit, layer) || edit_child_of(edit, layer) ||
               edit_image_on(edit, layer, true);
}

/* Delete a layer and its lowers, up to the first one that is in use. */
static int drop_chain(struct edit *edit, const char *top) {
        _cleanup_free_ char *layer = strdup(top);

        while (layer && *layer && is_ours(edit, layer) && !is_needed(edit, layer)) {
                const struct layer *record = edit_find_id(edit, CSTORAGE_OBJECT_LAYER, layer)->record;
                char *parent = strdup(record->parent);
                int r;

                if (!parent)
                        return -ENOMEM;
                r = edit_check_mount(edit, layer);
                if (r >= 0)
                        r = edit_drop_layer(edit, layer);
                free(layer);
                layer = parent;
                if (r < 0)
                        return r;
        }
        return layer ? 0 : -ENOMEM;
}

static int drop_layers(struct edit *edit, const struct image *image) {
        for (size_t i = 0; i < image->mapped_layers.n; i++) {
                const char *mapped = image->mapped_layers.items[i];
                int r;

                if (!is_ours(edit, mapped) || is_needed(edit, mapped))
                        continue;
                r = edit_check_mount(edit, mapped);
                if (r >= 0)
                        r = edit_drop_layer(edit, mapped);
                if (r < 0)
                        return r;
        }
        return drop_chain(edit, image->layer);
}

static int delete_image(struct edit *edit, const struct item *item, uint64_t flags) {
        const struct items *containers = &edit->now->kinds[CSTORAGE_RECORD_FILE_CONTAINERS];
        enum root root = object_root(CSTORAGE_OBJECT_IMAGE, item->file);
        _cleanup_(record_buffer_unrefp) struct record_buffer *own =
                record_buffer_ref(item->own); /* owns the record */
        const struct image *image = item->record;
        int r;

        (void) own;
        for (size_t i = 0; i < containers->n; i++) {
                const struct container *container = containers->items[i].record;

                if (strcmp(container->image, image->id) == 0)
                        return error_set(edit->reterr, -EBUSY, "the container %s was made of the image %s",
                                         container->id, image->id);
        }

        r = drop_object(edit, CSTORAGE_OBJECT_IMAGE, image->id, root);
        if (r < 0 || flags & CSTORAGE_DELETE_KEEP_LAYERS)
                return r;
        return drop_layers(edit, image);
}

static int delete_container(struct edit *edit, const struct item *item, uint64_t flags) {
        _cleanup_(record_buffer_unrefp) struct record_buffer *own =
                record_buffer_ref(item->own); /* owns the record */
        const struct container *container = item->record;
        int r;

        (void) own;
        r = drop_object(edit, CSTORAGE_OBJECT_CONTAINER, container->id, ROOT_GRAPH);
        if (r < 0 || flags & CSTORAGE_DELETE_KEEP_LAYERS || !is_ours(edit, container->layer))
                return r;

        /*
         * Go checks only for mounts (store.go:DeleteContainer), and leaves other users without their layer.
         */
        r = edit_check_layer(edit, container->layer);
        if (r < 0)
                return r;
        return edit_drop_layer(edit, container->layer);
}

/* The first request of a transaction adds the deletion of all incomplete layers. */
static bool is_deleted_already(const struct edit *edit, enum cstorage_object object, const char *id) {
        const struct item *item;
        const struct layer *layer;

        if (object != CSTORAGE_OBJECT_LAYER ||
            snapshot_find(edit->txn->before, CSTORAGE_RECORD_FILE_LAYERS, id, &item) < 0)
                return false;
        layer = item->record;
        return layer->incomplete && placement_is_ours(item->file);
}

static int delete_object(struct edit *edit, enum cstorage_object object, const char *id, uint64_t flags) {
        const struct item *item;
        int r;

        r = edit_find_ours(edit, object, id, &item);
        if (r == -ENOENT && is_deleted_already(edit, object, id))
                return 0;
        if (r < 0)
                return r;

        switch (object) {
        case CSTORAGE_OBJECT_LAYER:
                return delete_layer(edit, item);
        case CSTORAGE_OBJECT_IMAGE:
                return delete_image(edit, item, flags);
        case CSTORAGE_OBJECT_CONTAINER:
                break;
        }
        return delete_container(edit, item, flags);
}

static int delete (struct cstorage_txn *txn, enum cstorage_object object, const char *id, uint64_t flags,
                   struct error *reterr) {
        struct edit edit;
        int r;

        if (!txn || !id || !object_name(object))
                return -EINVAL;

        r = check_flags(flags, object == CSTORAGE_OBJECT_LAYER ? 0 : CSTORAGE_DELETE_KEEP_LAYERS, "deletion",
                        reterr);
        if (r < 0)
                return r;

        r = edit_begin(&edit, txn, reterr);
        if (r < 0)
                return r;
        return edit_end(&edit, delete_object(&edit, object, id, flags));
}

_public_ int cstorage_txn_delete(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                                 uint64_t flags, struct cstorage_error *reterr) {
        return error_end(reterr, delete (txn, object, id, flags, error_begin(reterr)), "cannot delete");
}
