/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* image: what is known of images. */

#include <inttypes.h>

#include "sc.h"

static void print_image(FILE *out, const struct cstorage_image *image, int64_t size) {
        const char *s;

        fprintf(out, "ID: %s\n", cstorage_image_get_id(image));
        for (size_t i = 0; (s = cstorage_image_get_name(image, i)); i++)
                fprintf(out, "Name: %s\n", s);
        fprintf(out, "Top Layer: %s\n", cstorage_image_get_layer_id(image));
        for (size_t i = 0; (s = cstorage_image_get_mapped_layer_id(image, i)); i++)
                fprintf(out, "Top Layer: %s\n", s);
        for (size_t i = 0; (s = image_get_digest(image, i)); i++)
                fprintf(out, "Digest: %s\n", s);
        for (size_t i = 0; (s = cstorage_image_get_big_data(image, i, NULL, NULL)); i++)
                fprintf(out, "Data: %s\n", s);
        fprintf(out, "Size: %" PRId64 "\n", size);
        if (cstorage_image_get_location(image) == CSTORAGE_LOCATION_ADDITIONAL)
                fputs("Read Only: true\n", out);
}

static int show(struct client *client, bool first, const struct cstorage_image *image) {
        int64_t size;
        size_t n;
        int r;

        if (client->settings.json) {
                const char *json = cstorage_image_get_json(image, &n);

                json_record(client->out, first, json, n);
                return 0;
        }
        r = image_size(client, image, &size);
        if (r < 0)
                return r;

        print_image(client->out, image, size);
        return 0;
}

int serve_image(struct client *client) {
        int found = 0;

        for (int i = 0; i < client->n_args; i++) {
                const struct cstorage_image *image = find_image(client, client->args[i]);

                if (!image)
                        continue;
                if (show(client, found == 0, image) < 0)
                        return HAND_OVER;
                found++;
        }
        if (client->settings.json)
                json_end(client->out, found == 0, "[]\n");
        return found != client->n_args;
}
