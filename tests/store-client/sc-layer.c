/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* layer: what is known of layers. */

#include <inttypes.h>

#include "sc.h"

static void print_maps(FILE *out, const char *what, const struct cstorage_layer *layer,
                       bool (*get)(const struct cstorage_layer *, size_t, struct cstorage_id_map *)) {
        struct cstorage_id_map map;

        for (size_t i = 0; get(layer, i, &map); i++)
                fprintf(out, "%s mapping: (container=%" PRIu32 ", host=%" PRIu32 ", size=%" PRIu32 ")\n",
                        what, map.container_id, map.host_id, map.size);
}

static void print_layer(FILE *out, const struct cstorage_layer *layer) {
        const char *name;

        fprintf(out, "ID: %s\n", cstorage_layer_get_id(layer));
        print_maps(out, "UID", layer, cstorage_layer_get_uid_map);
        print_maps(out, "GID", layer, cstorage_layer_get_gid_map);
        if (*cstorage_layer_get_parent_id(layer))
                fprintf(out, "Parent: %s\n", cstorage_layer_get_parent_id(layer));
        for (size_t i = 0; (name = cstorage_layer_get_name(layer, i)); i++)
                fprintf(out, "Name: %s\n", name);
        if (cstorage_layer_get_location(layer) == CSTORAGE_LOCATION_ADDITIONAL)
                fputs("Read Only: true\n", out);
}

int serve_layer(struct client *client) {
        int found = 0;

        for (int i = 0; i < client->n_args; i++) {
                const struct cstorage_layer *layer = find_layer(client, client->args[i]);
                size_t n;

                if (!layer)
                        continue;
                if (client->settings.json) {
                        const char *json = cstorage_layer_get_json(layer, &n);

                        json_record(client->out, found == 0, json, n);
                } else
                        print_layer(client->out, layer);
                found++;
        }
        if (client->settings.json)
                json_end(client->out, found == 0, "[]\n");
        return found != client->n_args;
}
