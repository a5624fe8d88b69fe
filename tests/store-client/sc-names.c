/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* get-names: the names of a layer, an image or a container. */

#include "sc.h"

static int names_of(const struct thing *thing, struct strlist *ret) {
        const char *name;

        for (size_t i = 0; (name = thing_get_name(thing, i)); i++)
                if (strlist_add(ret, name) < 0)
                        return -ENOMEM;
        return 0;
}

int serve_get_names(struct client *client) {
        _cleanup_strlist_ struct strlist names = STRLIST_INIT;
        struct thing thing;

        if (!find_thing(client, client->args[0], &thing))
                return complain(client, "layer not known");
        if (names_of(&thing, &names) < 0)
                return complain(client, "no memory");

        if (client->settings.json)
                json_strings(client->out, &names, "[]\n");
        else
                for (size_t i = 0; i < names.n; i++)
                        fprintf(client->out, "%s\n", names.s[i]);
        return 0;
}
