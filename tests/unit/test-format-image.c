/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "format/image.h"
#include "unit.h"

#define A "sha256:1111111111111111111111111111111111111111111111111111111111111111"
#define B "sha256:2222222222222222222222222222222222222222222222222222222222222222"
#define C "sha256:3333333333333333333333333333333333333333333333333333333333333333"

static int parse(struct images *ret, const char *text) {
        return images_parse(ret, text, strlen(text), NULL);
}

static void every_member_has_its_place(void **state) {
        static const char text[] =
                "[{\"id\":\"i\",\"digest\":\"" A
                "\",\"names\":[\"n\"],\"names-history\":[\"h\",\"g\"],\"layer\":\"l\","
                "\"mapped-layers\":[\"x\"],\"metadata\":\"m\",\"big-data-names\":[\"manifest\",\"s\"],"
                "\"big-data-sizes\":{\"manifest\":10,\"s\":0,\"gone\":3},\"big-data-digests\":{\"manifest\":"
                "\"" A "\"},"
                "\"created\":\"0001-01-01T00:00:00Z\",\"flags\":{\"f\":true}}]";
        _cleanup_images_ struct images images = IMAGES_INIT;
        const struct image *i;

        (void) state;
        assert_ok(parse(&images, text));
        assert_int_equal(images.n, 1);
        i = &images.items[0];
        assert_string_equal(i->id, "i");
        assert_string_equal(i->digest, A);
        assert_string_equal(i->names.items[0], "n");
        assert_string_equal(i->names_history.items[1], "g");
        assert_string_equal(i->layer, "l");
        assert_string_equal(i->mapped_layers.items[0], "x");
        assert_string_equal(i->metadata, "m");
        assert_string_equal(i->created, "0001-01-01T00:00:00Z");
        assert_string_equal(i->flags.items[0].name, "f");
        assert_int_equal(i->big_data.n, 2);
        assert_string_equal(i->big_data.items[0].name, "manifest");
        assert_int_equal(i->big_data.items[0].size, 10);
        assert_string_equal(i->big_data.items[0].digest, A);
        assert_string_equal(i->big_data.items[1].digest, "");
        assert_int_equal(i->json.len, strlen(text) - 2);
}

static void an_image_is_found_by_its_digest_and_those_of_its_manifests(void **state) {
        static const char text[] = "[{\"id\":\"i\",\"digest\":\"" A "\",\"big-data-names\":[\"manifest\"],"
                                   "\"big-data-digests\":{\"manifest-b\":\"" B "\",\"manifest\":\"" A "\","
                                   "\"signature\":\"none\",\"manifest-c\":\"" C "\"}}]";
        _cleanup_images_ struct images images = IMAGES_INIT;
        const char *const *digests;

        (void) state;
        assert_ok(parse(&images, text));
        assert_int_equal(images.items[0].digests.n, 3);
        digests = images.items[0].digests.items;
        assert_string_equal(digests[0], A);
        assert_string_equal(digests[1], B);
        assert_string_equal(digests[2], C);
}

static void a_digest_that_is_none_is_refused(void **state) {
        _cleanup_images_ struct images images = IMAGES_INIT;

        (void) state;
        assert_int_equal(parse(&images, "[{\"id\":\"i\",\"digest\":\"sha256:1\"}]"), -EBADMSG);
        assert_int_equal(parse(&images,
                               "[{\"id\":\"i\",\"digest\":\"md5:d41d8cd98f00b204e9800998ecf8427e\"}]"),
                         -EBADMSG);
        assert_int_equal(parse(&images, "[{\"id\":\"i\",\"big-data-digests\":{\"manifest\":\"\"}}]"),
                         -EBADMSG);
        assert_ok(parse(&images, "[{\"id\":\"i\",\"big-data-digests\":{\"x\":\"\"}}]"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_member_has_its_place),
                cmocka_unit_test(an_image_is_found_by_its_digest_and_those_of_its_manifests),
                cmocka_unit_test(a_digest_that_is_none_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
