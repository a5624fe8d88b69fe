/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each record reader on any bytes: accepted records are valid, their bytes make the same records, and a
 * composed record is read as one that composes to the same bytes. */

#include <string.h>

#include "base/text.h"
#include "format/container.h"
#include "format/digest.h"
#include "format/encode.h"
#include "format/image.h"
#include "format/layer.h"
#include "format/mounts.h"
#include "format/timestamp.h"
#include "fuzz.h"
#include "json/json.h"
#include "json/utf8.h"

#define INPUT_MAX (64U * 1024) /* larger inputs cost time and find no more */

static void check_text(const char *text) {
        FUZZ_ASSERT(text && utf8_valid(text, strlen(text)));
}

static void check_id(const char *id) {
        check_text(id);
        FUZZ_ASSERT(*id);
}

static void check_time(const char *time) {
        FUZZ_ASSERT(!*time || time_is_rfc3339(time, strlen(time)));
}

static void check_strings(const struct strings *strings) {
        for (size_t i = 0; i < strings->n; i++)
                check_text(strings->items[i]);
}

static void check_flags(const struct flags *flags) {
        for (size_t i = 0; i < flags->n; i++) {
                _cleanup_json_ struct json json = JSON_INIT;

                check_text(flags->items[i].name);
                FUZZ_ASSERT(i == 0 || strcmp(flags->items[i - 1].name, flags->items[i].name) < 0);
                FUZZ_ASSERT(json_parse(&json, flags->items[i].value, strlen(flags->items[i].value), NULL) >=
                            0);
        }
}

static void check_big_data(const struct big_data *data) {
        for (size_t i = 0; i < data->n; i++) {
                check_text(data->items[i].name);
                check_text(data->items[i].digest);
        }
}

static void check_failure(int r, const struct error *e) {
        FUZZ_ASSERT((r == -EBADMSG || r == -EFBIG) && e->code == r && *e->text);
        for (const char *p = e->text; *p; p++)
                FUZZ_ASSERT(*p >= ' ' && *p <= '~');
}

/* "[<slice>,<slice>]", as a file of these records is written. */
static void add_slice(struct text *file, const struct slice *slice) {
        FUZZ_ASSERT(slice->len >= 2 && slice->at[0] == '{' && slice->at[slice->len - 1] == '}');
        FUZZ_ASSERT(text_adds(file, file->s ? "," : "[") >= 0);
        FUZZ_ASSERT(text_add(file, slice->at, slice->len) >= 0);
}

static void end_file(struct text *file) {
        FUZZ_ASSERT(text_adds(file, file->s ? "]" : "[]") >= 0);
}

static void fuzz_layers(const char *data, size_t size) {
        _cleanup_layers_ struct layers layers = LAYERS_INIT, again = LAYERS_INIT;
        _cleanup_text_ struct text file = TEXT_INIT;
        struct error e = {0};
        int r;

        r = layers_parse(&layers, data, size, &e);
        if (r < 0) {
                check_failure(r, &e);
                return;
        }
        for (size_t i = 0; i < layers.n; i++) {
                const struct layer *l = &layers.items[i];

                check_id(l->id);
                check_text(l->parent);
                check_text(l->metadata);
                check_text(l->mount_label);
                check_text(l->compressed_digest);
                check_text(l->diff_digest);
                check_text(l->toc_digest);
                check_time(l->created);
                check_strings(&l->names);
                check_strings(&l->big_data_names);
                check_flags(&l->flags);
                add_slice(&file, &l->json);
        }
        end_file(&file);
        FUZZ_ASSERT(layers_parse(&again, file.s, file.len, NULL) >= 0 && again.n == layers.n);
        for (size_t i = 0; i < layers.n; i++) {
                FUZZ_ASSERT(strcmp(again.items[i].id, layers.items[i].id) == 0);
                FUZZ_ASSERT(again.items[i].incomplete == layers.items[i].incomplete);
        }
}

static void fuzz_images(const char *data, size_t size) {
        _cleanup_images_ struct images images = IMAGES_INIT, again = IMAGES_INIT;
        _cleanup_text_ struct text file = TEXT_INIT;
        struct error e = {0};
        int r;

        r = images_parse(&images, data, size, &e);
        if (r < 0) {
                check_failure(r, &e);
                return;
        }
        for (size_t i = 0; i < images.n; i++) {
                const struct image *image = &images.items[i];

                check_id(image->id);
                check_text(image->digest);
                check_text(image->layer);
                check_text(image->metadata);
                check_time(image->created);
                check_strings(&image->names);
                check_strings(&image->names_history);
                check_strings(&image->mapped_layers);
                check_big_data(&image->big_data);
                check_flags(&image->flags);
                for (size_t k = 0; k < image->digests.n; k++)
                        FUZZ_ASSERT(digest_is_valid(image->digests.items[k]));
                add_slice(&file, &image->json);
        }
        end_file(&file);
        FUZZ_ASSERT(images_parse(&again, file.s, file.len, NULL) >= 0 && again.n == images.n);
        for (size_t i = 0; i < images.n; i++)
                FUZZ_ASSERT(again.items[i].digests.n == images.items[i].digests.n);
}

static void fuzz_containers(const char *data, size_t size) {
        _cleanup_containers_ struct containers containers = CONTAINERS_INIT, again = CONTAINERS_INIT;
        _cleanup_text_ struct text file = TEXT_INIT;
        struct error e = {0};
        int r;

        r = containers_parse(&containers, data, size, &e);
        if (r < 0) {
                check_failure(r, &e);
                return;
        }
        for (size_t i = 0; i < containers.n; i++) {
                const struct container *c = &containers.items[i];

                check_id(c->id);
                check_text(c->image);
                check_text(c->layer);
                check_text(c->metadata);
                check_time(c->created);
                check_strings(&c->names);
                check_big_data(&c->big_data);
                check_flags(&c->flags);
                add_slice(&file, &c->json);
        }
        end_file(&file);
        FUZZ_ASSERT(containers_parse(&again, file.s, file.len, NULL) >= 0 && again.n == containers.n);
}

static void fuzz_mounts(const char *data, size_t size) {
        _cleanup_mounts_ struct mounts mounts = MOUNTS_INIT;
        struct error e = {0};
        int r;

        r = mounts_parse(&mounts, data, size, &e);
        if (r < 0) {
                check_failure(r, &e);
                return;
        }
        for (size_t i = 0; i < mounts.n; i++) {
                check_id(mounts.items[i].id);
                check_text(mounts.items[i].path);
        }
}

/* Compose a list from the records of another one. */
static int compose_list(const struct record_type *type, const char *data, size_t size, struct text *ret) {
        _cleanup_arena_ struct arena arena = ARENA_INIT;
        _cleanup_free_ char *records = NULL;
        size_t n;
        int r;

        r = records_parse(type, data, size, &arena, &records, &n, NULL);
        if (r < 0)
                return r;
        FUZZ_ASSERT(text_adds(ret, "[") >= 0);
        for (size_t i = 0; i < n; i++) {
                FUZZ_ASSERT(text_adds(ret, i > 0 ? "," : "") >= 0);
                FUZZ_ASSERT(record_compose(type, records + i * type->size, ret) >= 0);
        }
        FUZZ_ASSERT(text_adds(ret, "]") >= 0);
        return 0;
}

static void fuzz_compose(const struct record_type *type, const char *data, size_t size) {
        _cleanup_text_ struct text first = TEXT_INIT, second = TEXT_INIT;

        if (compose_list(type, data, size, &first) < 0)
                return;
        FUZZ_ASSERT(compose_list(type, first.s, first.len, &second) >= 0);
        FUZZ_ASSERT(first.len == second.len && memcmp(first.s, second.s, first.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const char *text = (const char *) data;

        if (size > INPUT_MAX)
                return 0;
        fuzz_layers(text, size);
        fuzz_images(text, size);
        fuzz_containers(text, size);
        fuzz_mounts(text, size);
        fuzz_compose(&layer_record, text, size);
        fuzz_compose(&image_record, text, size);
        fuzz_compose(&container_record, text, size);
        fuzz_compose(&mount_record, text, size);
        return 0;
}
