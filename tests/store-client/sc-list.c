/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* layers, images, images-by-digest, containers: what there is. */

#include <string.h>

#include "sc.h"

static int list_layers_json(struct client *client) {
        const struct cstorage_layer *layer = NULL;
        bool first = true;
        size_t n;

        for (; (layer = next_layer(client, layer)); first = false) {
                const char *json = cstorage_layer_get_json(layer, &n);

                json_record(client->out, first, json, n);
        }
        json_end(client->out, first, "null\n");
        return 0;
}

static void print_users(struct client *client, const char *layer_id) {
        const struct cstorage_container *container = NULL, *last = NULL;
        const struct cstorage_image *image = NULL;
        const char *name;

        while ((image = next_image_of(client, layer_id, image))) {
                fprintf(client->out, "\timage: %s\n", cstorage_image_get_id(image));
                for (size_t i = 0; (name = cstorage_image_get_name(image, i)); i++)
                        fprintf(client->out, "\t\tname: %s\n", name);
        }
        while ((container = next_container_of(client, layer_id, container)))
                last = container;
        if (!last)
                return;
        fprintf(client->out, "\tcontainer: %s\n", cstorage_container_get_id(last));
        for (size_t i = 0; (name = cstorage_container_get_name(last, i)); i++)
                fprintf(client->out, "\t\tname: %s\n", name);
}

int serve_layers(struct client *client) {
        const struct cstorage_layer *layer = NULL;
        const char *name;

        if (client->settings.json)
                return list_layers_json(client);

        while ((layer = next_layer(client, layer))) {
                fprintf(client->out, "%s\n", cstorage_layer_get_id(layer));
                if (client->settings.quick)
                        continue;
                for (size_t i = 0; (name = cstorage_layer_get_name(layer, i)); i++)
                        fprintf(client->out, "\tname: %s\n", name);
                print_users(client, cstorage_layer_get_id(layer));
        }
        return 0;
}

static void print_image(struct client *client, const struct cstorage_image *image) {
        const char *s;

        fprintf(client->out, "%s\n", cstorage_image_get_id(image));
        if (client->settings.quiet)
                return;
        for (size_t i = 0; (s = cstorage_image_get_name(image, i)); i++)
                fprintf(client->out, "\tname: %s\n", s);
        for (size_t i = 0; (s = image_get_digest(image, i)); i++)
                fprintf(client->out, "\tdigest: %s\n", s);
        for (size_t i = 0; (s = cstorage_image_get_big_data(image, i, NULL, NULL)); i++)
                fprintf(client->out, "\tdata: %s\n", s);
}

/* All images, or those that have a digest. */
static int list_images(struct client *client, const char *digest, const char *none) {
        const struct cstorage_image *image = NULL;
        bool first = true;
        size_t n;

        for (;; first = false) {
                image = digest ? cstorage_snapshot_next_image_by_digest(client->snapshot, digest, image)
                               : next_image(client, image);
                if (!image)
                        break;
                if (client->settings.json) {
                        const char *json = cstorage_image_get_json(image, &n);

                        json_record(client->out, first, json, n);
                } else
                        print_image(client, image);
        }
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

int serve_containers(struct client *client) {
        const struct cstorage_container *container = NULL;
        bool first = true;
        const char *s;
        size_t n;

        for (; (container = next_container(client, container)); first = false) {
                if (client->settings.json) {
                        s = cstorage_container_get_json(container, &n);
                        json_record(client->out, first, s, n);
                        continue;
                }
                fprintf(client->out, "%s\n", cstorage_container_get_id(container));
                for (size_t i = 0; (s = cstorage_container_get_name(container, i)); i++)
                        fprintf(client->out, "\tname: %s\n", s);
                for (size_t i = 0; (s = cstorage_container_get_big_data(container, i, NULL, NULL)); i++)
                        fprintf(client->out, "\tdata: %s\n", s);
        }
        if (client->settings.json)
                json_end(client->out, first, "[]\n");
        return 0;
}
