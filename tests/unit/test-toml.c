/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "toml/toml.h"
#include "unit.h"

/* The member of a table with this key, or NULL. */
static const struct toml_value *member(const struct toml_value *table, const char *key) {
        if (table->type != TOML_TABLE)
                return NULL;
        for (const struct toml_value *v = table->first; v; v = v->next)
                if (v->key_len == strlen(key) && memcmp(v->key, key, v->key_len) == 0)
                        return v;
        return NULL;
}

static struct toml_doc *parse(const char *text) {
        struct toml_doc *doc = NULL;
        struct error e = {0};

        if (toml_parse(text, strlen(text), &doc, &e) < 0)
                fail_msg("refused: %s", e.text);
        return doc;
}

static void assert_refused(const char *text, const char *why) {
        struct toml_doc *doc = NULL;
        struct error e = {0};

        assert_int_equal(toml_parse(text, strlen(text), &doc, &e), -EBADMSG);
        assert_null(doc);
        assert_int_equal(e.code, -EBADMSG);
        assert_string_equal(e.text, why);
}

static void an_empty_text_is_an_empty_table(void **state) {
        _cleanup_(toml_freep) struct toml_doc *doc = parse("");

        (void) state;
        assert_int_equal(toml_root(doc)->type, TOML_TABLE);
        assert_null(toml_root(doc)->first);
        assert_null(member(toml_root(doc), "storage"));
}

static void values_have_their_types_and_places(void **state) {
        _cleanup_(toml_freep) struct toml_doc *doc = NULL;
        const struct toml_value *v;

        (void) state;
        doc = parse("s = 'x'\r\n\n  i = -0\n"
                    "f = 1e3\n"
                    "b = true\n"
                    "d = 1979-05-27 07:32:00\n"
                    "a = [ # comment\n 'y',\n {append = true},\n]\n");
        v = member(toml_root(doc), "s");
        assert_int_equal(v->type, TOML_STRING);
        assert_string_equal(v->text, "x");
        assert_int_equal(v->line, 1);
        assert_int_equal(v->column, 1);

        v = member(toml_root(doc), "i");
        assert_int_equal(v->type, TOML_INTEGER);
        assert_int_equal(v->line, 3);
        assert_int_equal(v->column, 3);
        v = member(toml_root(doc), "f");
        assert_int_equal(v->type, TOML_FLOAT);
        assert_string_equal(v->text, "1e3");
        assert_int_equal(member(toml_root(doc), "b")->type, TOML_BOOLEAN);
        v = member(toml_root(doc), "d");
        assert_int_equal(v->type, TOML_DATETIME_LOCAL);
        assert_string_equal(v->text, "1979-05-27 07:32:00");
        assert_int_equal(member(toml_root(doc), "a")->type, TOML_ARRAY);
}

static void integers_are_those_of_64_bits(void **state) {
        _cleanup_(toml_freep) struct toml_doc *doc = NULL;

        (void) state;
        doc = parse("low = -9_223_372_036_854_775_808\nhigh = 0x7fffffffffffffff\nmask = 0o755");
        assert_true(member(toml_root(doc), "low")->integer == INT64_MIN);
        assert_true(member(toml_root(doc), "high")->integer == INT64_MAX);
        assert_true(member(toml_root(doc), "mask")->integer == 0755);
        assert_refused("a = 9223372036854775808", "line 1, column 5: an integer of more than 64 bits");
        assert_refused("a = 0755", "line 1, column 5: not a value: \"0755\"");
}

static void leap_seconds_are_refused(void **state) {
        (void) state;
        assert_refused("a = 23:59:60", "line 1, column 5: not a value: \"23:59:60\"");
}

static void members_come_in_the_order_of_the_text(void **state) {
        _cleanup_(toml_freep) struct toml_doc *doc =
                parse("b = [ 'y' , \"x\",\n {append = true},]\na.z = false");
        const struct toml_value *b = toml_root(doc)->first, *element = b->first;

        (void) state;
        assert_string_equal(b->key, "b");
        assert_string_equal(b->next->key, "a");
        assert_null(b->next->next);
        assert_string_equal(element->text, "y");
        assert_null(element->key);
        assert_string_equal(element->next->text, "x");
        assert_int_equal(element->next->next->type, TOML_TABLE);
        assert_int_equal(element->next->next->line, 2);
        assert_true(member(element->next->next, "append")->boolean);
        assert_null(element->next->next->next);
}

static void a_string_may_hold_nul(void **state) {
        _cleanup_(toml_freep) struct toml_doc *doc = parse("s = \"a\\u0000b\"");
        const struct toml_value *s = member(toml_root(doc), "s");

        (void) state;
        assert_int_equal(s->len, 3);
        assert_memory_equal(s->text, "a\0b", 4);
}

/* What came with TOML 1.1. */
static void inline_tables_may_take_several_lines(void **state) {
        _cleanup_(toml_freep) struct toml_doc *doc =
                parse("a = { # one\n b = 1 ,\n\n c = [ {d = 2,}, ], # two\n}\ne = {\n}\n");
        const struct toml_value *a = member(toml_root(doc), "a"), *c = member(a, "c");

        (void) state;
        assert_int_equal(member(a, "b")->integer, 1);
        assert_int_equal(c->line, 4);
        assert_int_equal(member(c->first, "d")->integer, 2);
        assert_null(member(toml_root(doc), "e")->first);
        assert_refused("a = {,}", "line 1, column 6: a key is missing");
        assert_refused("a = {b = 1,,}", "line 1, column 12: a key is missing");
        assert_refused("a = {b = 1\nc = 2}", "line 2, column 1: an inline table lacks a comma or its end");
}

static void escapes_may_have_two_digits(void **state) {
        _cleanup_(toml_freep) struct toml_doc *doc = parse("s = \"\\e\\x41\\xe9\"");

        (void) state;
        assert_string_equal(member(toml_root(doc), "s")->text, "\x1b"
                                                               "A\xc3\xa9");
        assert_refused("s = \"\\x4\"", "line 1, column 9: 2 hexadecimal digits are wanted here");
}

static void times_may_have_no_seconds(void **state) {
        _cleanup_(toml_freep) struct toml_doc *doc =
                parse("a = 07:32\nb = 1979-05-27 07:32\nc = 1979-05-27T07:32+01:00\nd = 1979-05-27T07:32Z");

        (void) state;
        assert_int_equal(member(toml_root(doc), "a")->type, TOML_TIME_LOCAL);
        assert_int_equal(member(toml_root(doc), "b")->type, TOML_DATETIME_LOCAL);
        assert_int_equal(member(toml_root(doc), "c")->type, TOML_DATETIME);
        assert_int_equal(member(toml_root(doc), "d")->type, TOML_DATETIME);
        assert_refused("a = 07:32.5", "line 1, column 5: not a value: \"07:32.5\"");
}

static void an_error_names_line_and_column(void **state) {
        (void) state;
        assert_refused("[storage]\ndriver = overlay\n", "line 2, column 10: not a value: \"overlay\"");
        assert_refused("[storage]\nx = \n", "line 2, column 5: a value is missing");
        assert_refused("\xc3\xa4 = 1", "line 1, column 1: a key is missing");
        assert_refused("\"\xc3\xa4\" 1", "line 1, column 5: \"=\" is missing behind a key");
        assert_refused("a = '\xc3\xa4\xff'", "line 1, column 7: byte 0xff is no UTF-8");
        assert_refused("x = 1 y = 2", "line 1, column 7: the line goes on where it should end");
        assert_refused("a = \"\"\"\nb\n\n\n c", "line 5, column 3: a string lacks its end");
}

static void nothing_is_defined_twice(void **state) {
        (void) state;
        assert_refused("a = 1\n a = 2", "line 2, column 2: \"a\" is defined before");
        assert_refused("[a]\n[a]", "line 2, column 2: \"a\" is defined before");
        assert_refused("[a]\nb.c = 1\n[a.b]", "line 3, column 4: \"b\" is defined before");
        assert_refused("[a]\n[[a]]",
                       "line 2, column 3: \"a\" is defined before, and not as an array of tables");
        assert_refused("[[a]]\n[a]", "line 2, column 2: \"a\" is defined before");
        assert_refused("[a.b.c]\n[a]\nb.c.d = 1",
                       "line 3, column 3: \"c\" is defined before; a dotted key cannot add to it");
        assert_refused("a = {b = 1}\n[a.c]",
                       "line 2, column 2: \"a\" is an inline table, which nothing can be added to");
        assert_refused("a = {b = {}, b.c = 1}",
                       "line 1, column 14: \"b\" is defined before; a dotted key cannot add to it");
        assert_refused("a = [{}]\n[[a]]",
                       "line 2, column 3: \"a\" is defined before, and not as an array of tables");
}

static void a_table_may_come_after_those_below_it(void **state) {
        _cleanup_(toml_freep) struct toml_doc *doc = NULL;
        const struct toml_value *a;

        (void) state;
        doc = parse("[a.b]\nx = 1\n[a]\ny = 2\n[[a.l]]\n[[a.l]]\nz.t = 3\n[a.l.z.u]");
        a = member(toml_root(doc), "a");
        assert_int_equal(member(member(a, "b"), "x")->integer, 1);
        assert_int_equal(member(a, "y")->integer, 2);
        assert_null(member(a, "l")->first->first);
        assert_non_null(member(member(member(a, "l")->first->next, "z"), "u"));
}

static void repeat(struct text *t, const char *s, unsigned n) {
        for (unsigned i = 0; i < n; i++)
                assert_ok(text_adds(t, s));
}

static void nesting_is_limited(void **state) {
        _cleanup_(toml_freep) struct toml_doc *doc = NULL;
        _cleanup_text_ struct text deep = TEXT_INIT, deeper = TEXT_INIT, dots = TEXT_INIT;
        struct error e;

        (void) state;
        assert_ok(text_adds(&deep, "a="));
        repeat(&deep, "[", TOML_DEPTH_MAX);
        repeat(&deep, "]", TOML_DEPTH_MAX);
        assert_ok(toml_parse(deep.s, deep.len, &doc, NULL));

        assert_ok(text_adds(&deeper, "a="));
        repeat(&deeper, "[", TOML_DEPTH_MAX + 1);
        assert_int_equal(toml_parse(deeper.s, deeper.len, &doc, &e), -EBADMSG);
        assert_string_equal(e.text, "line 1, column 131: more than 128 levels of nesting");

        repeat(&dots, "a.", TOML_DEPTH_MAX);
        assert_ok(text_adds(&dots, "a=1"));
        assert_int_equal(toml_parse(dots.s, dots.len, &doc, &e), -EBADMSG);
        assert_string_equal(e.text, "line 1, column 257: a key of more than 128 parts");
}

static void values_and_bytes_are_limited(void **state) {
        _cleanup_text_ struct text many = TEXT_INIT, large = TEXT_INIT;
        struct toml_doc *doc = NULL;
        struct error e;

        (void) state;
        assert_ok(text_adds(&many, "a=["));
        repeat(&many, "1,\n", TOML_VALUES_MAX);
        assert_int_equal(toml_parse(many.s, many.len, &doc, &e), -EBADMSG);
        assert_non_null(strstr(e.text, "more than 16384 values"));

        repeat(&large, "#1234567", TOML_TEXT_MAX / 8);
        assert_ok(text_adds(&large, "\n"));
        assert_int_equal(toml_parse(large.s, large.len, &doc, &e), -EBADMSG);
        assert_string_equal(e.text, "longer than 1048576 bytes");
        assert_null(doc);
}

static void a_failure_leaves_the_output_alone(void **state) {
        struct toml_doc *doc = (struct toml_doc *) state;

        assert_int_equal(toml_parse("=", 1, &doc, NULL), -EBADMSG);
        assert_ptr_equal(doc, state);
        assert_null(toml_free(NULL));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_empty_text_is_an_empty_table),
                cmocka_unit_test(values_have_their_types_and_places),
                cmocka_unit_test(integers_are_those_of_64_bits),
                cmocka_unit_test(leap_seconds_are_refused),
                cmocka_unit_test(members_come_in_the_order_of_the_text),
                cmocka_unit_test(a_string_may_hold_nul),
                cmocka_unit_test(inline_tables_may_take_several_lines),
                cmocka_unit_test(escapes_may_have_two_digits),
                cmocka_unit_test(times_may_have_no_seconds),
                cmocka_unit_test(an_error_names_line_and_column),
                cmocka_unit_test(nothing_is_defined_twice),
                cmocka_unit_test(a_table_may_come_after_those_below_it),
                cmocka_unit_test(nesting_is_limited),
                cmocka_unit_test(values_and_bytes_are_limited),
                cmocka_unit_test(a_failure_leaves_the_output_alone),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
