/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * gc and wipe. As in upstream (store.go:GarbageCollect) records alone decide about orphans. Upstream also
 * ends all mounts and shuts its driver down, which is omitted. cstorage-gc has more conditions.
 */

#include <string.h>

#include "sc.h"

DEFINE_CLEANUP(struct cstorage_inventory *, cstorage_inventory_unref);

/* By any record of any mode, complete or not. */
static bool has_record(const struct client *client, enum cstorage_object kind, const char *id) {
        const struct cstorage_container *container;
        const struct cstorage_layer *layer;
        const struct cstorage_image *image;

        switch (kind) {
        case CSTORAGE_OBJECT_LAYER:
                return cstorage_snapshot_find_layer(client->snapshot, id, &layer) != -ENOENT;
        case CSTORAGE_OBJECT_IMAGE:
                return cstorage_snapshot_find_image(client->snapshot, id, &image) != -ENOENT;
        case CSTORAGE_OBJECT_CONTAINER:
                return cstorage_snapshot_find_container(client->snapshot, id, &container) != -ENOENT;
        }
        return true;
}

static bool is_recorded(const struct client *client, const struct cstorage_entry *entry) {
        const char *id = cstorage_entry_get_id(entry);
        enum cstorage_object kind;

        return !id || cstorage_entry_kind_get_object(cstorage_entry_get_kind(entry), &kind) == 0 ||
               has_record(client, kind, id);
}

static int move_to_trash(struct client *client, const struct cstorage_inventory *inventory) {
        const struct cstorage_entry *entry = NULL;
        struct cstorage_error error = {.text = "no memory"};
        struct cstorage_entry_stat seen;
        int r = 0;

        while (r >= 0 && (entry = cstorage_inventory_next(inventory, entry))) {
                if (is_recorded(client, entry))
                        continue;
                r = cstorage_entry_stat(entry, &seen, &error);
                if (r >= 0 && seen.type != CSTORAGE_TYPE_ABSENT)
                        r = cstorage_txn_trash_entry(client->txn, entry, &seen, NULL);
        }
        return r < 0 ? log_error(client, "%s", error.text) : 0;
}

static int retire_unrecorded(struct client *client) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        struct cstorage_error error = {.text = "no memory"};

        if (cstorage_inventory_new(client->store, &inventory, &error) < 0)
                return log_error(client, "%s", error.text);
        return move_to_trash(client, inventory);
}

static int answer_empty(struct client *client, int status) {
        if (status == 0 && client->settings.json)
                fputs("\"\"\n", client->out);
        return status;
}

int serve_gc(struct client *client) {
        int r;

        r = change_begin(client);
        if (r == 0)
                r = retire_unrecorded(client);
        if (r == 0)
                r = change_end(client);
        return answer_empty(client, r);
}

/* 0, also if the object is still in use. */
static int delete_if_free(struct client *client, const struct thing *thing, uint64_t flags) {
        struct cstorage_error error = {.text = "no memory"};
        int r = 0;

        if (!thing->image)
                r = change_unmount(client, thing);
        if (r != 0)
                return r;
        r = cstorage_txn_delete(client->txn, thing->kind, thing_get_id(thing), flags, &error);
        return r < 0 && r != -EBUSY ? log_error(client, "%s", error.text) : 0;
}

static int delete_containers(struct client *client) {
        struct thing thing = {.kind = CSTORAGE_OBJECT_CONTAINER};
        int r = 0;

        while (r == 0 && (thing.container = next_container(client, thing.container)))
                r = delete_if_free(client, &thing, 0);
        return r;
}

static int delete_images(struct client *client) {
        struct thing thing = {.kind = CSTORAGE_OBJECT_IMAGE};
        int r = 0;

        while (r == 0 && (thing.image = next_image(client, thing.image)))
                if (cstorage_image_get_location(thing.image) != CSTORAGE_LOCATION_ADDITIONAL)
                        r = delete_if_free(client, &thing, CSTORAGE_DELETE_KEEP_LAYERS);
        return r;
}

/* The newest layer usually has no children. */
static const struct cstorage_layer *previous_layer(const struct client *client,
                                                   const struct cstorage_layer *next) {
        const struct cstorage_layer *layer = NULL, *found = NULL;

        while ((layer = next_layer(client, layer)) && layer != next)
                if (cstorage_layer_get_location(layer) != CSTORAGE_LOCATION_ADDITIONAL)
                        found = layer;
        return found;
}

static int delete_layers_once(struct client *client) {
        struct thing thing = {.kind = CSTORAGE_OBJECT_LAYER};
        int r = 0;

        while (r == 0 && (thing.layer = previous_layer(client, thing.layer)))
                r = delete_if_free(client, &thing, 0);
        return r;
}

static size_t count_layers(const struct client *client) {
        const struct cstorage_layer *layer = NULL;
        size_t n = 0;

        while ((layer = previous_layer(client, layer)))
                n++;
        return n;
}

/* A layer with an older child needs another round. */
static int delete_layers(struct client *client) {
        size_t n = count_layers(client), before = n + 1;
        int r = 0;

        for (; r == 0 && n > 0 && n < before; n = count_layers(client)) {
                before = n;
                r = delete_layers_once(client);
                if (r == 0)
                        r = change_look(client);
        }
        return r == 0 && n > 0 ? log_error(client, "%zu layers are in use", n) : r;
}

int serve_wipe(struct client *client) {
        int r;

        r = change_begin(client);
        if (r == 0)
                r = delete_containers(client);
        if (r == 0)
                r = delete_images(client);
        if (r == 0)
                r = change_look(client);
        if (r == 0)
                r = delete_layers(client);
        if (r == 0)
                r = change_end(client);
        return r == 0 ? serve_gc(client) : r;
}
