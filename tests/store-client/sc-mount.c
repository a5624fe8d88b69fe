/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* mounted: what mountpoints.json tells. */

#include <string.h>

#include "sc.h"

bool is_mounted(const struct client *client, const char *layer_id) {
        const struct cstorage_mount *mount = NULL;

        while ((mount = cstorage_snapshot_next_mount(client->snapshot, mount)))
                if (strcmp(cstorage_mount_get_layer_id(mount), layer_id) == 0)
                        return cstorage_mount_get_count(mount) > 0;
        return false;
}

/* The layer of a container, or the layer itself (store.go:Mounted); additional stores have nothing mounted.
 */
const struct cstorage_layer *find_mountable(const struct client *client, const char *name) {
        const struct cstorage_container *container = find_container(client, name);
        const struct cstorage_layer *layer;

        layer = find_layer(client, container ? cstorage_container_get_layer_id(container) : name);
        if (!layer || cstorage_layer_get_location(layer) == CSTORAGE_LOCATION_ADDITIONAL)
                return NULL;
        return layer;
}

void json_result(FILE *out, bool first, const char *id, const char *mount_point, const char *error) {
        fputs(first ? "[{\"id\":" : ",{\"id\":", out);
        json_string(out, id);
        if (mount_point) {
                fputs(",\"mountpoint\":", out);
                json_string(out, mount_point);
        }
        fputs(",\"error\":", out);
        json_string(out, error);
        putc('}', out);
}

int serve_mounted(struct client *client) {
        int status = 0;

        for (int i = 0; i < client->n_args; i++) {
                const struct cstorage_layer *layer = find_mountable(client, client->args[i]);

                if (layer && is_mounted(client, cstorage_layer_get_id(layer)))
                        fprintf(client->out, "%s mounted\n", client->args[i]);
                if (!layer && !client->settings.json)
                        complain(client, "layer not known checking if %s is mounted", client->args[i]);
                if (!layer)
                        status = 1;
        }
        for (int i = 0; client->settings.json && i < client->n_args; i++)
                json_result(client->out, i == 0, client->args[i], NULL,
                            find_mountable(client, client->args[i]) ? "" : "layer not known");
        if (client->settings.json)
                json_end(client->out, client->n_args == 0, "[]\n");
        return status;
}
