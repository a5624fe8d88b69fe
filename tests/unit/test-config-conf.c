/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "config/conf-option.h"
#include "config/conf-path.h"
#include "config/conf.h"
#include "unit.h"

static void merge(struct conf *conf, const char *file, const char *text) {
        struct error e = {0};

        if (conf_merge(conf, file, text, strlen(text), &e) < 0)
                fail_msg("refused: %s", e.text);
}

static void assert_refused(const char *text, const char *why) {
        _cleanup_conf_ struct conf conf = CONF_INIT;
        struct error e = {0};

        assert_int_equal(conf_merge(&conf, "f", text, strlen(text), &e), -EBADMSG);
        assert_string_equal(e.text, why);
}

/* --------------------------------------------------------------------------------------------------- keys */

static void every_key_is_read_from_its_table(void **state) {
        (void) state;
        for (enum conf_key k = 0; k < _CONF_KEY_MAX; k++) {
                static const char *const values[] = {"'text'", "true", "7", "['item']", "{any = 'x'}"};
                char text[128];
                unsigned taken = 0;

                for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
                        _cleanup_conf_ struct conf conf = CONF_INIT;

                        (void) snprintf(text, sizeof(text), "[%s]\n%s = %s\n", conf_key_table(k),
                                        conf_key_name(k), values[i]);
                        taken += conf_merge(&conf, "f", text, strlen(text), NULL) == 0 &&
                                 conf.values[k].set && conf.values[k].line == 2;
                }
                if (taken != 1)
                        fail_msg("%s.%s: %u types taken", conf_key_table(k), conf_key_name(k), taken);
        }
}

static void merge_from_corpus(struct conf *conf, const char *name) {
        _cleanup_free_ char *path = NULL, *text = NULL;
        const char *corpus = getenv("CSTORAGE_CORPUS");
        _cleanup_close_ int fd = -1;
        size_t len;

        assert_non_null(corpus);
        assert_true(asprintf(&path, "%s/conf/%s", corpus, name) > 0);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        assert_ok(read_fd(fd, 65536, &text, &len, NULL));
        assert_int_equal(strlen(text), len);
        merge(conf, name, text);
}

/* Files as users of podman have them. */
static void files_of_users_are_read(void **state) {
        _cleanup_conf_ struct conf empty = CONF_INIT, all = CONF_INIT;

        (void) state;
        merge_from_corpus(&empty, "every-key-empty");
        for (enum conf_key k = 0; k < _CONF_KEY_MAX; k++)
                if (empty.values[k].set)
                        assert_null(conf_get_text(&empty, k));

        merge_from_corpus(&all, "tables-of-other-drivers");
        merge_from_corpus(&all, "indented-with-variables");
        assert_string_equal(conf_get_text(&all, CONF_OVERLAY_FORCE_MASK), "0700");
        merge_from_corpus(&all, "keys-of-old-releases");
        assert_string_equal(conf_get_text(&all, CONF_DRIVER), "btrfs");
        merge_from_corpus(&all, "stores-of-all-kinds");
        assert_true(conf_get_flag(&all, CONF_TRANSIENT_STORE));
        merge_from_corpus(&all, "toml-1.1-and-folded-keys");
        assert_string_equal(conf_get_text(&all, CONF_GRAPHROOT), "/g");
}

static void keys_that_are_not_known_are_passed_over(void **state) {
        _cleanup_conf_ struct conf conf = CONF_INIT;

        (void) state;
        merge(&conf, "f",
              "driver = 1\n[storage]\nfoo = [1]\n[storage.options]\nstrip_suid_sgid = 'yes'\n"
              "[storage.options.thinpool]\ndriver = 2\n[[other]]\n");
        for (enum conf_key k = 0; k < _CONF_KEY_MAX; k++)
                assert_false(conf.values[k].set);
}

static void keys_count_in_any_case_of_letters(void **state) {
        _cleanup_conf_ struct conf conf = CONF_INIT;

        (void) state;
        merge(&conf, "f", "[Storage]\nGraphRoot = '/g'\n[Storage.OPTIONS]\nSize = '1'");
        assert_string_equal(conf_get_text(&conf, CONF_GRAPHROOT), "/g");
        assert_string_equal(conf_get_text(&conf, CONF_SIZE), "1");
        merge(&conf, "g",
              "[\"\u017ftorage\"]\nrunroot = '/r'\n\"Imagestore\" = '/i'\n\"driver_Priority\" = ['vfs']");
        assert_string_equal(conf_get_text(&conf, CONF_RUNROOT), "/r");
        merge(&conf, "h",
              "[storage.options.zfs]\nfsname = 'f'\n[storage.options.overlay]\n\"\u017fiZe\" = '2'");
        assert_string_equal(conf_get_text(&conf, CONF_OVERLAY_SIZE), "2");
        merge(&conf, "i", "[storage.options]\n\"s\u212aip_mount_home\" = 'true'\n\"s\u0130ze\" = '3'");
        assert_string_equal(conf_get_text(&conf, CONF_SKIP_MOUNT_HOME), "true");
        assert_string_equal(conf_get_text(&conf, CONF_SIZE), "1");
        assert_refused("[storage]\ngraphroot = '/g'\nGraphroot = '/h'",
                       "f: line 3, column 1: \"graphroot\" is there twice");
        assert_refused("[storage]\n[STORAGE]\n", "f: line 2, column 2: \"storage\" is there twice");
}

static void a_value_of_another_type_is_refused_with_its_place(void **state) {
        (void) state;
        assert_refused("storage = 1", "f: line 1, column 1: storage must be a table, not an integer");
        assert_refused("[[storage]]", "f: line 1, column 3: storage must be a table, not an array");
        assert_refused("[storage]\n\n  driver = true",
                       "f: line 3, column 3: driver must be a string, not a boolean");
        assert_refused("[storage.options]\nforce_mask = '700'",
                       "f: line 2, column 1: force_mask must be an integer, not a string");
        assert_refused("[storage.options]\nauto-userns-max-size = -1",
                       "f: line 2, column 1: auto-userns-max-size must be between 0 and 4294967295");
        assert_refused("[storage.options]\nauto-userns-max-size = 4294967296",
                       "f: line 2, column 1: auto-userns-max-size must be between 0 and 4294967295");
        assert_refused("[storage]\ndriver_priority = 'vfs'",
                       "f: line 2, column 1: driver_priority must be an array of strings, not a string");
        assert_refused("[storage]\ndriver_priority = ['vfs', 1]",
                       "f: line 2, column 27: driver_priority must be a string, not an integer");
        assert_refused("[storage]\ndriver_priority = [{add = true}]",
                       "f: line 2, column 21: driver_priority may hold {append = ...} and no other table");
        assert_refused("[storage]\ndriver_priority = [{append = 1}]",
                       "f: line 2, column 21: append must be a boolean, not an integer");
        assert_refused("[storage.options]\npull_options.x = true",
                       "f: line 2, column 14: pull_options must be a string, not a boolean");
        assert_refused("[storage]\ngraphroot = \"/a\\u0000b\"", "f: line 2, column 1: graphroot holds a NUL");
        assert_refused("[storage", "f: line 1, column 9: a table header lacks its end");
}

/* ------------------------------------------------------------------------------------------------ merging */

static void a_later_file_replaces_what_it_sets_and_leaves_the_rest(void **state) {
        _cleanup_conf_ struct conf conf = CONF_INIT;

        (void) state;
        merge(&conf, "one", "[storage]\ndriver = 'vfs'\nrunroot = '/r'\ntransient_store = true\n");
        merge(&conf, "two", "[storage]\n\ndriver = 'overlay'\n");
        assert_string_equal(conf_get_text(&conf, CONF_DRIVER), "overlay");
        assert_string_equal(conf.values[CONF_DRIVER].file, "two");
        assert_int_equal(conf.values[CONF_DRIVER].line, 3);
        assert_string_equal(conf_get_text(&conf, CONF_RUNROOT), "/r");
        assert_string_equal(conf.values[CONF_RUNROOT].file, "one");
        assert_true(conf_get_flag(&conf, CONF_TRANSIENT_STORE));

        merge(&conf, "three", "[storage]\nrunroot = ''\ntransient_store = false\n");
        assert_null(conf_get_text(&conf, CONF_RUNROOT));
        assert_false(conf_get_flag(&conf, CONF_TRANSIENT_STORE));
}

static void assert_items(const struct conf_value *value, const char *wanted) {
        char got[256] = "";

        for (size_t i = 0; i < value->n_items; i++)
                strcat(strcat(got, value->items[i].text), " ");
        assert_string_equal(got, wanted);
}

static void an_array_replaces_that_of_earlier_files_unless_it_appends(void **state) {
        _cleanup_conf_ struct conf conf = CONF_INIT;
        const struct conf_value *stores = &conf.values[CONF_ADDITIONAL_IMAGE_STORES];

        (void) state;
        merge(&conf, "1", "[storage.options]\nadditionalimagestores = ['/a', '/b']\n");
        assert_items(stores, "/a /b ");
        merge(&conf, "2", "[storage.options]\nadditionalimagestores = ['/c', '/d']\n");
        assert_items(stores, "/c /d ");
        merge(&conf, "3", "[storage.options]\nadditionalimagestores = ['/e', {append = true}]\n");
        assert_items(stores, "/c /d /e ");
        assert_string_equal(stores->items[2].file, "3");
        merge(&conf, "4", "[storage.options]\nadditionalimagestores = ['/f']\n");
        assert_items(stores, "/c /d /e /f ");
        merge(&conf, "5", "[storage.options]\nadditionalimagestores = [{append = false}, '/g']\n");
        assert_items(stores, "/g ");
        merge(&conf, "6", "[storage.options]\nadditionalimagestores = []\n");
        assert_items(stores, "");
}

static void pull_options_that_are_no_table_are_passed_over(void **state) {
        _cleanup_conf_ struct conf conf = CONF_INIT;

        (void) state;
        merge(&conf, "1", "[storage.options]\npull_options = {a = '1'}\n");
        merge(&conf, "2", "[storage.options]\npull_options = \"{a = '2'}\"\n");
        merge(&conf, "3", "[storage.options]\npull_options = [{a = '3'}]\n");
        assert_int_equal(conf.values[CONF_PULL_OPTIONS].n_items, 1);
        assert_string_equal(conf.values[CONF_PULL_OPTIONS].items[0].text, "1");
}

static void pull_options_are_replaced_one_by_one(void **state) {
        _cleanup_conf_ struct conf conf = CONF_INIT;
        const struct conf_value *map = &conf.values[CONF_PULL_OPTIONS];

        (void) state;
        merge(&conf, "1", "[storage.options]\npull_options = {a = '1', b = '2'}\n");
        merge(&conf, "2", "[storage.options.pull_options]\nb = '3'\nc = '4'");
        assert_items(map, "1 3 4 ");
        assert_string_equal(map->items[1].name, "b");
        assert_string_equal(map->items[1].file, "2");
        assert_string_equal(map->items[2].name, "c");
}

/* ------------------------------------------------------------------------------------------------ options */

static void options_come_in_the_order_of_go(void **state) {
        _cleanup_conf_ struct conf conf = CONF_INIT;
        _cleanup_strlist_ struct strlist options = STRLIST_INIT;
        static const char *const wanted[] = {
                "imagestore=/a",
                "imagestore=/b",
                "additionallayerstore=/l:ref",
                "size=1G",
                "force_mask=755",
                "btrfs.min_space=10G",
                "overlay.sync=filesystem",
                "vfs.ignore_chown_errors=true",
                "zfs.fsname=t",
        };

        (void) state;
        merge(&conf, "f",
              "[storage.options.zfs]\nfsname = 't'\nmountopt = ''\n[storage.options.overlay]\nsync = "
              "'filesystem'\n"
              "[storage.options.vfs]\nignore_chown_errors = 'true'\n[storage.options.btrfs]\nmin_space = "
              "'10G'\n"
              "[storage.options]\nforce_mask = 0o755\nsize = '1G'\nadditionallayerstores = ['/l:ref']\n"
              "additionalimagestores = ['/a', '/b']\nimagestore = '/ignored'\ndisable-volatile = true\n");
        assert_ok(conf_add_driver_options(&conf, &options));
        assert_int_equal(options.n, ARRAY_SIZE(wanted));
        for (size_t i = 0; i < options.n; i++)
                assert_string_equal(options.s[i], wanted[i]);
}

static void options_between_commas(void **state) {
        _cleanup_strlist_ struct strlist none = STRLIST_INIT, two = STRLIST_INIT;

        (void) state;
        assert_ok(conf_split_options("", &none));
        assert_int_equal(none.n, 0);
        assert_ok(conf_split_options("a=1,b=2", &two));
        assert_int_equal(two.n, 2);
        assert_string_equal(two.s[1], "b=2");
}

static void assert_stores(const char *option, const char *driver, const char *wanted) {
        _cleanup_strlist_ struct strlist stores = STRLIST_INIT;
        char got[256] = "";

        assert_ok(conf_add_image_stores(option, driver, &stores));
        for (size_t i = 0; i < stores.n; i++)
                strcat(strcat(got, stores.s[i]), " ");
        assert_string_equal(got, wanted);
}

static void options_name_image_stores_for_the_driver_they_are_for(void **state) {
        struct strlist stores = STRLIST_INIT;

        (void) state;
        assert_stores("imagestore=/a", "overlay", "/a ");
        assert_stores("imagestore=/a", NULL, "/a ");
        assert_stores(".imagestore=/a", "vfs", "/a ");
        assert_stores(" Overlay.ImageStore = /a/../b,/c ", "overlay", "/b /c ");
        assert_stores("overlay2.additionalimagestore=/a", "overlay", "/a ");
        assert_stores("additionalimagestore=/a", "vfs", "");
        assert_stores("overlay.imagestore=/a", "vfs", "");
        assert_stores("vfs.imagestore=/a", "overlay", "");
        assert_stores("vfs.imagestore=/a", NULL, "/a ");
        assert_stores("imagestore=", "overlay", "");
        assert_stores("mountopt=imagestore=/a", "overlay", "");
        assert_int_equal(conf_add_image_stores("imagestore", "overlay", &stores), -EINVAL);
        assert_int_equal(conf_add_image_stores("", "overlay", &stores), -EINVAL);
        assert_int_equal(conf_add_image_stores("imagestore=a", "overlay", &stores), -EINVAL);
        assert_int_equal(stores.n, 0);
}

static void assert_value(const char *option, const char *driver, const char *key, const char *wanted) {
        _cleanup_free_ char *value = NULL;

        assert_ok(conf_option_value(option, driver, key, &value));
        assert_string_equal(value, wanted);
}

static void an_option_has_a_value_for_the_driver_it_is_for(void **state) {
        char *value = NULL;

        (void) state;
        assert_value("mountopt=nodev,metacopy=on", "overlay", "mountopt", "nodev,metacopy=on");
        assert_value(" Overlay2.MountOpt = nodev ", "overlay", "mountopt", "nodev");
        assert_value(".mountopt=", "overlay", "mountopt", "");
        assert_int_equal(conf_option_value("vfs.mountopt=a", "overlay", "mountopt", &value), -ENOENT);
        assert_int_equal(conf_option_value("mountopts=a", "overlay", "mountopt", &value), -ENOENT);
        assert_int_equal(conf_option_value("mountopt", "overlay", "mountopt", &value), -EINVAL);
        assert_null(value);
}

/* -------------------------------------------------------------------------------------------------- paths */

static const char *variable(void *userdata, const char *name) {
        (void) userdata;
        if (strcmp(name, "HOME") == 0)
                return "/home/u";
        return strcmp(name, "EMPTY") == 0 ? "" : NULL;
}

static void variables_are_expanded_as_go_does(void **state) {
        static const struct conf_env env = {variable, NULL};
        static const char *const cases[][2] = {
                {"/plain", "/plain"},
                {"$HOME/x", "/home/u/x"},
                {"${HOME}x", "/home/ux"},
                {"/run/$UID/$UIDs", "/run/1000/1000s"},
                {"/run/${UID}", "/run/"},
                {"$EMPTY$NOTHING.x", ".x"},
                {"a$", "a$"},
                {"a$/b", "a$/b"},
                {"a${}b", "ab"},
                {"a${b", "ab"},
                {"$$HOME", "HOME"},
                {"$1HOME", "HOME"},
                {"${$}x", "x"},
                {"$HOME_", ""},
                {"", ""},
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                _cleanup_free_ char *got = NULL;

                assert_ok(conf_expand_path(cases[i][0], 1000, &env, &got));
                assert_string_equal(got, cases[i][1]);
        }
}

static void paths_are_cleaned_as_go_does(void **state) {
        static const char *const cases[][2] = {
                {"", "."},
                {"/", "/"},
                {"//a//b/", "/a/b"},
                {"/a/./b/.", "/a/b"},
                {"/a/../b", "/b"},
                {"/..", "/"},
                {"/../../a", "/a"},
                {"/a/b/../../..", "/"},
                {"a/..", "."},
                {"a/../..", ".."},
                {"../../a", "../../a"},
                {"../a/../b", "../b"},
                {"/a/..b/c", "/a/..b/c"},
                {"./a", "a"},
                {"..", ".."},
                {"/a/b/..", "/a"},
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                _cleanup_free_ char *got = NULL;

                assert_ok(conf_clean_path(cases[i][0], &got));
                assert_string_equal(got, cases[i][1]);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_key_is_read_from_its_table),
                cmocka_unit_test(files_of_users_are_read),
                cmocka_unit_test(keys_that_are_not_known_are_passed_over),
                cmocka_unit_test(keys_count_in_any_case_of_letters),
                cmocka_unit_test(a_value_of_another_type_is_refused_with_its_place),
                cmocka_unit_test(a_later_file_replaces_what_it_sets_and_leaves_the_rest),
                cmocka_unit_test(an_array_replaces_that_of_earlier_files_unless_it_appends),
                cmocka_unit_test(pull_options_are_replaced_one_by_one),
                cmocka_unit_test(pull_options_that_are_no_table_are_passed_over),
                cmocka_unit_test(options_come_in_the_order_of_go),
                cmocka_unit_test(options_between_commas),
                cmocka_unit_test(options_name_image_stores_for_the_driver_they_are_for),
                cmocka_unit_test(an_option_has_a_value_for_the_driver_it_is_for),
                cmocka_unit_test(variables_are_expanded_as_go_does),
                cmocka_unit_test(paths_are_cleaned_as_go_does),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
