/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * status: the paths of the store. Upstream adds features of the kernel that its overlay driver found out by
 * mounts; the library mounts nothing for this, so they are missing here.
 */

#include "base/text.h"
#include "sc.h"

static void print_row(struct client *client, bool first, const char *name, const char *value) {
        if (!client->settings.json) {
                fprintf(client->err, "%s: %s\n", name, value);
                return;
        }
        fputs(first ? "[[" : ",[", client->out);
        json_string(client->out, name);
        putc(',', client->out);
        json_string(client->out, value);
        putc(']', client->out);
}

static int join_options(const struct cstorage_config *config, struct text *ret) {
        const char *option;
        int r;

        r = text_adds(ret, "[");
        for (size_t i = 0; r >= 0 && (option = cstorage_config_get_option(config, i)); i++)
                r = text_addf(ret, "%s%s", i > 0 ? " " : "", option);
        return r < 0 ? r : text_adds(ret, "]");
}

int serve_status(struct client *client) {
        _cleanup_text_ struct text options = TEXT_INIT;

        if (join_options(client->config, &options) < 0)
                return log_error(client, "no memory");

        print_row(client, true, "Root", cstorage_store_get_graphroot(client->store));
        print_row(client, false, "Run Root", cstorage_store_get_runroot(client->store));
        print_row(client, false, "Driver Name", cstorage_store_get_driver(client->store));
        print_row(client, false, "Driver Options", options.s);
        if (client->settings.json)
                json_end(client->out, false, NULL);
        return 0;
}
