/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What holds of every file of records; the rest is in tests/corpus, one file for each rule. */

#include <string.h>

#include "base/text.h"
#include "format/decode.h"
#include "format/image.h"
#include "format/layer.h"
#include "format/mounts.h"
#include "unit.h"

/* begin, n times item, end */
static void repeat(struct text *text, const char *begin, const char *item, size_t n, const char *end) {
        assert_ok(text_adds(text, begin));
        for (size_t i = 0; i < n; i++)
                assert_ok(text_adds(text, item));
        assert_ok(text_adds(text, end));
}

static void there_is_an_end_to_the_records_of_a_file(void **state) {
        _cleanup_mounts_ struct mounts mounts = MOUNTS_INIT;
        _cleanup_text_ struct text text = TEXT_INIT;
        struct error error = {0};

        (void) state;
        repeat(&text, "[", "{\"id\":\"a\"},", RECORDS_MAX, "{\"id\":\"a\"}]");
        assert_int_equal(mounts_parse(&mounts, text.s, text.len, &error), -EFBIG);
        assert_string_equal(error.text, "more than 1048576 records");
}

static void there_is_an_end_to_the_names_of_a_record(void **state) {
        _cleanup_layers_ struct layers layers = LAYERS_INIT;
        _cleanup_text_ struct text text = TEXT_INIT;
        struct error error = {0};

        (void) state;
        repeat(&text, "[{\"id\":\"a\",\"names\":[", "\"\",", RECORD_LIST_MAX, "\"\"]}]");
        assert_int_equal(layers_parse(&layers, text.s, text.len, &error), -EFBIG);
        assert_string_equal(error.text, "record 1: \"names\" has more than 1048576 elements");
}

static void there_is_an_end_to_the_manifests_of_an_image(void **state) {
        _cleanup_images_ struct images images = IMAGES_INIT;
        _cleanup_text_ struct text text = TEXT_INIT;
        struct error error = {0};

        (void) state;
        assert_ok(text_adds(&text, "[{\"id\":\"a\",\"big-data-digests\":{"));
        for (int i = 0; i < 1025; i++)
                assert_ok(text_addf(&text, "%s\"manifest-%d\":\"sha256:%064x\"", i ? "," : "", i, i));
        assert_ok(text_adds(&text, "}}]"));
        assert_int_equal(images_parse(&images, text.s, text.len, &error), -EFBIG);
        assert_string_equal(error.text, "record 1: more than 1024 manifests");
}

static void many_names_and_flags_take_no_quadratic_time(void **state) {
        _cleanup_images_ struct images images = IMAGES_INIT;
        _cleanup_text_ struct text text = TEXT_INIT;
        static const char *const maps[] = {"\"flags\":{", "},\"big-data-sizes\":{"};

        (void) state;
        assert_ok(text_adds(&text, "[{\"id\":\"a\","));
        for (size_t m = 0; m < ARRAY_SIZE(maps); m++) {
                assert_ok(text_adds(&text, maps[m]));
                for (unsigned i = 0; i < 200000; i++)
                        assert_ok(text_addf(&text, "%s\"%08x\":1", i ? "," : "", i * 2654435761U));
        }
        assert_ok(text_adds(&text, "},\"big-data-names\":["));
        for (unsigned i = 0; i < 200000; i++)
                assert_ok(text_addf(&text, "%s\"%08x\"", i ? "," : "", i * 2654435761U));
        assert_ok(text_adds(&text, "]}]"));

        assert_ok(images_parse(&images, text.s, text.len, NULL));
        assert_int_equal(images.items[0].flags.n, 200000);
        assert_int_equal(images.items[0].big_data.n, 200000);
        assert_int_equal(images.items[0].big_data.items[199999].size, 1);
}

/* A file of record slices is the file again. */
static void the_bytes_of_a_record_are_kept_whatever_is_in_it(void **state) {
        static const char text[] =
                "[{\"id\":\"a\",\"later\": {\"x\":[1.50,\"\\u003c\"]} , \"created\":null},{\"id\":\"b\"}]";
        _cleanup_layers_ struct layers layers = LAYERS_INIT;
        _cleanup_text_ struct text again = TEXT_INIT;

        (void) state;
        assert_ok(layers_parse(&layers, text, strlen(text), NULL));
        assert_int_equal(layers.n, 2);
        for (size_t i = 0; i < layers.n; i++) {
                assert_ok(text_adds(&again, i ? "," : "["));
                assert_ok(text_add(&again, layers.items[i].json.at, layers.items[i].json.len));
        }
        assert_ok(text_adds(&again, "]"));
        assert_string_equal(again.s, text);
}

static void an_error_never_shows_bytes_of_the_file(void **state) {
        static const char text[] = "[{\"id\":\"a\",\"\\u0069d\x1b\":1}]";
        _cleanup_layers_ struct layers layers = LAYERS_INIT;
        struct error error = {0};

        (void) state;
        assert_int_equal(layers_parse(&layers, text, strlen(text), &error), -EBADMSG);
        assert_null(strchr(error.text, '\x1b'));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(there_is_an_end_to_the_records_of_a_file),
                cmocka_unit_test(there_is_an_end_to_the_names_of_a_record),
                cmocka_unit_test(there_is_an_end_to_the_manifests_of_an_image),
                cmocka_unit_test(many_names_and_flags_take_no_quadratic_time),
                cmocka_unit_test(the_bytes_of_a_record_are_kept_whatever_is_in_it),
                cmocka_unit_test(an_error_never_shows_bytes_of_the_file),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
