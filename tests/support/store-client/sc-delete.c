/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* delete, delete-layer, delete-image, delete-container: each argument separately, with its result. */

#include <string.h>

#include "sc.h"

/* Upstream unmounts layers and containers before a deletion, but not images. */
static int delete_thing(struct client *client, const struct thing *thing, uint64_t flags) {
        struct cstorage_error error = {.text = "no memory"};
        int r = 0;

        if (!thing->image)
                r = change_unmount(client, thing);
        if (r != 0)
                return r;
        r = cstorage_txn_delete(client->txn, thing->kind, thing_get_id(thing), flags, &error);
        return r < 0 ? log_error(client, "%s", error.text) : change_end(client);
}

static int complain_missing(struct client *client, enum cstorage_object kind) {
        static const char *const texts[] = {
                [CSTORAGE_OBJECT_LAYER] = "identifier is not a layer",
                [CSTORAGE_OBJECT_IMAGE] = "identifier is not an image",
                [CSTORAGE_OBJECT_CONTAINER] = "identifier is not a container",
        };

        return log_error(client, "%s", texts[kind]);
}

/* Upstream does not check other users of the layer, and deletes layers that the library refuses to delete. */
static int needed(struct client *client, const char *name, int r) {
        return name == client->args[0] ? hand_over(client, "it is in use") : r;
}

static int delete_object(struct client *client, const char *name) {
        struct thing thing;
        int r;

        r = change_begin(client);
        if (r != 0)
                return r;
        if (!find_of_kind(client, client->verb->kind, name, &thing))
                return complain_missing(client, client->verb->kind);

        r = delete_thing(client, &thing, 0);
        return r != 0 && thing.container ? needed(client, name, r) : r;
}

static int delete_anything(struct client *client, const char *name) {
        struct thing thing;
        int r;

        r = change_begin(client);
        if (r != 0)
                return r;
        if (!find_of_kind(client, CSTORAGE_OBJECT_CONTAINER, name, &thing) &&
            !find_of_kind(client, CSTORAGE_OBJECT_IMAGE, name, &thing) &&
            !find_of_kind(client, CSTORAGE_OBJECT_LAYER, name, &thing))
                return log_error(client, "layer not known");

        r = delete_thing(client, &thing, thing.image ? CSTORAGE_DELETE_KEEP_LAYERS : 0);
        return r != 0 ? needed(client, name, r) : 0;
}

/* Print the result of an argument as a message or in JSON. */
static int note(struct client *client, struct members *results, const char *name, int status) {
        if (members_set(results, name, json_text(status == 0 ? "" : client->complaint)) < 0)
                return log_error(client, "no memory");
        if (status != 0 && !client->settings.json)
                fprintf(client->err, "%s: %s\n", name, client->complaint);
        client->complaint[0] = '\0';
        return status;
}

static int delete_each(struct client *client, int (*delete)(struct client *, const char *)) {
        _cleanup_members_ struct members results = MEMBERS_INIT;
        int status = 0;

        for (int i = 0; i < client->n_args; i++) {
                int r = delete (client, client->args[i]);

                if (r < 0)
                        return HAND_OVER;
                status |= note(client, &results, client->args[i], r);
        }
        if (client->settings.json)
                json_members(client->out, &results);
        return status;
}

int serve_delete_object(struct client *client) {
        return delete_each(client, delete_object);
}

int serve_delete(struct client *client) {
        return delete_each(client, delete_anything);
}
