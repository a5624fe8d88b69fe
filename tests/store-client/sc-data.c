/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Big data of layers, images and containers: what the records tell of it. */

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
                        return complain(client, "no memory");

        if (client->settings.json)
                json_strings(client->out, &names, "null\n");
        else
                for (size_t i = 0; i < names.n; i++)
                        fprintf(client->out, "%s\n", names.s[i]);
        return 0;
}

/* Of the item that the second argument names: found or not, or 1 where that was complained about. */
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
                return complain(client, "size is not known");

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
                return complain(client, "could not compute digest of item");

        fprintf(client->out, "%s\n", digest);
        return 0;
}
