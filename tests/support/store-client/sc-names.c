/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* get-names, set-names, add-names, remove-names: of a layer, an image or a container. */

#include <string.h>

#include "sc.h"

static bool is_in(const struct strlist *list, const char *s) {
        for (size_t i = 0; i < list->n; i++)
                if (strcmp(list->s[i], s) == 0)
                        return true;
        return false;
}

/* Add the names that are not in the list yet; 0 or -ENOMEM. */
static int add_names(const struct thing *thing, struct strlist *ret) {
        const char *name;

        for (size_t i = 0; (name = thing_get_name(thing, i)); i++)
                if (!is_in(ret, name) && strlist_add(ret, name) < 0)
                        return -ENOMEM;
        return 0;
}

static int add_given(const struct client *client, struct strlist *ret) {
        const struct strlist *given = &client->settings.names;

        for (size_t i = 0; i < given->n; i++)
                if (!is_in(ret, given->s[i]) && strlist_add(ret, given->s[i]) < 0)
                        return -ENOMEM;
        return 0;
}

static int add_kept(const struct client *client, const struct thing *thing, struct strlist *ret) {
        const char *name;

        for (size_t i = 0; (name = thing_get_name(thing, i)); i++)
                if (!is_in(&client->settings.names, name) && strlist_add(ret, name) < 0)
                        return -ENOMEM;
        return 0;
}

int serve_get_names(struct client *client) {
        _cleanup_strlist_ struct strlist names = STRLIST_INIT;
        struct thing thing;

        if (!find_thing(client, client->args[0], &thing))
                return log_error(client, "layer not known");
        if (add_names(&thing, &names) < 0)
                return log_error(client, "no memory");

        if (client->settings.json)
                json_strings(client->out, &names, "[]\n");
        else
                for (size_t i = 0; i < names.n; i++)
                        fprintf(client->out, "%s\n", names.s[i]);
        return 0;
}

/* Find the object of the first argument. One of an additional store must be pulled up
 * (store.go:updateNames). */
static int find_changeable(struct client *client, struct thing *ret) {
        int r;

        r = change_begin(client);
        if (r != 0)
                return r;
        if (!find_thing(client, client->args[0], ret))
                return log_error(client, "layer not known");
        if (ret->image && cstorage_image_get_location(ret->image) == CSTORAGE_LOCATION_ADDITIONAL)
                return pull_up(client, ret);
        return 0;
}

static int set_names(struct client *client, const struct thing *thing, struct strlist *names) {
        struct cstorage_error error = {.text = "no memory"};
        int r;

        if (list_end(names) < 0)
                return log_error(client, "no memory");
        r = cstorage_txn_set_names(client->txn, thing->kind, thing_get_id(thing),
                                   (const char *const *) names->s, &error);
        r = change_check(client, r, &error);
        if (r == 0)
                r = change_end(client);
        if (r == 0 && client->settings.json)
                json_strings(client->out, names, "null\n");
        return r;
}

int serve_set_names(struct client *client) {
        _cleanup_strlist_ struct strlist names = STRLIST_INIT;
        struct thing thing;
        int r;

        r = find_changeable(client, &thing);
        if (r == 0 && add_given(client, &names) < 0)
                r = log_error(client, "no memory");
        return r != 0 ? r : set_names(client, &thing, &names);
}

int serve_add_names(struct client *client) {
        _cleanup_strlist_ struct strlist names = STRLIST_INIT;
        struct thing thing;
        int r;

        r = find_changeable(client, &thing);
        if (r == 0 && (add_given(client, &names) < 0 || add_names(&thing, &names) < 0))
                r = log_error(client, "no memory");
        return r != 0 ? r : set_names(client, &thing, &names);
}

int serve_remove_names(struct client *client) {
        _cleanup_strlist_ struct strlist names = STRLIST_INIT;
        struct thing thing;
        int r;

        r = find_changeable(client, &thing);
        if (r == 0 && add_kept(client, &thing, &names) < 0)
                r = log_error(client, "no memory");
        return r != 0 ? r : set_names(client, &thing, &names);
}
