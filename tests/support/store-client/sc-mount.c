/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* mount, unmount, mounted: layers, those of containers, those of images. */

#include <string.h>

#include "sc.h"

/* A container has precedence over a layer (store.go:Mount, Unmount, Mounted). */
static bool find_mountable(const struct client *client, const char *name, struct thing *ret) {
        return find_of_kind(client, CSTORAGE_OBJECT_CONTAINER, name, ret) ||
               find_of_kind(client, CSTORAGE_OBJECT_LAYER, name, ret);
}

/* The action for each argument, and the end of its error message. */
struct doing {
        int (*one)(struct client *client, const char *name, char **ret_path);
        bool gives_path;
        const char *before, *after; /* its name */
};

/* mount.go:mountPointOrError, mountPointError; NULL: no memory. */
static char *result_text(const struct client *client, const char *name, const char *path) {
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        if (!out)
                return NULL;
        fputs("{\"id\":", out);
        json_string(out, name);
        if (path) {
                fputs(",\"mountpoint\":", out);
                json_string(out, path);
        }
        fputs(",\"error\":", out);
        json_string(out, client->complaint);
        putc('}', out);
        if (fclose(out) == 0)
                return text;
        free(text);
        return NULL;
}

static int do_one(struct client *client, const struct doing *doing, const char *name,
                  struct strlist *results) {
        _cleanup_free_ char *path = NULL, *result = NULL;
        int r;

        r = doing->one(client, name, &path);
        if (r < 0)
                return r;
        result = result_text(client, name, doing->gives_path ? path ?: "" : NULL);
        if (!result || strlist_add(results, result) < 0)
                return log_error(client, "no memory");

        if (r != 0 && !client->settings.json)
                fprintf(client->err, "%s %s%s%s\n", client->complaint, doing->before, name, doing->after);
        if (doing->gives_path && !client->settings.json)
                fprintf(client->out, "%s\n", path ?: "");
        client->complaint[0] = '\0';
        return r;
}

static int do_each(struct client *client, const struct doing *doing) {
        _cleanup_strlist_ struct strlist results = STRLIST_INIT;
        int status = 0, r;

        for (int i = 0; i < client->n_args; i++) {
                r = do_one(client, doing, client->args[i], &results);
                if (r < 0)
                        return r;
                status |= r;
        }
        for (size_t i = 0; client->settings.json && i < results.n; i++)
                fprintf(client->out, "%c%s", i == 0 ? '[' : ',', results.s[i]);
        if (client->settings.json)
                json_end(client->out, false, NULL);
        return status;
}

static int mount_thing(struct client *client, const struct thing *thing, char **ret) {
        struct cstorage_mount_options options = {
                .size = sizeof(options),
                .flags = thing->image ? CSTORAGE_MOUNT_READ_ONLY : 0,
                .label = client->settings.label && *client->settings.label ? client->settings.label : NULL,
        };
        struct cstorage_error error = {.text = "no memory"};
        _cleanup_free_ char *path = NULL;
        int r;

        r = cstorage_txn_mount(client->txn, thing->kind, thing_get_id(thing), &options, &path, &error);
        r = change_check(client, r, &error);
        if (r == 0)
                r = change_end(client);
        if (r == 0)
                *ret = TAKE_PTR(path);
        return r;
}

/* Upstream mounts a copy of an image whose layers have shifted owners
 * (store.go:imageTopLayerForMapping). */
static bool is_mapped(const struct client *client, const struct cstorage_image *image) {
        const struct cstorage_layer *top = find_layer(client, cstorage_image_get_layer_id(image));
        struct cstorage_id_map map;

        return cstorage_image_get_mapped_layer_id(image, 0) ||
               (top &&
                (cstorage_layer_get_uid_map(top, 0, &map) || cstorage_layer_get_gid_map(top, 0, &map)));
}

static int mount_named(struct client *client, const char *name, char **ret) {
        struct thing thing;
        int r;

        r = change_begin(client);
        if (r != 0)
                return r;
        if (client->settings.read_only && !find_of_kind(client, CSTORAGE_OBJECT_IMAGE, name, &thing))
                return complain_unknown(client, CSTORAGE_OBJECT_IMAGE, name);
        if (!client->settings.read_only && !find_mountable(client, name, &thing))
                return log_error(client, "layer not known");
        if (thing.image && is_mapped(client, thing.image))
                return hand_over(client, "ids are mapped");
        return mount_thing(client, &thing, ret);
}

int serve_mount(struct client *client) {
        static const struct doing mounting = {mount_named, true, "while mounting ", ""};

        return do_each(client, &mounting);
}

/* *ret_left: still mounted. */
static int unmount_thing(struct client *client, const struct thing *thing, bool *ret_left) {
        struct cstorage_error error = {.text = "no memory"};
        int r;

        r = cstorage_txn_unmount(client->txn, thing->kind, thing_get_id(thing),
                                 client->settings.force ? CSTORAGE_UNMOUNT_FORCE : 0, &error);
        *ret_left = r > 0;
        return r < 0 ? log_error(client, "%s", error.text) : change_end(client);
}

static int unmount_named(struct client *client, const char *name, char **ret_path) {
        struct thing thing;
        bool left;
        int r;

        *ret_path = NULL;
        r = change_begin(client);
        if (r != 0)
                return r;
        if (!find_mountable(client, name, &thing) &&
            !find_of_kind(client, CSTORAGE_OBJECT_IMAGE, name, &thing))
                return log_error(client, "layer not known");
        if (thing.image && is_mapped(client, thing.image))
                return hand_over(client, "ids are mapped");

        r = unmount_thing(client, &thing, &left);
        if (r == 0 && !left && !thing.image)
                fprintf(client->out, "%s mountpoint unmounted\n", name);
        return r;
}

int serve_unmount(struct client *client) {
        static const struct doing unmounting = {unmount_named, false, "while unmounting ", ""};

        return do_each(client, &unmounting);
}

/* Additional stores have no mounts. */
static int look_whether_mounted(struct client *client, const char *name, char **ret_path) {
        struct thing thing;

        *ret_path = NULL;
        if (!find_mountable(client, name, &thing) ||
            (thing.layer && cstorage_layer_get_location(thing.layer) == CSTORAGE_LOCATION_ADDITIONAL))
                return log_error(client, "layer not known");
        if (is_mounted(client, &thing))
                fprintf(client->out, "%s mounted\n", name);
        return 0;
}

int serve_mounted(struct client *client) {
        static const struct doing looking = {look_whether_mounted, false, "checking if ", " is mounted"};

        return do_each(client, &looking);
}
