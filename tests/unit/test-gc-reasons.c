/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "plan/reasons.h"
#include "unit.h"

static void every_reason_has_a_name_of_its_own(void **state) {
        (void) state;
        for (int a = 0; a < REASON_COUNT; a++)
                for (int b = 0; b < a; b++)
                        assert_string_not_equal(reason_name((enum reason) a), reason_name((enum reason) b));
}

static void every_reason_has_a_sentence(void **state) {
        (void) state;
        for (int i = 0; i < REASON_COUNT; i++) {
                assert_non_null(reason_text((enum reason) i));
                assert_null(strchr(reason_text((enum reason) i), '\n'));
        }
}

static void there_is_advice_for_refusals_alone(void **state) {
        (void) state;
        for (int i = 0; i < REASON_COUNT; i++) {
                enum reason reason = (enum reason) i;

                if (reason_verdict(reason) == VERDICT_REFUSE)
                        assert_non_null(reason_advice(reason));
                else
                        assert_null(reason_advice(reason));
        }
}

static void verdicts_are_those_of_the_reports(void **state) {
        (void) state;
        assert_int_equal(reason_verdict(REASON_RECORDED), VERDICT_KEEP);
        assert_int_equal(reason_verdict(REASON_NO_RECORD), VERDICT_REMOVE);
        assert_int_equal(reason_verdict(REASON_TORN_VOLATILE_FILE), VERDICT_REPAIR);
        assert_int_equal(reason_verdict(REASON_INVALID_NAME), VERDICT_REFUSE);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_reason_has_a_name_of_its_own),
                cmocka_unit_test(every_reason_has_a_sentence),
                cmocka_unit_test(there_is_advice_for_refusals_alone),
                cmocka_unit_test(verdicts_are_those_of_the_reports),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
