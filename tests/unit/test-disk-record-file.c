/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "disk/record-file.h"
#include "place.h"
#include "json/json.h"

static void a_missing_file_is_missing_and_no_error(void **state) {
        struct record_file file = RECORD_FILE_INIT;
        const struct store_dir *place = *state;

        assert_ok(record_file_read(&file, place->fd, "layers.json"));
        assert_int_equal(file.state, RECORD_FILE_MISSING);
        assert_true(record_file_is_current(&file, place->fd, "layers.json"));
        assert_ok(record_file_read(&file, -1, "layers.json"));
        assert_int_equal(file.state, RECORD_FILE_MISSING);
        assert_true(record_file_is_current(&file, -1, "layers.json"));

        put_text(place->fd, "layers.json", "[]");
        assert_false(record_file_is_current(&file, place->fd, "layers.json"));
        record_file_done(&file);
}

static void the_bytes_are_read_as_they_are(void **state) {
        struct record_file file = RECORD_FILE_INIT;
        const struct store_dir *place = *state;

        put_bytes(place->fd, "f", "[\0]", 3);
        assert_ok(record_file_read(&file, place->fd, "f"));
        assert_int_equal(file.state, RECORD_FILE_OK);
        assert_int_equal(file.len, 3);
        assert_memory_equal(file.text, "[\0]", 4);
        assert_true(record_file_is_current(&file, place->fd, "f"));
        record_file_done(&file);
        assert_null(file.text);
}

static void an_empty_file_is_told_from_a_missing_one(void **state) {
        struct record_file file = RECORD_FILE_INIT;
        const struct store_dir *place = *state;

        put_text(place->fd, "f", "");
        assert_ok(record_file_read(&file, place->fd, "f"));
        assert_int_equal(file.state, RECORD_FILE_EMPTY);
        assert_null(file.text);
        assert_true(record_file_is_current(&file, place->fd, "f"));
        assert_ok(unlinkat(place->fd, "f", 0));
        assert_false(record_file_is_current(&file, place->fd, "f"));
        record_file_done(&file);
}

static void a_file_that_says_null_is_as_empty(void **state) {
        static const char *const texts[] = {"null", " null\n"}, *const others[] = {"[]", "nul", "nulls",
                                                                                   "null null"};
        struct record_file file = RECORD_FILE_INIT;
        const struct store_dir *place = *state;

        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                put_text(place->fd, "f", texts[i]);
                assert_ok(record_file_read(&file, place->fd, "f"));
                assert_int_equal(file.state, RECORD_FILE_EMPTY);
                assert_null(file.text);
        }
        for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
                put_text(place->fd, "f", others[i]);
                assert_ok(record_file_read(&file, place->fd, "f"));
                assert_int_equal(file.state, RECORD_FILE_OK);
        }
        record_file_done(&file);
}

static void a_replaced_file_is_not_current(void **state) {
        struct record_file file = RECORD_FILE_INIT;
        const struct store_dir *place = *state;

        put_text(place->fd, "f", "[1]");
        assert_ok(record_file_read(&file, place->fd, "f"));
        put_text(place->fd, "new", "[1]");
        assert_true(record_file_is_current(&file, place->fd, "f"));
        assert_ok(renameat(place->fd, "new", place->fd, "f"));
        assert_false(record_file_is_current(&file, place->fd, "f"));
        record_file_done(&file);
}

static void expect_unreadable(const struct store_dir *place, const char *name, const char *text) {
        struct record_file file = RECORD_FILE_INIT;

        assert_ok(record_file_read(&file, place->fd, name));
        assert_int_equal(file.state, RECORD_FILE_UNREADABLE);
        assert_null(file.text);
        assert_non_null(strstr(file.error.text, place->path));
        assert_non_null(strstr(file.error.text, text));
        assert_true(record_file_is_current(&file, place->fd, name));
        record_file_done(&file);
}

static void what_is_no_regular_file_is_unreadable_and_says_why(void **state) {
        const struct store_dir *place = *state;

        put_dir(place->fd, "dir");
        put_text(place->fd, "file", "[]");
        put_link(place->fd, "link", "file");
        put_link(place->fd, "dangling", "nothing");
        assert_ok(mkfifoat(place->fd, "fifo", 0644));

        expect_unreadable(place, "link", "/link: a symbolic link stands");
        expect_unreadable(place, "dangling", "/dangling: a symbolic link stands");
        expect_unreadable(place, "dir", "/dir: is not a regular file");
        expect_unreadable(place, "fifo", "/fifo: is not a regular file");
        expect_unreadable(place, "file/f", "cannot read");
}

static void an_unreadable_file_that_becomes_readable_is_not_current(void **state) {
        struct record_file file = RECORD_FILE_INIT;
        const struct store_dir *place = *state;

        put_link(place->fd, "f", "nothing");
        assert_ok(record_file_read(&file, place->fd, "f"));
        assert_int_equal(file.state, RECORD_FILE_UNREADABLE);
        assert_ok(unlinkat(place->fd, "f", 0));
        assert_false(record_file_is_current(&file, place->fd, "f"));
        put_text(place->fd, "f", "[]");
        assert_false(record_file_is_current(&file, place->fd, "f"));
        record_file_done(&file);
}

static void a_file_of_absurd_size_is_damaged_and_not_read(void **state) {
        struct record_file file = RECORD_FILE_INIT;
        const struct store_dir *place = *state;

        put_text(place->fd, "f", "[");
        assert_ok(ftruncate(openat(place->fd, "f", O_RDWR | O_CLOEXEC), JSON_BYTES_MAX + 1L));
        assert_ok(record_file_read(&file, place->fd, "f"));
        assert_int_equal(file.state, RECORD_FILE_DAMAGED);
        assert_null(file.text);
        assert_non_null(strstr(file.error.text, "/f: is larger"));
        assert_true(record_file_is_current(&file, place->fd, "f"));
        record_file_done(&file);
}

static struct slice slice_of(const char *text) {
        return (struct slice){.at = text, .len = strlen(text)};
}

static int write_records(int dirfd, const char *path, const struct slice *records, size_t n, bool durable,
                         struct identity *ret_id, struct error *reterr) {
        _cleanup_newfile_ struct newfile file = NEWFILE_INIT;
        int r;

        r = record_file_make(&file, dirfd, path, records, n, durable, reterr);
        if (r >= 0)
                r = record_file_place(&file, ret_id, reterr);
        return r < 0 ? r : record_file_sync_directory(&file, reterr);
}

static void expect_written(const struct store_dir *place, const struct slice *records, size_t n,
                           const char *text) {
        struct record_file file = RECORD_FILE_INIT;
        struct identity id;

        for (int durable = 0; durable < 2; durable++) {
                assert_ok(write_records(place->fd, "f", records, n, durable, &id, NULL));
                assert_ok(record_file_read(&file, place->fd, "f"));
                assert_int_equal(file.state, RECORD_FILE_OK);
                assert_string_equal(file.text, text);
                assert_true(identity_same_content(&file.identity, &id));
                assert_int_equal(mode_of(place->fd, "f"), 0600);
        }
        record_file_done(&file);
}

static void records_are_written_in_order_with_nothing_but_commas_between(void **state) {
        const struct slice records[] = {slice_of("{\"id\":\"a\"}"), slice_of("{ }"),
                                        slice_of("{\"id\":\"b\"}")};

        expect_written(*state, NULL, 0, "[]");
        expect_written(*state, records, 1, "[{\"id\":\"a\"}]");
        expect_written(*state, records, 3, "[{\"id\":\"a\"},{ },{\"id\":\"b\"}]");
}

/* Those that were read side by side go to the file in one piece; that must not show. */
static void records_of_one_text_are_written_whichever_are_left(void **state) {
        static const char text[] = "[{1},{2},{3} ,{4},{5}]";
        static const size_t starts[] = {1, 5, 9, 14, 18};

        for (unsigned set = 0; set < 32; set++) {
                char wanted[sizeof(text) + 1] = "[";
                struct slice records[5];
                size_t n = 0;

                for (size_t i = 0; i < 5; i++) {
                        if (!(set & 1U << i))
                                continue;
                        records[n++] = (struct slice){.at = text + starts[i], .len = 3};
                        (void) snprintf(wanted + strlen(wanted), 6, "%s{%zu}", n > 1 ? "," : "", i + 1);
                }
                expect_written(*state, records, n, strcat(wanted, "]"));
        }
}

static void a_failure_to_write_names_the_file_and_leaves_the_old_one(void **state) {
        const struct slice record = slice_of("{}"), huge = {.at = "", .len = JSON_BYTES_MAX};
        const struct store_dir *place = *state;
        struct identity id = {.ino = 7};
        struct error error = {0};

        put_text(place->fd, "f", "[]");
        put_dir(place->fd, "d");
        assert_int_equal(write_records(place->fd, "d", &record, 1, true, &id, &error), -EISDIR);
        assert_non_null(strstr(error.text, "/d: "));
        assert_int_equal(write_records(place->fd, "none/f", &record, 1, true, &id, &error), -ENOENT);
        assert_non_null(strstr(error.text, "cannot write "));
        assert_non_null(strstr(error.text, "/none/f: No such file"));
        assert_int_equal(write_records(place->fd, "f", &huge, 1, true, &id, &error), -EFBIG);
        assert_non_null(strstr(error.text, "/f would be larger"));
        assert_int_equal(id.ino, 7);
        expect_written(place, NULL, 0, "[]");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                in_place(a_missing_file_is_missing_and_no_error),
                in_place(the_bytes_are_read_as_they_are),
                in_place(an_empty_file_is_told_from_a_missing_one),
                in_place(a_file_that_says_null_is_as_empty),
                in_place(a_replaced_file_is_not_current),
                in_place(what_is_no_regular_file_is_unreadable_and_says_why),
                in_place(an_unreadable_file_that_becomes_readable_is_not_current),
                in_place(a_file_of_absurd_size_is_damaged_and_not_read),
                in_place(records_are_written_in_order_with_nothing_but_commas_between),
                in_place(records_of_one_text_are_written_whichever_are_left),
                in_place(a_failure_to_write_names_the_file_and_leaves_the_old_one),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
