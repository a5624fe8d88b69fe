/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "report/orphan-details.h"
#include "report/report.h"
#include "unit.h"
#include "util/human.h"
#include "util/progress.h"

static const struct report_style terse;

static struct fact_file damaged = {
        .kind = CSTORAGE_RECORD_FILE_LAYERS,
        .state = CSTORAGE_RECORD_FILE_DAMAGED,
        .path = "/g/overlay-layers/layers.json",
        .problem = "/g/overlay-layers/layers.json: byte 7: no list",
};

static struct fact_file missing = {
        .kind = CSTORAGE_RECORD_FILE_CONTAINERS,
        .state = CSTORAGE_RECORD_FILE_MISSING,
        .path = "/g/overlay-containers/containers.json",
        .problem = "",
};

static struct fact_entry entries[] = {
        {.kind = CSTORAGE_ENTRY_LAYER_DIR, .id = "a", .name = "a", .path = "/g/overlay/a"},
        {.kind = CSTORAGE_ENTRY_LAYER_DIR, .id = "b", .name = "b", .path = "/g/overlay/b\n\x1b[2J"},
        {.kind = CSTORAGE_ENTRY_CONTAINER_DIR, .id = NULL, .name = "c", .path = "/g/overlay-containers/\xff"},
};

static struct decision decisions[] = {
        {.reason = REASON_RECORDED},
        {.reason = REASON_NO_RECORD},
        {.reason = REASON_RECORDS_MISSING, .because = &missing},
};

/* One layer stays, one goes, one container is refused for a file that is missing. */
static struct scan world(void) {
        return (struct scan){
                .facts = {.graphroot = "/g",
                          .runroot = "/r",
                          .driver = "overlay",
                          .entries = entries,
                          .n_entries = 3},
                .plan = {.decisions = decisions, .n = 3, .n_keep = 1, .n_remove = 1, .n_refuse = 1},
        };
}

static char *printed(void (*print)(FILE *out, void *userdata), void *userdata) {
        char *buffer = NULL;
        size_t size;
        FILE *f = open_memstream(&buffer, &size);

        assert_non_null(f);
        print(f, userdata);
        assert_int_equal(fclose(f), 0);
        return buffer;
}

static void print_plain(FILE *out, void *outcome) {
        report_plain(out, outcome, &terse);
}

static void print_plain_verbose(FILE *out, void *outcome) {
        report_plain(out, outcome, &(struct report_style){.verbose = true});
}

static void print_table(FILE *out, void *outcome) {
        assert_ok(report_table(out, outcome, &terse));
}

static void print_table_in_color(FILE *out, void *outcome) {
        assert_ok(report_table(out, outcome, &(struct report_style){.color = true}));
}

static void print_json(FILE *out, void *outcome) {
        _cleanup_problems_ struct problems problems = PROBLEMS_INIT;

        assert_ok(problems_collect(&problems, outcome));
        report_json(out, outcome, &problems, &terse);
}

static const struct report_style summary = {.summary = true};

static void print_plain_summary(FILE *out, void *outcome) {
        report_plain(out, outcome, &summary);
}

static void print_table_summary(FILE *out, void *outcome) {
        assert_ok(report_table(out, outcome, &summary));
}

static void print_json_summary(FILE *out, void *outcome) {
        _cleanup_problems_ struct problems problems = PROBLEMS_INIT;

        assert_ok(problems_collect(&problems, outcome));
        report_json(out, outcome, &problems, &summary);
}

static void plain_lines_hold_one_subject_each_whatever_its_name(void **state) {
        _cleanup_outcome_ struct outcome outcome = OUTCOME_INIT;
        _cleanup_free_ char *lines = NULL;
        struct scan view = world();

        (void) state;
        assert_ok(outcome_fill(&outcome, &view));
        outcome.subjects[0].measured = true;
        outcome.subjects[0].entries = 3;
        outcome.subjects[0].bytes = 4096;
        outcome_count(&outcome);
        lines = printed(print_plain, &outcome);
        assert_string_equal(lines,
                            "removed layer-dir no-record 3 4096 /g/overlay/b\\x0a\\x1b[2J\n"
                            "refused container-dir records-missing - - /g/overlay-containers/\\xff\n"
                            "summary removed=1 refused=1 failed=0 kept=1 repaired=0 files=3 bytes=4096 "
                            "lock_held_us=0 elapsed_us=0\n");
}

static void a_dry_run_says_would(void **state) {
        _cleanup_outcome_ struct outcome outcome = OUTCOME_INIT;
        _cleanup_free_ char *lines = NULL;
        struct scan view = world();

        (void) state;
        assert_ok(outcome_fill(&outcome, &view));
        outcome.dry_run = true;
        outcome_count(&outcome);
        lines = printed(print_plain, &outcome);
        assert_non_null(strstr(lines, "would-remove layer-dir no-record - - "));
        assert_non_null(strstr(lines, "summary would-remove=1 "));
}

static void verbose_lists_what_is_kept_in_its_place(void **state) {
        _cleanup_outcome_ struct outcome outcome = OUTCOME_INIT;
        _cleanup_free_ char *lines = NULL;
        struct scan view = world();

        (void) state;
        assert_ok(outcome_fill(&outcome, &view));
        outcome_count(&outcome);
        lines = printed(print_plain_verbose, &outcome);
        assert_int_equal(strncmp(lines, "kept layer-dir recorded - - /g/overlay/a\nremoved ", 49), 0);
}

static void a_table_has_no_bytes_of_names_that_a_terminal_obeys(void **state) {
        _cleanup_outcome_ struct outcome outcome = OUTCOME_INIT;
        _cleanup_free_ char *table = NULL;
        struct scan view = world();

        (void) state;
        assert_ok(outcome_fill(&outcome, &view));
        outcome_count(&outcome);
        table = printed(print_table, &outcome);
        assert_non_null(strstr(table, "overlay/b\\x0a\\x1b[2J"));
        assert_non_null(strstr(table, "no-record"));
        assert_null(strchr(table, '\x1b'));
        assert_null(strchr(table, '\xff'));
        assert_non_null(strstr(table, "1 removed, 1 refused, 0 failed, 1 kept"));
}

static void the_results_in_a_table_have_colors(void **state) {
        _cleanup_outcome_ struct outcome outcome = OUTCOME_INIT;
        _cleanup_free_ char *table = NULL;
        struct scan view = world();

        (void) state;
        assert_ok(outcome_fill(&outcome, &view));
        outcome_count(&outcome);
        table = printed(print_table_in_color, &outcome);
        assert_non_null(strstr(table, "\x1b[1mRESULT"));
        assert_non_null(strstr(table, "\x1b[33mremoved"));
        assert_non_null(strstr(table, "\x1b[1;31mrefused"));
}

/* Two layers go, of which one was not measured; a third, measured, is refused. */
static void fill_with_many(struct outcome *outcome, struct scan *view) {
        static struct decision many[] = {{.reason = REASON_NO_RECORD},
                                         {.reason = REASON_NO_RECORD},
                                         {.reason = REASON_RECORDS_MISSING}};

        *view = world();
        view->plan = (struct plan){.decisions = many, .n = 3, .n_remove = 2, .n_refuse = 1};
        assert_ok(outcome_fill(outcome, view));
        for (size_t i = 0; i < 3; i++) {
                outcome->subjects[i].measured = i > 0;
                outcome->subjects[i].entries = i;
                outcome->subjects[i].bytes = i * 1024;
        }
        outcome_count(outcome);
}

static void a_summary_counts_for_each_result_and_reason(void **state) {
        _cleanup_free_ char *lines = NULL, *table = NULL, *json = NULL;
        _cleanup_outcome_ struct outcome outcome = OUTCOME_INIT;
        struct scan view;

        (void) state;
        fill_with_many(&outcome, &view);
        lines = printed(print_plain_summary, &outcome);
        assert_string_equal(lines, "removed no-record 2 - -\n"
                                   "refused records-missing 1 2 2048\n"
                                   "summary removed=2 refused=1 failed=0 kept=0 repaired=0 files=- bytes=- "
                                   "lock_held_us=0 elapsed_us=0\n");
        table = printed(print_table_summary, &outcome);
        assert_int_equal(strncmp(table, "RESULT  COUNT REASON ", 21), 0);
        assert_non_null(strstr(table, "\nremoved     2 no-record  "));
        assert_non_null(strstr(table, "\nrefused     1 records-missing     2  2.0K\n2 removed, 1 refused"));
        json = printed(print_json_summary, &outcome);
        assert_null(strstr(json, "\"objects\""));
        assert_non_null(strstr(json, "\"totals\":[{\"verdict\":\"remove\",\"reason\":\"no-record\","
                                     "\"count\":2},{\"verdict\":\"refuse\",\"reason\":\"records-missing\","
                                     "\"count\":1,\"files\":2,\"bytes\":2048}],\"problems\":[]"));
}

#define LAYER     "2abecf0b8d658ba6656144b7f064ad368590c5d6a0593d03b725a77078fe9b87"
#define CONTAINER "cf494642d94e52d283522e07a0902cb7f91f552a02b261a8ffe5ec81d4187010"
#define NOW_S     1000000000LL

#define PARTS(kind_, name_, path_, days)                                                                     \
        {                                                                                                    \
                .kind = (kind_), .id = (name_), .name = (name_), .path = (path_), .examined = true,          \
                .problem = "",                                                                               \
                .identity = {.type = CSTORAGE_TYPE_DIRECTORY,                                                \
                             .changed_ns = (NOW_S - (days) *86400LL) * 1000000000LL},                        \
        }

/* A container of three days with its layer of two, and a second layer. */
struct pair_world {
        struct fact_entry entries[3];
        struct decision decisions[3];
        struct orphan_detail details[2];
        struct orphan_details references;
        struct scan view;
        struct outcome outcome;
};

static void pair_world_make(struct pair_world *w, enum reason reason_of_layer) {
        *w = (struct pair_world){
                .entries = {PARTS(CSTORAGE_ENTRY_LAYER_DIR, LAYER, "/g/overlay/" LAYER, 2),
                            PARTS(CSTORAGE_ENTRY_LAYER_DIR, "b", "/g/overlay/b", 9),
                            PARTS(CSTORAGE_ENTRY_CONTAINER_DIR, CONTAINER, "/g/overlay-containers/" CONTAINER,
                                  3)},
                .decisions = {{.reason = reason_of_layer},
                              {.reason = REASON_NO_RECORD},
                              {.reason = REASON_NO_RECORD}},
                .details = {{.entry = &w->entries[2], .name = "web", .image = "bb:1", .layer = LAYER},
                            {.entry = &w->entries[0], .name = "web", .image = "bb:1"}},
                .references = {.details = w->details, .n = 2},
                .view = {.facts = {.graphroot = "/g",
                                   .runroot = "/r",
                                   .driver = "overlay",
                                   .now_ns = NOW_S * 1000000000LL,
                                   .entries = w->entries,
                                   .n_entries = 3},
                         .plan = {.decisions = w->decisions, .n = 3, .n_remove = 3}},
        };
        w->details[0].other = &w->details[1];
        w->details[1].other = &w->details[0];
        assert_ok(outcome_fill(&w->outcome, &w->view));
        w->outcome.details = &w->references;
        for (size_t i = 0; i < 3; i++) {
                w->outcome.subjects[i].measured = true;
                w->outcome.subjects[i].entries = i + 1;
                w->outcome.subjects[i].bytes = 1024;
        }
        outcome_count(&w->outcome);
}

/* The line of the table that has this in it; its blanks are made one each. */
static void assert_line(const char *table, const char *word, const char *wanted) {
        const char *at = strstr(table, word);
        char line[256];
        size_t n = 0;

        assert_non_null(at);
        while (at > table && at[-1] != '\n')
                at--;
        for (; *at && *at != '\n' && n + 1 < sizeof(line); at++)
                if (*at != ' ' || (n > 0 && line[n - 1] != ' '))
                        line[n++] = *at;
        line[n] = '\0';
        assert_string_equal(line, wanted);
}

static void a_container_and_its_layer_are_one_row(void **state) {
        _cleanup_free_ char *table = NULL, *lines = NULL;
        struct pair_world w;

        (void) state;
        pair_world_make(&w, REASON_NO_RECORD);
        table = printed(print_table, &w.outcome);
        assert_line(table, "RESULT", "RESULT OBJECT NAME IMAGE AGE REASON FILES SIZE");
        assert_line(table, "container ",
                    "removed container cf494642d94e, layer 2abecf0b8d65 web bb:1 2d no-record 4 2.0K");
        assert_line(table, "overlay/b", "removed overlay/b 9d no-record 2 1.0K");
        assert_null(strstr(table, "overlay/2abecf0b8d65"));
        assert_non_null(strstr(table, "\n3 removed, "));
        lines = printed(print_plain, &w.outcome);
        assert_non_null(strstr(lines, "/g/overlay/" LAYER "\n"));
        assert_non_null(strstr(lines, "/g/overlay-containers/" CONTAINER "\n"));
        outcome_done(&w.outcome);
}

static void a_container_and_its_layer_of_different_reasons_are_two_rows(void **state) {
        _cleanup_free_ char *table = NULL;
        struct pair_world w;

        (void) state;
        pair_world_make(&w, REASON_ABANDONED);
        table = printed(print_table, &w.outcome);
        assert_line(table, "overlay/2abecf0b8d65",
                    "removed overlay/2abecf0b8d65 web bb:1 2d abandoned 1 1.0K");
        assert_line(table, "overlay-containers/cf494642d94e",
                    "removed overlay-containers/cf494642d94e web bb:1 3d no-record 3 1.0K");
        outcome_done(&w.outcome);
}

static void json_has_what_is_known_of_an_orphan(void **state) {
        _cleanup_free_ char *json = NULL;
        struct pair_world w;

        (void) state;
        pair_world_make(&w, REASON_NO_RECORD);
        json = printed(print_json, &w.outcome);
        assert_non_null(strstr(json, "\"bytes\":1024,\"changed_us\":999740800000000,\"name\":\"web\","
                                     "\"image\":\"bb:1\",\"layer\":\"" LAYER "\"}"));
        assert_non_null(strstr(json, "\"bytes\":1024,\"changed_us\":999222400000000}"));
        outcome_done(&w.outcome);
}

static void of_several_users_each_line_says_whose_it_is(void **state) {
        _cleanup_outcome_ struct outcome outcome = OUTCOME_INIT;
        const struct outcome none = OUTCOME_INIT;
        const struct report_part parts[] = {{"bob", &outcome}, {"e ve\x1b", &none}};
        struct scan view = world();
        char *lines = NULL, *table = NULL;
        size_t size;
        FILE *f;

        (void) state;
        assert_ok(outcome_fill(&outcome, &view));
        outcome_count(&outcome);
        f = open_memstream(&lines, &size);
        assert_non_null(f);
        for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
                report_plain_part(f, &parts[i], i == 0 ? "collected" : "no-store", &terse);
        assert_int_equal(fclose(f), 0);
        assert_string_equal(
                lines, "bob removed layer-dir no-record - - /g/overlay/b\\x0a\\x1b[2J\n"
                       "bob refused container-dir records-missing - - /g/overlay-containers/\\xff\n"
                       "bob summary status=collected removed=1 refused=1 failed=0 kept=1 repaired=0 files=- "
                       "bytes=- lock_held_us=0 elapsed_us=0\n"
                       "e ve\\x1b summary status=no-store\n");
        free(lines);

        f = open_memstream(&table, &size);
        assert_non_null(f);
        assert_ok(report_table_of(f, parts, ARRAY_SIZE(parts), &outcome, &terse));
        assert_int_equal(fclose(f), 0);
        assert_non_null(strstr(table, "USER"));
        assert_non_null(strstr(table, "bob"));
        assert_null(strchr(table, '\x1b'));
        free(table);
}

static void json_has_the_documented_members(void **state) {
        _cleanup_outcome_ struct outcome outcome = OUTCOME_INIT;
        _cleanup_free_ char *json = NULL;
        struct scan view = world();

        (void) state;
        assert_ok(outcome_fill(&outcome, &view));
        outcome.subjects[0].measured = true;
        subject_fail(&outcome.subjects[0], "no \"luck\"");
        outcome_count(&outcome);
        json = printed(print_json, &outcome);
        assert_string_equal(
                json, "{\"version\":1,\"dry_run\":false,\"store\":{\"graphroot\":\"/g\",\"runroot\":\"/"
                      "r\",\"imagestore\":null,"
                      "\"driver\":\"overlay\",\"transient\":false,\"other_drivers\":[]},\"objects\":["
                      "{\"kind\":\"layer-dir\",\"id\":\"b\",\"path\":\"/g/overlay/"
                      "b\\n\\u001b[2J\",\"verdict\":\"fail\","
                      "\"reason\":\"no-record\",\"error\":\"no \\\"luck\\\"\",\"files\":0,\"bytes\":0},"
                      "{\"kind\":\"container-dir\",\"id\":null,\"path\":\"/g/overlay-containers/\\\\xff\","
                      "\"verdict\":\"refuse\",\"reason\":\"records-missing\"}],\"problems\":[],"
                      "\"summary\":{\"kept\":1,\"removed\":0,\"repaired\":0,\"refused\":1,\"failed\":1,"
                      "\"files_freed\":0,"
                      "\"bytes_freed\":0,\"lock_held_us\":0,\"elapsed_us\":0}}\n");
}

static void problems_name_the_file_once_and_say_what_to_do(void **state) {
        _cleanup_problems_ struct problems problems = PROBLEMS_INIT;
        _cleanup_outcome_ struct outcome outcome = OUTCOME_INIT;
        struct fact_file files[] = {damaged, missing};
        struct fact_problem unlisted = {.path = "/g/overlay", .text = "Input/output error"};
        struct decision blaming[ARRAY_SIZE(decisions)];
        struct scan view = world();

        (void) state;
        view.facts.files = files;
        view.facts.n_files = 2;
        view.facts.problems = &unlisted;
        view.facts.n_problems = 1;
        memcpy(blaming, decisions, sizeof(decisions));
        blaming[2].because = &files[1];
        view.plan.decisions = blaming;
        assert_ok(outcome_fill(&outcome, &view));
        assert_ok(problems_collect(&problems, &outcome));

        assert_int_equal(problems.n, 3);
        assert_string_equal(problems.problems[0].path, damaged.path);
        assert_int_equal(strncmp(problems.problems[0].text.s, "byte 7: no list. ", 17), 0);
        assert_string_equal(problems.problems[1].path, missing.path);
        assert_non_null(strstr(problems.problems[1].text.s, "Mount the file system"));
        assert_non_null(strstr(problems.problems[1].text.s, "podman has lost"));
        assert_string_equal(problems.problems[2].path, "/g/overlay");
}

static void a_missing_file_that_nobody_misses_is_no_problem(void **state) {
        _cleanup_problems_ struct problems problems = PROBLEMS_INIT;
        _cleanup_outcome_ struct outcome outcome = OUTCOME_INIT;
        struct fact_file files[] = {missing};
        struct scan view = world();

        (void) state;
        view.facts.files = files;
        view.facts.n_files = 1;
        assert_ok(outcome_fill(&outcome, &view));
        assert_ok(problems_collect(&problems, &outcome));
        assert_int_equal(problems.n, 0);
}

static void other_stores_are_listed_last_and_not_counted(void **state) {
        static const struct fact_entry others[] = {
                {.kind = FACT_KIND_STORE, .name = "vfs", .path = "/g/vfs"},
                {.kind = FACT_KIND_STORE, .name = "zfs", .path = "/g/zfs"},
        };
        _cleanup_free_ char *lines = NULL, *short_lines = NULL, *text = NULL;
        _cleanup_outcome_ struct outcome outcome = OUTCOME_INIT;
        struct scan view = world();

        (void) state;
        assert_ok(outcome_fill(&outcome, &view));
        outcome.others = others;
        outcome.n_others = ARRAY_SIZE(others);
        outcome_count(&outcome);
        assert_int_equal(outcome.n[RESULT_KEPT], 1);
        lines = printed(print_plain_verbose, &outcome);
        assert_non_null(strstr(lines, "-containers/\\xff\nkept store other-driver - - /g/vfs\n"
                                      "kept store other-driver - - /g/zfs\nsummary "));
        short_lines = printed(print_plain, &outcome);
        assert_null(strstr(short_lines, " store "));
        text = printed(print_json, &outcome);
        assert_non_null(strstr(text, "\"other_drivers\":[\"vfs\",\"zfs\"]"));
}

static void a_store_that_is_refused_is_a_subject_and_a_problem(void **state) {
        static const struct fact_entry store = {.kind = FACT_KIND_STORE,
                                                .name = "zfs",
                                                .path = "/g/zfs",
                                                .problem = "not known"};
        _cleanup_problems_ struct problems problems = PROBLEMS_INIT;
        _cleanup_outcome_ struct outcome outcome = OUTCOME_INIT;
        _cleanup_free_ char *lines = NULL, *table = NULL;
        const struct facts facts = {.graphroot = "/g", .runroot = "/r", .driver = "zfs"};

        (void) state;
        assert_ok(outcome_refuse(&outcome, &facts, &store));
        outcome_count(&outcome);
        assert_int_equal(outcome.n[RESULT_REFUSED], 1);
        lines = printed(print_plain_verbose, &outcome);
        assert_true(strncmp(lines, "refused store unsupported-driver - - /g/zfs\nsummary ", 48) == 0);
        table = printed(print_table, &outcome);
        assert_non_null(strstr(table, "zfs"));
        assert_ok(problems_collect(&problems, &outcome));
        assert_int_equal(problems.n, 1);
        assert_non_null(strstr(problems.problems[0].text.s, "not known."));
}

static void numbers_are_short(void **state) {
        static const struct {
                uint64_t bytes;
                const char *text;
        } cases[] = {
                {0, "0B"},      {1023, "1023B"},    {1024, "1.0K"},    {1536, "1.5K"},
                {10240, "10K"}, {1048575, "1023K"}, {1048576, "1.0M"}, {UINT64_MAX, "15E"},
        };
        char buffer[HUMAN_MAX];

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
                assert_string_equal(human_bytes(buffer, cases[i].bytes), cases[i].text);
        assert_string_equal(human_time(buffer, 999), "999us");
        assert_string_equal(human_time(buffer, 1200), "1.2ms");
        assert_string_equal(human_time(buffer, 61230000), "61.23s");
        assert_string_equal(human_age(buffer, 0), "0s");
        assert_string_equal(human_age(buffer, 119), "119s");
        assert_string_equal(human_age(buffer, 120), "2min");
        assert_string_equal(human_age(buffer, 2 * 86400 - 1), "47h");
        assert_string_equal(human_age(buffer, UINT64_MAX), "213503982334601d");
}

static void the_progress_line_stays_below_the_width(void **state) {
        char line[512];

        (void) state;
        assert_int_equal(progress_line(line, sizeof(line), 80, 12, 2048), 24);
        assert_string_equal(line, "deleting: 12 files, 2.0K");
        for (unsigned width = 0; width < 100; width++) {
                size_t n = progress_line(line, sizeof(line), width, UINT64_MAX, UINT64_MAX);

                assert_int_equal(n, strlen(line));
                assert_true(n < width || n == 0);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(plain_lines_hold_one_subject_each_whatever_its_name),
                cmocka_unit_test(a_dry_run_says_would),
                cmocka_unit_test(verbose_lists_what_is_kept_in_its_place),
                cmocka_unit_test(a_table_has_no_bytes_of_names_that_a_terminal_obeys),
                cmocka_unit_test(the_results_in_a_table_have_colors),
                cmocka_unit_test(a_summary_counts_for_each_result_and_reason),
                cmocka_unit_test(a_container_and_its_layer_are_one_row),
                cmocka_unit_test(a_container_and_its_layer_of_different_reasons_are_two_rows),
                cmocka_unit_test(json_has_what_is_known_of_an_orphan),
                cmocka_unit_test(of_several_users_each_line_says_whose_it_is),
                cmocka_unit_test(json_has_the_documented_members),
                cmocka_unit_test(problems_name_the_file_once_and_say_what_to_do),
                cmocka_unit_test(a_missing_file_that_nobody_misses_is_no_problem),
                cmocka_unit_test(other_stores_are_listed_last_and_not_counted),
                cmocka_unit_test(a_store_that_is_refused_is_a_subject_and_a_problem),
                cmocka_unit_test(numbers_are_short),
                cmocka_unit_test(the_progress_line_stays_below_the_width),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
