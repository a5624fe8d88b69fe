/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Find the objects that a Go process would find. A snapshot has the records of both modes, and incomplete
 * layers; a Go process reads the records of its mode, and deletes incomplete layers.
 */

#include <string.h>

#include "sc.h"

static bool is_seen(const struct client *client, enum cstorage_location location) {
        bool transient = cstorage_store_is_transient(client->store);

        switch (location) {
        case CSTORAGE_LOCATION_VOLATILE:
                return !transient;
        case CSTORAGE_LOCATION_VOLATILE_RUNROOT:
                return transient;
        case CSTORAGE_LOCATION_STABLE:
        case CSTORAGE_LOCATION_IMAGESTORE:
        case CSTORAGE_LOCATION_ADDITIONAL:
        case CSTORAGE_LOCATION_RUNROOT:
                return true;
        }
        return true;
}

static bool layer_is_seen(const struct client *client, const struct cstorage_layer *layer) {
        enum cstorage_location location = cstorage_layer_get_location(layer);

        return is_seen(client, location) &&
               (!cstorage_layer_is_incomplete(layer) || location == CSTORAGE_LOCATION_ADDITIONAL);
}

const struct cstorage_layer *find_layer(const struct client *client, const char *name) {
        const struct cstorage_layer *layer;

        if (cstorage_snapshot_find_layer(client->snapshot, name, &layer) < 0)
                return NULL;
        return layer_is_seen(client, layer) ? layer : NULL;
}

const struct cstorage_image *find_image(const struct client *client, const char *name) {
        const struct cstorage_image *image;

        return cstorage_snapshot_find_image(client->snapshot, name, &image) < 0 ? NULL : image;
}

const struct cstorage_container *find_container(const struct client *client, const char *name) {
        const struct cstorage_container *container;

        if (cstorage_snapshot_find_container(client->snapshot, name, &container) < 0)
                return NULL;
        return is_seen(client, cstorage_container_get_location(container)) ? container : NULL;
}

/* The first of several records of an object counts; an additional store counts separately. */
static bool layer_is_shadowed(const struct client *client, const struct cstorage_layer *layer) {
        const struct cstorage_layer *first = find_layer(client, cstorage_layer_get_id(layer));

        return first && first != layer && cstorage_layer_get_location(layer) != CSTORAGE_LOCATION_ADDITIONAL;
}

const struct cstorage_layer *next_layer(const struct client *client, const struct cstorage_layer *prev) {
        const struct cstorage_layer *layer = prev;

        while ((layer = cstorage_snapshot_next_layer(client->snapshot, layer)))
                if (layer_is_seen(client, layer) && !layer_is_shadowed(client, layer))
                        break;
        return layer;
}

const struct cstorage_image *next_image(const struct client *client, const struct cstorage_image *prev) {
        return cstorage_snapshot_next_image(client->snapshot, prev);
}

const struct cstorage_container *next_container(const struct client *client,
                                                const struct cstorage_container *prev) {
        const struct cstorage_container *container = prev, *first;

        while ((container = cstorage_snapshot_next_container(client->snapshot, container))) {
                first = find_container(client, cstorage_container_get_id(container));
                if (is_seen(client, cstorage_container_get_location(container)) &&
                    (!first || first == container))
                        break;
        }
        return container;
}

const struct cstorage_container *next_container_of(const struct client *client, const char *layer_id,
                                                   const struct cstorage_container *prev) {
        const struct cstorage_container *container = prev;

        while ((container = next_container(client, container)))
                if (strcmp(cstorage_container_get_layer_id(container), layer_id) == 0)
                        break;
        return container;
}

static bool has_top_layer(const struct cstorage_image *image, const char *id) {
        const char *mapped;

        if (strcmp(cstorage_image_get_layer_id(image), id) == 0)
                return true;
        for (size_t i = 0; (mapped = cstorage_image_get_mapped_layer_id(image, i)); i++)
                if (strcmp(mapped, id) == 0)
                        return true;
        return false;
}

const struct cstorage_image *next_image_of(const struct client *client, const char *layer_id,
                                           const struct cstorage_image *prev) {
        const struct cstorage_image *image = prev;

        while ((image = next_image(client, image)))
                if (has_top_layer(image, layer_id))
                        break;
        return image;
}

bool find_of_kind(const struct client *client, enum cstorage_object kind, const char *name,
                  struct thing *ret) {
        struct thing thing = {.kind = kind};

        if (kind == CSTORAGE_OBJECT_LAYER)
                thing.layer = find_layer(client, name);
        else if (kind == CSTORAGE_OBJECT_IMAGE)
                thing.image = find_image(client, name);
        else
                thing.container = find_container(client, name);

        *ret = thing;
        return thing.layer || thing.image || thing.container;
}

bool find_thing(const struct client *client, const char *name, struct thing *ret) {
        return find_of_kind(client, CSTORAGE_OBJECT_LAYER, name, ret) ||
               find_of_kind(client, CSTORAGE_OBJECT_IMAGE, name, ret) ||
               find_of_kind(client, CSTORAGE_OBJECT_CONTAINER, name, ret);
}

int complain_unknown(struct client *client, enum cstorage_object kind, const char *name) {
        if (kind == CSTORAGE_OBJECT_IMAGE)
                return log_error(client, "locating image with ID \"%s\": image not known", name);
        return log_error(client, kind == CSTORAGE_OBJECT_LAYER ? "layer not known" : "container not known");
}

const char *thing_get_id(const struct thing *thing) {
        return thing->layer   ? cstorage_layer_get_id(thing->layer)
               : thing->image ? cstorage_image_get_id(thing->image)
                              : cstorage_container_get_id(thing->container);
}

const char *thing_get_name(const struct thing *thing, size_t index) {
        return thing->layer   ? cstorage_layer_get_name(thing->layer, index)
               : thing->image ? cstorage_image_get_name(thing->image, index)
                              : cstorage_container_get_name(thing->container, index);
}

const char *thing_get_metadata(const struct thing *thing) {
        return thing->layer   ? cstorage_layer_get_metadata(thing->layer)
               : thing->image ? cstorage_image_get_metadata(thing->image)
                              : cstorage_container_get_metadata(thing->container);
}

const char *thing_get_json(const struct thing *thing, size_t *ret_size) {
        return thing->layer   ? cstorage_layer_get_json(thing->layer, ret_size)
               : thing->image ? cstorage_image_get_json(thing->image, ret_size)
                              : cstorage_container_get_json(thing->container, ret_size);
}

const char *thing_get_big_data(const struct thing *thing, size_t index, int64_t *ret_size,
                               const char **ret_digest) {
        if (thing->image)
                return cstorage_image_get_big_data(thing->image, index, ret_size, ret_digest);
        if (thing->container)
                return cstorage_container_get_big_data(thing->container, index, ret_size, ret_digest);
        if (ret_size)
                *ret_size = 0;
        if (ret_digest)
                *ret_digest = "";
        return cstorage_layer_get_big_data_name(thing->layer, index);
}

bool is_mounted(const struct client *client, const struct thing *thing) {
        const char *id =
                thing->container ? cstorage_container_get_layer_id(thing->container) : thing_get_id(thing);
        const struct cstorage_mount *mount = NULL;

        while ((mount = cstorage_snapshot_next_mount(client->snapshot, mount)))
                if (strcmp(cstorage_mount_get_layer_id(mount), id) == 0)
                        return cstorage_mount_get_count(mount) > 0;
        return false;
}

/* The digest of the manifest at this index among the big data, or "". */
static const char *manifest_digest(const struct cstorage_image *image, size_t index, bool *ret_more) {
        const char *digest, *name = cstorage_image_get_big_data(image, index, NULL, &digest);

        *ret_more = name != NULL;
        return name && strncmp(name, "manifest", strlen("manifest")) == 0 ? digest : "";
}

/* Whether an earlier manifest, or the image itself, has this digest. */
static bool is_repeated(const struct cstorage_image *image, size_t index, const char *digest) {
        bool more;

        if (strcmp(cstorage_image_get_digest(image), digest) == 0)
                return true;
        while (index-- > 0)
                if (strcmp(manifest_digest(image, index, &more), digest) == 0)
                        return true;
        return false;
}

const char *image_get_digest(const struct cstorage_image *image, size_t index) {
        bool more = true;

        if (*cstorage_image_get_digest(image) && index-- == 0)
                return cstorage_image_get_digest(image);

        for (size_t i = 0; more; i++) {
                const char *digest = manifest_digest(image, i, &more);

                if (*digest && !is_repeated(image, i, digest) && index-- == 0)
                        return digest;
        }
        return NULL;
}
