/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* layer, image, container: print the properties of each argument. Missing objects are skipped, and the exit
 * status is 1. */

#include <inttypes.h>

#include "sc.h"

static void print_list(FILE *out, const char *what, const struct thing *thing,
                       const char *(*get)(const struct thing *, size_t)) {
        const char *s;

        for (size_t i = 0; (s = get(thing, i)); i++)
                fprintf(out, "%s: %s\n", what, s);
}

static const char *get_data(const struct thing *thing, size_t index) {
        return thing_get_big_data(thing, index, NULL, NULL);
}

static const char *get_digest(const struct thing *thing, size_t index) {
        return image_get_digest(thing->image, index);
}

static const char *get_mapped_layer(const struct thing *thing, size_t index) {
        return cstorage_image_get_mapped_layer_id(thing->image, index);
}

static void print_maps(FILE *out, const char *what, const struct cstorage_layer *layer,
                       bool (*get)(const struct cstorage_layer *, size_t, struct cstorage_id_map *)) {
        struct cstorage_id_map map;

        for (size_t i = 0; get(layer, i, &map); i++)
                fprintf(out, "%s mapping: (container=%" PRIu32 ", host=%" PRIu32 ", size=%" PRIu32 ")\n",
                        what, map.container_id, map.host_id, map.size);
}

static int show_layer(struct client *client, const struct thing *thing) {
        const struct cstorage_layer *layer = thing->layer;
        FILE *out = client->out;

        fprintf(out, "ID: %s\n", cstorage_layer_get_id(layer));
        print_maps(out, "UID", layer, cstorage_layer_get_uid_map);
        print_maps(out, "GID", layer, cstorage_layer_get_gid_map);
        if (*cstorage_layer_get_parent_id(layer))
                fprintf(out, "Parent: %s\n", cstorage_layer_get_parent_id(layer));
        print_list(out, "Name", thing, thing_get_name);
        if (cstorage_layer_get_location(layer) == CSTORAGE_LOCATION_ADDITIONAL)
                fputs("Read Only: true\n", out);
        return 0;
}

static int show_image(struct client *client, const struct thing *thing) {
        const struct cstorage_image *image = thing->image;
        FILE *out = client->out;
        int64_t size;

        if (image_size(client, image, &size) < 0)
                return HAND_OVER;

        fprintf(out, "ID: %s\n", cstorage_image_get_id(image));
        print_list(out, "Name", thing, thing_get_name);
        fprintf(out, "Top Layer: %s\n", cstorage_image_get_layer_id(image));
        print_list(out, "Top Layer", thing, get_mapped_layer);
        print_list(out, "Digest", thing, get_digest);
        print_list(out, "Data", thing, get_data);
        fprintf(out, "Size: %" PRId64 "\n", size);
        if (cstorage_image_get_location(image) == CSTORAGE_LOCATION_ADDITIONAL)
                fputs("Read Only: true\n", out);
        return 0;
}

static int show_container(struct client *client, const struct thing *thing) {
        struct thing image = {0};
        const char *image_id = cstorage_container_get_image_id(thing->container);
        FILE *out = client->out;
        int64_t size;

        if (container_size(client, thing->container, &size) < 0)
                return HAND_OVER;

        fprintf(out, "ID: %s\n", thing_get_id(thing));
        print_list(out, "Name", thing, thing_get_name);
        fprintf(out, "Image: %s\n", image_id);
        if (find_of_kind(client, CSTORAGE_OBJECT_IMAGE, image_id, &image))
                print_list(out, "Image name", &image, thing_get_name);
        fprintf(out, "Size: %" PRId64 "\n", size);
        fprintf(out, "Layer: %s\n", cstorage_container_get_layer_id(thing->container));
        print_list(out, "Data", thing, get_data);
        return 0;
}

static int show(struct client *client, const struct thing *thing) {
        switch (thing->kind) {
        case CSTORAGE_OBJECT_LAYER:
                return show_layer(client, thing);
        case CSTORAGE_OBJECT_IMAGE:
                return show_image(client, thing);
        case CSTORAGE_OBJECT_CONTAINER:
                return show_container(client, thing);
        }
        return HAND_OVER;
}

int serve_show(struct client *client) {
        int found = 0;

        for (int i = 0; i < client->n_args; i++) {
                struct thing thing;

                if (!find_of_kind(client, client->verb->kind, client->args[i], &thing))
                        continue;
                if (client->settings.json)
                        json_record(client->out, found == 0, &thing);
                else if (show(client, &thing) < 0)
                        return HAND_OVER;
                found++;
        }
        if (client->settings.json)
                json_end(client->out, found == 0, "[]\n");
        return found != client->n_args;
}

int serve_show_container(struct client *client) {
        int r, status;

        r = client->settings.json ? client_read(client) : change_begin(client);
        if (r != 0)
                return r;
        status = serve_show(client);
        if (status < 0 || client->settings.json)
                return status;

        r = change_end(client);
        return r != 0 ? r : status;
}
