/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One source of truth: a record is its bytes, and what was read from them lives and dies with them. */

#include <stdio.h>
#include <string.h>

#include "snapshot/record-buffer.h"

struct backing {
        unsigned refs;
        enum cstorage_file_kind kind;
        char *text;
        union {
                struct layers layers;
                struct images images;
                struct containers containers;
                struct mounts mounts;
        };
        const void *records; /* those of the union, as many as there are */
        size_t n;
};

static int parse_layers(struct backing *backing, size_t len, struct error *reterr) {
        int r = layers_parse(&backing->layers, backing->text, len, reterr);

        backing->records = backing->layers.items;
        backing->n = backing->layers.n;
        return r;
}

static int parse_images(struct backing *backing, size_t len, struct error *reterr) {
        int r = images_parse(&backing->images, backing->text, len, reterr);

        backing->records = backing->images.items;
        backing->n = backing->images.n;
        return r;
}

static int parse_containers(struct backing *backing, size_t len, struct error *reterr) {
        int r = containers_parse(&backing->containers, backing->text, len, reterr);

        backing->records = backing->containers.items;
        backing->n = backing->containers.n;
        return r;
}

static int parse_mounts(struct backing *backing, size_t len, struct error *reterr) {
        int r = mounts_parse(&backing->mounts, backing->text, len, reterr);

        backing->records = backing->mounts.items;
        backing->n = backing->mounts.n;
        return r;
}

static void forget_layers(struct backing *backing) {
        layers_done(&backing->layers);
}

static void forget_images(struct backing *backing) {
        images_done(&backing->images);
}

static void forget_containers(struct backing *backing) {
        containers_done(&backing->containers);
}

static void forget_mounts(struct backing *backing) {
        mounts_done(&backing->mounts);
}

static const struct {
        int (*parse)(struct backing *backing, size_t len, struct error *reterr);
        void (*forget)(struct backing *backing);
        const struct record_type *type;
        size_t id_at, json_at;
} kinds[FILE_KINDS] = {
        [CSTORAGE_FILE_LAYERS] = {parse_layers, forget_layers, &layer_record, offsetof(struct layer, id),
                                  offsetof(struct layer, json)},
        [CSTORAGE_FILE_IMAGES] = {parse_images, forget_images, &image_record, offsetof(struct image, id),
                                  offsetof(struct image, json)},
        [CSTORAGE_FILE_CONTAINERS] = {parse_containers, forget_containers, &container_record,
                                      offsetof(struct container, id), offsetof(struct container, json)},
        [CSTORAGE_FILE_MOUNTS] = {parse_mounts, forget_mounts, &mount_record, offsetof(struct mount, id),
                                  offsetof(struct mount, json)},
};

static struct backing *backing_free(struct backing *backing) {
        kinds[backing->kind].forget(backing);
        free(backing->text);
        free(backing);
        return NULL;
}

struct backing *backing_ref(struct backing *backing) {
        if (backing)
                __atomic_add_fetch(&backing->refs, 1, __ATOMIC_RELAXED);
        return backing;
}

struct backing *backing_unref(struct backing *backing) {
        if (backing && __atomic_sub_fetch(&backing->refs, 1, __ATOMIC_ACQ_REL) == 0)
                return backing_free(backing);
        return NULL;
}

int backing_new(enum cstorage_file_kind kind, char *text, size_t len, struct backing **ret,
                struct error *reterr) {
        _cleanup_free_ struct backing *backing = calloc(1, sizeof(*backing));
        int r;

        if (!backing)
                return -ENOMEM;
        *backing = (struct backing){.refs = 1, .kind = kind, .text = text};

        r = kinds[kind].parse(backing, len, reterr);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(backing);
        return 0;
}

int backing_of_json(enum cstorage_file_kind kind, const struct text *json, struct backing **ret,
                    struct error *reterr) {
        _cleanup_free_ char *list = NULL;
        struct error error;
        int n, r;

        n = asprintf(&list, "[%.*s]", (int) json->len, json->s);
        if (n < 0) {
                list = NULL;
                return -ENOMEM;
        }
        r = backing_new(kind, list, (size_t) n, ret, &error);
        if (r == -EBADMSG || r == -EFBIG)
                return error_set(reterr, -EINVAL, "nobody could read the record that this makes: %s",
                                 error.text);
        if (r < 0)
                return r;

        TAKE_PTR(list);
        return 0;
}

int backing_amended(enum cstorage_file_kind kind, const void *record, const struct amendment *amendments,
                    size_t n, struct backing **ret, struct error *reterr) {
        _cleanup_text_ struct text json = TEXT_INIT;
        int r;

        r = record_amend(kinds[kind].type, *record_json(kind, record), amendments, n, &json, reterr);
        if (r < 0)
                return r;
        return backing_of_json(kind, &json, ret, reterr);
}

size_t backing_count(const struct backing *backing) {
        return backing ? backing->n : 0;
}

const void *backing_record(const struct backing *backing, size_t index) {
        return (const char *) backing->records + index * kinds[backing->kind].type->size;
}

const char *record_id(enum cstorage_file_kind kind, const void *record) {
        const char *id;

        memcpy(&id, (const char *) record + kinds[kind].id_at, sizeof(id));
        return id;
}

const struct slice *record_json(enum cstorage_file_kind kind, const void *record) {
        return (const struct slice *) ((const char *) record + kinds[kind].json_at);
}
