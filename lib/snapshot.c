/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All records of one moment. */

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "index.h"
#include "snapshot.h"

/*
 * Files are replaced one after the other while we read; a store that changes faster than this is read by the
 * one who holds its locks.
 */
#define READ_ROUNDS_MAX 5

static int parse_layers(struct cstorage_file *file, struct error *reterr) {
        int r = layers_parse(&file->layers, file->bytes.text, file->bytes.len, reterr);

        file->records = file->layers.items;
        file->n_records = file->layers.n;
        return r;
}

static int parse_images(struct cstorage_file *file, struct error *reterr) {
        int r = images_parse(&file->images, file->bytes.text, file->bytes.len, reterr);

        file->records = file->images.items;
        file->n_records = file->images.n;
        return r;
}

static int parse_containers(struct cstorage_file *file, struct error *reterr) {
        int r = containers_parse(&file->containers, file->bytes.text, file->bytes.len, reterr);

        file->records = file->containers.items;
        file->n_records = file->containers.n;
        return r;
}

static int parse_mounts(struct cstorage_file *file, struct error *reterr) {
        int r = mounts_parse(&file->mounts, file->bytes.text, file->bytes.len, reterr);

        file->records = file->mounts.items;
        file->n_records = file->mounts.n;
        return r;
}

static void forget_layers(struct cstorage_file *file) {
        layers_done(&file->layers);
}

static void forget_images(struct cstorage_file *file) {
        images_done(&file->images);
}

static void forget_containers(struct cstorage_file *file) {
        containers_done(&file->containers);
}

static void forget_mounts(struct cstorage_file *file) {
        mounts_done(&file->mounts);
}

static const struct {
        int (*parse)(struct cstorage_file *file, struct error *reterr);
        void (*forget)(struct cstorage_file *file);
        size_t size, id_at;
} kinds[FILE_KINDS] = {
        [CSTORAGE_FILE_LAYERS] = {parse_layers, forget_layers, sizeof(struct layer),
                                  offsetof(struct layer, id)},
        [CSTORAGE_FILE_IMAGES] = {parse_images, forget_images, sizeof(struct image),
                                  offsetof(struct image, id)},
        [CSTORAGE_FILE_CONTAINERS] = {parse_containers, forget_containers, sizeof(struct container),
                                      offsetof(struct container, id)},
        [CSTORAGE_FILE_MOUNTS] = {parse_mounts, forget_mounts, sizeof(struct mount),
                                  offsetof(struct mount, id)},
};

const char *snapshot_item_id(enum cstorage_file_kind kind, const struct item *item) {
        const char *id;

        memcpy(&id, (const char *) item->record + kinds[kind].id_at, sizeof(id));
        return id;
}

const struct own_file own_files[OWN_FILES] = {
        {CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_STABLE, ROOT_GRAPH, PATH_LAYERS_JSON},
        {CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_IMAGESTORE, ROOT_IMAGE, PATH_LAYERS_JSON},
        {CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE, ROOT_GRAPH, PATH_LAYERS_VOLATILE_JSON},
        /* Releases 1.47 to 1.52 have all layers there (store.go:createGraphDriverLocked). */
        {CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE, ROOT_IMAGE, PATH_LAYERS_VOLATILE_JSON},
        {CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE_RUNROOT, ROOT_RUN, PATH_LAYERS_VOLATILE_JSON},
        {CSTORAGE_FILE_IMAGES, CSTORAGE_LOCATION_IMAGESTORE, ROOT_IMAGE, PATH_IMAGES_JSON},
        {CSTORAGE_FILE_IMAGES, CSTORAGE_LOCATION_STABLE, ROOT_GRAPH, PATH_IMAGES_JSON},
        {CSTORAGE_FILE_CONTAINERS, CSTORAGE_LOCATION_STABLE, ROOT_GRAPH, PATH_CONTAINERS_JSON},
        {CSTORAGE_FILE_CONTAINERS, CSTORAGE_LOCATION_VOLATILE, ROOT_GRAPH, PATH_CONTAINERS_VOLATILE_JSON},
        {CSTORAGE_FILE_CONTAINERS, CSTORAGE_LOCATION_VOLATILE_RUNROOT, ROOT_RUN,
         PATH_CONTAINERS_VOLATILE_JSON},
        {CSTORAGE_FILE_MOUNTS, CSTORAGE_LOCATION_RUNROOT, ROOT_RUN, PATH_MOUNTS_JSON},
};

/* The files of an additional image store: its volatile layers count too (layers.go:newROLayerStore). */
static const struct {
        enum cstorage_file_kind kind;
        enum path path;
} additional_files[] = {
        {CSTORAGE_FILE_LAYERS, PATH_LAYERS_JSON},
        {CSTORAGE_FILE_LAYERS, PATH_LAYERS_VOLATILE_JSON},
        {CSTORAGE_FILE_IMAGES, PATH_IMAGES_JSON},
};

static void file_forget(struct cstorage_file *file) {
        kinds[file->kind].forget(file);
        recfile_done(&file->bytes);
        file->records = NULL;
        file->n_records = 0;
}

static struct cstorage_snapshot *snapshot_free(struct cstorage_snapshot *snapshot) {
        for (size_t i = 0; i < snapshot->n_files; i++) {
                file_forget(&snapshot->files[i]);
                free(snapshot->files[i].path);
        }
        free(snapshot->files);
        for (size_t i = 0; i < FILE_KINDS; i++) {
                free(snapshot->kinds[i].items);
                free(snapshot->kinds[i].keys);
        }
        cstorage_store_unref(snapshot->store);
        free(snapshot);
        return NULL;
}

_public_ struct cstorage_snapshot *cstorage_snapshot_ref(struct cstorage_snapshot *snapshot) {
        if (snapshot)
                __atomic_add_fetch(&snapshot->refs, 1, __ATOMIC_RELAXED);
        return snapshot;
}

_public_ struct cstorage_snapshot *cstorage_snapshot_unref(struct cstorage_snapshot *snapshot) {
        if (snapshot && __atomic_sub_fetch(&snapshot->refs, 1, __ATOMIC_ACQ_REL) == 0)
                return snapshot_free(snapshot);
        return NULL;
}

static int add_file(struct cstorage_snapshot *snapshot, enum cstorage_file_kind kind,
                    enum cstorage_location location, const struct store_root *root, enum path path) {
        char name[PATH_LENGTH_MAX];
        struct cstorage_file *file;
        int r;

        if (!root->path)
                return 0;

        r = ARRAY_RESERVE(snapshot->files, snapshot->cap_files, snapshot->n_files + 1);
        if (r < 0)
                return r;

        file = &snapshot->files[snapshot->n_files];
        *file = (struct cstorage_file){.kind = kind,
                                       .location = location,
                                       .root = root,
                                       .bytes = RECFILE_INIT};
        path_of(path, snapshot->store->driver->name, name);
        if (asprintf(&file->path, "%s/%s", root->path, name) < 0) {
                file->path = NULL;
                return -ENOMEM;
        }
        file->name = file->path + strlen(root->path) + 1;
        snapshot->n_files++;
        return 0;
}

static int add_files(struct cstorage_snapshot *snapshot) {
        const struct cstorage_store *store = snapshot->store;
        int r;

        for (size_t i = 0; i < OWN_FILES; i++) {
                r = add_file(snapshot, own_files[i].kind, own_files[i].location,
                             &store->roots[own_files[i].root], own_files[i].path);
                if (r < 0)
                        return r;
        }
        for (size_t k = 0; k < store->n_additional; k++)
                for (size_t i = 0; i < ARRAY_SIZE(additional_files); i++) {
                        r = add_file(snapshot, additional_files[i].kind, CSTORAGE_LOCATION_ADDITIONAL,
                                     &store->additional[k], additional_files[i].path);
                        if (r < 0)
                                return r;
                }
        return 0;
}

/*
 * A runroot that is not there yet is empty. An image store, of whatever kind, that is configured and not
 * there may be one that is not mounted: what it records is unknown.
 */
static bool root_is_unknown(const struct cstorage_file *file) {
        if (file->root->fd >= 0)
                return false;
        return file->root->error != -ENOENT || (file->location != CSTORAGE_LOCATION_RUNROOT &&
                                                file->location != CSTORAGE_LOCATION_VOLATILE_RUNROOT);
}

static int file_read(struct cstorage_file *file) {
        int r;

        file_forget(file);
        if (root_is_unknown(file)) {
                file->bytes.state = RECFILE_UNREADABLE;
                error_errno(&file->bytes.error, file->root->error, "%s", file->root->path);
                return 0;
        }

        r = recfile_read(&file->bytes, file->root->fd, file->name);
        if (r < 0 || file->bytes.state != RECFILE_OK)
                return r;

        r = kinds[file->kind].parse(file, &file->bytes.error);
        if (r == -ENOMEM)
                return r;
        if (r < 0) {
                file->bytes.state = RECFILE_DAMAGED;
                file->n_records = 0;
        }
        return 0;
}

static bool file_is_current(const struct cstorage_file *file) {
        return root_is_unknown(file) || recfile_is_current(&file->bytes, file->root->fd, file->name);
}

static int read_round(struct cstorage_snapshot *snapshot, bool *ret_current) {
        bool current = true;
        int r;

        r = snapshot_read_tokens(snapshot->store, snapshot->tokens);
        if (r < 0)
                return r;

        for (size_t i = 0; i < snapshot->n_files; i++) {
                r = file_read(&snapshot->files[i]);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < snapshot->n_files && current; i++)
                current = file_is_current(&snapshot->files[i]);
        *ret_current = current;
        return 0;
}

static int read_files(struct cstorage_snapshot *snapshot) {
        bool current = false;
        int r = 0;

        for (int round = 0; round < READ_ROUNDS_MAX && !current && r >= 0; round++)
                r = read_round(snapshot, &current);
        return r;
}

int snapshot_read_tokens(const struct cstorage_store *store, struct last_write ret[static STORE_LOCKS]) {
        char name[PATH_LENGTH_MAX];
        int r;

        for (size_t i = 0; i < STORE_LOCKS; i++) {
                const struct store_root *root = &store->roots[store_locks[i].root];

                ret[i] = (struct last_write){0};
                if (root->fd < 0)
                        continue;
                path_of(store_locks[i].path, store->driver->name, name);
                r = lock_read_token_at(root->fd, name, &ret[i]);
                if (r == -ENOMEM)
                        return r;
        }
        return 0;
}

static size_t count_records(const struct cstorage_snapshot *snapshot, enum cstorage_file_kind kind) {
        size_t n = 0;

        for (size_t i = 0; i < snapshot->n_files; i++)
                if (snapshot->files[i].kind == kind)
                        n += snapshot->files[i].n_records;
        return n;
}

static void append_records(struct items *items, const struct cstorage_file *file) {
        for (size_t i = 0; i < file->n_records; i++)
                items->items[items->n++] = (struct item){
                        .record = (const char *) file->records + i * kinds[file->kind].size,
                        .file = file,
                };
}

static int collect_records(struct cstorage_snapshot *snapshot) {
        for (enum cstorage_file_kind kind = 0; kind < FILE_KINDS; kind++) {
                struct items *items = &snapshot->kinds[kind];

                /* One more, so that what follows the last has an address. */
                items->items = calloc(count_records(snapshot, kind) + 1, sizeof(*items->items));
                if (!items->items)
                        return -ENOMEM;
        }
        for (size_t i = 0; i < snapshot->n_files; i++)
                append_records(&snapshot->kinds[snapshot->files[i].kind], &snapshot->files[i]);
        return 0;
}

static int read_records(struct cstorage_store *store, struct cstorage_snapshot **ret, struct error *reterr) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        int r;

        if (!store || !ret)
                return -EINVAL;

        snapshot = calloc(1, sizeof(*snapshot));
        if (!snapshot)
                return -ENOMEM;
        snapshot->refs = 1;
        snapshot->store = cstorage_store_ref(store);

        r = add_files(snapshot);
        if (r < 0)
                return r;

        r = read_files(snapshot);
        if (r < 0)
                return error_errno(reterr, r, "cannot read the records of %s", store->roots[ROOT_GRAPH].path);

        /* After the reading: a directory that appears later records nothing that was listed before. */
        r = store_check_roots(store, reterr);
        if (r < 0)
                return r;

        r = collect_records(snapshot);
        if (r < 0)
                return r;

        r = snapshot_make_index(snapshot);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(snapshot);
        return 0;
}

_public_ int cstorage_snapshot_new(struct cstorage_store *store, struct cstorage_snapshot **ret,
                                   struct cstorage_error *reterr) {
        return error_end(reterr, read_records(store, ret, error_begin(reterr)), "cannot read the records");
}

int snapshot_is_stale(const struct cstorage_snapshot *snapshot) {
        struct last_write tokens[STORE_LOCKS];
        int r;

        r = snapshot_read_tokens(snapshot->store, tokens);
        if (r < 0)
                return r;

        for (size_t i = 0; i < STORE_LOCKS; i++)
                if (!last_write_equal(&tokens[i], &snapshot->tokens[i]))
                        return 1;
        for (size_t i = 0; i < snapshot->n_files; i++)
                if (!file_is_current(&snapshot->files[i]))
                        return 1;
        return 0;
}

static int check_stale(const struct cstorage_snapshot *snapshot, struct error *reterr) {
        int r;

        if (!snapshot)
                return -EINVAL;

        r = snapshot_is_stale(snapshot);
        if (r < 0)
                return error_errno(reterr, r, "cannot tell whether %s changed",
                                   snapshot->store->roots[ROOT_GRAPH].path);
        return r;
}

_public_ int cstorage_snapshot_is_stale(const struct cstorage_snapshot *snapshot,
                                        struct cstorage_error *reterr) {
        return error_end(reterr, check_stale(snapshot, error_begin(reterr)),
                         "cannot tell whether the store changed");
}
