/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Image records (images.go:Image). */

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "format/decode.h"
#include "format/digest.h"
#include "format/encode.h"
#include "format/image.h"

static const struct member members[] = {
        {"id", MEMBER_ID, offsetof(struct image, id)},
        {"digest", MEMBER_TEXT, offsetof(struct image, digest)},
        {"names", MEMBER_STRINGS, offsetof(struct image, names)},
        {"names-history", MEMBER_STRINGS, offsetof(struct image, names_history)},
        {"layer", MEMBER_TEXT, offsetof(struct image, layer)},
        {"mapped-layers", MEMBER_STRINGS, offsetof(struct image, mapped_layers)},
        {"metadata", MEMBER_TEXT, offsetof(struct image, metadata)},
        {"big-data-names", MEMBER_BIG_NAMES, offsetof(struct image, big_data)},
        {"big-data-sizes", MEMBER_BIG_SIZES, offsetof(struct image, big_data)},
        {"big-data-digests", MEMBER_BIG_DIGESTS, offsetof(struct image, big_data)},
        {"created", MEMBER_TIME, offsetof(struct image, created)},
        {"flags", MEMBER_FLAGS, offsetof(struct image, flags)},
};

void images_done(struct images *images) {
        free(images->items);
        arena_done(&images->arena);
        *images = IMAGES_INIT;
}

#define DIGESTS_MAX 1024U /* manifests of one image; an image for many platforms has some dozens */

/* Is the digest missing from the list? Images have only a few. */
static bool is_new(const struct strings *digests, const char *digest) {
        for (size_t i = 0; i < digests->n; i++)
                if (strcmp(digests->items[i], digest) == 0)
                        return false;
        return true;
}

/* images.go:recomputeDigests */
static int image_add_digest(struct decoding *d, const char **items, struct strings *digests,
                            const char *digest) {
        if (!digest_is_valid(digest))
                return decoding_fail(d, 0, NULL, "the image has a digest that is not valid");
        if (!is_new(digests, digest))
                return 0;
        if (digests->n >= DIGESTS_MAX)
                return error_set(d->reterr, -EFBIG, "record %zu: more than %u manifests", d->number + 1,
                                 DIGESTS_MAX);
        items[digests->n++] = digest;
        return 0;
}

static int image_finish(struct decoding *d, void *record) {
        struct image *image = record;
        const char **items;
        int r;

        image->json = decoding_slice(d);
        items = arena_alloc(d->arena, (d->big_digests.n + 1) * sizeof(*items));
        if (!items)
                return decoding_oom(d);

        image->digests.items = items;
        if (*image->digest) {
                r = image_add_digest(d, items, &image->digests, image->digest);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < d->big_digests.n; i++) {
                if (!has_prefix(d->big_digests.items[i].name, "manifest"))
                        continue;
                r = image_add_digest(d, items, &image->digests, d->big_digests.items[i].digest);
                if (r < 0)
                        return r;
        }
        return 0;
}

const struct record_type image_record = {sizeof(struct image), members, ARRAY_SIZE(members), image_finish};

int images_parse(struct images *ret, const char *text, size_t len, struct error *reterr) {
        _cleanup_images_ struct images images = IMAGES_INIT;
        int r;

        r = records_parse(&image_record, text, len, &images.arena, &images.items, &images.n, reterr);
        if (r < 0)
                return r;

        *ret = images;
        images = IMAGES_INIT;
        return 0;
}

int image_compose(const struct image *image, struct text *ret) {
        return record_compose(&image_record, image, ret);
}
