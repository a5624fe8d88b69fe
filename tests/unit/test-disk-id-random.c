/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "disk/id-random.h"
#include "unit.h"

#define ROUNDS 10000 /* enough to meet what one id in 281 is: a number to begin with */

static void ids_are_new_and_begin_with_no_number(void **state) {
        char last[ID_LENGTH + 1] = "", id[ID_LENGTH + 1];

        (void) state;
        for (int i = 0; i < ROUNDS; i++) {
                assert_ok(id_make(id));
                assert_true(name_is_id(id));
                assert_true(strspn(id, "0123456789") < 12);
                assert_string_not_equal(id, last);
                memcpy(last, id, sizeof(last));
        }
}

static void link_ids_are_new_and_have_their_form(void **state) {
        char last[LINK_ID_LENGTH + 1] = "", id[LINK_ID_LENGTH + 1];

        (void) state;
        for (int i = 0; i < ROUNDS; i++) {
                assert_ok(link_id_make(id));
                assert_true(name_is_link_id(id));
                assert_string_not_equal(id, last);
                memcpy(last, id, sizeof(last));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(ids_are_new_and_begin_with_no_number),
                cmocka_unit_test(link_ids_are_new_and_have_their_form),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
