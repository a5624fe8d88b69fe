/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* create-layer, create-image, create-container. */

#include "sc.h"

/* "" counts as a missing option. */
static const char *given(const char *s) {
        return s && *s ? s : NULL;
}

static const char *const *names_of(struct settings *settings) {
        return settings->names.n > 0 ? (const char *const *) settings->names.s : NULL;
}

/* The record as JSON, or the id and the names. */
static int print_new(struct client *client, enum cstorage_object kind, const char *id) {
        const char *name, *json;
        struct thing thing;
        size_t n;

        if (!find_of_kind(client, kind, id, &thing))
                return log_error(client, "%s is not recorded", id);
        if (client->settings.json) {
                json = thing_get_json(&thing, &n);
                (void) fwrite(json, 1, n, client->out);
                putc('\n', client->out);
                return 0;
        }
        fprintf(client->out, "%s\n", id);
        for (size_t i = 0; (name = thing_get_name(&thing, i)); i++)
                fprintf(client->out, "\t%s\n", name);
        return 0;
}

/* r is the result of the change. */
static int finish(struct client *client, enum cstorage_object kind, int r, const char *id,
                  const struct cstorage_error *error) {
        int status;

        status = change_check(client, r, error);
        if (status == 0)
                status = change_end(client);
        return status == 0 ? print_new(client, kind, id) : status;
}

int serve_create_layer(struct client *client) {
        struct settings *settings = &client->settings;
        struct cstorage_layer_options options = {
                .size = sizeof(options),
                .flags = settings->read_only ? 0 : CSTORAGE_LAYER_WRITABLE,
                .id = given(settings->id),
                .names = names_of(settings),
                .parent = given(client->args[0]),
                .mount_label = given(settings->label),
        };
        struct cstorage_error error = {.text = "no memory"};
        const char *id = NULL;
        int r;

        r = change_begin(client);
        if (r != 0)
                return r;
        r = cstorage_txn_create_layer(client->txn, &options, &id, &error);
        return finish(client, CSTORAGE_OBJECT_LAYER, r, id, &error);
}

/* Copying an image of an additional store is different (store.go:CreateImage). */
static bool is_elsewhere(const struct client *client, const char *id) {
        const struct cstorage_image *image = id ? find_image(client, id) : NULL;

        return image && cstorage_image_get_location(image) == CSTORAGE_LOCATION_ADDITIONAL;
}

int serve_create_image(struct client *client) {
        struct settings *settings = &client->settings;
        _cleanup_free_ char *metadata = NULL;
        struct cstorage_image_options options = {
                .size = sizeof(options),
                .id = given(settings->id),
                .names = names_of(settings),
                .layer = given(client->args[0]),
                .digest = given(settings->digest),
        };
        struct cstorage_error error = {.text = "no memory"};
        const char *id = NULL;
        int r;

        r = read_metadata(client, &metadata);
        if (r == 0)
                r = change_begin(client);
        if (r != 0)
                return r;
        if (is_elsewhere(client, options.id))
                return hand_over(client, "an image of an additional store");

        options.metadata = given(metadata);
        r = cstorage_txn_create_image(client->txn, &options, &id, &error);
        return finish(client, CSTORAGE_OBJECT_IMAGE, r, id, &error);
}

int serve_create_container(struct client *client) {
        struct settings *settings = &client->settings;
        _cleanup_free_ char *metadata = NULL;
        struct cstorage_container_options options = {
                .size = sizeof(options),
                .flags = settings->is_volatile ? CSTORAGE_CONTAINER_VOLATILE : 0,
                .id = given(settings->id),
                .names = names_of(settings),
                .image = given(client->args[0]),
        };
        struct cstorage_error error = {.text = "no memory"};
        const char *id = NULL;
        int r;

        r = read_metadata(client, &metadata);
        if (r == 0)
                r = change_begin(client);
        if (r != 0)
                return r;

        options.metadata = given(metadata);
        r = cstorage_txn_create_container(client->txn, &options, &id, &error);
        return finish(client, CSTORAGE_OBJECT_CONTAINER, r, id, &error);
}
