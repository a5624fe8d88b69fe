/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* layers, images, images-by-digest, containers: list the objects. */

#include <string.h>

#include "sc.h"

static void print_list(FILE *out, const char *what, const struct thing *thing,
                       const char *(*get)(const struct thing *, size_t)) {
        const char *s;

        for (size_t i = 0; (s = get(thing, i)); i++)
                fprintf(out, "\t%s: %s\n", what, s);
}

static const char *get_data(const struct thing *thing, size_t index) {
        return thing_get_big_data(thing, index, NULL, NULL);
}

static const char *get_digest(const struct thing *thing, size_t index) {
        return image_get_digest(thing->image, index);
}

/* An image or a container that uses a layer. */
static void print_user(FILE *out, const char *what, const struct thing *thing) {
        const char *name;

        fprintf(out, "\t%s: %s\n", what, thing_get_id(thing));
        for (size_t i = 0; (name = thing_get_name(thing, i)); i++)
                fprintf(out, "\t\tname: %s\n", name);
}

static void print_users(struct client *client, const char *layer_id) {
        struct thing image = {.kind = CSTORAGE_OBJECT_IMAGE}, container = {.kind = CSTORAGE_OBJECT_CONTAINER};
        const struct cstorage_container *next = NULL;

        while ((image.image = next_image_of(client, layer_id, image.image)))
                print_user(client->out, "image", &image);
        /* the last of several */
        while ((next = next_container_of(client, layer_id, next)))
                container.container = next;
        if (container.container)
                print_user(client->out, "container", &container);
}

static void print_layer(struct client *client, const struct thing *layer) {
        fprintf(client->out, "%s\n", thing_get_id(layer));
        if (client->settings.quick)
                return;
        print_list(client->out, "name", layer, thing_get_name);
        print_users(client, thing_get_id(layer));
}

int serve_layers(struct client *client) {
        struct thing layer = {.kind = CSTORAGE_OBJECT_LAYER};
        bool first = true;

        for (; (layer.layer = next_layer(client, layer.layer)); first = false)
                if (client->settings.json)
                        json_record(client->out, first, &layer);
                else
                        print_layer(client, &layer);
        if (client->settings.json)
                json_end(client->out, first, "null\n");
        return 0;
}

static void print_image(struct client *client, const struct thing *image) {
        fprintf(client->out, "%s\n", thing_get_id(image));
        if (client->settings.quiet)
                return;
        print_list(client->out, "name", image, thing_get_name);
        print_list(client->out, "digest", image, get_digest);
        print_list(client->out, "data", image, get_data);
}

/* All images, or those that have a digest. */
static const struct cstorage_image *next_wanted(const struct client *client, const char *digest,
                                                const struct cstorage_image *prev) {
        return digest ? cstorage_snapshot_next_image_by_digest(client->snapshot, digest, prev)
                      : next_image(client, prev);
}

static int list_images(struct client *client, const char *digest, const char *none) {
        struct thing image = {.kind = CSTORAGE_OBJECT_IMAGE};
        bool first = true;

        for (; (image.image = next_wanted(client, digest, image.image)); first = false)
                if (client->settings.json)
                        json_record(client->out, first, &image);
                else
                        print_image(client, &image);
        if (client->settings.json)
                json_end(client->out, first, none);
        return 0;
}

int serve_images(struct client *client) {
        return list_images(client, NULL, "null\n");
}

/* go-digest:Digest.Validate, of the one algorithm that is in use */
static bool is_sha256(const char *digest) {
        static const char prefix[] = "sha256:";

        if (strncmp(digest, prefix, strlen(prefix)) != 0)
                return false;
        digest += strlen(prefix);
        return strlen(digest) == 64 && strspn(digest, "0123456789abcdef") == 64;
}

int serve_images_by_digest(struct client *client) {
        if (!is_sha256(client->args[0]))
                return hand_over(client, "a digest that is not one of sha256");
        return list_images(client, client->args[0], "[]\n");
}

static void print_container(struct client *client, const struct thing *container) {
        fprintf(client->out, "%s\n", thing_get_id(container));
        print_list(client->out, "name", container, thing_get_name);
        print_list(client->out, "data", container, get_data);
}

int serve_containers(struct client *client) {
        struct thing container = {.kind = CSTORAGE_OBJECT_CONTAINER};
        bool first = true;

        for (; (container.container = next_container(client, container.container)); first = false)
                if (client->settings.json)
                        json_record(client->out, first, &container);
                else
                        print_container(client, &container);
        if (client->settings.json)
                json_end(client->out, first, "[]\n");
        return 0;
}
