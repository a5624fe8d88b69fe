/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "base/cleanup.h"
#include "format/amend.h"
#include "format/container.h"
#include "format/image.h"
#include "format/layer.h"
#include "unit.h"

static int amend(const struct record_type *type, const char *record, const struct amendment *amendments,
                 size_t n, struct text *ret, struct error *reterr) {
        return record_amend(type, (struct slice){.at = record, .len = strlen(record)}, amendments, n, ret,
                            reterr);
}

static void expect_amended(const char *record, struct amendment amendment, const char *wanted) {
        _cleanup_text_ struct text text = TEXT_INIT;

        assert_ok(amend(&image_record, record, &amendment, 1, &text, NULL));
        assert_string_equal(text.s, wanted);
}

static void expect_refused(const char *record, struct amendment amendment, int code, const char *why) {
        struct text text = TEXT_INIT;
        struct error error = {0};

        assert_int_equal(amend(&image_record, record, &amendment, 1, &text, &error), code);
        assert_int_equal(error.code, code);
        assert_non_null(strstr(error.text, why));
        assert_null(text.s);
}

static void a_value_is_replaced_and_all_else_stays(void **state) {
        (void) state;
        expect_amended("{\"id\":\"a\",\"metadata\":\"old\",\"created\":\"2024-01-01T00:00:00.500+02:00\"}",
                       (struct amendment){"metadata", NULL, "\"new\""},
                       "{\"id\":\"a\",\"metadata\":\"new\",\"created\":\"2024-01-01T00:00:00.500+02:00\"}");
        expect_amended(
                "{ \"later\" : [ 1e30, {\"x\":1.50} ] ,\n\"i\\u0064\":\"\\u0061\" ,\"names\" : [ \"x\" ] }",
                (struct amendment){"names", NULL, " [\"y\",\"z\"]\n"},
                "{ \"later\" : [ 1e30, {\"x\":1.50} ] ,\n\"i\\u0064\":\"\\u0061\" ,\"names\" : [\"y\",\"z\"] "
                "}");
        expect_amended("{\"ID\":\"a\",\"NAMES\":[\"x\"]}", (struct amendment){"names", NULL, "[\"y\"]"},
                       "{\"ID\":\"a\",\"NAMES\":[\"y\"]}");
        expect_amended("{\"id\":\"a\",\"names\":null}", (struct amendment){"names", NULL, "[\"y\"]"},
                       "{\"id\":\"a\",\"names\":[\"y\"]}");
}

static void a_member_goes_with_one_comma(void **state) {
        const struct amendment amendment = {"names", NULL, NULL};

        (void) state;
        expect_amended("{\"id\":\"a\",\"names\":[\"x\"],\"layer\":\"l\"}", amendment,
                       "{\"id\":\"a\",\"layer\":\"l\"}");
        expect_amended("{\"names\":[\"x\"],\"id\":\"a\"}", amendment, "{\"id\":\"a\"}");
        expect_amended("{ \"id\" : \"a\" , \"names\" : [] }", amendment, "{ \"id\" : \"a\" }");
        expect_amended("{ \"names\" : [ ] , \"id\" : \"a\" }", amendment, "{ \"id\" : \"a\" }");
        expect_amended("{ \"names\" : [ ] }", amendment, "{  }");
        expect_amended("{\"id\":\"a\"}", amendment, "{\"id\":\"a\"}");
        expect_amended("{}", amendment, "{}");
}

static void a_new_member_comes_where_go_writes_it(void **state) {
        const struct amendment amendment = {"metadata", NULL, "\"m\""};

        (void) state;
        expect_amended("{\"id\":\"a\",\"layer\":\"l\",\"created\":\"t\",\"flags\":{}}", amendment,
                       "{\"id\":\"a\",\"layer\":\"l\",\"metadata\":\"m\",\"created\":\"t\",\"flags\":{}}");
        expect_amended("{\"id\":\"a\"}", amendment, "{\"id\":\"a\",\"metadata\":\"m\"}");
        expect_amended("{\"id\":\"a\" , \"later\":1}", amendment,
                       "{\"id\":\"a\",\"metadata\":\"m\" , \"later\":1}");
        expect_amended("{ \"created\":\"t\"}", amendment, "{ \"metadata\":\"m\",\"created\":\"t\"}");
        expect_amended("{ }", amendment, "{\"metadata\":\"m\" }");
}

static void a_key_of_a_map_is_replaced_and_its_others_stay(void **state) {
        (void) state;
        expect_amended(
                "{\"id\":\"a\",\"flags\":{\"a\":1e30,\"b\" : 12345678901234567890 ,\"c\":\"\\u00e9\"}}",
                (struct amendment){"flags", "b", "true"},
                "{\"id\":\"a\",\"flags\":{\"a\":1e30,\"b\" : true ,\"c\":\"\\u00e9\"}}");
        expect_amended("{\"flags\":{\"\\u0062\":1},\"id\":\"a\"}", (struct amendment){"flags", "b", "2"},
                       "{\"flags\":{\"\\u0062\":2},\"id\":\"a\"}");
}

static void a_new_key_comes_where_it_sorts(void **state) {
        (void) state;
        expect_amended("{\"big-data-sizes\":{\"B\":1,\"b\":2}}",
                       (struct amendment){"big-data-sizes", "a", "3"},
                       "{\"big-data-sizes\":{\"B\":1,\"a\":3,\"b\":2}}");
        expect_amended("{\"big-data-sizes\":{ \"b\":2}}", (struct amendment){"big-data-sizes", "a<", "3"},
                       "{\"big-data-sizes\":{ \"a\\u003c\":3,\"b\":2}}");
        expect_amended("{\"big-data-sizes\":{\"b\":2}}", (struct amendment){"big-data-sizes", "c", "3"},
                       "{\"big-data-sizes\":{\"b\":2,\"c\":3}}");
        expect_amended("{\"big-data-sizes\":{}}", (struct amendment){"big-data-sizes", "c", "3"},
                       "{\"big-data-sizes\":{\"c\":3}}");
}

static void the_first_key_makes_the_map_and_the_last_takes_it_along(void **state) {
        const struct amendment set = {"flags", "f\"", "[]"}, clear = {"flags", "f", NULL};

        (void) state;
        expect_amended("{\"id\":\"a\",\"created\":\"t\"}", set,
                       "{\"id\":\"a\",\"created\":\"t\",\"flags\":{\"f\\\"\":[]}}");
        expect_amended("{\"flags\":null,\"id\":\"a\"}", set, "{\"flags\":{\"f\\\"\":[]},\"id\":\"a\"}");
        expect_amended("{\"id\":\"a\",\"flags\":{ \"f\":1 },\"x\":0}", clear, "{\"id\":\"a\",\"x\":0}");
        expect_amended("{\"id\":\"a\",\"flags\":{\"e\":0,\"f\":1,\"g\":2}}", clear,
                       "{\"id\":\"a\",\"flags\":{\"e\":0,\"g\":2}}");
        expect_amended("{\"id\":\"a\",\"flags\":{\"e\":0,\"f\":1}}", clear,
                       "{\"id\":\"a\",\"flags\":{\"e\":0}}");
        expect_amended("{\"id\":\"a\",\"flags\":{\"f\":1,\"g\":2}}", clear,
                       "{\"id\":\"a\",\"flags\":{\"g\":2}}");
        expect_amended("{\"id\":\"a\",\"flags\":{\"e\":0}}", clear, "{\"id\":\"a\",\"flags\":{\"e\":0}}");
        expect_amended("{\"id\":\"a\",\"flags\":null}", clear, "{\"id\":\"a\",\"flags\":null}");
        expect_amended("{\"id\":\"a\"}", clear, "{\"id\":\"a\"}");
}

static void several_amendments_apply_one_after_the_other(void **state) {
        static const char record[] =
                "{\"id\":\"c\",\"image\":\"\",\"layer\":\"l\",\"created\":\"t\",\"flags\":{\"a\":1}}";
        const struct amendment amendments[] = {
                {"big-data-digests", "k", "\"d\""},
                {"big-data-names", NULL, "[\"k\"]"},
                {"big-data-sizes", "k", "7"},
                {"flags", "b", "2"},
                {"flags", "a", NULL},
                {"names", NULL, "[\"n\"]"},
        };
        _cleanup_text_ struct text text = TEXT_INIT;

        (void) state;
        assert_ok(text_adds(&text, "["));
        assert_ok(amend(&container_record, record, amendments, ARRAY_SIZE(amendments), &text, NULL));
        assert_string_equal(text.s,
                            "[{\"id\":\"c\",\"names\":[\"n\"],\"image\":\"\",\"layer\":\"l\","
                            "\"big-data-names\":[\"k\"],\"big-data-sizes\":{\"k\":7},"
                            "\"big-data-digests\":{\"k\":\"d\"},\"created\":\"t\",\"flags\":{\"b\":2}}");
}

static void without_amendments_the_bytes_are_the_same(void **state) {
        static const char record[] = " { \"a\" : [ 1.0 , {} ] } ";
        _cleanup_text_ struct text text = TEXT_INIT;

        (void) state;
        assert_ok(amend(&layer_record, record, NULL, 0, &text, NULL));
        assert_string_equal(text.s, record);
}

static void a_value_that_is_no_json_is_refused(void **state) {
        static const char record[] = "{\"id\":\"a\",\"flags\":{}}";

        (void) state;
        expect_refused(record, (struct amendment){"flags", "f", ""}, -EINVAL, "the value for \"f\": byte 0");
        expect_refused(record, (struct amendment){"flags", "f", "1,\"id\":\"b\""}, -EINVAL,
                       "the value for \"f\": byte");
        expect_refused(record, (struct amendment){"metadata", NULL, "m"}, -EINVAL, "\"metadata\"");
}

static void a_record_that_is_not_clear_is_refused(void **state) {
        const struct amendment names = {"names", NULL, "[]"}, flag = {"flags", "f", "1"};

        (void) state;
        expect_refused("[]", names, -EBADMSG, "no object");
        expect_refused("{\"id\":\"a\"", names, -EBADMSG, "byte 9");
        expect_refused("{\"names\":[],\"names\":[]}", names, -EBADMSG, "twice");
        expect_refused("{\"\u0130d\":\"a\"}", names, -EBADMSG, "only some releases");
        expect_refused("{\"flags\":{\"f\":1,\"\\u0066\":2}}", flag, -EBADMSG, "twice");
        expect_refused("{\"flags\":[\"f\"]}", flag, -EBADMSG, "no object");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_value_is_replaced_and_all_else_stays),
                cmocka_unit_test(a_member_goes_with_one_comma),
                cmocka_unit_test(a_new_member_comes_where_go_writes_it),
                cmocka_unit_test(a_key_of_a_map_is_replaced_and_its_others_stay),
                cmocka_unit_test(a_new_key_comes_where_it_sorts),
                cmocka_unit_test(the_first_key_makes_the_map_and_the_last_takes_it_along),
                cmocka_unit_test(several_amendments_apply_one_after_the_other),
                cmocka_unit_test(without_amendments_the_bytes_are_the_same),
                cmocka_unit_test(a_value_that_is_no_json_is_refused),
                cmocka_unit_test(a_record_that_is_not_clear_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
