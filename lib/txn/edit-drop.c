/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deleting a layer without any check. */

#include <string.h>

#include "driver/layer-dir.h"
#include "snapshot/change.h"
#include "txn/edit.h"

/* If a recorded layer has no directory, any root will do: it is the graphroot. */
enum root edit_layer_root(const struct edit *edit, const char *id) {
        const struct cstorage_store *store = edit->txn->store;
        const struct change *made;
        char path[LAYER_PATH_MAX];

        made = changes_find(&edit->txn->changes, CHANGE_LAYER_MADE, CSTORAGE_OBJECT_LAYER, id);
        if (made)
                return made->root;
        if (!driver_is_layer_id(id))
                return ROOT_GRAPH;

        driver_layer_path(store->driver->layers_dir, id, "", path);
        for (enum root root = ROOT_GRAPH; root <= ROOT_IMAGE; root++) {
                struct identity there;

                if (store->roots[root].home_fd >= 0 &&
                    identity_at(store->roots[root].home_fd, path, &there) >= 0)
                        return root;
        }
        return ROOT_GRAPH;
}

int edit_remove_records(struct edit *edit, enum cstorage_object object, const char *id) {
        const struct item *item;
        int r = 0;

        while (r >= 0 && (item = edit_find_id(edit, object, id)))
                r = snapshot_remove(edit->now, item);
        return r;
}

int edit_drop_layer(struct edit *edit, const char *id) {
        _cleanup_free_ char *copy = strdup(id);
        struct change *change;
        int r;

        if (!copy)
                return -ENOMEM;

        r = edit_remove_records(edit, CSTORAGE_OBJECT_LAYER, copy);
        if (r < 0)
                return r;
        if (changes_find(&edit->txn->changes, CHANGE_LAYER_MADE, CSTORAGE_OBJECT_LAYER, copy))
                return edit_forget(edit, CSTORAGE_OBJECT_LAYER, copy);

        r = edit_add_change(edit, CHANGE_LAYER_GONE, CSTORAGE_OBJECT_LAYER, copy, &change);
        if (r < 0)
                return r;

        change->root = edit_layer_root(edit, copy);
        return 0;
}
