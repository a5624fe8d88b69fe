/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "podman/database-search.h"
#include "unit.h"

/* As SQLite 3.46 stored it for podman 5.8, with what is before it on the page. */
#define BEFORE "\0\0\0\x81\x11\x01"
#define TEXTS                                                                                                \
        "linux/var/lib/containers/storage/libpod/run/libpod/var/lib/containers/storage"                      \
        "/run/containers/storageoverlay/var/lib/containers/storage/volumes"
static const char row[] = BEFORE "\n\0\t\x17"
                                 "Q#C;\x1bS" TEXTS "\r\0";

static bool is(struct podman_text text, const char *wanted) {
        return text.len == strlen(wanted) && memcmp(text.s, wanted, text.len) == 0;
}

static void a_row_of_sqlite_is_found(void **state) {
        const char *end = row + sizeof(row) - 1;
        struct podman_row found;
        const char *next = podman_search_sqlite(row, end, &found);

        (void) state;
        assert_non_null(next);
        assert_true(is(found.graphroot, "/var/lib/containers/storage"));
        assert_true(is(found.runroot, "/run/containers/storage"));
        assert_true(is(found.driver, "overlay"));
        assert_null(podman_search_sqlite(next, end, &found));
}

/* Each byte of the header counts, but for the length of the last text. */
static void another_header_is_no_row(void **state) {
        char copy[sizeof(row)];
        struct podman_row found;

        (void) state;
        for (size_t i = sizeof(BEFORE) - 1; i < sizeof(BEFORE) - 1 + 9; i++) {
                memcpy(copy, row, sizeof(row));
                copy[i] ^= 2;
                found = (struct podman_row){0};
                if (podman_search_sqlite(copy, copy + sizeof(copy) - 1, &found))
                        assert_false(is(found.runroot, "/run/containers/storage") &&
                                     is(found.graphroot, "/var/lib/containers/storage") &&
                                     is(found.driver, "overlay"));
        }
}

static void a_row_that_is_cut_off_is_none(void **state) {
        struct podman_row found;

        (void) state;
        for (size_t len = 0; len < sizeof(row) - 3; len++) {
                char *cut = malloc(len + 1); /* so that a sanitizer sees what is read behind it */

                assert_non_null(cut);
                memcpy(cut, row, len);
                assert_null(podman_search_sqlite(cut, cut + len, &found));
                free(cut);
        }
}

/* 70 characters take two bytes of the header; the number of a later schema takes one of the row. */
static void long_paths_and_later_schemas_are_understood(void **state) {
        static const char prefix[] = "\x0e\0\x01\x17\x81\x19\x0f\x81\x19\x81\x19\r\x81\x19\x02linux";
        char bytes[1024], path[71] = "/";
        struct podman_row found;
        size_t len = sizeof(prefix) - 1;

        (void) state;
        memset(path + 1, 'p', 69);
        path[70] = '\0';
        memcpy(bytes, prefix, len);
        len += (size_t) snprintf(bytes + len, sizeof(bytes) - len, "%s/%s%s%s", path, path, path, path);
        assert_non_null(podman_search_sqlite(bytes, bytes + len, &found));
        assert_true(is(found.graphroot, path));
        assert_true(is(found.runroot, path));
        assert_int_equal(found.driver.len, 0);
}

static void a_bucket_of_bolt_is_found(void **state) {
        static const char bucket[] =
                "\x10\0\0graph-driver-nameoverlaygraph-root/g"
                "oslinuxrun-root/rstatic-dir/g/libpodtmp-dir/run/libpodvolume-path/g/volumes";
        struct podman_row found;

        (void) state;
        assert_non_null(podman_search_bolt(bucket, bucket + sizeof(bucket) - 1, &found));
        assert_true(is(found.graphroot, "/g"));
        assert_true(is(found.runroot, "/r"));
        assert_true(is(found.driver, "overlay"));
        for (size_t len = 0; len < sizeof(bucket) - 60; len++)
                if (!memmem(bucket, len, "static-dir", 10))
                        assert_null(podman_search_bolt(bucket, bucket + len, &found));
}

static void keys_without_paths_are_no_bucket(void **state) {
        static const char *const texts[] = {
                "graph-driver-name graph-root no oslinuxrun-root no static-dir",
                "graph-root/goslinuxrun-root/rstatic-dir",
                "graph-driver-namegraph-driver-name",
        };
        struct podman_row found;

        (void) state;
        for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
                assert_null(podman_search_bolt(texts[i], texts[i] + strlen(texts[i]), &found));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_row_of_sqlite_is_found),
                cmocka_unit_test(another_header_is_no_row),
                cmocka_unit_test(a_row_that_is_cut_off_is_none),
                cmocka_unit_test(long_paths_and_later_schemas_are_understood),
                cmocka_unit_test(a_bucket_of_bolt_is_found),
                cmocka_unit_test(keys_without_paths_are_no_bucket),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
