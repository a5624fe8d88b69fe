/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Record buffers: a text and the records that were parsed from it have the same lifetime. */

#include <stdio.h>
#include <string.h>

#include "snapshot/record-buffer.h"

struct record_buffer {
        unsigned refs;
        enum cstorage_record_file_kind kind;
        char *text;
        union {
                struct layers layers;
                struct images images;
                struct containers containers;
                struct mounts mounts;
        };
        const void *records; /* the records in the union, n of them */
        size_t n;
};

static int parse_layers(struct record_buffer *record_buffer, size_t len, struct error *reterr) {
        int r = layers_parse(&record_buffer->layers, record_buffer->text, len, reterr);

        record_buffer->records = record_buffer->layers.items;
        record_buffer->n = record_buffer->layers.n;
        return r;
}

static int parse_images(struct record_buffer *record_buffer, size_t len, struct error *reterr) {
        int r = images_parse(&record_buffer->images, record_buffer->text, len, reterr);

        record_buffer->records = record_buffer->images.items;
        record_buffer->n = record_buffer->images.n;
        return r;
}

static int parse_containers(struct record_buffer *record_buffer, size_t len, struct error *reterr) {
        int r = containers_parse(&record_buffer->containers, record_buffer->text, len, reterr);

        record_buffer->records = record_buffer->containers.items;
        record_buffer->n = record_buffer->containers.n;
        return r;
}

static int parse_mounts(struct record_buffer *record_buffer, size_t len, struct error *reterr) {
        int r = mounts_parse(&record_buffer->mounts, record_buffer->text, len, reterr);

        record_buffer->records = record_buffer->mounts.items;
        record_buffer->n = record_buffer->mounts.n;
        return r;
}

static void forget_layers(struct record_buffer *record_buffer) {
        layers_done(&record_buffer->layers);
}

static void forget_images(struct record_buffer *record_buffer) {
        images_done(&record_buffer->images);
}

static void forget_containers(struct record_buffer *record_buffer) {
        containers_done(&record_buffer->containers);
}

static void forget_mounts(struct record_buffer *record_buffer) {
        mounts_done(&record_buffer->mounts);
}

static const struct {
        int (*parse)(struct record_buffer *record_buffer, size_t len, struct error *reterr);
        void (*forget)(struct record_buffer *record_buffer);
        const struct record_type *type;
        size_t id_at, json_at;
} kinds[FILE_KINDS] = {
        [CSTORAGE_RECORD_FILE_LAYERS] = {parse_layers, forget_layers, &layer_record,
                                         offsetof(struct layer, id), offsetof(struct layer, json)},
        [CSTORAGE_RECORD_FILE_IMAGES] = {parse_images, forget_images, &image_record,
                                         offsetof(struct image, id), offsetof(struct image, json)},
        [CSTORAGE_RECORD_FILE_CONTAINERS] = {parse_containers, forget_containers, &container_record,
                                             offsetof(struct container, id),
                                             offsetof(struct container, json)},
        [CSTORAGE_RECORD_FILE_MOUNTS] = {parse_mounts, forget_mounts, &mount_record,
                                         offsetof(struct mount, id), offsetof(struct mount, json)},
};

static struct record_buffer *record_buffer_free(struct record_buffer *record_buffer) {
        kinds[record_buffer->kind].forget(record_buffer);
        free(record_buffer->text);
        free(record_buffer);
        return NULL;
}

struct record_buffer *record_buffer_ref(struct record_buffer *record_buffer) {
        if (record_buffer)
                __atomic_add_fetch(&record_buffer->refs, 1, __ATOMIC_RELAXED);
        return record_buffer;
}

struct record_buffer *record_buffer_unref(struct record_buffer *record_buffer) {
        if (record_buffer && __atomic_sub_fetch(&record_buffer->refs, 1, __ATOMIC_ACQ_REL) == 0)
                return record_buffer_free(record_buffer);
        return NULL;
}

int record_buffer_new(enum cstorage_record_file_kind kind, char *text, size_t len, struct record_buffer **ret,
                      struct error *reterr) {
        _cleanup_free_ struct record_buffer *record_buffer = calloc(1, sizeof(*record_buffer));
        int r;

        if (!record_buffer)
                return -ENOMEM;
        *record_buffer = (struct record_buffer){.refs = 1, .kind = kind, .text = text};

        r = kinds[kind].parse(record_buffer, len, reterr);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(record_buffer);
        return 0;
}

int record_buffer_of_json(enum cstorage_record_file_kind kind, const struct text *json,
                          struct record_buffer **ret, struct error *reterr) {
        _cleanup_free_ char *list = NULL;
        struct error error;
        int n, r;

        n = asprintf(&list, "[%.*s]", (int) json->len, json->s);
        if (n < 0) {
                list = NULL;
                return -ENOMEM;
        }
        r = record_buffer_new(kind, list, (size_t) n, ret, &error);
        if (r == -EBADMSG || r == -EFBIG)
                return error_set(reterr, -EINVAL, "the record would be unreadable: %s", error.text);
        if (r < 0)
                return r;

        TAKE_PTR(list);
        return 0;
}

int record_buffer_amended(enum cstorage_record_file_kind kind, const void *record,
                          const struct amendment *amendments, size_t n, struct record_buffer **ret,
                          struct error *reterr) {
        _cleanup_text_ struct text json = TEXT_INIT;
        int r;

        r = record_amend(kinds[kind].type, *record_json(kind, record), amendments, n, &json, reterr);
        if (r < 0)
                return r;
        return record_buffer_of_json(kind, &json, ret, reterr);
}

size_t record_buffer_count(const struct record_buffer *record_buffer) {
        return record_buffer ? record_buffer->n : 0;
}

const void *record_buffer_record(const struct record_buffer *record_buffer, size_t index) {
        return (const char *) record_buffer->records + index * kinds[record_buffer->kind].type->size;
}

const char *record_id(enum cstorage_record_file_kind kind, const void *record) {
        const char *id;

        memcpy(&id, (const char *) record + kinds[kind].id_at, sizeof(id));
        return id;
}

const struct slice *record_json(enum cstorage_record_file_kind kind, const void *record) {
        return (const struct slice *) ((const char *) record + kinds[kind].json_at);
}
