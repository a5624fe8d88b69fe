/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading a store while one allocation fails: each in turn, those of yajl included, by the linker's --wrap.
 * Whichever it is, the result is -ENOMEM, and nothing leaks.
 */

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "fixture.h"
#include "unit.h"

DEFINE_CLEANUP(struct cstorage_store *, cstorage_store_unref);

/* More than any of the calls makes; a loop that comes here does not end. */
#define ALLOCATIONS_MAX 10000U

/* Longer than the buffers of yajl when they are new. */
#define LONG_TEXT 5000

static unsigned countdown; /* 0: nothing fails */

static bool fails(void) {
        if (countdown == 0 || --countdown > 0)
                return false;
        errno = ENOMEM;
        return true;
}

/* Wrapped functions: what they return, what they take, and what they hand on. */
#define WRAP(type, name, parameters, arguments)                                                              \
        type __real_##name parameters;                                                                       \
        type __wrap_##name parameters;                                                                       \
        type __wrap_##name parameters {                                                                      \
                return fails() ? NULL : __real_##name arguments;                                             \
        }

WRAP(void *, malloc, (size_t n), (n))
WRAP(void *, calloc, (size_t n, size_t size), (n, size))
WRAP(void *, realloc, (void *p, size_t n), (p, n))
WRAP(void *, reallocarray, (void *p, size_t n, size_t size), (p, n, size))
WRAP(char *, strdup, (const char *s), (s))
WRAP(char *, strndup, (const char *s, size_t n), (s, n))

int __wrap_asprintf(char **ret, const char *format, ...) _printf_(2, 3);
int __wrap_asprintf(char **ret, const char *format, ...) {
        va_list args;
        int n;

        if (fails())
                return -1;
        va_start(args, format);
        n = vasprintf(ret, format, args);
        va_end(args);
        return n;
}

static int read_snapshot(struct cstorage_store *store) {
        struct cstorage_snapshot *snapshot = NULL;
        struct cstorage_error error;
        int r;

        r = cstorage_snapshot_new(store, &snapshot, &error);
        cstorage_snapshot_unref(snapshot);
        return r;
}

static void fail_each(struct fixture *f) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        unsigned n = 0;
        int r = -ENOMEM;

        while (r < 0) {
                assert_true(++n < ALLOCATIONS_MAX);
                countdown = n;
                r = read_snapshot(store);
                if (r < 0)
                        assert_int_equal(r, -ENOMEM);
        }
        assert_true(countdown > 0);
        countdown = 0;
        assert_true(n > 10);
}

static void write_layers(struct fixture *f, const char *layers) {
        fixture_write(f, "graphroot/overlay-layers/layers.json", layers);
}

static char *long_record(const char *escape, const char *end) {
        char *text = NULL, filler[LONG_TEXT + 1];

        memset(filler, 'x', LONG_TEXT);
        filler[LONG_TEXT] = '\0';
        assert_true(asprintf(&text, "[{\"id\":\"%s\",\"names\":[\"a%sb\"],\"metadata\":\"%s%s%s",
                             fixture_id("ab"), escape, filler, escape, end) > 0);
        return text;
}

static void plain_records_are_read(void **state) {
        write_layers(*state, "[{\"id\":\"a\",\"names\":[\"b\"]},{\"id\":\"c\"}]");
        fail_each(*state);
}

static void long_escaped_strings_are_read(void **state) {
        _cleanup_free_ char *layers = long_record("\\n", "\"}]");

        write_layers(*state, layers);
        fail_each(*state);
}

static void files_that_end_within_a_string_are_read(void **state) {
        _cleanup_free_ char *layers = long_record("\\n", "");

        write_layers(*state, layers);
        fail_each(*state);
}

static void all_kinds_of_records_are_read(void **state) {
        struct fixture *f = *state;

        fixture_write(f, "graphroot/overlay-images/images.json",
                      "[{\"id\":\"i\",\"names\":[\"\\u00e4\"],\"big-data-names\":[\"k\"],"
                      "\"big-data-sizes\":{\"k\":1},\"big-data-digests\":{\"k\":\"sha256:00\"}}]");
        fixture_write(f, "graphroot/overlay-containers/containers.json",
                      "[{\"id\":\"c\",\"flags\":{\"Volatile\":true},"
                      "\"uidmap\":[{\"container_id\":0,\"host_id\":1,\"size\":2}]}]");
        fixture_write(f, "runroot/overlay-layers/mountpoints.json",
                      "[{\"id\":\"l\",\"path\":\"/p\",\"count\":1}]");
        fail_each(f);
}

static void damaged_records_are_read(void **state) {
        write_layers(*state, "[{\"id\":\"a\",\"names\":[\"\\n\"]},{\"id\":\"c\"} 5");
        fail_each(*state);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(plain_records_are_read, fixture_setup, fixture_teardown),
                cmocka_unit_test_setup_teardown(long_escaped_strings_are_read, fixture_setup,
                                                fixture_teardown),
                cmocka_unit_test_setup_teardown(files_that_end_within_a_string_are_read, fixture_setup,
                                                fixture_teardown),
                cmocka_unit_test_setup_teardown(all_kinds_of_records_are_read, fixture_setup,
                                                fixture_teardown),
                cmocka_unit_test_setup_teardown(damaged_records_are_read, fixture_setup, fixture_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
