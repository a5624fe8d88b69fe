/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which record files are missing although other records refer to what they listed. */

#include <stdio.h>
#include <string.h>

#include "plan/lost-files.h"
#include "unit.h"

#define L "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define M "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define I "1111111111111111111111111111111111111111111111111111111111111111"
#define C "2222222222222222222222222222222222222222222222222222222222222222"

#define STORE "cstorage-facts 1\nstore graphroot=/g runroot=/r driver=overlay now=2 boot=1\n"
#define SPLIT "cstorage-facts 1\nstore graphroot=/g runroot=/r imagestore=/i driver=overlay now=2 boot=1\n"
#define FILE_OF(kind, location, state)                                                                       \
        "file kind=" kind " location=" location " state=" state " path=/" location "/" kind "\n"

static void check(const char *text, const char *layers, const char *images) {
        _cleanup_facts_ struct facts facts = FACTS_INIT;
        struct error error = {0};
        struct lost_files lost;

        if (facts_parse(&facts, text, strlen(text), &error) < 0)
                fail_msg("%s", error.text);
        assert_ok(lost_files_find(&lost, &facts));
        assert_string_equal(lost.layers ? lost.layers->path : "", layers);
        assert_string_equal(lost.images ? lost.images->path : "", images);
}

static void a_container_proves_that_its_image_was_listed(void **state) {
        static const char text[] =
                STORE FILE_OF("layers", "stable", "ok") FILE_OF("images", "stable", "missing")
                        FILE_OF("containers", "stable", "ok") "layer id=" L "\ncontainer id=" C " layer=" L
                                                              " image=" I "\n";

        (void) state;
        check(text, "", "/stable/images");
}

static void an_image_of_an_additional_store_is_listed_there(void **state) {
        static const char text[] = STORE FILE_OF("layers", "stable", "ok")
                FILE_OF("images", "stable", "missing") "layer id=" L "\nimage id=" I " layer=" L
                                                       " location=additional\n"
                                                       "container id=" C " layer=" L " image=" I "\n";

        (void) state;
        check(text, "", "");
}

static void images_containers_and_children_prove_layers(void **state) {
        static const char *const records[] = {
                "image id=" I " layer=" L "\n",
                "container id=" C " layer=" L "\n",
                "layer id=" M " parent=" L " location=volatile\n",
        };
        char text[1024];

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
                (void) snprintf(text, sizeof(text), "%s%s%s",
                                STORE FILE_OF("layers", "stable", "missing")
                                        FILE_OF("images", "stable", "ok"),
                                FILE_OF("containers", "stable", "ok"), records[i]);
                check(text, "/stable/layers", "");
        }
}

static void the_runroot_may_be_anothers(void **state) {
        static const char text[] = STORE FILE_OF("layers", "stable", "missing")
                FILE_OF("images", "stable", "missing") "container id=" C " layer=" L " image=" I
                                                       " location=volatile-runroot\n";

        (void) state;
        check(text, "", "");
}

static void what_cannot_be_read_may_list_it(void **state) {
        static const char text[] =
                STORE FILE_OF("layers", "stable", "missing") FILE_OF("images", "stable", "ok")
                        FILE_OF("layers", "additional", "unreadable") "image id=" I " layer=" L "\n";

        (void) state;
        check(text, "", "");
}

static void images_belong_to_the_image_store(void **state) {
        static const char text[] = SPLIT FILE_OF("layers", "stable", "missing")
                FILE_OF("layers", "imagestore", "missing") FILE_OF("images", "stable", "missing")
                        FILE_OF("images", "imagestore", "ok") "image id=" I " layer=" L
                                                              " location=imagestore\n"
                                                              "container id=" C " image=" C "\n";

        (void) state;
        check(text, "/imagestore/layers", "");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_container_proves_that_its_image_was_listed),
                cmocka_unit_test(an_image_of_an_additional_store_is_listed_there),
                cmocka_unit_test(images_containers_and_children_prove_layers),
                cmocka_unit_test(the_runroot_may_be_anothers),
                cmocka_unit_test(what_cannot_be_read_may_list_it),
                cmocka_unit_test(images_belong_to_the_image_store),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
