/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* get-container-dir and similar verbs: the user directories of containers and images. */

#include "sc.h"

static int make_directory(struct client *client, bool in_runroot) {
        struct cstorage_error error = {.text = "no memory"};
        _cleanup_free_ char *path = NULL;
        struct thing thing;
        int r;

        r = change_begin(client);
        if (r != 0)
                return r;
        if (!find_of_kind(client, client->verb->kind, client->args[0], &thing))
                return complain_unknown(client, client->verb->kind, client->args[0]);

        r = cstorage_txn_make_directory(client->txn, thing.kind, thing_get_id(&thing), in_runroot, &path,
                                        &error);
        if (r < 0)
                return log_error(client, "%s", error.text);
        r = change_end(client);
        if (r == 0)
                fprintf(client->out, "%s\n", path);
        return r;
}

int serve_directory(struct client *client) {
        return make_directory(client, false);
}

int serve_run_directory(struct client *client) {
        return make_directory(client, true);
}
