/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the golden files of tests/plan cannot say, and the numbers that the plan is made with. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plan/intern.h"
#include "plan/plan.h"
#include "unit.h"
#include "without-memory.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const struct fact_file files[] = {
        {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_STABLE, CSTORAGE_RECORD_FILE_OK},
        {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE, CSTORAGE_RECORD_FILE_MISSING},
        {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE_RUNROOT, CSTORAGE_RECORD_FILE_MISSING},
        {CSTORAGE_RECORD_FILE_IMAGES, CSTORAGE_LOCATION_STABLE, CSTORAGE_RECORD_FILE_OK},
        {CSTORAGE_RECORD_FILE_CONTAINERS, CSTORAGE_LOCATION_STABLE, CSTORAGE_RECORD_FILE_MISSING},
        {CSTORAGE_RECORD_FILE_CONTAINERS, CSTORAGE_LOCATION_VOLATILE, CSTORAGE_RECORD_FILE_MISSING},
        {CSTORAGE_RECORD_FILE_CONTAINERS, CSTORAGE_LOCATION_VOLATILE_RUNROOT, CSTORAGE_RECORD_FILE_MISSING},
        {CSTORAGE_RECORD_FILE_MOUNTS, CSTORAGE_LOCATION_RUNROOT, CSTORAGE_RECORD_FILE_MISSING},
        {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_IMAGESTORE, CSTORAGE_RECORD_FILE_OK},
        {CSTORAGE_RECORD_FILE_IMAGES, CSTORAGE_LOCATION_IMAGESTORE, CSTORAGE_RECORD_FILE_OK},
};

static struct fact_file *add_file(struct facts *facts, const struct fact_file *from) {
        struct fact_file *file = facts_add_file(facts);

        assert_non_null(file);
        *file = *from;
        file->path = "path";
        file->problem = "";
        return file;
}

/* And let nothing have changed since the boot. */
static void add_files(struct facts *facts) {
        facts->boot_ns = 1;
        for (size_t i = 0; i < ARRAY_SIZE(files); i++)
                if (files[i].location != CSTORAGE_LOCATION_IMAGESTORE || facts->imagestore)
                        add_file(facts, &files[i]);
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
                .identity = {.type = CSTORAGE_TYPE_DIRECTORY},
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

static void add_entry(struct facts *facts, enum cstorage_entry_kind kind, const char *name) {
        struct fact_entry *entry = facts_add_entry(facts);

        assert_non_null(entry);
        *entry = (struct fact_entry){.kind = kind, .name = name, .path = name, .problem = ""};
}

/* Whether a run repairs anything depends on their number. */
static void repairs_and_refusals_are_counted(void **state) {
        static const struct fact_file torn = {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE,
                                              CSTORAGE_RECORD_FILE_EMPTY};
        _cleanup_facts_ struct facts facts = FACTS_INIT;
        _cleanup_plan_ struct plan plan = PLAN_INIT;
        struct fact_file *file;

        (void) state;
        add_files(&facts);
        file = add_file(&facts, &torn);
        file->path = "torn";
        file->torn = true;
        add_entry(&facts, CSTORAGE_ENTRY_VOLATILE_FILE, "torn");
        facts.entries[0].examined = true;
        facts.entries[0].identity.type = CSTORAGE_TYPE_FILE;
        add_layer_dir(&facts, A);
        add_layer_dir(&facts, B);
        for (int i = 0; i < 3; i++)
                add_entry(&facts, CSTORAGE_ENTRY_STAGING, "not examined");

        assert_ok(plan_make(&plan, &facts, &POLICY_DEFAULT));
        assert_int_equal(plan.n_repair, 1);
        assert_int_equal(plan.n_keep, 2);
        assert_int_equal(plan.n_refuse, 3);
        assert_int_equal(plan.n_remove, 0);
        plan_done(&plan);
        assert_ok(plan_make(&plan, &facts, &(struct policy){.repair = true, .only_repairs = true}));
        assert_int_equal(plan.decisions[0].reason, REASON_TORN_VOLATILE_FILE);
        assert_int_equal(plan.decisions[1].reason, REASON_RECORDS_RESET);
        assert_int_equal(plan.decisions[3].reason, REASON_NOT_COLLECTED);
        plan_done(&plan);
        assert_ok(plan_make(&plan, &facts, &(struct policy){.repair = false}));
        assert_int_equal(plan.decisions[0].reason, REASON_REPAIR_DISABLED);
        assert_int_equal(plan.n_repair, 0);
}

/* ---------------------------------------------------------------------------------------- without memory */

static const char *id_of(unsigned n) {
        static char ids[64][65];

        assert_true(n < ARRAY_SIZE(ids));
        (void) snprintf(ids[n], sizeof(ids[n]), "%064x", n);
        return ids[n];
}

static void add_records(struct facts *facts, unsigned i) {
        static const char *const mapped[] = {A, B};
        struct fact_layer *layer = facts_add_layer(facts);
        struct fact_image *image = facts_add_image(facts);
        struct fact_container *container = facts_add_container(facts);
        struct fact_use *use = facts_add_use(facts);

        assert_true(layer && image && container && use);
        *layer = (struct fact_layer){.id = id_of(i), .parent = id_of(i + 1)};
        *image = (struct fact_image){.id = id_of(i), .layer = id_of(i), .mapped = mapped, .n_mapped = 2};
        *container = (struct fact_container){.id = id_of(i), .layer = id_of(i), .image = id_of(i)};
        *use = (struct fact_use){.id = id_of(i), .by = "a test"};
        assert_ok(facts_add_mount(facts, id_of(i)));
        assert_ok(facts_add_set_aside(facts, id_of(i)));
}

/* The plan needs memory for the id in its name. */
static void add_tar_split(struct facts *facts) {
        struct fact_entry *entry = facts_add_entry(facts);

        assert_non_null(entry);
        *entry = (struct fact_entry){.kind = CSTORAGE_ENTRY_TAR_SPLIT,
                                     .name = A ".tar-split.gz",
                                     .path = A ".tar-split.gz",
                                     .problem = ""};
}

/* Layers in no order, each with an image, a container and a layer above it. */
static void add_damage(struct facts *facts, unsigned i) {
        static const enum cstorage_layer_part parts[] = {FACT_PART_RECORD, CSTORAGE_PART_DIRECTORY,
                                                         FACT_PART_CONTENT};
        static const char *const ids[][2] = {{"c", "d"}, {"a", "f"}, {"e", "b"}};
        const char *const *id = ids[i % ARRAY_SIZE(ids)];

        *facts_add_damage(facts) = (struct fact_damage){.layer = id[0],
                                                        .part = parts[i % 3],
                                                        .state = CSTORAGE_STATE_INVALID,
                                                        .path = ""};
        *facts_add_layer(facts) = (struct fact_layer){.id = id[0], .parent = "", .incomplete = i % 3 == 0};
        *facts_add_layer(facts) = (struct fact_layer){.id = id[1], .parent = id[0]};
        *facts_add_image(facts) = (struct fact_image){.id = "i", .layer = id[1], .name = ""};
        *facts_add_container(facts) =
                (struct fact_container){.id = "k", .layer = id[1], .image = "i", .name = ""};
}

static void a_run_that_only_repairs_keeps_orphans(void **state) {
        _cleanup_facts_ struct facts facts = FACTS_INIT;
        _cleanup_plan_ struct plan plan = PLAN_INIT;

        (void) state;
        add_files(&facts);
        add_layer_dir(&facts, A);
        assert_ok(plan_make(&plan, &facts, &POLICY_DEFAULT));
        assert_int_equal(plan.n_remove, 1);
        plan_done(&plan);
        assert_ok(plan_make(&plan, &facts, &(struct policy){.only_repairs = true}));
        assert_int_equal(plan.decisions[0].reason, REASON_NOT_COLLECTED);
        assert_int_equal(plan.n_remove, 0);
}

static void add_image_of(struct facts *facts, const char *layer) {
        *facts_add_image(facts) = (struct fact_image){.id = "i", .layer = layer, .name = ""};
}

static void each_layer_that_is_lost_is_found(void **state) {
        static const char *const lost[] = {"z", "m", "x", "g"}, *const incomplete[] = {"q", "h", "p"};
        _cleanup_facts_ struct facts facts = FACTS_INIT;
        _cleanup_plan_ struct plan plan = PLAN_INIT;

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(lost); i++) {
                *facts_add_damage(&facts) = (struct fact_damage){.layer = lost[i],
                                                                 .part = CSTORAGE_PART_DIRECTORY,
                                                                 .state = CSTORAGE_STATE_MISSING};
                *facts_add_damage(&facts) = (struct fact_damage){.layer = lost[i],
                                                                 .part = CSTORAGE_PART_LINK,
                                                                 .state = CSTORAGE_STATE_MISSING,
                                                                 .repairable = true};
                add_image_of(&facts, lost[i]);
        }
        for (size_t i = 0; i < ARRAY_SIZE(incomplete); i++) {
                *facts_add_damage(&facts) = (struct fact_damage){.layer = incomplete[i],
                                                                 .part = FACT_PART_RECORD,
                                                                 .state = CSTORAGE_STATE_INVALID};
                add_image_of(&facts, incomplete[i]);
        }
        add_image_of(&facts, NULL);
        *facts_add_container(&facts) = (struct fact_container){.id = "k", .name = ""};
        *facts_add_layer(&facts) = (struct fact_layer){.id = "l"};
        for (unsigned i = 0; i < 3; i++)
                add_damage(&facts, i);

        assert_ok(plan_make(&plan, &facts, &POLICY_DEFAULT));
        for (size_t i = 0; i < ARRAY_SIZE(lost); i++)
                assert_int_equal(plan.damages[2 * i + 1].reason, REASON_LAYER_DAMAGED);
        for (size_t i = 0; i < ARRAY_SIZE(incomplete); i++)
                assert_int_equal(plan.damages[8 + i].reason, REASON_LAYER_INCOMPLETE);
        assert_int_equal(plan.n_losses, ARRAY_SIZE(lost) + ARRAY_SIZE(incomplete) + 6);
        assert_int_equal(plan.n_refuse, plan.n_damages + plan.n_losses);
}

static void only_the_policy_disables_repairs(void **state) {
        static const struct fact_damage damages[] = {
                {.layer = "a", .part = FACT_PART_RECORD, .state = CSTORAGE_STATE_INVALID},
                {.layer = "b",
                 .part = CSTORAGE_PART_LINK,
                 .state = CSTORAGE_STATE_MISSING,
                 .repairable = true},
                {.layer = "c", .part = CSTORAGE_PART_DIRECTORY, .state = CSTORAGE_STATE_MISSING},
                {.layer = "e", .part = CSTORAGE_PART_LOWER, .state = CSTORAGE_STATE_ELSEWHERE},
                {.layer = "d",
                 .part = CSTORAGE_PART_MERGED,
                 .state = CSTORAGE_STATE_NOT_EMPTY,
                 .repairable = true},
        };
        static const enum reason reasons[][2] = {
                {REASON_INCOMPLETE, REASON_REPAIR_DISABLED},
                {REASON_LINK_DAMAGED, REASON_REPAIR_DISABLED},
                {REASON_LAYER_MISSING, REASON_LAYER_MISSING},
                {REASON_LAYER_DAMAGED, REASON_LAYER_DAMAGED},
                {REASON_MOUNTED, REASON_MOUNTED},
        };

        (void) state;
        for (int off = 0; off < 2; off++) {
                _cleanup_facts_ struct facts facts = FACTS_INIT;
                _cleanup_plan_ struct plan plan = PLAN_INIT;
                struct policy policy = POLICY_DEFAULT;

                policy.repair = off == 0;
                for (size_t i = 0; i < ARRAY_SIZE(damages); i++)
                        *facts_add_damage(&facts) = damages[i];
                assert_ok(facts_add_mount(&facts, "d"));
                assert_ok(plan_make(&plan, &facts, &policy));
                for (size_t i = 0; i < ARRAY_SIZE(damages); i++)
                        assert_int_equal(plan.damages[i].reason, reasons[i][off]);
        }
}

/* Arrays grow now and then, so each size lets other additions to them fail. */
static void without_memory_there_is_no_plan(void **state) {
        static const char *const lowers[20] = {A, B, A};

        (void) state;
        for (unsigned n = 0; n < ARRAY_SIZE(lowers); n++) {
                _cleanup_facts_ struct facts facts = FACTS_INIT;
                unsigned failed = 0;
                int r = -ENOMEM;

                add_files(&facts);
                for (unsigned i = 0; i < n; i++) {
                        add_records(&facts, i);
                        add_damage(&facts, i);
                }
                add_layer_dir(&facts, A);
                facts.entries[0].lowers = lowers;
                facts.entries[0].n_lowers = n;
                if (n % 2 == 0)
                        add_tar_split(&facts);
                while (r < 0) {
                        _cleanup_plan_ struct plan plan = PLAN_INIT;

                        allocations_left = ++failed;
                        r = plan_make(&plan, &facts, &POLICY_DEFAULT);
                        assert_true(r == 0 || r == -ENOMEM);
                        assert_int_equal(r == 0, allocations_left > 0);
                        allocations_left = 0;
                }
                assert_true(failed > 8);
        }
}

/* What no plan decides, but a report: nothing of another driver's store is touched. */
static void stores_of_other_drivers_are_kept(void **state) {
        (void) state;
        assert_int_equal(reason_verdict(REASON_OTHER_DRIVER), VERDICT_KEEP);
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

static void each_record_file_must_have_been_looked_for(void **state) {
        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                _cleanup_facts_ struct facts facts = FACTS_INIT;
                _cleanup_plan_ struct plan plan = PLAN_INIT;

                facts.imagestore = "/i";
                for (size_t k = 0; k < ARRAY_SIZE(files); k++)
                        if (k != i)
                                add_file(&facts, &files[k]);
                add_layer_dir(&facts, A);
                assert_ok(plan_make(&plan, &facts, &POLICY_DEFAULT));
                assert_int_equal(plan.decisions[0].reason, REASON_RECORDS_MISSING);
                assert_int_equal(plan.decisions[0].because->kind, files[i].kind);
                assert_int_equal(plan.decisions[0].because->location, files[i].location);
        }
}

static void equal_strings_get_equal_numbers(void **state) {
        const char *strings[] = {"b",         NULL,        "a",         "",         "b",
                                 "aaaaaaaax", "aaaaaaaay", "aaaaaaaax", "a",        "aaaaaaab",
                                 "aaaaaaac",  "aaaaaaab",  "aaaaaabz",  "aaaaaacz", "aaaaaabz"};
        _cleanup_intern_ struct intern numbers = INTERN_INIT;

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
                assert_ok(intern_add(&numbers, strings[i]));
        assert_ok(intern_assign(&numbers));
        assert_int_equal(numbers.n_distinct, 8);
        for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
                bool none = !strings[i] || !*strings[i];

                assert_int_equal(numbers.numbers[i] == INTERN_NONE, none);
                for (size_t k = 0; !none && k < i; k++)
                        if (strings[k] && *strings[k])
                                assert_int_equal(numbers.numbers[i] == numbers.numbers[k],
                                                 strcmp(strings[i], strings[k]) == 0);
        }
}

static unsigned n_sorts;

void __real_qsort(void *items, size_t n, size_t size, int (*compare)(const void *, const void *));
void __wrap_qsort(void *items, size_t n, size_t size, int (*compare)(const void *, const void *));

void __wrap_qsort(void *items, size_t n, size_t size, int (*compare)(const void *, const void *)) {
        n_sorts++;
        __real_qsort(items, n, size, compare);
}

/* Else tens of thousands of ids would take too long. */
static void strings_that_differ_in_their_first_eight_bytes_are_not_compared(void **state) {
        const char *strings[] = {"aaaaaaaax", "baaaaaaax", "caaaaaaax", "abaaaaaax", "aabaaaaax",
                                 "aaabaaaax", "aaaabaaax", "aaaaabaax", "aaaaaabax", "aaaaaaabx",
                                 "aaaaaaaax", "aaa",       "aaab"};
        _cleanup_intern_ struct intern numbers = INTERN_INIT;

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
                assert_ok(intern_add(&numbers, strings[i]));
        n_sorts = 0;
        assert_ok(intern_assign(&numbers));
        assert_int_equal(n_sorts, 0);
        assert_int_equal(numbers.n_distinct, ARRAY_SIZE(strings) - 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_has_no_record_goes_and_what_has_one_stays),
                cmocka_unit_test(repairs_and_refusals_are_counted),
                cmocka_unit_test(without_memory_there_is_no_plan),
                cmocka_unit_test(a_run_that_only_repairs_keeps_orphans),
                cmocka_unit_test(each_layer_that_is_lost_is_found),
                cmocka_unit_test(only_the_policy_disables_repairs),
                cmocka_unit_test(stores_of_other_drivers_are_kept),
                cmocka_unit_test(no_facts_give_an_empty_plan),
                cmocka_unit_test(where_nobody_looked_for_a_record_file_all_is_refused),
                cmocka_unit_test(each_record_file_must_have_been_looked_for),
                cmocka_unit_test(equal_strings_get_equal_numbers),
                cmocka_unit_test(strings_that_differ_in_their_first_eight_bytes_are_not_compared),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
