/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "driver/driver.h"
#include "place.h"

#define ID_A   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B   "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ID_C   "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define LINK_A "AAAAAAAAAAAAAAAAAAAAAAAAAA"
#define LINK_B "BBBBBBBBBBBBBBBBBBBBBBBBBB"
#define LINK_C "CCCCCCCCCCCCCCCCCCCCCCCC27"

/* A layer on two others. */
static int make_home(void **state) {
        const struct place *place;

        if (place_make(state) < 0)
                return -1;
        place = *state;
        put_dir(place->fd, "l");
        put_dir(place->fd, ID_A);
        put_link(place->fd, "l/" LINK_B, "../" ID_B "/diff");
        put_link(place->fd, "l/" LINK_C, "../" ID_C "/diff");
        return 0;
}

#define in_home(function) cmocka_unit_test_setup_teardown(function, make_home, place_remove)

static void expect_lowers(const struct place *place, const char *first, const char *second) {
        _cleanup_free_ char **owner = NULL;
        const char *const expected[] = {first, second};
        struct lowers lowers;
        size_t n = first ? second ? 2 : 1 : 0;

        assert_ok(driver_overlay.read_lowers(place->fd, ID_A, &lowers, NULL));
        owner = lowers.ids;
        assert_int_equal(lowers.n, n);
        for (size_t i = 0; i < n; i++)
                assert_string_equal(lowers.ids[i], expected[i]);
        assert_null(lowers.ids[n]);
}

static void a_layer_without_a_lower_file_lies_on_nothing(void **state) {
        expect_lowers(*state, NULL, NULL);
}

static void the_lower_file_is_followed_through_the_links(void **state) {
        const struct place *place = *state;

        put_text(place->fd, ID_A "/lower", "l/" LINK_C ":l/" LINK_B);
        expect_lowers(place, ID_C, ID_B);
}

static void the_ids_of_lower_layers_are_preferred(void **state) {
        const struct place *place = *state;

        put_text(place->fd, ID_A "/lower", "l/" LINK_C);
        put_text(place->fd, ID_A "/lower-layers", ID_B ":" ID_C);
        expect_lowers(place, ID_B, ID_C);
}

static void the_short_name_is_read(void **state) {
        const struct place *place = *state;
        char link[LINK_ID_LENGTH + 1];

        put_text(place->fd, ID_A "/link", LINK_C);
        assert_ok(driver_overlay.read_link(place->fd, ID_A, link));
        assert_string_equal(link, LINK_C);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                in_home(a_layer_without_a_lower_file_lies_on_nothing),
                in_home(the_lower_file_is_followed_through_the_links),
                in_home(the_ids_of_lower_layers_are_preferred),
                in_home(the_short_name_is_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
