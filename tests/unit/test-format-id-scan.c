/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A glance passes what Go writes, and nothing that the parser refuses. */

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "format/container.h"
#include "format/id-scan.h"
#include "format/image.h"
#include "format/layer.h"
#include "format/mounts.h"
#include "unit.h"

#define ID      "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
#define OTHER   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define CREATED "\"created\":\"2026-11-23T18:40:41.703211868Z\""
#define MAPS                                                                                                 \
        "[{\"container_id\":0,\"host_id\":100000,\"size\":65536},{\"container_id\":70000,\"host_id\":1,"     \
        "\"size\":1}]"

static const char layers[] =
        "[{\"id\":\"" ID "\",\"names\":[\"a\",\"b\\\"\\u003c\"],\"parent\":\"" OTHER
        "\",\"metadata\":\"{\\\"x\\\":1}\",\"mountlabel\":\"s0:c1\"," CREATED
        ",\"compressed-diff-digest\":\"sha256:" OTHER
        "\",\"compressed-size\":1234,\"diff-digest\":\"sha256:" ID
        "\",\"toc-digest\":\"x\",\"diff-size\":5678,\"compression\":2,\"uidset\":[0,1000],\"gidset\":[0],"
        "\"flags\":{\"Volatile\":true,\"size\":7,\"word\":\"x\"},\"uidmap\":" MAPS ",\"gidmap\":" MAPS
        ",\"big-data-names\":[\"k\"]},{\"id\":\"" OTHER "\"," CREATED "}]";

static const char images[] =
        "[{\"id\":\"" ID "\",\"digest\":\"sha256:" OTHER
        "\",\"names\":[\"docker.io/x:1\"],\"names-history\":[],"
        "\"layer\":\"" OTHER "\",\"mapped-layers\":[\"" ID "\"],\"metadata\":\"{}\","
        "\"big-data-names\":[\"sha256:" ID "\",\"manifest\"],\"big-data-sizes\":{\"manifest\":10,\"sha256:" ID
        "\":20},\"big-data-digests\":{\"manifest\":\"sha256:" OTHER "\",\"sha256:" ID "\":\"sha256:" ID
        "\"}," CREATED "}]";

static const char containers[] = "[{\"id\":\"" ID "\",\"names\":[\"c\"],\"image\":\"" OTHER
                                 "\",\"layer\":\"" ID "\",\"metadata\":\"{\\\"name\\\":\\\"c\\\"}\"," CREATED
                                 ",\"flags\":{\"MountLabel\":\"\",\"ProcessLabel\":\"\"}}]";

static const char mounts[] = "[{\"id\":\"" ID "\",\"path\":\"/x\",\"count\":1}]";

static int parse_layers(const char *text, size_t len) {
        _cleanup_layers_ struct layers list = LAYERS_INIT;

        return layers_parse(&list, text, len, NULL);
}

static int parse_images(const char *text, size_t len) {
        _cleanup_images_ struct images list = IMAGES_INIT;

        return images_parse(&list, text, len, NULL);
}

static int parse_containers(const char *text, size_t len) {
        _cleanup_containers_ struct containers list = CONTAINERS_INIT;

        return containers_parse(&list, text, len, NULL);
}

static int parse_mounts(const char *text, size_t len) {
        _cleanup_mounts_ struct mounts list = MOUNTS_INIT;

        return mounts_parse(&list, text, len, NULL);
}

static const struct {
        const char *text;
        const struct record_type *type;
        int (*parse)(const char *text, size_t len);
        size_t n_ids;
} files[] = {
        {layers, &layer_record, parse_layers, 2},
        {images, &image_record, parse_images, 1},
        {containers, &container_record, parse_containers, 1},
        {mounts, &mount_record, parse_mounts, 1},
};

/* Whether the whole of the text passes, given in pieces of this many bytes. */
static bool passes(const struct record_type *type, const char *text, size_t len, size_t piece,
                   size_t *ret_ids) {
        _cleanup_(hexids_done) struct hexids ids = HEXIDS_INIT;
        static char buffer[4096 + ID_SCAN_SLACK];
        struct id_scan scan;
        size_t n = 0, used;
        int r = 1;

        id_scan_init(&scan, type, &ids);
        while (r > 0 && len > 0) {
                size_t more = len < piece ? len : piece;

                assert_true(n + more <= 4096);
                memcpy(buffer + n, text, more);
                n += more;
                buffer[n] = '\0';
                text += more;
                len -= more;
                r = id_scan(&scan, buffer, n, &used);
                assert_true(r >= 0);
                if (r > 0) {
                        n -= used;
                        memmove(buffer, buffer + used, n);
                }
        }
        *ret_ids = ids.n;
        return r > 0 && n == 0 && id_scan_is_complete(&scan);
}

static void what_go_writes_passes_in_pieces_of_any_size(void **state) {
        static const size_t pieces[] = {1, 7, 64, 4096};
        size_t n_ids;

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(files); i++)
                for (size_t k = 0; k < ARRAY_SIZE(pieces); k++) {
                        assert_true(passes(files[i].type, files[i].text, strlen(files[i].text), pieces[k],
                                           &n_ids));
                        assert_int_equal(n_ids, files[i].n_ids);
                        assert_ok(files[i].parse(files[i].text, strlen(files[i].text)));
                }
        assert_true(passes(&layer_record, "[]", 2, 1, &n_ids));
        assert_true(passes(&layer_record, "[]\n", 3, 3, &n_ids));
}

static void try_change(size_t file, const char *text, size_t len) {
        size_t n_ids;

        if (!passes(files[file].type, text, len, 4096, &n_ids) || files[file].parse(text, len) >= 0)
                return;
        print_message("%.*s\n", (int) len, text);
        fail_msg("a glance passes what the parser refuses");
}

/* Each byte replaced, removed, doubled and the rest cut off behind it. */
static void what_the_parser_refuses_never_passes(void **state) {
        static const char others[] = "\"\\{}[]:,0x-.eA \n\x01\x80tn";
        char text[4096];

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                const char *from = files[i].text;
                size_t len = strlen(from);

                for (size_t at = 0; at < len; at++) {
                        memcpy(text, from, len);
                        for (size_t k = 0; k < sizeof(others); k++) { /* NUL, too */
                                text[at] = others[k];
                                try_change(i, text, len);
                        }
                        text[at] = from[at];
                        try_change(i, text, at);
                        memmove(text + at, from + at + 1, len - at - 1);
                        try_change(i, text, len - 1);
                        memcpy(text, from, at + 1);
                        memcpy(text + at + 1, from + at, len - at);
                        try_change(i, text, len + 1);
                }
        }
}

static void values_of_other_types_do_not_pass(void **state) {
        static const char *const texts[] = {
                "[{\"id\":7}]",
                "[{\"id\":\"\"}]",
                "[{}]",
                "[{\"parent\":\"x\"}]",
                "[{\"id\":\"x\",\"names\":\"y\"}]",
                "[{\"id\":\"x\",\"names\":[1]}]",
                "[{\"id\":\"x\",\"Parent\":7}]",
                "[{\"id\":\"x\",\"created\":\"today\"}]",
                "[{\"id\":\"x\",\"created\":\"2026-02-30T00:00:00Z\"}]",
                "[{\"id\":\"x\",\"diff-size\":1.5}]",
                "[{\"id\":\"x\",\"diff-size\":99999999999999999999}]",
                "[{\"id\":\"x\",\"uidset\":[4294967296]}]",
                "[{\"id\":\"x\",\"uidset\":[-1]}]",
                "[{\"id\":\"x\",\"uidmap\":[{}]}]",
                "[{\"id\":\"x\",\"flags\":{\"a\":1e999}}]",
                "[{\"id\":\"x\",\"id\":\"y\"}]",
                "[{\"id\":\"x\",\"diff-size\":1,\"parent\":7}]",
                "[{\"id\":\"x\"},]",
                "[{\"id\":\"x\"}{\"id\":\"y\"}]",
                "[,{\"id\":\"x\"}]",
                "[[]]",
                "[{\"id\":\"x\"}]]",
                "[{\"id\":\"x\"}][]",
        };
        size_t n_ids;

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
                assert_false(passes(&layer_record, texts[i], strlen(texts[i]), 4096, &n_ids));
}

static void members_of_later_releases_pass(void **state) {
        static const char text[] = "[{\"id\":\"" ID "\",\"new-member\":7,\"parent\":\"" OTHER
                                   "\",\"another\":[\"x\",1],\"last\":{\"a\":true,\"b\":\"c\"}}]";
        size_t n_ids;

        (void) state;
        assert_true(passes(&layer_record, text, strlen(text), 4096, &n_ids));
        assert_int_equal(n_ids, 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_go_writes_passes_in_pieces_of_any_size),
                cmocka_unit_test(what_the_parser_refuses_never_passes),
                cmocka_unit_test(values_of_other_types_do_not_pass),
                cmocka_unit_test(members_of_later_releases_pass),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
