/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "base/cleanup.h"
#include "format/container.h"
#include "format/image.h"
#include "format/layer.h"
#include "format/mounts.h"
#include "unit.h"

#define ID     "1111111111111111111111111111111111111111111111111111111111111111"
#define PARENT "2222222222222222222222222222222222222222222222222222222222222222"
#define DIGEST "sha256:3333333333333333333333333333333333333333333333333333333333333333"
#define OTHER  "sha256:4444444444444444444444444444444444444444444444444444444444444444"
#define TIME   "2026-11-23T18:40:41.703211868Z"

/* Each of these lists is what the Go side writes, and comes back from its records as it was. */

#define DEFINE_EXPECT(kind, Kind, KIND)                                                                      \
        static void expect_##kind(const char *list) {                                                        \
                _cleanup_text_ struct text text = TEXT_INIT;                                                 \
                _cleanup_##kind##_ struct kind records = KIND##_INIT;                                        \
                                                                                                             \
                assert_ok(kind##_parse(&records, list, strlen(list), NULL));                                 \
                assert_ok(text_adds(&text, "["));                                                            \
                for (size_t i = 0; i < records.n; i++) {                                                     \
                        assert_ok(text_adds(&text, i > 0 ? "," : ""));                                       \
                        assert_ok(Kind##_compose(&records.items[i], &text));                                 \
                }                                                                                            \
                assert_ok(text_adds(&text, "]"));                                                            \
                assert_string_equal(text.s, list);                                                           \
        }                                                                                                    \
        struct expect_wants_a_semicolon

DEFINE_EXPECT(layers, layer, LAYERS);
DEFINE_EXPECT(images, image, IMAGES);
DEFINE_EXPECT(containers, container, CONTAINERS);
DEFINE_EXPECT(mounts, mount, MOUNTS);

static void a_layer_is_composed_as_go_writes_it(void **state) {
        (void) state;
        expect_layers("[]");
        expect_layers("[{\"id\":\"" ID "\",\"created\":\"" TIME "\"}]");
        expect_layers("[{\"id\":\"" ID "\",\"created\":\"0001-01-01T00:00:00Z\"}]");
        expect_layers("[{\"id\":\"" ID "\",\"names\":[\"a\",\"b\\u003c\"],\"parent\":\"" PARENT "\","
                      "\"metadata\":\"{\\\"m\\\":1}\\n\",\"mountlabel\":\"l\",\"created\":\"" TIME "\","
                      "\"compressed-diff-digest\":\"" DIGEST "\",\"compressed-size\":12,"
                      "\"diff-digest\":\"" OTHER "\",\"toc-digest\":\"" DIGEST "\",\"diff-size\":-1,"
                      "\"compression\":2,\"uidset\":[0,4294967295],\"gidset\":[5],"
                      "\"flags\":{\"a\":1e+30,\"b\":{\"c\":[null]},\"incomplete\":true},"
                      "\"uidmap\":[{\"container_id\":0,\"host_id\":100000,\"size\":65536},"
                      "{\"container_id\":65536,\"host_id\":0,\"size\":0}],"
                      "\"gidmap\":[{\"container_id\":0,\"host_id\":0,\"size\":1}],"
                      "\"big-data-names\":[\"z\",\"a\"]},{\"id\":\"" PARENT "\",\"created\":\"" TIME "\"}]");
}

static void an_image_is_composed_as_go_writes_it(void **state) {
        (void) state;
        expect_images("[{\"id\":\"" ID "\",\"created\":\"2024-02-29T00:00:00+02:00\"}]");
        expect_images("[{\"id\":\"" ID "\",\"digest\":\"" DIGEST "\",\"names\":[\"n\"],"
                      "\"names-history\":[\"h\",\"n\"],\"layer\":\"" PARENT "\",\"mapped-layers\":[\"m\"],"
                      "\"metadata\":\"{}\",\"big-data-names\":[\"manifest\",\"" OTHER "\",\"Key\"],"
                      "\"big-data-sizes\":{\"Key\":0,\"manifest\":1024,\"" OTHER "\":7},"
                      "\"big-data-digests\":{\"Key\":\"" DIGEST "\",\"manifest\":\"" DIGEST "\","
                      "\"" OTHER "\":\"" OTHER "\"},\"created\":\"" TIME "\",\"flags\":{\"f\":\"\"}}]");
}

static void a_container_is_composed_as_go_writes_it(void **state) {
        (void) state;
        expect_containers("[{\"id\":\"" ID "\",\"image\":\"\",\"layer\":\"\",\"created\":\"" TIME "\"}]");
        expect_containers("[{\"id\":\"" ID "\",\"names\":[\"c\"],\"image\":\"" PARENT "\",\"layer\":\"" ID
                          "\","
                          "\"metadata\":\"m\",\"big-data-names\":[\"x\"],\"big-data-sizes\":{\"x\":3},"
                          "\"big-data-digests\":{\"x\":\"" DIGEST "\"},\"created\":\"" TIME "\","
                          "\"uidmap\":[{\"container_id\":0,\"host_id\":1,\"size\":2}],"
                          "\"gidmap\":[{\"container_id\":0,\"host_id\":1,\"size\":2}],"
                          "\"flags\":{\"MountLabel\":\"\",\"ProcessLabel\":\"\",\"Volatile\":true}}]");
}

static void a_mount_is_composed_as_go_writes_it(void **state) {
        (void) state;
        expect_mounts("[{\"id\":\"" ID "\",\"path\":\"/a \\u0026 b\",\"count\":2},"
                      "{\"id\":\"" PARENT "\",\"path\":\"\",\"count\":0}]");
}

static void maps_are_sorted_and_have_each_name_once(void **state) {
        static const struct flag flags[] = {{"b", "1"}, {"a", "true"}, {"B", "[]"}, {"b", "1"}};
        static const struct big_datum data[] = {{"b", 0, DIGEST},
                                                {"a", 5, OTHER},
                                                {"none", 0, ""},
                                                {"a", 5, OTHER}};
        const struct container container = {.id = "c",
                                            .image = "",
                                            .layer = "",
                                            .metadata = "",
                                            .created = TIME,
                                            .big_data = {data, ARRAY_SIZE(data)},
                                            .flags = {flags, ARRAY_SIZE(flags)}};
        _cleanup_text_ struct text text = TEXT_INIT;

        (void) state;
        assert_ok(container_compose(&container, &text));
        assert_string_equal(text.s, "{\"id\":\"c\",\"image\":\"\",\"layer\":\"\","
                                    "\"big-data-names\":[\"b\",\"a\",\"none\",\"a\"],"
                                    "\"big-data-sizes\":{\"a\":5,\"b\":0},"
                                    "\"big-data-digests\":{\"a\":\"" OTHER "\",\"b\":\"" DIGEST "\"},"
                                    "\"created\":\"" TIME "\",\"flags\":{\"B\":[],\"a\":true,\"b\":1}}");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_layer_is_composed_as_go_writes_it),
                cmocka_unit_test(an_image_is_composed_as_go_writes_it),
                cmocka_unit_test(a_container_is_composed_as_go_writes_it),
                cmocka_unit_test(a_mount_is_composed_as_go_writes_it),
                cmocka_unit_test(maps_are_sorted_and_have_each_name_once),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
