/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* delete-image: print the layers that are, or in a test run would be, deleted with an image. */

#include <string.h>

#include "sc.h"

/* All layers of an image: the mapped ones, then from the top to the base. */
static int layers_of(const struct client *client, const struct cstorage_image *image, struct strlist *ret) {
        const struct cstorage_layer *layer = find_layer(client, cstorage_image_get_layer_id(image));
        const char *id;

        for (size_t i = 0; (id = cstorage_image_get_mapped_layer_id(image, i)); i++)
                if (strlist_add(ret, id) < 0)
                        return -ENOMEM;
        for (; layer; layer = cstorage_snapshot_get_parent(client->snapshot, layer))
                if (strlist_add(ret, cstorage_layer_get_id(layer)) < 0)
                        return -ENOMEM;
        return 0;
}

/* The layers that the transaction has deleted. */
static int lost(struct client *client, const struct strlist *layers, struct strlist *ret) {
        if (change_look(client) != 0)
                return 1;
        for (size_t i = 0; i < layers->n; i++)
                if (!find_layer(client, layers->s[i]) && strlist_add(ret, layers->s[i]) < 0)
                        return log_error(client, "no memory");
        return 0;
}

/* Upstream unmounts the layers that it deletes, which are the uppermost ones. */
static int delete_unmounted(struct client *client, const char *id, const struct strlist *layers,
                            struct cstorage_error *reterr) {
        struct thing layer;
        int r;

        r = cstorage_txn_delete(client->txn, CSTORAGE_OBJECT_IMAGE, id, 0, reterr);
        for (size_t i = 0; r == -EBUSY && i < layers->n; i++) {
                if (!find_of_kind(client, CSTORAGE_OBJECT_LAYER, layers->s[i], &layer) ||
                    !is_mounted(client, &layer))
                        continue;
                if (change_unmount(client, &layer) != 0)
                        return -EBUSY;
                r = cstorage_txn_delete(client->txn, CSTORAGE_OBJECT_IMAGE, id, 0, reterr);
        }
        return r;
}

static int delete_image(struct client *client, const char *name, struct strlist *ret) {
        _cleanup_strlist_ struct strlist layers = STRLIST_INIT;
        struct cstorage_error error = {.text = "no memory"};
        const struct cstorage_image *image;
        int r;

        r = change_begin(client);
        if (r != 0)
                return r;
        image = find_image(client, name);
        if (!image)
                return log_error(client, "identifier is not an image");
        if (layers_of(client, image, &layers) < 0)
                return log_error(client, "no memory");

        r = delete_unmounted(client, cstorage_image_get_id(image), &layers, &error);
        if (r < 0)
                return log_error(client, "%s", error.text);
        r = lost(client, &layers, ret);
        return r != 0 || client->settings.test ? r : change_end(client);
}

static void print(struct client *client, const char *name, const struct strlist *layers) {
        if (*client->complaint)
                fprintf(client->err, "%s: %s\n", name, client->complaint);
        for (size_t i = 0; i < layers->n; i++)
                fprintf(client->err, "%s: %s\n", name, layers->s[i]);
}

/* delete.go:deletedImage; NULL: no memory. */
static char *result_text(struct client *client, const struct strlist *layers) {
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        if (!out)
                return NULL;
        putc('{', out);
        for (size_t i = 0; i < layers->n; i++) {
                fputs(i == 0 ? "\"deleted-layers\":[" : ",", out);
                json_string(out, layers->s[i]);
        }
        fputs(layers->n > 0 ? "]" : "", out);
        if (*client->complaint) {
                fputs(layers->n > 0 ? ",\"error\":" : "\"error\":", out);
                json_string(out, client->complaint);
        }
        putc('}', out);
        if (fclose(out) == 0)
                return text;
        free(text);
        return NULL;
}

int serve_delete_image(struct client *client) {
        _cleanup_members_ struct members results = MEMBERS_INIT;
        int status = 0;

        for (int i = 0; i < client->n_args; i++) {
                _cleanup_strlist_ struct strlist layers = STRLIST_INIT;

                status |= delete_image(client, client->args[i], &layers);
                if (members_set(&results, client->args[i], result_text(client, &layers)) < 0)
                        return log_error(client, "no memory");
                if (!client->settings.json)
                        print(client, client->args[i], &layers);
                client->complaint[0] = '\0';
        }
        if (client->settings.json)
                json_members(client->out, &results);
        return status;
}
