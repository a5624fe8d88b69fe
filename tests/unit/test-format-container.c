/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "format/container.h"
#include "unit.h"

static void every_member_has_its_place(void **state) {
        static const char text[] =
                "[{\"id\":\"c\",\"names\":[\"n\"],\"image\":\"\",\"layer\":\"l\",\"metadata\":\"{\\\"a\\\":1}"
                "\","
                "\"big-data-names\":[\"config\"],\"big-data-sizes\":{\"config\":9},"
                "\"big-data-digests\":{\"config\":\"d\"},\"created\":\"2026-11-23T18:40:41+01:00\","
                "\"uidmap\":[{\"container_id\":1,\"host_id\":2,\"size\":3}],\"gidmap\":[],"
                "\"flags\":{\"MountLabel\":\"\",\"ProcessLabel\":\"\",\"Volatile\":true}}]";
        _cleanup_containers_ struct containers containers = CONTAINERS_INIT;
        const struct container *c;

        (void) state;
        assert_ok(containers_parse(&containers, text, strlen(text), NULL));
        assert_int_equal(containers.n, 1);
        c = &containers.items[0];
        assert_string_equal(c->id, "c");
        assert_string_equal(c->names.items[0], "n");
        assert_string_equal(c->image, "");
        assert_string_equal(c->layer, "l");
        assert_string_equal(c->metadata, "{\"a\":1}");
        assert_string_equal(c->created, "2026-11-23T18:40:41+01:00");
        assert_int_equal(c->big_data.items[0].size, 9);
        assert_string_equal(c->big_data.items[0].digest, "d");
        assert_int_equal(c->uid_map.items[0].size, 3);
        assert_int_equal(c->gid_map.n, 0);
        assert_string_equal(c->flags.items[0].value, "\"\"");
        assert_string_equal(c->flags.items[2].name, "Volatile");
        assert_int_equal(c->json.len, strlen(text) - 2);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_member_has_its_place),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
