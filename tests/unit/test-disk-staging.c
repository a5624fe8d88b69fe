/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "disk/lock.h"
#include "disk/staging.h"
#include "place.h"

static void names_of(const struct temp_dir *temp, char dir[64], char lock[64]) {
        (void) snprintf(dir, 64, "tempdirs/temp-dir-%s", temp->number);
        (void) snprintf(lock, 64, "tempdirs/lock-%s", temp->number);
}

static void a_new_one_is_held_and_removed_without_a_trace(void **state) {
        _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
        const struct place *place = *state;
        char dir[64], lock[64];

        assert_ok(temp_dir_make(&temp, place->fd, "tempdirs", NULL));
        names_of(&temp, dir, lock);
        assert_true(temp.made_root);
        assert_int_equal(mode_of(place->fd, "tempdirs"), 0700);
        assert_int_equal(mode_of(place->fd, dir), 0700);
        assert_int_equal(mode_of(place->fd, lock), 0600);
        assert_int_equal(lock_probe(place->fd, lock), 1);

        assert_ok(temp_dir_remove(&temp, NULL));
        assert_false(is_there(place->fd, "tempdirs"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                in_place(a_new_one_is_held_and_removed_without_a_trace),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
