/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Big data of layers, images and containers, and its sizes and digests in records. */

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "sc.h"

int serve_list_data(struct client *client) {
        _cleanup_strlist_ struct strlist names = STRLIST_INIT;
        const char *name;
        struct thing thing;

        if (!find_of_kind(client, client->verb->kind, client->args[0], &thing))
                return complain_unknown(client, client->verb->kind, client->args[0]);
        for (size_t i = 0; (name = thing_get_big_data(&thing, i, NULL, NULL)); i++)
                if (strlist_add(&names, name) < 0)
                        return log_error(client, "no memory");

        if (client->settings.json)
                json_strings(client->out, &names, "null\n");
        else
                for (size_t i = 0; i < names.n; i++)
                        fprintf(client->out, "%s\n", names.s[i]);
        return 0;
}

/* The item that the second argument names: found or not, or 1 after an error message. */
static int find_item(struct client *client, int64_t *ret_size, const char **ret_digest, bool *ret_found) {
        struct thing thing;
        const char *name;

        if (!find_of_kind(client, client->verb->kind, client->args[0], &thing))
                return complain_unknown(client, client->verb->kind, client->args[0]);
        *ret_found = false;
        for (size_t i = 0; !*ret_found && (name = thing_get_big_data(&thing, i, ret_size, ret_digest)); i++)
                *ret_found = strcmp(name, client->args[1]) == 0;
        return 0;
}

int serve_data_size(struct client *client) {
        const char *digest;
        int64_t size;
        bool found;

        if (find_item(client, &size, &digest, &found) != 0)
                return 1;
        if (!found)
                return log_error(client, "size is not known");

        fprintf(client->out, "%" PRId64 "\n", size);
        return 0;
}

int serve_data_digest(struct client *client) {
        const char *digest;
        int64_t size;
        bool found;

        if (find_item(client, &size, &digest, &found) != 0)
                return 1;
        if (!found || !*digest)
                return log_error(client, "could not compute digest of item");

        fprintf(client->out, "%s\n", digest);
        return 0;
}

/* The messages of upstream, which differ for images. */
static int complain_item(struct client *client, const char *id, const char *why) {
        if (client->verb->kind == CSTORAGE_OBJECT_IMAGE)
                return log_error(client,
                                 "locating item named \"%s\" for image with ID \"%s\": file does not exist",
                                 client->args[1], id);
        return log_error(client, "%s", why);
}

/* To standard output, or into a file. */
static int write_out(struct client *client, const char *data, size_t size) {
        const char *path = client->settings.file;
        FILE *file = path && *path ? fopen(path, "we") : client->out;
        size_t n;

        if (!file)
                return log_error(client, "open %s: %s", path, strerror(errno));
        n = fwrite(data, 1, size, file);
        if ((file != client->out && fclose(file) != 0) || n != size)
                return log_error(client, "write %s: %s", path ?: "standard output", strerror(errno));
        return 0;
}

int serve_get_data(struct client *client) {
        struct cstorage_error error = {.text = "no memory"};
        _cleanup_free_ char *data = NULL;
        struct thing thing;
        size_t size;
        int r;

        if (!find_of_kind(client, client->verb->kind, client->args[0], &thing))
                return complain_unknown(client, client->verb->kind, client->args[0]);

        r = cstorage_snapshot_read_big_data(client->snapshot, thing.kind, thing_get_id(&thing),
                                            client->args[1], &data, &size, &error);
        if (r < 0)
                return complain_item(client, thing_get_id(&thing), error.text);
        return write_out(client, data, size);
}

int serve_set_data(struct client *client) {
        struct cstorage_error error = {.text = "no memory"};
        _cleanup_free_ char *data = NULL;
        struct thing thing;
        size_t size;
        int r;

        r = change_begin(client);
        if (r != 0)
                return r;
        if (!find_of_kind(client, client->verb->kind, client->args[0], &thing))
                return complain_unknown(client, client->verb->kind, client->args[0]);
        r = read_input(client, client->settings.file, &data, &size);
        if (r != 0)
                return r;

        r = cstorage_txn_set_big_data(client->txn, thing.kind, thing_get_id(&thing), client->args[1], data,
                                      size, NULL, &error);
        return r < 0 ? log_error(client, "%s", error.text) : change_end(client);
}
