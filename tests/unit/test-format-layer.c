/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "format/layer.h"
#include "unit.h"

#define ID     "1111111111111111111111111111111111111111111111111111111111111111"
#define PARENT "2222222222222222222222222222222222222222222222222222222222222222"
#define DIGEST "sha256:3333333333333333333333333333333333333333333333333333333333333333"
#define TIME   "2026-11-23T18:40:41.703211868Z"

static int parse(struct layers *ret, const char *text) {
        return layers_parse(ret, text, strlen(text), NULL);
}

static void a_minimal_record_has_empty_text_for_what_it_has_not(void **state) {
        static const char text[] = "[{\"id\":\"" ID "\",\"created\":\"" TIME "\"}]";
        _cleanup_layers_ struct layers layers = LAYERS_INIT;

        (void) state;
        assert_ok(parse(&layers, text));
        assert_int_equal(layers.n, 1);
        assert_string_equal(layers.items[0].id, ID);
        assert_string_equal(layers.items[0].created, TIME);
        assert_string_equal(layers.items[0].parent, "");
        assert_string_equal(layers.items[0].metadata, "");
        assert_string_equal(layers.items[0].toc_digest, "");
        assert_int_equal(layers.items[0].names.n, 0);
        assert_false(layers.items[0].incomplete);
        assert_int_equal(layers.items[0].json.len, strlen(text) - 2);
        assert_ptr_equal(layers.items[0].json.at, text + 1);
}

static void every_member_has_its_place(void **state) {
        static const char text[] =
                "[ {\"id\":\"" ID "\",\"names\":[\"a\",\"b\\u003c\"],\"parent\":\"" PARENT
                "\",\"metadata\":\"m\","
                "\"mountlabel\":\"l\",\"created\":\"" TIME "\",\"compressed-diff-digest\":\"" DIGEST "\","
                "\"compressed-size\":12,\"diff-digest\":\"d\",\"toc-digest\":\"t\",\"diff-size\":-1,"
                "\"compression\":2,\"uidset\":[0,4294967295],\"gidset\":[5],\"flags\":{\"z\":{\"a\":[1]},"
                "\"b\":1.50},"
                "\"uidmap\":[{\"container_id\":0,\"host_id\":100000,\"size\":65536}],"
                "\"gidmap\":[{\"size\":1}],\"big-data-names\":[\"x\"],\"later\":[{}]} \n]\n";
        _cleanup_layers_ struct layers layers = LAYERS_INIT;
        const struct layer *l;

        (void) state;
        assert_ok(parse(&layers, text));
        assert_int_equal(layers.n, 1);
        l = &layers.items[0];
        assert_int_equal(l->names.n, 2);
        assert_string_equal(l->names.items[0], "a");
        assert_string_equal(l->names.items[1], "b<");
        assert_string_equal(l->parent, PARENT);
        assert_string_equal(l->metadata, "m");
        assert_string_equal(l->mount_label, "l");
        assert_string_equal(l->compressed_digest, DIGEST);
        assert_int_equal(l->compressed_size, 12);
        assert_string_equal(l->diff_digest, "d");
        assert_string_equal(l->toc_digest, "t");
        assert_int_equal(l->diff_size, -1);
        assert_int_equal(l->compression, 2);
        assert_int_equal(l->uids.n, 2);
        assert_true(l->uids.items[1] == UINT32_MAX);
        assert_int_equal(l->gids.items[0], 5);
        assert_int_equal(l->flags.n, 2);
        assert_string_equal(l->flags.items[0].name, "b");
        assert_string_equal(l->flags.items[0].value, "1.50");
        assert_string_equal(l->flags.items[1].value, "{\"a\":[1]}");
        assert_int_equal(l->uid_map.items[0].host_id, 100000);
        assert_int_equal(l->gid_map.items[0].size, 1);
        assert_int_equal(l->gid_map.items[0].host_id, 0);
        assert_string_equal(l->big_data_names.items[0], "x");
        assert_int_equal(l->json.at[l->json.len - 1], '}');
}

static void incomplete_is_true_and_nothing_like_it(void **state) {
        static const struct {
                const char *value;
                bool incomplete;
        } cases[] = {{"true", true}, {"false", false}, {"1", false}, {"\"true\"", false}, {"null", false}};

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                _cleanup_layers_ struct layers layers = LAYERS_INIT;
                char text[256];

                snprintf(text, sizeof(text), "[{\"id\":\"a\",\"flags\":{\"a\":0,\"incomplete\": %s }}]",
                         cases[i].value);
                assert_ok(parse(&layers, text));
                assert_int_equal(layers.items[0].incomplete, cases[i].incomplete);
        }
}

static void null_and_an_empty_list_are_no_layers(void **state) {
        _cleanup_layers_ struct layers layers = LAYERS_INIT;

        (void) state;
        assert_ok(parse(&layers, "null"));
        assert_int_equal(layers.n, 0);
        assert_ok(parse(&layers, "[]\n"));
        assert_int_equal(layers.n, 0);
}

static void null_is_as_good_as_an_absent_member(void **state) {
        _cleanup_layers_ struct layers layers = LAYERS_INIT;

        (void) state;
        assert_ok(
                parse(&layers,
                      "[{\"id\":\"a\",\"names\":null,\"created\":null,\"diff-size\":null,\"parent\":null}]"));
        assert_string_equal(layers.items[0].parent, "");
        assert_string_equal(layers.items[0].created, "");
        assert_int_equal(layers.items[0].names.n, 0);
}

static void a_failure_names_the_record_and_the_place_and_leaves_the_result_alone(void **state) {
        struct layers layers = {.n = 7};
        static const char text[] = "[{\"id\":\"a\"},{\"id\":\"b\",\"diff-size\":\"1\"}]";
        struct error error = {0};

        (void) state;
        assert_int_equal(layers_parse(&layers, text, strlen(text), &error), -EBADMSG);
        assert_int_equal(layers.n, 7);
        assert_int_equal(error.code, -EBADMSG);
        assert_string_equal(error.text, "record 2, byte 34: \"diff-size\" is no whole number that fits");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_minimal_record_has_empty_text_for_what_it_has_not),
                cmocka_unit_test(every_member_has_its_place),
                cmocka_unit_test(incomplete_is_true_and_nothing_like_it),
                cmocka_unit_test(null_and_an_empty_list_are_no_layers),
                cmocka_unit_test(null_is_as_good_as_an_absent_member),
                cmocka_unit_test(a_failure_names_the_record_and_the_place_and_leaves_the_result_alone),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
