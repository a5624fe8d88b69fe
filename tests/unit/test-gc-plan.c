/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the golden files of tests/plan cannot say, and the numbers that the plan is made with. */

#include <stdio.h>
#include <string.h>

#include "numbers.h"
#include "plan.h"
#include "unit.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void add_file(struct facts *facts, enum cstorage_file_kind kind, enum cstorage_location location,
                     enum cstorage_file_state state) {
        struct fact_file *file = facts_add_file(facts);

        assert_non_null(file);
        *file = (struct fact_file){kind, location, state, "path", ""};
}

static void add_files(struct facts *facts) {
        add_file(facts, CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_STABLE, CSTORAGE_FILE_OK);
        add_file(facts, CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE, CSTORAGE_FILE_MISSING);
        add_file(facts, CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE_RUNROOT, CSTORAGE_FILE_MISSING);
        add_file(facts, CSTORAGE_FILE_IMAGES, CSTORAGE_LOCATION_STABLE, CSTORAGE_FILE_OK);
        add_file(facts, CSTORAGE_FILE_CONTAINERS, CSTORAGE_LOCATION_STABLE, CSTORAGE_FILE_MISSING);
        add_file(facts, CSTORAGE_FILE_CONTAINERS, CSTORAGE_LOCATION_VOLATILE, CSTORAGE_FILE_MISSING);
        add_file(facts, CSTORAGE_FILE_CONTAINERS, CSTORAGE_LOCATION_VOLATILE_RUNROOT, CSTORAGE_FILE_MISSING);
        add_file(facts, CSTORAGE_FILE_MOUNTS, CSTORAGE_LOCATION_RUNROOT, CSTORAGE_FILE_MISSING);
}

static void add_layer_dir(struct facts *facts, const char *id) {
        struct fact_entry *entry = facts_add_entry(facts);

        assert_non_null(entry);
        *entry = (struct fact_entry){
                .kind = CSTORAGE_ENTRY_LAYER_DIR,
                .id = id,
                .name = id,
                .path = id,
                .examined = true,
                .identity = {.type = CSTORAGE_ENTRY_IS_DIRECTORY},
                .problem = "",
        };
}

static void what_has_no_record_goes_and_what_has_one_stays(void **state) {
        _cleanup_facts_ struct facts facts = FACTS_INIT;
        _cleanup_plan_ struct plan plan = PLAN_INIT;
        struct fact_layer *layer;

        (void) state;
        add_files(&facts);
        add_layer_dir(&facts, A);
        add_layer_dir(&facts, B);
        layer = facts_add_layer(&facts);
        assert_non_null(layer);
        *layer = (struct fact_layer){.id = A, .parent = "", .location = CSTORAGE_LOCATION_STABLE};

        assert_ok(plan_make(&plan, &facts, &POLICY_DEFAULT));
        assert_int_equal(plan.n, 2);
        assert_int_equal(plan.decisions[0].reason, REASON_RECORDED);
        assert_int_equal(plan.decisions[1].reason, REASON_NO_RECORD);
        assert_int_equal(plan.n_keep, 1);
        assert_int_equal(plan.n_remove, 1);
        assert_int_equal(plan.n_refuse, 0);
}

static void no_facts_give_an_empty_plan(void **state) {
        struct facts facts = FACTS_INIT;
        _cleanup_plan_ struct plan plan = PLAN_INIT;

        (void) state;
        assert_ok(plan_make(&plan, &facts, &POLICY_DEFAULT));
        assert_int_equal(plan.n, 0);
}

static void where_nobody_looked_for_a_record_file_all_is_refused(void **state) {
        _cleanup_facts_ struct facts facts = FACTS_INIT;
        _cleanup_plan_ struct plan plan = PLAN_INIT;

        (void) state;
        add_layer_dir(&facts, A);
        assert_ok(plan_make(&plan, &facts, &POLICY_DEFAULT));
        assert_int_equal(plan.decisions[0].reason, REASON_RECORDS_MISSING);
        assert_non_null(plan.decisions[0].because);
        assert_non_null(plan.decisions[0].because->path);
}

static void equal_strings_get_equal_numbers(void **state) {
        const char *strings[] = {"b", NULL, "a", "", "b", "aaaaaaaax", "aaaaaaaay", "aaaaaaaax", "a"};
        _cleanup_numbers_ struct numbers numbers = NUMBERS_INIT;

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
                assert_ok(numbers_add(&numbers, strings[i]));
        assert_ok(numbers_assign(&numbers));
        assert_int_equal(numbers.n_distinct, 4);
        for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
                bool none = !strings[i] || !*strings[i];

                assert_int_equal(numbers.numbers[i] == NUMBER_NONE, none);
                for (size_t k = 0; !none && k < i; k++)
                        if (strings[k] && *strings[k])
                                assert_int_equal(numbers.numbers[i] == numbers.numbers[k],
                                                 strcmp(strings[i], strings[k]) == 0);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_has_no_record_goes_and_what_has_one_stays),
                cmocka_unit_test(no_facts_give_an_empty_plan),
                cmocka_unit_test(where_nobody_looked_for_a_record_file_all_is_refused),
                cmocka_unit_test(equal_strings_get_equal_numbers),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
