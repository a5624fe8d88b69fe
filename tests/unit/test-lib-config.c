/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/stat.h>
#include <unistd.h>

#include "system.h"

/* ------------------------------------------------------------------------ which files there are */

static void the_first_main_file_counts_alone(void **state) {
        struct system *s = *state;
        _cleanup_free_ char *home = below(s, "/root"), *config = below(s, "/xdg");

        put(s, USR, "[storage]\ngraphroot = \"/usr\"\ntransient_store = true\n");
        assert_graphroot(s, "/usr");
        put(s, ETC, "[storage]\ngraphroot = \"/etc\"\n");
        assert_graphroot(s, "/etc");

        put(s, "/root/.config/containers/storage.conf", "[storage]\ngraphroot = \"/home\"\n");
        assert_graphroot(s, "/etc");
        s->source.home = home;
        assert_graphroot(s, "/home");
        put(s, "/xdg/containers/storage.conf", "[storage]\ngraphroot = \"/xdg\"\n");
        set(s, "XDG_CONFIG_HOME", config);
        assert_graphroot(s, "/xdg");

        s->source.rules = CSTORAGE_CONFIG_LEGACY;
        assert_graphroot(s, "/etc");
}

static void a_drop_in_goes_before_the_main_file(void **state) {
        struct system *s = *state;
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = NULL;

        put(s, ETC, "[storage]\ngraphroot = \"/main\"\nrunroot = \"/run/main\"\n");
        put(s, "/usr/share/containers/storage.conf.d/50-a.conf", "[storage]\ngraphroot = \"/dropin\"\n");
        put(s, "/usr/share/containers/storage.conf.d/60-b.txt", "[storage]\ngraphroot = \"/no\"\n");
        put(s, "/etc/containers/storage.rootless.conf.d/70.conf", "[storage]\ngraphroot = \"/users\"\n");
        config = load(s);
        assert_text(cstorage_config_get_graphroot(config), "/dropin");
        assert_text(cstorage_config_get_runroot(config), "/run/main");
        assert_int_equal(config->conf.values[CONF_GRAPHROOT].line, 2);
        assert_true(has_suffix(config->conf.values[CONF_GRAPHROOT].file, "/storage.conf.d/50-a.conf"));

        s->source.rules = CSTORAGE_CONFIG_LEGACY;
        assert_graphroot(s, "/main");
}

static void drop_ins_are_read_in_the_order_of_their_names_wherever_they_lie(void **state) {
        struct system *s = *state;

        put(s, "/etc/containers/storage.conf.d/10.conf", "[storage]\ngraphroot = \"/etc10\"\n");
        put(s, "/usr/share/containers/storage.rootful.conf.d/20.conf", "[storage]\ngraphroot = \"/usr20\"\n");
        assert_graphroot(s, "/usr20");
        put(s, "/etc/containers/storage.rootful.conf.d/20.conf", "[storage]\n# takes the other's place\n");
        assert_graphroot(s, "/etc10");
}

static void a_drop_in_may_be_a_link_but_a_directory_is_none(void **state) {
        struct system *s = *state;
        _cleanup_free_ char *link = below(s, "/etc/containers/storage.conf.d/l.conf"),
                            *gone = below(s, "/etc/containers/storage.conf.d/gone.conf"),
                            *directory = below(s, "/etc/containers/storage.conf.d/d.conf");

        put(s, "/elsewhere", "[storage]\ngraphroot = \"/linked\"\n");
        assert_int_equal(symlink("../../../elsewhere", link), 0);
        assert_int_equal(symlink("nowhere", gone), 0);
        assert_int_equal(mkdir(directory, 0755), 0);
        assert_graphroot(s, "/linked");
}

static void users_have_drop_ins_of_their_own(void **state) {
        struct system *s = *state;
        _cleanup_free_ char *home = below(s, "/home");

        s->source.uid = 1000;
        set(s, "HOME", home);
        set(s, "XDG_RUNTIME_DIR", "/run/user/1000");
        put(s, "/etc/containers/storage.rootless.conf.d/1000/10.conf",
            "[storage]\ngraphroot = \"/u/$UID\"\n");
        assert_graphroot(s, "/u/1000");
        put(s, "/home/.config/containers/storage.conf.d/10.conf", "[storage]\ngraphroot = \"/mine\"\n");
        assert_graphroot(s, "/mine");
}

/* ------------------------------------------------------------------------ which releases' rules */

static void earlier_releases_give_users_little_of_the_systems_file(void **state) {
        struct system *s = *state;
        _cleanup_free_ char *home = below(s, "/home");
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = NULL, *own = NULL;

        s->source.uid = 1000;
        s->source.rules = CSTORAGE_CONFIG_LEGACY;
        set(s, "HOME", home);
        set(s, "XDG_RUNTIME_DIR", "/nonexistent/1000");
        put(s, ETC,
            "[storage]\ndriver = \"vfs\"\ngraphroot = \"/g\"\nrunroot = \"/r\"\ntransient_store = true\n"
            "rootless_storage_path = \"/u/$UID\"\n[storage.options]\nadditionalimagestores = [\"/a\"]\n");
        config = load(s);
        assert_text(cstorage_config_get_driver(config), "vfs");
        assert_text(cstorage_config_get_graphroot(config), "/u/1000");
        assert_text(cstorage_config_get_runroot(config), "/nonexistent/1000/containers");
        assert_false(cstorage_config_get_transient(config));
        assert_null(cstorage_config_get_additional_image_store(config, 0));

        put(s, "/home/.config/containers/storage.conf", "[storage]\nrunroot = \"/mine\"\n");
        own = load(s);
        assert_null(cstorage_config_get_driver(own));
        assert_text(cstorage_config_get_graphroot(own), "/u/1000");
        assert_text(cstorage_config_get_runroot(own), "/mine");

        put(s, ETC, "[storage]\ndriver = \"zfs\"\n");
        put(s, "/home/.config/containers/storage.conf", "[storage]\ngraphroot = \"/h\"\n");
        assert_graphroot(s, "/h");
}

static void assert_rules(struct system *s, enum cstorage_config_compat wanted) {
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = load(s);

        assert_int_equal(cstorage_config_get_compat(config), wanted);
}

static void what_is_there_tells_whose_rules_count(void **state) {
        struct system *s = *state;

        s->source.rules = CSTORAGE_CONFIG_AUTO;
        put(s, ETC, "[storage]\ngraphroot = \"/early\"\nrunroot = \"/run\"\n");
        assert_rules(s, CSTORAGE_CONFIG_CURRENT);
        put(s, "/etc/containers/storage.conf.d/1.conf", "[storage]\ngraphroot = \"/late\"\n");
        assert_rules(s, CSTORAGE_CONFIG_CURRENT);
        free(below(s, "/early/"));
        assert_rules(s, CSTORAGE_CONFIG_LEGACY);
        free(below(s, "/late/"));
        assert_rules(s, CSTORAGE_CONFIG_CURRENT);

        s->source.unresolved = true;
        put(s, "/etc/containers/storage.conf.d/1.conf", "[storage]\ngraphroot = \"/later\"\n");
        assert_rules(s, CSTORAGE_CONFIG_CURRENT);
        s->source.unresolved = false;
        assert_rules(s, CSTORAGE_CONFIG_LEGACY);
        put(s, "/etc/containers/storage.conf.d/1.conf", "[storage]\ntransient_store = true\n");
        assert_rules(s, CSTORAGE_CONFIG_CURRENT);
}

static void the_store_that_is_there_tells_the_driver(void **state) {
        struct system *s = *state;
        _cleanup_free_ char *home = below(s, "/home");

        s->source.uid = 1000;
        s->source.rules = CSTORAGE_CONFIG_AUTO;
        set(s, "HOME", home);
        set(s, "XDG_RUNTIME_DIR", "/run/user/1000");
        put(s, ETC, "[storage]\ndriver = \"zfs\"\nrootless_storage_path = \"/u\"\n");
        assert_rules(s, CSTORAGE_CONFIG_CURRENT);
        free(below(s, "/u/overlay/"));
        assert_rules(s, CSTORAGE_CONFIG_LEGACY);
        free(below(s, "/u/zfs-layers/"));
        assert_rules(s, CSTORAGE_CONFIG_CURRENT);
}

static void the_other_reading_counts_where_one_fails(void **state) {
        struct system *s = *state;

        s->source.rules = CSTORAGE_CONFIG_AUTO;
        put(s, ETC, "[storage]\ngraphroot = \"/g\"\n");
        put(s, "/etc/containers/storage.conf.d/1.conf", "[storage]\ngraphroot = relative\n");
        assert_rules(s, CSTORAGE_CONFIG_LEGACY);
        put(s, ETC, "[storage]\ngraphroot = relative\n");
        assert_refused(s, -EBADMSG,
                       "/etc/containers/storage.conf: line 2, column 13: not a value: \"relative\"");
}

static void nobody_guesses_between_two_runroots(void **state) {
        struct system *s = *state;

        s->source.rules = CSTORAGE_CONFIG_AUTO;
        put(s, ETC, "[storage]\ngraphroot = \"/g\"\nrunroot = \"/early\"\n");
        put(s, "/etc/containers/storage.conf.d/1.conf", "[storage]\nrunroot = \"/late\"\n");
        assert_rules(s, CSTORAGE_CONFIG_CURRENT);
        free(below(s, "/early/"));
        assert_rules(s, CSTORAGE_CONFIG_LEGACY);
        free(below(s, "/late/"));
        assert_refused(
                s, -ENOTUNIQ,
                "of the same graphroot the runroot is /late to releases that read drop-ins, and /early "
                "to earlier ones");

        put(s, "/etc/containers/storage.conf.d/1.conf", "[storage]\nimagestore = \"/i\"\n");
        assert_refused(s, -ENOTUNIQ,
                       "of the same graphroot the image store is /i to releases that read drop-ins, and none "
                       "to earlier ones");
        s->source.rules = CSTORAGE_CONFIG_LEGACY;
        assert_rules(s, CSTORAGE_CONFIG_LEGACY);
}

/* ---------------------------------------------------------------------------------- environment */

static void a_variable_names_the_only_file_and_another_the_last(void **state) {
        struct system *s = *state;
        _cleanup_free_ char *one = below(s, "/one"), *last = below(s, "/last");

        put(s, ETC, "[storage]\ngraphroot = \"/etc\"\n");
        put(s, "/etc/containers/storage.conf.d/10.conf", "[storage]\ntransient_store = true\n");
        put(s, "/one", "[storage]\ngraphroot = \"/one\"\nrunroot = \"/run/one\"\n");
        put(s, "/last", "[storage]\ngraphroot = \"/last\"\n");

        set(s, "CONTAINERS_STORAGE_CONF", "");
        assert_graphroot(s, "/etc");
        s->n = 0;
        set(s, "CONTAINERS_STORAGE_CONF", one);
        assert_graphroot(s, "/one");
        set(s, "CONTAINERS_STORAGE_CONF_OVERRIDE", last);
        {
                _cleanup_(cstorage_config_freep) struct cstorage_config *config = load(s);

                assert_text(cstorage_config_get_graphroot(config), "/last");
                assert_text(cstorage_config_get_runroot(config), "/run/one");
                assert_false(cstorage_config_get_transient(config));
        }

        s->source.rules = CSTORAGE_CONFIG_LEGACY;
        assert_graphroot(s, "/one");
}

static void a_file_that_a_variable_names_must_be_there(void **state) {
        struct system *s = *state;

        set(s, "CONTAINERS_STORAGE_CONF", "/nonexistent/storage.conf");
        assert_refused(s, -ENOENT,
                       "cannot open /nonexistent/storage.conf, which $CONTAINERS_STORAGE_CONF names: "
                       "No such file or directory");
        s->n = 0;
        set(s, "CONTAINERS_STORAGE_CONF", "/dev/null");
        assert_graphroot(s, "/var/lib/containers/storage");
}

static void variables_replace_driver_and_options(void **state) {
        struct system *s = *state;
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = NULL, *none = NULL;

        put(s, ETC, "[storage]\ndriver = \"overlay\"\n[storage.options]\nadditionalimagestores = [\"/a\"]\n");
        set(s, "STORAGE_DRIVER", "vfs");
        set(s, "STORAGE_OPTS", "vfs.imagestore=/b,overlay.imagestore=/c,imagestore=/d");
        config = load(s);
        assert_text(cstorage_config_get_driver(config), "vfs");
        assert_text(cstorage_config_get_option(config, 2), "imagestore=/d");
        assert_null(cstorage_config_get_option(config, 3));
        assert_text(cstorage_config_get_additional_image_store(config, 0), "/b");
        assert_text(cstorage_config_get_additional_image_store(config, 1), "/d");
        assert_null(cstorage_config_get_additional_image_store(config, 2));

        s->n = 0;
        set(s, "STORAGE_OPTS", "");
        none = load(s);
        assert_null(cstorage_config_get_option(none, 0));
        assert_null(cstorage_config_get_additional_image_store(none, 0));
}

/* -------------------------------------------------------------------------------------------------- paths */

static void links_in_paths_are_resolved_where_all_of_it_is_there(void **state) {
        struct system *s = *state;
        _cleanup_free_ char *link = below(s, "/var/link");

        free(below(s, "/srv/real/")); /* makes it */
        assert_int_equal(symlink("../srv/real", link), 0);
        put(s, ETC, "[storage]\ngraphroot = \"/var/link\"\nrunroot = \"/var/link/gone/..\"\n");
        {
                _cleanup_(cstorage_config_freep) struct cstorage_config *config = load(s);

                assert_text(cstorage_config_get_graphroot(config), "/srv/real");
                assert_text(cstorage_config_get_runroot(config), "/var/link");
        }
}

static void links_are_left_alone_where_nobody_may_look(void **state) {
        struct system *s = *state;
        _cleanup_free_ char *link = below(s, "/var/link");
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = NULL;

        free(below(s, "/srv/real/"));
        assert_int_equal(symlink("../srv/real", link), 0);
        put(s, ETC, "[storage]\ngraphroot = \"/var//./link/\"\nrunroot = \"/var/link/../r\"\n");
        s->source.unresolved = true;
        config = load(s);
        assert_text(cstorage_config_get_graphroot(config), "/var/link");
        assert_text(cstorage_config_get_runroot(config), "/var/r");
}

static void users_have_their_own_defaults(void **state) {
        struct system *s = *state;
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = NULL;

        s->source.uid = 1000;
        s->source.home = "/nonexistent/user";
        assert_refused(s, -ENOENT, "the runroot of user 1000 is not known: set $XDG_RUNTIME_DIR");
        set(s, "XDG_RUNTIME_DIR", "/nonexistent/1000");
        config = load(s);
        assert_text(cstorage_config_get_graphroot(config),
                    "/nonexistent/user/.local/share/containers/storage");
        assert_text(cstorage_config_get_runroot(config), "/nonexistent/1000/containers");

        set(s, "XDG_DATA_HOME", "/data");
        assert_graphroot(s, "/data/containers/storage");
        put(s, ETC, "[storage]\nrootless_storage_path = \"/r/$UID\"\n");
        assert_graphroot(s, "/r/1000");
        s->source.uid = 0;
        assert_graphroot(s, "/var/lib/containers/storage");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(the_first_main_file_counts_alone),
                CASE(a_drop_in_goes_before_the_main_file),
                CASE(drop_ins_are_read_in_the_order_of_their_names_wherever_they_lie),
                CASE(a_drop_in_may_be_a_link_but_a_directory_is_none),
                CASE(users_have_drop_ins_of_their_own),
                CASE(earlier_releases_give_users_little_of_the_systems_file),
                CASE(what_is_there_tells_whose_rules_count),
                CASE(the_store_that_is_there_tells_the_driver),
                CASE(the_other_reading_counts_where_one_fails),
                CASE(nobody_guesses_between_two_runroots),
                CASE(a_variable_names_the_only_file_and_another_the_last),
                CASE(a_file_that_a_variable_names_must_be_there),
                CASE(variables_replace_driver_and_options),
                CASE(links_in_paths_are_resolved_where_all_of_it_is_there),
                CASE(links_are_left_alone_where_nobody_may_look),
                CASE(users_have_their_own_defaults),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
