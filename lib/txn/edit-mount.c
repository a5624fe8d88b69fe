/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mounts: an edit changes the count; the commit finds out whether the layer is mounted. */

#include <string.h>

#include "api/arguments.h"
#include "driver/registry.h"
#include "format/encode-value.h"
#include "snapshot/change.h"
#include "snapshot/index.h"
#include "snapshot/object-dirs.h"
#include "snapshot/placement.h"
#include "store/driver-homes.h"
#include "txn/edit.h"
#include "json/json.h"

/* The layer to mount for an object, and the options. */
struct wanted {
        char *layer; /* its id */
        struct strlist options;
        bool read_only, is_volatile;
        bool shifted; /* the owners would have to be mapped, which this library does not do */
};

static void wanted_done(struct wanted *wanted) {
        free(wanted->layer);
        strlist_done(&wanted->options);
}

/* ------------------------------------------------------------------- objects to mount */

static int read_options(const char *json, struct strlist *ret) {
        _cleanup_arena_ struct arena arena = ARENA_INIT;
        _cleanup_json_ struct json list = JSON_INIT;
        const char *option;
        int r;

        r = json_parse(&list, json, strlen(json), NULL);
        if (r < 0 || list.tokens[0].type != JSON_ARRAY)
                return r == -ENOMEM ? r : 0;
        for (uint32_t t = 1; t < list.tokens[0].next; t = list.tokens[t].next) {
                r = json_string(&list, t, &arena, &option);
                if (r == -EBADMSG)
                        continue;
                if (r >= 0)
                        r = strlist_add(ret, option);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* store.go:Mount */
static int read_flags(const struct container *container, struct wanted *wanted) {
        int r;

        for (size_t i = 0; i < container->flags.n; i++) {
                const struct flag *flag = &container->flags.items[i];

                if (strcmp(flag->name, FLAG_VOLATILE) == 0)
                        wanted->is_volatile = strcmp(flag->value, "true") == 0;
                if (strcmp(flag->name, FLAG_MOUNT_OPTIONS) != 0)
                        continue;
                r = read_options(flag->value, &wanted->options);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int layer_of(struct edit *edit, enum cstorage_object object, const struct item *item,
                    struct wanted *wanted) {
        const struct container *container = item->record;
        const struct image *image = item->record;

        switch (object) {
        case CSTORAGE_OBJECT_LAYER:
                wanted->layer = strdup(snapshot_item_id(CSTORAGE_RECORD_FILE_LAYERS, item));
                break;
        case CSTORAGE_OBJECT_IMAGE:
                if (!*image->layer)
                        return error_set(edit->reterr, -ENOENT, "the image %s has no layer", image->id);
                wanted->read_only = true;
                wanted->layer = strdup(image->layer);
                break;
        case CSTORAGE_OBJECT_CONTAINER:
                wanted->shifted = container->uid_map.n > 0 || container->gid_map.n > 0;
                wanted->layer = strdup(container->layer);
                return wanted->layer ? read_flags(container, wanted) : -ENOMEM;
        }
        return wanted->layer ? 0 : -ENOMEM;
}

static bool has_maps(const struct layer *layer) {
        return layer->uid_map.n > 0 || layer->gid_map.n > 0;
}

static int find_wanted(struct edit *edit, enum cstorage_object object, const char *id, struct wanted *ret) {
        const struct item *item;
        int r;

        r = edit_find(edit, object, id, &item);
        if (r < 0)
                return r;

        r = layer_of(edit, object, item, ret);
        if (r < 0)
                return r;

        r = edit_find_ours(edit, CSTORAGE_OBJECT_LAYER, ret->layer, &item);
        if (r >= 0 && object == CSTORAGE_OBJECT_IMAGE)
                ret->shifted = has_maps(item->record);
        return r;
}

/* --------------------------------------------------------------------------------- counts */

static int64_t count_of(const struct item *mount) {
        return mount ? ((const struct mount *) mount->record)->count : 0;
}

static int set_count(struct edit *edit, const struct item *mount, int64_t count) {
        _cleanup_text_ struct text json = TEXT_INIT;
        int r;

        r = encode_i64(&json, count);
        if (r < 0)
                return r;
        return edit_amend(edit, mount, &(struct amendment){.member = "count", .json = json.s}, 1);
}

static int add_mount(struct edit *edit, const char *layer, const char *path) {
        const struct mount mount = {.id = layer, .path = path, .count = 1};
        const struct cstorage_record_file *file = placement_mounts_file(edit->now);
        _cleanup_text_ struct text json = TEXT_INIT;
        int r;

        r = mount_compose(&mount, &json);
        if (r < 0)
                return r;
        return edit_add(edit, file, &json);
}

/* A mount with a count of 0, or at another path, is ignored (layers.go:loadMounts, saveMounts). */
static int count_mount(struct edit *edit, const char *layer, const char *path) {
        const struct item *mount = snapshot_find_mount(edit->now, layer);

        if (count_of(mount) > 0 && strcmp(((const struct mount *) mount->record)->path, path) == 0)
                return set_count(edit, mount, count_of(mount) + 1);
        if (mount) {
                int r = snapshot_remove(edit->now, mount);

                if (r < 0)
                        return r;
        }
        return add_mount(edit, layer, path);
}

/* ---------------------------------------------------------------------------------- mount */

static int find_path(struct edit *edit, const char *layer, char **ret) {
        const struct cstorage_store *store = edit->txn->store;
        _cleanup_driver_homes_ struct driver_homes homes = DRIVER_HOMES_INIT;
        int r;

        r = driver_homes_open(store, &homes, edit->reterr);
        if (r < 0)
                return r;
        return store->driver->mount_path(&homes.homes, edit_layer_root(edit, layer) == ROOT_GRAPH, layer,
                                         ret);
}

static int add_options(struct change *change, const struct wanted *wanted,
                       const struct cstorage_mount_options *options) {
        int r = 0;

        for (size_t i = 0; options->options && options->options[i] && r >= 0; i++)
                r = strlist_add(&change->options, options->options[i]);
        for (size_t i = 0; !options->options && i < wanted->options.n && r >= 0; i++)
                r = strlist_add(&change->options, wanted->options.s[i]);
        return r;
}

static int add_change(struct edit *edit, const struct wanted *wanted,
                      const struct cstorage_mount_options *options) {
        struct change *change;
        const struct layer *layer;
        int r;

        r = edit_add_change(edit, CHANGE_MOUNT, CSTORAGE_OBJECT_LAYER, wanted->layer, &change);
        if (r < 0)
                return r;

        layer = edit_find_id(edit, CSTORAGE_OBJECT_LAYER, wanted->layer)->record;
        change->read_only = wanted->read_only || options->flags & CSTORAGE_MOUNT_READ_ONLY;
        change->is_volatile = wanted->is_volatile;
        change->label = strdup(options->label ? options->label : layer->mount_label);
        return change->label ? add_options(change, wanted, options) : -ENOMEM;
}

static int edit_mount(struct edit *edit, enum cstorage_object object, const char *id,
                      const struct cstorage_mount_options *options, char **ret_path) {
        _cleanup_(wanted_done) struct wanted wanted = {0};
        _cleanup_free_ char *path = NULL;
        int r;

        r = driver_check_makes(edit->txn->store->driver, edit->reterr);
        if (r < 0)
                return r;

        r = find_wanted(edit, object, id, &wanted);
        if (r < 0)
                return r;

        if (wanted.shifted)
                return error_set(edit->reterr, -EOPNOTSUPP,
                                 "the library cannot mount the %s \"%s\": it has id maps",
                                 object_name(object), id);

        r = find_path(edit, wanted.layer, &path);
        if (r < 0)
                return r;

        r = add_change(edit, &wanted, options);
        if (r < 0)
                return r;

        r = count_mount(edit, wanted.layer, path);
        if (r >= 0 && ret_path)
                *ret_path = TAKE_PTR(path);
        return r;
}

static int mount_object(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                        const struct cstorage_mount_options *options, char **ret_path, struct error *reterr) {
        static const struct cstorage_mount_options none = {.size = sizeof(none)};
        struct edit edit;
        int r;

        if (!txn || !id || !object_name(object))
                return -EINVAL;
        if (!options)
                options = &none;

        r = check_options(options->size, sizeof(*options), options->flags, CSTORAGE_MOUNT_READ_ONLY, "mount",
                          reterr);
        if (r < 0)
                return r;

        r = edit_begin(&edit, txn, reterr);
        if (r < 0)
                return r;
        return edit_end(&edit, edit_mount(&edit, object, id, options, ret_path));
}

_public_ int cstorage_txn_mount(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                                const struct cstorage_mount_options *options, char **ret_path,
                                struct cstorage_error *reterr) {
        return error_end(reterr, mount_object(txn, object, id, options, ret_path, error_begin(reterr)),
                         "cannot mount");
}

/* -------------------------------------------------------------------------------- unmount */

static int edit_unmount(struct edit *edit, enum cstorage_object object, const char *id, bool force) {
        _cleanup_(wanted_done) struct wanted wanted = {0};
        const struct item *mount;
        struct change *change;
        int r;

        r = find_wanted(edit, object, id, &wanted);
        if (r < 0)
                return r;

        mount = snapshot_find_mount(edit->now, wanted.layer);
        if (!force && count_of(mount) > 1) {
                r = set_count(edit, mount, count_of(mount) - 1);
                return r < 0 ? r : 1;
        }

        r = edit_add_change(edit, CHANGE_UNMOUNT, CSTORAGE_OBJECT_LAYER, wanted.layer, &change);
        if (r >= 0 && mount)
                r = snapshot_remove(edit->now, mount);
        return r < 0 ? r : 0;
}

static int unmount_object(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                          uint64_t flags, struct error *reterr) {
        struct edit edit;
        int r;

        if (!txn || !id || !object_name(object))
                return -EINVAL;

        r = check_flags(flags, CSTORAGE_UNMOUNT_FORCE, "unmount", reterr);
        if (r < 0)
                return r;

        r = edit_begin(&edit, txn, reterr);
        if (r < 0)
                return r;
        return edit_end(&edit, edit_unmount(&edit, object, id, flags & CSTORAGE_UNMOUNT_FORCE));
}

_public_ int cstorage_txn_unmount(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                                  uint64_t flags, struct cstorage_error *reterr) {
        return error_end(reterr, unmount_object(txn, object, id, flags, error_begin(reterr)),
                         "cannot unmount");
}
