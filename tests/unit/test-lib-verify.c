/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "api/public.h"
#include "fixture.h"
#include "snapshot/snapshot.h"
#include "split-file.h"
#include "store/store.h"
#include "unit.h"
#include "verify/mismatch.h"
#include "without-memory.h"

#define LAYER "graphroot/overlay/"

/* What report got, a line for each mismatch: kind and path. */
static struct text reported;

static void note(const struct cstorage_mismatch *mismatch, void *userdata) {
        assert_ptr_equal(userdata, &reported);
        assert_ok(text_addf(&reported, "%d %s\n", (int) mismatch->kind, mismatch->path));
}

struct layer_test {
        struct fixture *fixture;
        struct split_file split;
        const char *id;
        struct cstorage_snapshot *snapshot;
        const struct cstorage_layer *layer;
        struct cstorage_verify_options options;
        struct cstorage_verify_result result;
        struct cstorage_error error;
};

static int setup(void **state) {
        struct layer_test *t = calloc(1, sizeof(*t));
        void *fixture;

        if (!t || fixture_setup(&fixture) != 0)
                return 1;
        t->fixture = fixture;
        t->id = fixture_id("aa");
        t->options.size = sizeof(t->options);
        fixture_add_layer_dir(t->fixture, t->id, "AAAAAAAAAAAAAAAAAAAAAAAAAA");
        *state = t;
        return 0;
}

static int teardown(void **state) {
        struct layer_test *t = *state;
        void *fixture = t->fixture;

        text_done(&reported);
        split_file_done(&t->split);
        cstorage_snapshot_unref(t->snapshot);
        free(t);
        return fixture_teardown(&fixture);
}

/* A path in the content of the layer; the result is valid until the next call. */
static const char *in_layer(const struct layer_test *t, const char *path) {
        static char buffer[512];

        (void) snprintf(buffer, sizeof(buffer), LAYER "%s/diff/%s", t->id, path);
        return buffer;
}

/* A file in the archive and in the layer. */
static void add_file(struct layer_test *t, const char *path, const char *expected, const char *found) {
        split_entry(&t->split, '0', path, 0644, NULL, expected);
        if (!found)
                return;
        fixture_write(t->fixture, in_layer(t, path), found);
        assert_ok(fchmodat(t->fixture->fd, in_layer(t, path), 0644, 0));
}

static void record(struct layer_test *t, const char *flags) {
        _cleanup_free_ char *json = NULL;
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;

        assert_true(asprintf(&json, "[{\"id\":\"%s\",\"created\":\"2026-01-01T00:00:00Z\"%s}]", t->id,
                             flags) > 0);
        fixture_write(t->fixture, "graphroot/overlay-layers/layers.json", json);
        store = fixture_open(t->fixture);
        assert_ok(cstorage_snapshot_new(store, &t->snapshot, NULL));
        assert_ok(cstorage_snapshot_find_layer(t->snapshot, t->id, &t->layer));
}

static void write_split(struct layer_test *t) {
        char path[512];

        split_end(&t->split);
        (void) snprintf(path, sizeof(path), "graphroot/overlay-layers/%s.tar-split.gz", t->id);
        close(split_write(&t->split, t->fixture->fd, path));
}

static int verify(struct layer_test *t) {
        text_done(&reported);
        return cstorage_layer_verify(t->layer, &t->options, note, &reported, &t->result, &t->error);
}

static void expect(struct layer_test *t, const char *lines) {
        record(t, "");
        write_split(t);
        for (t->options.threads = 1; t->options.threads < 20; t->options.threads += 6) {
                assert_int_equal(verify(t), *lines != '\0');
                assert_true(t->result.complete);
                assert_string_equal(reported.s ? reported.s : "", lines);
        }
}

static void a_layer_like_its_archive_has_no_mismatch(void **state) {
        struct layer_test *t = *state;

        add_file(t, "a", "content", "content");
        add_file(t, "empty", "", "");
        expect(t, "");
        assert_int_equal(t->result.entries, 2);
        assert_int_equal(t->result.files, 1);
        assert_int_equal(t->result.bytes, 7);
        assert_int_equal(t->result.mismatches, 0);
}

static void mismatches_are_in_the_order_of_the_archive(void **state) {
        struct layer_test *t = *state;

        add_file(t, "z", "content", "kontent");
        add_file(t, "m", "content", NULL);
        add_file(t, "b", "content", "");
        add_file(t, "a", "content", "contend");
        expect(t, "3 z\n0 m\n2 b\n3 a\n");
        assert_int_equal(t->result.mismatches, 4);
        assert_int_equal(t->result.files, 2);
}

static void without_contents_only_sizes_count(void **state) {
        struct layer_test *t = *state;

        t->options.flags = CSTORAGE_VERIFY_SIZES_ONLY;
        add_file(t, "z", "content", "kontent");
        add_file(t, "b", "content", "");
        expect(t, "2 b\n");
        assert_int_equal(t->result.bytes, 0);
}

static void many_files_are_read_by_several_threads(void **state) {
        struct layer_test *t = *state;
        _cleanup_text_ struct text lines = TEXT_INIT;
        char name[32];

        for (unsigned i = 0; i < 1000; i++) {
                (void) snprintf(name, sizeof(name), "f%u", i);
                add_file(t, name, "content", i % 100 == 7 ? "kontent" : "content");
                if (i % 100 == 7)
                        assert_ok(text_addf(&lines, "3 %s\n", name));
        }
        expect(t, lines.s);
        assert_int_equal(t->result.bytes, 7000);
}

static void what_a_later_entry_replaces_does_not_count(void **state) {
        struct layer_test *t = *state;

        split_entry(&t->split, '0', "./a", 0644, NULL, "old");
        split_entry(&t->split, '5', "d", 0755, NULL, NULL);
        split_entry(&t->split, '0', "d/x", 0644, NULL, "x");
        split_entry(&t->split, '0', "dx", 0644, NULL, "x");
        split_entry(&t->split, '0', ".wh.w", 0, NULL, NULL);
        add_file(t, "a", "content", "content");
        add_file(t, "d", "content", "content");
        add_file(t, "w", "content", "content");
        expect(t, "0 dx\n");
}

static void an_earlier_entry_replaces_nothing(void **state) {
        struct layer_test *t = *state;

        add_file(t, "a", "content", "content");
        split_entry(&t->split, '0', "/a", 0644, NULL, "last");
        expect(t, "2 a\n");
}

static void a_hard_link_sets_the_mode_of_its_target(void **state) {
        struct layer_test *t = *state;

        split_entry(&t->split, '0', "a", 0755, NULL, "content");
        split_entry(&t->split, '0', "b", 0755, NULL, "content");
        add_file(t, "c", "content", "content");
        fixture_write(t->fixture, in_layer(t, "b"), "content");
        assert_ok(fchmodat(t->fixture->fd, in_layer(t, "b"), 0600, 0));
        fixture_write(t->fixture, in_layer(t, "a"), "content");
        assert_ok(fchmodat(t->fixture->fd, in_layer(t, "a"), 0644, 0));
        {
                _cleanup_free_ char *a = strdup(in_layer(t, "a"));

                assert_ok(linkat(t->fixture->fd, a, t->fixture->fd, in_layer(t, "l"), 0));
        }
        split_entry(&t->split, '1', "l", 0644, "a", NULL);
        expect(t, "7 b\n");
}

/* "l" is the first "a". A copy of "b" is no link, as "b" is not replaced. */
static void a_hard_link_outlives_its_target(void **state) {
        struct layer_test *t = *state;

        split_entry(&t->split, '0', "a", 0644, NULL, "first");
        fixture_write(t->fixture, in_layer(t, "l"), "first");
        split_entry(&t->split, '1', "l", 0644, "a", NULL);
        add_file(t, "b", "content", "content");
        fixture_write(t->fixture, in_layer(t, "copy"), "content");
        split_entry(&t->split, '1', "copy", 0644, "b", NULL);
        split_entry(&t->split, '1', "inner", 0644, "d/a", NULL);
        fixture_write(t->fixture, in_layer(t, "inner"), "content");
        add_file(t, "/a", "second", "second");
        add_file(t, "d", "content", "content");
        expect(t, "5 copy\n");
}

static void a_name_may_lead_through_a_link_of_the_layer(void **state) {
        struct layer_test *t = *state;

        fixture_symlink(t->fixture, "/usr/lib", in_layer(t, "lib"));
        add_file(t, "usr/lib/a", "content", "content");
        split_entry(&t->split, '2', "lib", 0777, "/usr/lib", NULL);
        split_entry(&t->split, '0', "lib/a", 0644, NULL, "content");
        expect(t, "");
}

static void a_link_out_of_the_layer_leads_nowhere(void **state) {
        struct layer_test *t = *state;

        fixture_write(t->fixture, "outside/a", "content");
        fixture_symlink(t->fixture, "../../../../outside", in_layer(t, "out"));
        split_entry(&t->split, '0', "out/a", 0644, NULL, "content");
        expect(t, "0 out/a\n");
}

static void a_layer_with_very_many_mismatches_is_not_verified_to_the_end(void **state) {
        struct layer_test *t = *state;
        char name[32];

        for (unsigned i = 0; i < MISMATCHES_MAX + 10; i++) {
                (void) snprintf(name, sizeof(name), "f%u", i);
                add_file(t, name, "content", NULL);
        }
        record(t, "");
        write_split(t);
        assert_int_equal(verify(t), 1);
        assert_false(t->result.complete);
        assert_int_equal(t->result.mismatches, MISMATCHES_MAX);
}

static void a_timeout_ends_the_verification(void **state) {
        struct layer_test *t = *state;

        add_file(t, "a", "content", NULL);
        record(t, "");
        write_split(t);
        t->options.timeout_us = 1;
        usleep(10);
        assert_ok(verify(t));
        assert_false(t->result.complete);
}

static int end_it(const struct cstorage_verify_result *so_far, void *userdata) {
        (void) so_far;
        assert_ptr_equal(userdata, &reported);
        return -ECANCELED;
}

static void progress_can_end_the_verification(void **state) {
        struct layer_test *t = *state;

        add_file(t, "a", "content", NULL);
        record(t, "");
        write_split(t);
        t->options.progress = end_it;
        assert_int_equal(verify(t), -ECANCELED);
        assert_null(reported.s);
}

static void a_layer_without_tar_split_cannot_be_verified(void **state) {
        struct layer_test *t = *state;

        record(t, "");
        assert_int_equal(verify(t), -ENODATA);
        assert_non_null(strstr(t->error.text, "has no tar-split file"));
}

static void an_incomplete_layer_cannot_be_verified(void **state) {
        struct layer_test *t = *state;

        record(t, ",\"flags\":{\"incomplete\":true}");
        write_split(t);
        assert_int_equal(verify(t), -ENODATA);
}

static void an_empty_tar_split_is_damaged(void **state) {
        struct layer_test *t = *state;
        char path[512];

        record(t, "");
        (void) snprintf(path, sizeof(path), "graphroot/overlay-layers/%s.tar-split.gz", t->id);
        fixture_write(t->fixture, path, "");
        assert_int_equal(verify(t), -EBADMSG);
        assert_non_null(strstr(t->error.text, "cut off"));
}

static void wrong_arguments_are_refused(void **state) {
        struct layer_test *t = *state;

        assert_int_equal(cstorage_layer_verify(NULL, NULL, NULL, NULL, NULL, NULL), -EINVAL);
        record(t, "");
        write_split(t);
        assert_int_equal(cstorage_layer_verify(t->layer, NULL, NULL, NULL, NULL, NULL), 0);
        t->options.flags = 1 << 5;
        assert_int_equal(verify(t), -EINVAL);
        t->options = (struct cstorage_verify_options){.size = 1};
        assert_int_equal(verify(t), -EINVAL);
}

/* The first mismatch is found before, and the layer is deleted after that. */
static int delete_it(const struct cstorage_verify_result *so_far, void *userdata) {
        (void) so_far;
        (void) userdata;
        return rename("diff", "gone") < 0 && errno != ENOENT ? -errno : 0;
}

static void a_layer_that_is_deleted_meanwhile_has_no_mismatches(void **state) {
        struct layer_test *t = *state;
        char path[512];

        add_file(t, "a", "content", NULL);
        record(t, "");
        write_split(t);
        (void) snprintf(path, sizeof(path), "%s/" LAYER "%s", t->fixture->top, t->id);
        assert_ok(chdir(path));
        t->options.progress = delete_it;
        assert_int_equal(verify(t), -ESTALE);
        assert_null(reported.s);
        assert_ok(chdir("/"));
}

/* More than a verification of a few files makes. */
#define ALLOCATIONS_MAX 10000U

static void each_allocation_may_fail(void **state) {
        struct layer_test *t = *state;
        bool reached = true;
        int r = 0;

        add_file(t, "d/a", "content", "kontent");
        add_file(t, "d/b", "content", NULL);
        split_entry(&t->split, '1', "l", 0644, "d/a", NULL);
        split_entry(&t->split, '0', ".wh.w", 0, NULL, NULL);
        record(t, "");
        write_split(t);
        t->options.threads = 1;
        for (unsigned n = 1; reached && n < ALLOCATIONS_MAX; n++) {
                allocations_left = n;
                r = cstorage_layer_verify(t->layer, &t->options, NULL, NULL, &t->result, &t->error);
                reached = allocations_left == 0;
                allocations_left = 0;
                assert_true(r == 1 || r == -ENOMEM);
        }
        assert_false(reached);
        assert_int_equal(r, 1);
        assert_int_equal(t->result.mismatches, 4);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(a_layer_like_its_archive_has_no_mismatch),
                CASE(mismatches_are_in_the_order_of_the_archive),
                CASE(without_contents_only_sizes_count),
                CASE(many_files_are_read_by_several_threads),
                CASE(what_a_later_entry_replaces_does_not_count),
                CASE(an_earlier_entry_replaces_nothing),
                CASE(a_hard_link_sets_the_mode_of_its_target),
                CASE(a_hard_link_outlives_its_target),
                CASE(a_name_may_lead_through_a_link_of_the_layer),
                CASE(a_link_out_of_the_layer_leads_nowhere),
                CASE(a_layer_with_very_many_mismatches_is_not_verified_to_the_end),
                CASE(a_timeout_ends_the_verification),
                CASE(progress_can_end_the_verification),
                CASE(a_layer_without_tar_split_cannot_be_verified),
                CASE(an_incomplete_layer_cannot_be_verified),
                CASE(an_empty_tar_split_is_damaged),
                CASE(wrong_arguments_are_refused),
                CASE(each_allocation_may_fail),
                CASE(a_layer_that_is_deleted_meanwhile_has_no_mismatches),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
