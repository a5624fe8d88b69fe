/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "facts/facts.h"
#include "unit.h"

#define HEAD "cstorage-facts 1\nstore\n"

static void assert_bad(const char *text, const char *error_part) {
        struct facts facts = FACTS_INIT;
        struct error error = {0};

        assert_int_equal(facts_parse(&facts, text, strlen(text), &error), -EBADMSG);
        if (!strstr(error.text, error_part))
                fail_msg("\"%s\" does not say \"%s\"", error.text, error_part);
        assert_null(facts.files);
        assert_null(facts.graphroot);
}

static void parse(struct facts *facts, const char *text) {
        struct error error = {.text = "out of memory"};

        if (facts_parse(facts, text, strlen(text), &error) < 0)
                fail_msg("%s", error.text);
}

static void assert_rewritten_as(const char *text, const char *expected) {
        _cleanup_facts_ struct facts facts = FACTS_INIT;
        _cleanup_text_ struct text written = TEXT_INIT;

        parse(&facts, text);
        assert_ok(facts_write(&facts, &written));
        assert_string_equal(written.s, expected);
}

static void every_line_is_written_as_it_was_read(void **state) {
        static const char text[] =
                "cstorage-facts 1\n"
                "store graphroot=/g runroot=/r imagestore=/i driver=overlay transient=yes now=5 boot=-3\n"
                "file kind=layers location=stable state=ok path=/g/overlay-layers/layers.json\n"
                "file kind=mounts location=runroot state=damaged problem=no\\x20list\n"
                "layer id=a parent=b location=additional incomplete=yes\n"
                "image id=c layer=d mapped=e,f\\x2cg,, location=imagestore\n"
                "container id=h layer=i image=c location=volatile-runroot\n"
                "mount layer=a\n"
                "in-use id=b by=mount\n"
                "entry kind=layer-dir imagestore=yes id=a path=/i/overlay/a lock=free "
                "changed=-9223372036854775808 "
                "device=18446744073709551615 inode=2 mount=3 other-mount=yes mount-below=yes lowers=b,c "
                "problem=odd\n"
                "entry kind=tar-split id=a examined=no\n"
                "entry kind=link name=AAAA type=file\n"
                "problem path=/g text=gone\n";

        (void) state;
        assert_rewritten_as(text, text);
}

static void what_is_left_out_has_its_usual_value(void **state) {
        _cleanup_facts_ struct facts facts = FACTS_INIT;
        const struct fact_entry *e;

        (void) state;
        parse(&facts, HEAD "layer id=a\n"
                           "entry kind=tar-split id=a\n"
                           "entry kind=layer-dir id=a examined=no\n"
                           "entry kind=temp-dir name=lock-1 type=absent lock=free\n");
        e = facts.entries;
        assert_string_equal(facts.graphroot, "");
        assert_null(facts.imagestore);
        assert_string_equal(facts.layers[0].parent, "");
        assert_int_equal(facts.layers[0].location, CSTORAGE_LOCATION_STABLE);
        assert_string_equal(e[0].name, "a.tar-split.gz");
        assert_true(e[0].examined);
        assert_int_equal(e[0].identity.type, CSTORAGE_TYPE_FILE);
        assert_string_equal(e[1].name, "a");
        assert_false(e[1].examined);
        assert_int_equal(e[1].identity.type, CSTORAGE_TYPE_ABSENT);
        assert_null(e[2].id);
        assert_int_equal(e[2].identity.type, CSTORAGE_TYPE_ABSENT);
        assert_null(e[0].entry);
}

static void saying_the_usual_is_allowed_and_not_written(void **state) {
        (void) state;
        assert_rewritten_as("cstorage-facts 1\n\n# a comment\nstore transient=no now=007\n"
                            "entry kind=link imagestore=no id=a examined=yes type=link lock=none path= name=",
                            "cstorage-facts 1\nstore now=7\nentry kind=link id=a\n");
}

static void every_name_survives(void **state) {
        _cleanup_facts_ struct facts facts = FACTS_INIT, again = FACTS_INIT;
        _cleanup_text_ struct text text = TEXT_INIT;
        struct fact_entry *entry;
        const char *lowers[] = {"", ",", "a b"};
        char name[256];

        (void) state;
        for (int i = 0; i < 255; i++)
                name[i] = (char) (i + 1);
        name[255] = '\0';
        facts.graphroot = facts.runroot = facts.driver = name;
        entry = facts_add_entry(&facts);
        assert_non_null(entry);
        *entry = (struct fact_entry){
                .kind = CSTORAGE_ENTRY_LAYER_DIR,
                .id = "",
                .name = name,
                .path = name,
                .lowers = lowers,
                .n_lowers = 3,
                .problem = name,
        };
        assert_ok(facts_write(&facts, &text));
        assert_int_equal(strspn(text.s, "\n") + strcspn(text.s, "\x7f\x80\xff\t\r"), text.len);
        parse(&again, text.s);
        assert_string_equal(again.driver, name);
        assert_int_equal(again.n_entries, 1);
        assert_string_equal(again.entries[0].id, "");
        assert_string_equal(again.entries[0].name, name);
        assert_string_equal(again.entries[0].problem, name);
        assert_int_equal(again.entries[0].n_lowers, 3);
        for (int i = 0; i < 3; i++)
                assert_string_equal(again.entries[0].lowers[i], lowers[i]);
}

static void missing_texts_are_empty_ones(void **state) {
        _cleanup_facts_ struct facts facts = FACTS_INIT;
        _cleanup_text_ struct text text = TEXT_INIT;

        (void) state;
        assert_non_null(facts_add_layer(&facts));
        assert_non_null(facts_add_image(&facts));
        assert_non_null(facts_add_container(&facts));
        assert_non_null(facts_add_problem(&facts));
        assert_ok(facts_write(&facts, &text));
        assert_string_equal(text.s,
                            "cstorage-facts 1\nstore\nlayer id=\nimage id=\ncontainer id=\nproblem path=\n");
}

static void the_version_comes_first(void **state) {
        (void) state;
        assert_bad("", "line 1");
        assert_bad("cstorage-facts 2\nstore\n", "version");
        assert_bad("\ncstorage-facts 1\nstore\n", "line 1");
        assert_bad("cstorage-facts 1", "store");
}

static void the_store_comes_next_and_once(void **state) {
        (void) state;
        assert_bad("cstorage-facts 1\nlayer id=a\nstore\n", "line 2");
        assert_bad(HEAD "store\n", "line 3");
}

static void what_is_not_understood_is_refused_with_its_line(void **state) {
        static const struct {
                const char *line, *error;
        } cases[] = {
                {"bogus id=a", "no such fact: \"bogus\""},
                {"layer", "must be said: \"id\""},
                {"layer id=a id=b", "said twice"},
                {"layer id=a color=red", "no such key"},
                {"layer id=a incomplete", "no key=value"},
                {"layer id=a  parent=b", "no key=value"},
                {"layer id=a ", "no key=value"},
                {" layer id=a", "no such fact"},
                {"layer id=a incomplete=maybe", "neither yes nor no"},
                {"layer id=a location=nowhere", "no such value"},
                {"file kind=layers location=stable", "must be said: \"state\""},
                {"file kind=layers location=stable state=", "no such value"},
                {"entry name=a", "must be said: \"kind\""},
                {"entry kind=link changed=", "no number"},
                {"entry kind=link changed=-", "no number"},
                {"entry kind=link changed=9223372036854775808", "no number"},
                {"entry kind=link changed=-9223372036854775809", "no number"},
                {"entry kind=link changed=+1", "no number"},
                {"entry kind=link inode=18446744073709551616", "no number"},
                {"entry kind=link inode=-1", "no number"},
                {"entry kind=link inode=000000000000000000001", "no number"},
                {"layer id=a\\", "not how a value is written"},
                {"layer id=a\\x2", "not how a value is written"},
                {"layer id=a\\x00", "not how a value is written"},
                {"layer id=a\\xFF", "not how a value is written"},
                {"layer id=a\\n", "not how a value is written"},
                {"layer id=a\tb", "not how a value is written"},
                {"layer id=a\r", "not how a value is written"},
                {"layer id=\xc3\xa9", "not how a value is written"},
        };
        char text[256];

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                (void) snprintf(text, sizeof(text), HEAD "# 3\n\nmount layer=a\n%s\nmount layer=b\n",
                                cases[i].line);
                assert_bad(text, cases[i].error);
                assert_bad(text, "line 6");
        }
}

static void a_nul_byte_is_no_text(void **state) {
        static const char text[] = HEAD "layer id=a\0b\n";
        struct facts facts = FACTS_INIT;
        struct error error;

        (void) state;
        assert_int_equal(facts_parse(&facts, text, sizeof(text) - 1, &error), -EBADMSG);
        assert_int_equal(facts_parse(&facts, text, sizeof(text) - 1, NULL), -EBADMSG);
        assert_int_equal(facts_parse(&facts, NULL, 0, NULL), -EBADMSG);
}

static void kinds_have_the_names_of_the_reports(void **state) {
        (void) state;
        assert_string_equal(fact_kind_name(CSTORAGE_ENTRY_LAYER_DIR), "layer-dir");
        assert_string_equal(fact_kind_name(CSTORAGE_ENTRY_SAVE_LEFTOVER), "save-leftover");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_line_is_written_as_it_was_read),
                cmocka_unit_test(what_is_left_out_has_its_usual_value),
                cmocka_unit_test(saying_the_usual_is_allowed_and_not_written),
                cmocka_unit_test(every_name_survives),
                cmocka_unit_test(missing_texts_are_empty_ones),
                cmocka_unit_test(the_version_comes_first),
                cmocka_unit_test(the_store_comes_next_and_once),
                cmocka_unit_test(what_is_not_understood_is_refused_with_its_line),
                cmocka_unit_test(a_nul_byte_is_no_text),
                cmocka_unit_test(kinds_have_the_names_of_the_reports),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
