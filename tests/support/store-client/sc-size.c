/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The sizes of images and containers, as in store.go:ImageSize and ContainerSize. */

#include <fts.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/strlist.h"
#include "sc.h"

/* Inodes with several links, each counted once. */
struct inodes {
        ino_t *items;
        size_t n, cap;
};

static bool is_new(struct inodes *seen, const struct stat *st) {
        if (st->st_nlink < 2)
                return true;
        for (size_t i = 0; i < seen->n; i++)
                if (seen->items[i] == st->st_ino)
                        return false;
        if (ARRAY_RESERVE(seen->items, seen->cap, seen->n + 1) >= 0)
                seen->items[seen->n++] = st->st_ino;
        return true;
}

/* The bytes of all files except directories (pkg/directory:Usage). */
static int64_t tree_size(char *path) {
        char *const paths[] = {path, NULL};
        FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, NULL);
        struct inodes seen = {0};
        int64_t size = 0;
        FTSENT *e;

        while (walk && (e = fts_read(walk)))
                if (e->fts_info != FTS_D && e->fts_info != FTS_DP && e->fts_info != FTS_NS &&
                    is_new(&seen, e->fts_statp))
                        size += e->fts_statp->st_size;
        if (walk)
                (void) fts_close(walk);
        free(seen.items);
        return size;
}

/* With vfs, the changes of a layer with a parent must be found by comparing the trees. */
static int measure_layer(struct client *client, const struct cstorage_layer *layer, int64_t *ret) {
        bool whole = strcmp(cstorage_store_get_driver(client->store), "vfs") == 0;
        _cleanup_free_ char *path = NULL;
        _cleanup_close_ int fd = -1;

        if (whole && *cstorage_layer_get_parent_id(layer))
                return hand_over(client, "trees have to be compared");
        fd = cstorage_layer_open_diff(layer, NULL);
        if (fd < 0)
                return hand_over(client, "a layer cannot be opened");
        if (asprintf(&path, "/proc/self/fd/%d", fd) < 0)
                return hand_over(client, "there is no memory");

        *ret = tree_size(path);
        return 0;
}

/* layers.go:Layer: the size counts only if there is a digest. */
static int layer_size(struct client *client, const struct cstorage_layer *layer, int64_t *ret) {
        if (!*cstorage_layer_get_diff_digest(layer) || cstorage_layer_get_diff_size(layer) < 0)
                return measure_layer(client, layer, ret);

        *ret = cstorage_layer_get_diff_size(layer);
        return 0;
}

static bool is_in(const struct strlist *list, const char *s) {
        for (size_t i = 0; i < list->n; i++)
                if (strcmp(list->s[i], s) == 0)
                        return true;
        return false;
}

/* A layer and its lowers, without layers that were counted before. */
static int chain_size(struct client *client, const char *id, struct strlist *counted, int64_t *ret) {
        while (*id && !is_in(counted, id)) {
                const struct cstorage_layer *layer = find_layer(client, id);
                int64_t size;

                if (!layer || strlist_add(counted, id) < 0)
                        return hand_over(client, "a layer is missing");
                if (layer_size(client, layer, &size) < 0)
                        return HAND_OVER;
                *ret += size;
                id = cstorage_layer_get_parent_id(layer);
        }
        return 0;
}

static int64_t data_size(const struct thing *thing) {
        int64_t size = 0, n;

        for (size_t i = 0; thing_get_big_data(thing, i, &n, NULL); i++)
                size += n;
        return size;
}

int image_size(struct client *client, const struct cstorage_image *image, int64_t *ret) {
        const struct thing thing = {.kind = CSTORAGE_OBJECT_IMAGE, .image = image};
        const char *id = cstorage_image_get_layer_id(image);
        _cleanup_strlist_ struct strlist counted = STRLIST_INIT;
        int64_t size = data_size(&thing);

        for (size_t i = 0; id; id = cstorage_image_get_mapped_layer_id(image, i++))
                if (chain_size(client, id, &counted, &size) < 0)
                        return HAND_OVER;

        *ret = size;
        return 0;
}

/* Upstream makes the directories of a container to measure them. */
static int directory_size(struct client *client, const char *id, bool in_runroot, int64_t *ret) {
        struct cstorage_error error = {.text = "no memory"};
        _cleanup_free_ char *path = NULL;
        int r;

        r = cstorage_txn_make_directory(client->txn, CSTORAGE_OBJECT_CONTAINER, id, in_runroot, &path,
                                        &error);
        if (r < 0)
                return hand_over(client, "a directory cannot be made");

        *ret += tree_size(path);
        return 0;
}

int container_size(struct client *client, const struct cstorage_container *container, int64_t *ret) {
        const struct thing thing = {.kind = CSTORAGE_OBJECT_CONTAINER, .container = container};
        const struct cstorage_layer *layer = find_layer(client, cstorage_container_get_layer_id(container));
        const char *id = cstorage_container_get_id(container);
        int64_t size;

        if (!layer)
                return hand_over(client, "a layer is missing");
        if (measure_layer(client, layer, &size) < 0 || directory_size(client, id, false, &size) < 0 ||
            directory_size(client, id, true, &size) < 0)
                return HAND_OVER;

        *ret = size + data_size(&thing);
        return 0;
}
