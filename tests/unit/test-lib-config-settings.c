/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "system.h"

/* ------------------------------------------------------------------------------------- origins */

static void assert_setting(struct system *s, const struct cstorage_config *config,
                           const struct cstorage_setting **setting, const char *wanted) {
        _cleanup_text_ struct text text = TEXT_INIT;
        const char *origin;

        *setting = cstorage_config_next_setting(config, *setting);
        if (!*setting) {
                assert_null(wanted);
                return;
        }
        origin = cstorage_setting_get_origin(*setting);
        if (origin && strncmp(origin, s->root, strlen(s->root)) == 0)
                origin += strlen(s->root);
        assert_ok(text_addf(&text, "%s=%s %s:%u", cstorage_setting_get_key(*setting),
                            cstorage_setting_get_value(*setting), origin ?: "-",
                            cstorage_setting_get_line(*setting)));
        assert_text(text.s, wanted);
}

static void assert_settings(struct system *s, const char *const *wanted) {
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = load(s);
        const struct cstorage_setting *setting = NULL;

        for (; *wanted; wanted++)
                assert_setting(s, config, &setting, *wanted);
        assert_null(cstorage_config_next_setting(config, setting));
}

static void every_setting_knows_who_said_so(void **state) {
        struct system *s = *state;

        assert_settings(s, (const char *const[]){"storage.driver= -:0",
                                                 "storage.graphroot=/var/lib/containers/storage -:0",
                                                 "storage.runroot=/run/containers/storage -:0",
                                                 "storage.imagestore= -:0",
                                                 "storage.transient_store=false -:0", NULL});
        put(s, ETC,
            "[storage]\ndriver_priority = [\"vfs\"]\ngraphroot = \"/g/\"\n[storage.options]\n"
            "additionalimagestores = [\n\"/a\"\n, \"/b\"]\nforce_mask = 0o700\n"
            "pull_options = {x = \"y\"}\n[storage.options.overlay]\nmountopt = \"nodev\"\n");
        put(s, "/etc/containers/storage.conf.d/1.conf", "[storage]\n\ntransient_store = true\n");
        assert_settings(s, (const char *const[]){
                                   "storage.driver= -:0", "storage.driver_priority=vfs " ETC ":2",
                                   "storage.graphroot=/g " ETC ":3",
                                   "storage.runroot=/run/containers/storage -:0", "storage.imagestore= -:0",
                                   "storage.transient_store=true /etc/containers/storage.conf.d/1.conf:3",
                                   "storage.options.additionalimagestores=/a " ETC ":6",
                                   "storage.options.additionalimagestores=/b " ETC ":7",
                                   "storage.options.force_mask=0o700 " ETC ":8",
                                   "storage.options.pull_options.x=y " ETC ":9",
                                   "storage.options.overlay.mountopt=nodev " ETC ":11", NULL});
        set(s, "STORAGE_DRIVER", "overlay2");
        set(s, "STORAGE_OPTS", "size=1,overlay.x=y");
        assert_settings(s,
                        (const char *const[]){
                                "storage.driver=overlay $STORAGE_DRIVER:0",
                                "storage.driver_priority=vfs " ETC ":2", "storage.graphroot=/g " ETC ":3",
                                "storage.runroot=/run/containers/storage -:0", "storage.imagestore= -:0",
                                "storage.transient_store=true /etc/containers/storage.conf.d/1.conf:3",
                                "storage.options.pull_options.x=y " ETC ":9", "option=size=1 $STORAGE_OPTS:0",
                                "option=overlay.x=y $STORAGE_OPTS:0", NULL});
}

static void what_is_set_by_hand_is_the_callers(void **state) {
        struct system *s = *state;
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = NULL;
        const struct cstorage_setting *setting = NULL;

        put(s, ETC,
            "[storage]\ngraphroot = \"/g\"\n[storage.options]\nsize = \"1\"\nauto-userns-min-size = 9\n");
        config = load(s);
        assert_ok(cstorage_config_set_graphroot(config, "/other"));
        cstorage_config_clear_options(config);
        assert_ok(cstorage_config_add_option(config, "size=2"));
        assert_ok(cstorage_config_set_transient(config, true));
        for (const char *const *wanted =
                     (const char *const[]){"storage.driver= -:0", "storage.graphroot=/other :0",
                                           "storage.runroot=/run/containers/storage -:0",
                                           "storage.imagestore= -:0", "storage.transient_store=true :0",
                                           "storage.options.auto-userns-min-size=9 " ETC ":5",
                                           "option=size=2 :0", NULL};
             *wanted; wanted++)
                assert_setting(s, config, &setting, *wanted);
        assert_null(cstorage_config_next_setting(config, setting));
}

static void what_users_have_in_place_of_a_graphroot_is_their_graphroot(void **state) {
        struct system *s = *state;

        s->source.uid = 1000;
        set(s, "XDG_RUNTIME_DIR", "/nonexistent/1000");
        put(s, ETC, "[storage]\nrootless_storage_path = \"/u/$UID\"\n");
        assert_settings(s, (const char *const[]){"storage.driver= -:0", "storage.graphroot=/u/1000 " ETC ":2",
                                                 "storage.runroot=/nonexistent/1000/containers -:0",
                                                 "storage.imagestore= -:0",
                                                 "storage.transient_store=false -:0", NULL});
}

/* ------------------------------------------------------------------------------------------------ by hand */

static void what_is_set_by_hand_goes_before_what_was_loaded(void **state) {
        struct system *s = *state;
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = NULL;

        put(s, ETC, "[storage]\ndriver = \"overlay\"\n[storage.options]\nadditionalimagestores = [\"/a\"]\n");
        config = load(s);
        assert_ok(cstorage_config_set_graphroot(config, "/g"));
        assert_text(cstorage_config_get_graphroot(config), "/g");
        assert_int_equal(cstorage_config_set_graphroot(config, "g"), -EINVAL);
        assert_int_equal(cstorage_config_set_runroot(config, ""), -EINVAL);
        assert_text(cstorage_config_get_graphroot(config), "/g");
        assert_ok(cstorage_config_set_driver(config, NULL));
        assert_null(cstorage_config_get_driver(config));
        assert_int_equal(cstorage_config_set_driver(config, ""), -EINVAL);
        assert_text(cstorage_config_get_additional_image_store(config, 0), "/a");
        assert_ok(cstorage_config_set_transient(config, true));
        assert_true(cstorage_config_get_transient(config));

        cstorage_config_clear_options(config);
        assert_null(cstorage_config_get_option(config, 0));
        assert_null(cstorage_config_get_additional_image_store(config, 0));
        assert_int_equal(cstorage_config_add_option(config, "imagestore"), -EINVAL);
        assert_int_equal(cstorage_config_add_option(config, "imagestore=x"), -EINVAL);
        assert_null(cstorage_config_get_option(config, 0));
        assert_ok(cstorage_config_add_option(config, "overlay.imagestore=/x//y/,/z"));
        assert_text(cstorage_config_get_additional_image_store(config, 0), "/x/y");
        assert_text(cstorage_config_get_additional_image_store(config, 1), "/z");
        assert_ok(cstorage_config_set_driver(config, "vfs"));
        assert_null(cstorage_config_get_additional_image_store(config, 0));
}

static void nothing_is_no_object(void **state) {
        struct cstorage_config *config = NULL;

        (void) state;
        assert_int_equal(cstorage_config_new(NULL), -EINVAL);
        assert_int_equal(cstorage_config_load(NULL, NULL), -EINVAL);
        assert_int_equal(cstorage_config_load_with(&(struct cstorage_config_options){.size = 1}, &config,
                                                   NULL),
                         -EINVAL);
        assert_int_equal(cstorage_config_load_with(
                                 &(struct cstorage_config_options){.size = sizeof(
                                                                           struct cstorage_config_options),
                                                                   .flags = UINT64_C(1) << 63},
                                 &config, NULL),
                         -EINVAL);
        assert_int_equal(cstorage_config_load_with(
                                 &(struct cstorage_config_options){.size = sizeof(
                                                                           struct cstorage_config_options),
                                                                   .rules = (enum cstorage_config_compat) 9},
                                 &config, NULL),
                         -EINVAL);
        assert_int_equal(cstorage_config_set_transient(NULL, true), -EINVAL);
        assert_int_equal(cstorage_config_add_option(NULL, "a=b"), -EINVAL);
        cstorage_config_clear_options(NULL);
        assert_null(cstorage_config_free(NULL));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(every_setting_knows_who_said_so),
                CASE(what_is_set_by_hand_is_the_callers),
                CASE(what_users_have_in_place_of_a_graphroot_is_their_graphroot),
                CASE(what_is_set_by_hand_goes_before_what_was_loaded),
                cmocka_unit_test(nothing_is_no_object),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
