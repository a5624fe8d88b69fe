/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "report/losses.h"
#include "unit.h"
#include "users/wire.h"
#include "without-memory.h"

#define STORE "store\t/g\t/r\t\\N\toverlay\t1\n"
#define SUM   "sum\t1\t2\t3\t4\t5\t6\t7\t8\t9\n"
#define GOOD  "status\tcollected\n" STORE SUM

static void read_text(struct wire *wire, const char *text) {
        _cleanup_free_ char *copy = strdup(text);

        assert_non_null(copy);
        assert_ok(wire_read(wire, copy));
}

static struct fact_entry entries[] = {
        {.kind = CSTORAGE_ENTRY_LAYER_DIR, .id = "a", .name = "a", .path = "/g/overlay/a\tb\n\x1b \\N\xff"},
        {.kind = CSTORAGE_ENTRY_VOLATILE_FILE, .name = "v", .path = "/i/v", .imagestore = true},
};

static void what_was_told_is_read_again(void **state) {
        _cleanup_wire_ struct wire wire = {0};
        char text[] = "it \"failed\"\n";
        struct subject subjects[] = {
                {.entry = &entries[0],
                 .result = RESULT_FAILED,
                 .reason = REASON_NO_RECORD,
                 .text = text,
                 .measured = true,
                 .entries = 3,
                 .bytes = UINT64_MAX},
                {.entry = &entries[1], .result = RESULT_REFUSED, .reason = REASON_BUSY},
        };
        struct facts facts = {.graphroot = "/g", .runroot = "/r", .imagestore = "", .transient = true};
        struct outcome outcome = {.facts = &facts,
                                  .subjects = subjects,
                                  .n_subjects = 2,
                                  .n = {1, 2, 3, 4, 5},
                                  .files_freed = 6,
                                  .bytes_freed = 7,
                                  .lock_held_us = 8,
                                  .elapsed_us = 9};
        struct problem problem = {.path = "/g/x\ty"};
        struct problems problems = {.problems = &problem, .n = 1};
        _cleanup_free_ char *buffer = NULL;
        size_t size;
        FILE *f = open_memstream(&buffer, &size);

        (void) state;
        assert_non_null(f);
        assert_ok(text_adds(&problem.text, "is damaged"));
        wire_write(f, &outcome, &problems, /* verbose= */ false);
        assert_int_equal(fclose(f), 0);
        text_done(&problem.text);
        assert_ok(wire_read(&wire, buffer));

        assert_int_equal(wire.status, USER_COLLECTED);
        assert_false(wire.cut);
        assert_string_equal(wire.facts.graphroot, "/g");
        assert_string_equal(wire.facts.imagestore, "");
        assert_null(wire.facts.driver);
        assert_true(wire.facts.transient);
        assert_memory_equal(wire.outcome.n, outcome.n, sizeof(outcome.n));
        assert_int_equal(wire.outcome.lock_held_us, 8);
        assert_int_equal(wire.outcome.elapsed_us, 9);
        assert_int_equal(wire.outcome.n_subjects, 2);
        assert_string_equal(wire.outcome.subjects[0].entry->path, entries[0].path);
        assert_string_equal(wire.outcome.subjects[0].entry->id, "a");
        assert_string_equal(wire.outcome.subjects[0].text, text);
        assert_int_equal(wire.outcome.subjects[0].result, RESULT_FAILED);
        assert_int_equal(wire.outcome.subjects[0].reason, REASON_NO_RECORD);
        assert_true(wire.outcome.subjects[0].measured);
        assert_true(wire.outcome.subjects[0].bytes == UINT64_MAX);
        assert_int_equal(wire.outcome.subjects[1].entry->kind, CSTORAGE_ENTRY_VOLATILE_FILE);
        assert_true(wire.outcome.subjects[1].entry->imagestore);
        assert_null(wire.outcome.subjects[1].entry->id);
        assert_null(wire.outcome.subjects[1].text);
        assert_int_equal(wire.problems.n, 1);
        assert_string_equal(wire.problems.problems[0].path, "/g/x\ty");
        assert_string_equal(wire.problems.problems[0].text.s, "is damaged");
}

static void each_part_of_a_store_is_read(void **state) {
        _cleanup_wire_ struct wire wire = {0};

        (void) state;
        read_text(&wire, "status\tcollected\nstore\t/g\t/r\t/i\toverlay\t0\n" SUM "end\n");
        assert_false(wire.cut);
        assert_string_equal(wire.facts.graphroot, "/g");
        assert_string_equal(wire.facts.runroot, "/r");
        assert_string_equal(wire.facts.imagestore, "/i");
        assert_string_equal(wire.facts.driver, "overlay");
        assert_false(wire.facts.transient);
}

static void each_number_of_a_sum_is_read(void **state) {
        _cleanup_wire_ struct wire wire = {0};

        (void) state;
        read_text(&wire, GOOD "end\n");
        for (size_t i = 0; i < RESULT_COUNT; i++)
                assert_int_equal(wire.outcome.n[i], i + 1);
        assert_int_equal(wire.outcome.files_freed, 6);
        assert_int_equal(wire.outcome.bytes_freed, 7);
        assert_int_equal(wire.outcome.lock_held_us, 8);
        assert_int_equal(wire.outcome.elapsed_us, 9);
}

static void a_fate_alone_is_enough(void **state) {
        _cleanup_wire_ struct wire wire = {0};

        (void) state;
        read_text(&wire, "status\tno-store\nend\n");
        assert_int_equal(wire.status, USER_NO_STORE);
        assert_false(wire.cut);
}

static void nothing_tells_nothing(void **state) {
        static const char *const texts[] = {"",
                                            "\n",
                                            "end\n",
                                            "status\tunkillable\nend\n",
                                            "status\tcollected\nend\n",
                                            "result\nend\n",
                                            "status\t\\N\nend\n"};

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                _cleanup_wire_ struct wire wire = {0};

                read_text(&wire, texts[i]);
                assert_int_equal(wire.status, USER_WAITING);
        }
}

static void what_is_cut_off_keeps_what_came_before(void **state) {
        static const char subject[] = "subject\tlayer-dir\tremove\tno-record\t0\ta\t/g/a\t\\N\t0\t0\t0\n";
        _cleanup_text_ struct text text = TEXT_INIT;

        (void) state;
        assert_ok(text_addf(&text, GOOD "%s%send\n", subject, subject));
        for (size_t n = strlen(GOOD); n < text.len; n++) {
                _cleanup_wire_ struct wire wire = {0};
                _cleanup_free_ char *part = strndup(text.s, n);

                read_text(&wire, part);
                assert_int_equal(wire.status, USER_COLLECTED);
                assert_int_equal(wire.outcome.files_freed, 6);
                assert_int_equal(wire.outcome.n_subjects, (n - strlen(GOOD)) / strlen(subject));
                assert_int_equal(wire.cut, n < text.len - 1);
        }
}

static void lines_that_are_none_end_it(void **state) {
        static const char *const lines[] = {
                "",
                "\t",
                "hello",
                "store",
                "store\t/g\t/r\t\\N\toverlay\t2",
                "store\t/g\t/r\t\\N\toverlay\t1\t1",
                "store\t\\N\t/r\t\\N\toverlay\t1",
                "sum\t1\t2\t3\t4\t5\t6\t7\t8",
                "sum\t1\t2\t3\t4\t5\t6\t7\t8\t-1",
                "sum\t1\t2\t3\t4\t5\t6\t7\t8\t18446744073709551616",
                "sum\t\\N\t2\t3\t4\t5\t6\t7\t8\t9",
                "problem\t/g",
                "\\N\tx",
                "problem\t\\N\tx",
                "problem\t/g\t\\N",
                "problem\t/g\tx\t\x1b",
                "problem\t/g\t\x1b[2J",
                "problem\t/g\t\\",
                "problem\t/g\t\\x0",
                "problem\t/g\t\\x00",
                "problem\t/g\t\\xZZ",
                "problem\t/g\t\xff",
                "problem\t/g\t\x7f",
                "problem\t/g\t\\y41",
                "problem\t/g\t\\x/1",
                "problem\t/g\t\\x1/",
                "subject\tlayers\tremove\tno-record\t0\ta\t/g/a\t\\N\t0\t0\t0",
                "subject\tlayer-dir\tgone\tno-record\t0\ta\t/g/a\t\\N\t0\t0\t0",
                "subject\tlayer-dir\tremove\tbecause\t0\ta\t/g/a\t\\N\t0\t0\t0",
                "subject\tlayer-dir\tremove\tno-record\t0\ta\t\\N\t\\N\t0\t0\t0",
                "subject\tlayer-dir\tremove\tno-record\tx\ta\t/g/a\t\\N\t0\t0\t0",
                "subject\tlayer-dir\tremove\tno-record\t0\ta\t/g/a\t\\N\t0\t0\t",
                "subject\tlayer-dir\tremove\tno-record\t0\ta\t/g/a\t\\N\t0\t\t0",
                "subject\tlayer-dir\tremove\tno-record\t0\ta\t/g/a\t\\N\t2\t0\t0",
                "subject\tlayer-dir\tremove\tno-record\t0\ta\t/g/a\t\\N\t0\t0\t0\t0",
                "subject\t\\N\tremove\tno-record\t0\ta\t/g/a\t\\N\t0\t0\t0",
                "subject\tlayer-dir\t\\N\tno-record\t0\ta\t/g/a\t\\N\t0\t0\t0",
                "1\t2\t3\t4\t5\t6\t7\t8\t9\t10\t11\t12\t13\t14\t15",
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
                _cleanup_wire_ struct wire wire = {0};
                _cleanup_text_ struct text text = TEXT_INIT;

                assert_ok(text_addf(&text, GOOD "problem\t/g\tx\n%s\nproblem\t/g\ty\nend\n", lines[i]));
                read_text(&wire, text.s);
                assert_int_equal(wire.status, USER_COLLECTED);
                assert_true(wire.cut);
                assert_int_equal(wire.problems.n, 1);
                assert_int_equal(wire.outcome.n_subjects, 0);
                assert_int_equal(wire.facts.n_entries, 0);
        }
}

/* Bytes that follow in memory. */
static void an_escape_ends_with_its_line(void **state) {
        static const char *const escapes[] = {"\\", "\\x", "\\x0", "\\x1"};

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(escapes); i++) {
                _cleanup_wire_ struct wire wire = {0};
                _cleanup_text_ struct text text = TEXT_INIT;

                assert_ok(text_addf(&text, GOOD "problem\t/g\t%s\nend", escapes[i]));
                read_text(&wire, text.s);
                assert_int_equal(wire.problems.n, 0);
                assert_true(wire.cut);
        }
}

static void entries_of_all_kinds_are_read(void **state) {
        (void) state;
        for (unsigned kind = 0; kind <= FACT_KIND_STORE; kind++) {
                _cleanup_wire_ struct wire wire = {0};
                _cleanup_text_ struct text text = TEXT_INIT;

                assert_ok(text_addf(&text,
                                    GOOD "subject\t%s\tremove\tno-record\t0\ta\t/g/a\t\\N\t0\t0\t0\nend\n",
                                    fact_kind_name((enum cstorage_entry_kind) kind)));
                read_text(&wire, text.s);
                assert_false(wire.cut);
                assert_int_equal(wire.outcome.n_subjects, 1);
                assert_int_equal(wire.outcome.subjects[0].entry->kind, kind);
                assert_string_equal(wire.outcome.subjects[0].entry->problem, "");
                assert_ptr_equal(wire.outcome.facts, &wire.facts);
        }
}

/* Each string is longer than what the arena takes at once. */
static void without_memory_it_is_an_error(void **state) {
        enum { LONG = 20000 };
        unsigned failed = 0;
        int r = -ENOMEM;

        (void) state;
        while (r < 0) {
                _cleanup_wire_ struct wire wire = {0};
                _cleanup_text_ struct text text = TEXT_INIT;

                assert_ok(text_addf(&text, "status\tcollected\nstore\t/%0*d\t%0*d\t%0*d\t%0*d\t0\n", LONG, 0,
                                    LONG, 0, LONG, 0, LONG, 0));
                for (int i = 0; i < 3; i++)
                        assert_ok(text_addf(
                                &text,
                                "problem\t/%0*d\t%0*d\n"
                                "subject\tlayer-dir\tremove\tno-record\t0\t%0*d\t/%0*d\t\\N\t0\t0\t0\n",
                                LONG, 0, LONG, 0, LONG, 0, LONG, 0));
                assert_ok(text_adds(&text, "end\n"));
                allocations_left = ++failed;
                r = wire_read(&wire, text.s);
                assert_int_equal(r, allocations_left > 0 ? 0 : -ENOMEM);
                assert_int_equal(wire.cut, r < 0);
                allocations_left = 0;
        }
        assert_true(failed > 12);
}

static void of_no_store_there_is_nothing_to_report(void **state) {
        static const char *const texts[] = {
                "status\tcollected\nsubject\tlayer-dir\tremove\tno-record\t0\ta\t/g/a\t\\N\t0\t0\t0\nend\n",
                "status\tno-store\nsubject\tlayer-dir\tremove\tno-record\t0\ta\t/g/a\t\\N\t0\t0\t0\n" STORE
                "end\n",
                "problem\t/g\tx\n" STORE "end\n",
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                _cleanup_wire_ struct wire wire = {0};

                read_text(&wire, texts[i]);
                assert_int_not_equal(wire.status, USER_COLLECTED);
                assert_null(wire.facts.graphroot);
                assert_int_equal(wire.outcome.n_subjects, 0);
                assert_int_equal(wire.problems.n, 0);
                assert_true(wire.cut);
        }
}

static void what_is_said_twice_is_what_was_said_last(void **state) {
        _cleanup_wire_ struct wire wire = {0};

        (void) state;
        read_text(&wire, GOOD GOOD "status\tno-store\nstore\t/h\t\\N\t\\N\t\\N\t0\nend\n");
        assert_int_equal(wire.status, USER_NO_STORE);
        assert_string_equal(wire.facts.graphroot, "/h");
        assert_false(wire.cut);
}

/* Only the path of a lost image is in the report of a user. */
static void a_lost_image_of_a_user_has_a_command(void **state) {
        _cleanup_wire_ struct wire wire = {0};
        _cleanup_text_ struct text command = TEXT_INIT;

        (void) state;
        read_text(&wire,
                  GOOD "subject\timage\trefuse\timage-lost\t0\tabc\texample.com/x:1\t\\N\t0\t0\t0\nend\n");
        assert_int_equal(wire.outcome.n_subjects, 1);
        assert_ok(losses_add_command(&command, &wire.outcome.subjects[0]));
        assert_string_equal(command.s, "podman rmi --force example.com/x:1 && podman pull example.com/x:1");
        losses_print(&wire.outcome);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_was_told_is_read_again),
                cmocka_unit_test(each_part_of_a_store_is_read),
                cmocka_unit_test(each_number_of_a_sum_is_read),
                cmocka_unit_test(a_fate_alone_is_enough),
                cmocka_unit_test(nothing_tells_nothing),
                cmocka_unit_test(what_is_cut_off_keeps_what_came_before),
                cmocka_unit_test(lines_that_are_none_end_it),
                cmocka_unit_test(a_lost_image_of_a_user_has_a_command),
                cmocka_unit_test(an_escape_ends_with_its_line),
                cmocka_unit_test(entries_of_all_kinds_are_read),
                cmocka_unit_test(without_memory_it_is_an_error),
                cmocka_unit_test(of_no_store_there_is_nothing_to_report),
                cmocka_unit_test(what_is_said_twice_is_what_was_said_last),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
