/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* exists, metadata, set-metadata of an object of any kind. */

#include <string.h>

#include "sc.h"

/* The output is for objects of any kind, and the exit status for the requested kind. */
static bool exists_as_wanted(const struct client *client, const char *name, bool exists) {
        const struct settings *settings = &client->settings;

        return exists && (!settings->is_container || find_container(client, name)) &&
               (!settings->is_image || find_image(client, name)) &&
               (!settings->is_layer || find_layer(client, name));
}

int serve_exists(struct client *client) {
        _cleanup_members_ struct members found = MEMBERS_INIT;
        struct thing thing;
        int status = 0;

        for (int i = 0; i < client->n_args; i++) {
                bool exists = find_thing(client, client->args[i], &thing);

                if (members_set(&found, client->args[i], strdup(exists ? "true" : "false")) < 0)
                        return log_error(client, "no memory");
                if (!client->settings.json && !client->settings.quiet)
                        fprintf(client->out, "%s: %s\n", client->args[i], exists ? "true" : "false");
                if (!exists_as_wanted(client, client->args[i], exists))
                        status = 1;
        }
        if (client->settings.json)
                json_members(client->out, &found);
        return status;
}

/* One line break at the end is omitted in JSON. */
static char *metadata_of(const struct client *client, const char *name) {
        struct thing thing;
        const char *s;
        size_t n;

        if (!find_thing(client, name, &thing))
                return NULL;
        s = thing_get_metadata(&thing);
        n = strlen(s);
        return strndup(s, n > 0 && s[n - 1] == '\n' ? n - 1 : n);
}

int serve_metadata(struct client *client) {
        _cleanup_members_ struct members found = MEMBERS_INIT;
        int status = 0;

        for (int i = 0; i < client->n_args; i++) {
                _cleanup_free_ char *metadata = metadata_of(client, client->args[i]);

                if (!client->settings.json)
                        fprintf(client->out, "%s%s%s\n", client->settings.quiet ? "" : client->args[i],
                                client->settings.quiet ? "" : ": ", metadata ?: "");
                if (!metadata)
                        status = 1;
                else if (members_set(&found, client->args[i], json_text(metadata)) < 0)
                        return log_error(client, "no memory");
        }
        if (client->settings.json)
                json_members(client->out, &found);
        return status;
}

int serve_set_metadata(struct client *client) {
        struct cstorage_error error = {.text = "no memory"};
        _cleanup_free_ char *metadata = NULL;
        struct thing thing;
        int r;

        if (!client->settings.metadata_file && !client->settings.metadata)
                return log_error(client, "no new metadata provided");
        r = read_metadata(client, &metadata);
        if (r == 0)
                r = change_begin(client);
        if (r != 0)
                return r;
        if (!find_thing(client, client->args[0], &thing))
                return log_error(client, "identifier is not a layer, image, or container");

        r = cstorage_txn_set_metadata(client->txn, thing.kind, thing_get_id(&thing), metadata, &error);
        r = change_check(client, r, &error);
        return r != 0 ? r : change_end(client);
}
