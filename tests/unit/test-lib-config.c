/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "config.h"
#include "unit.h"

#define ETC "/etc/containers/storage.conf"
#define USR "/usr/share/containers/storage.conf"

/* A system of its own: a directory in place of /, and an environment. */
struct system {
        char root[64];
        const char *variables[16][2];
        size_t n;
        struct config_source source;
        struct error error;
};

static const char *get(void *userdata, const char *name) {
        struct system *s = userdata;

        for (size_t i = 0; i < s->n; i++)
                if (strcmp(s->variables[i][0], name) == 0)
                        return s->variables[i][1];
        return NULL;
}

static int setup(void **state) {
        struct system *s = calloc(1, sizeof(*s));

        assert_non_null(s);
        strcpy(s->root, "/tmp/cstorage-config-XXXXXX");
        assert_non_null(mkdtemp(s->root));
        s->source =
                (struct config_source){.root = s->root, .env = {get, s}, .rules = CSTORAGE_CONFIG_DROPINS};
        *state = s;
        return 0;
}

static int unlink_entry(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        (void) st;
        (void) type;
        (void) ftw;
        return remove(path);
}

static int teardown(void **state) {
        struct system *s = *state;

        assert_int_equal(nftw(s->root, unlink_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
        free(s);
        return 0;
}

static void set(struct system *s, const char *name, const char *value) {
        assert_true(s->n < 16);
        s->variables[s->n][0] = name;
        s->variables[s->n++][1] = value;
}

static void make_parents(char *path) {
        for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
                *p = '\0';
                if (mkdir(path, 0755) < 0)
                        assert_int_equal(errno, EEXIST);
                *p = '/';
        }
}

static char *below(struct system *s, const char *path) {
        char *full = NULL;

        assert_true(asprintf(&full, "%s%s", s->root, path) > 0);
        make_parents(full);
        return full;
}

static void put(struct system *s, const char *path, const char *content) {
        _cleanup_free_ char *full = below(s, path);
        FILE *f = fopen(full, "we");

        assert_non_null(f);
        assert_true(fputs(content, f) >= 0);
        assert_int_equal(fclose(f), 0);
}

static struct cstorage_config *load(struct system *s) {
        struct cstorage_config *config = NULL;

        if (config_load_from(&s->source, &config, &s->error) < 0)
                fail_msg("refused: %s", s->error.text);
        return config;
}

/* text comes behind the root of the system. */
static void assert_refused(struct system *s, int code, const char *text) {
        struct cstorage_config *config = NULL;
        size_t root = strlen(s->root);

        assert_int_equal(config_load_from(&s->source, &config, &s->error), code);
        assert_null(config);
        assert_int_equal(s->error.code, code);
        if (strncmp(s->error.text, s->root, root) == 0)
                assert_string_equal(s->error.text + root, text);
        else
                assert_string_equal(s->error.text, text);
}

static void assert_text(const char *got, const char *wanted) {
        if (wanted)
                assert_string_equal(got, wanted);
        else
                assert_null(got);
}

static void assert_graphroot(struct system *s, const char *wanted) {
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = load(s);

        assert_text(cstorage_config_get_graphroot(config), wanted);
}

/* --------------------------------------------------------------------- what is out in the world */

struct known {
        const char *name, *text, *graphroot, *runroot, *imagestore, *driver;
        bool transient;
        const char *options[8], *stores[4], *priority[4];
};

static const struct known world[] = {
        {
                .name = "nothing at all",
                .text = "",
                .graphroot = "/var/lib/containers/storage",
                .runroot = "/run/containers/storage",
        },
        {
                .name = "Debian: comments, and what is not commented out",
                .text = "# This file is the configuration file for all tools\n"
                        "[storage]\n\n"
                        "# Default storage driver, must be set for proper operation.\n"
                        "driver = \"overlay\"\n\n"
                        "# Temporary storage location\n"
                        "runroot = \"/run/containers/storage\"\n\n"
                        "# driver_priority = [\"overlay\", \"btrfs\"]\n"
                        "graphroot = \"/var/lib/containers/storage\"\n\n"
                        "# transient_store = true\n\n"
                        "[storage.options]\n"
                        "additionalimagestores = [\n]\n\n"
                        "# remap-uids = \"0:1668442479:65536\"\n\n"
                        "[storage.options.overlay]\n"
                        "# ignore_chown_errors = \"false\"\n"
                        "mountopt = \"nodev\"\n\n"
                        "[storage.options.thinpool]\n"
                        "# autoextend_percent = \"20\"\n",
                .graphroot = "/var/lib/containers/storage",
                .runroot = "/run/containers/storage",
                .driver = "overlay",
                .options = {"overlay.mountopt=nodev"},
        },
        {
                .name = "Fedora: pull options in one line",
                .text = "[storage]\n"
                        "driver = \"overlay\"\n"
                        "runroot = \"/run/containers/storage\"\n"
                        "graphroot = \"/var/lib/containers/storage\"\n"
                        "[storage.options]\n"
                        "additionalimagestores = [\n"
                        "\"/usr/lib/containers/storage\",\n"
                        "]\n"
                        "pull_options = {enable_partial_images = \"true\", use_hard_links = \"false\", "
                        "ostree_repos=\"\"}\n"
                        "[storage.options.overlay]\n"
                        "mountopt = \"nodev,metacopy=on\"\n",
                .graphroot = "/var/lib/containers/storage",
                .runroot = "/run/containers/storage",
                .driver = "overlay",
                .options = {"imagestore=/usr/lib/containers/storage", "overlay.mountopt=nodev,metacopy=on"},
                .stores = {"/usr/lib/containers/storage"},
        },
        {
                .name = "CentOS AutoSD: transient, images shared with the outside",
                .text = "[storage]\n"
                        "driver = \"overlay\"\n"
                        "runroot = \"/run/containers/storage\"\n"
                        "graphroot = \"/var/lib/containers/storage\"\n"
                        "transient_store = true\n"
                        "[storage.options]\n"
                        "additionalimagestores = [\n  \"/var/lib/shared\",\n]\n"
                        "[storage.options.overlay]\n"
                        "mountopt = \"nodev,metacopy=on\"\n",
                .graphroot = "/var/lib/containers/storage",
                .runroot = "/run/containers/storage",
                .driver = "overlay",
                .transient = true,
                .options = {"imagestore=/var/lib/shared", "overlay.mountopt=nodev,metacopy=on"},
                .stores = {"/var/lib/shared"},
        },
        {
                .name = "openSUSE: btrfs where it is there",
                .text = "[storage]\n"
                        "driver_priority = [\"overlay\", \"btrfs\"]\n"
                        "runroot = \"/run/containers/storage\"\n"
                        "graphroot = \"/var/lib/containers/storage\"\n"
                        "[storage.options]\nsize = \"\"\n"
                        "[storage.options.btrfs]\n"
                        "min_space = \"1G\"\n",
                .graphroot = "/var/lib/containers/storage",
                .runroot = "/run/containers/storage",
                .options = {"btrfs.min_space=1G"},
                .priority = {"overlay", "btrfs"},
        },
        {
                .name = "Torizon: the store on its own partition, overlay2 by its old name",
                .text = "[storage]\n"
                        "driver = 'overlay2'\n"
                        "runroot = '/run/containers/storage'\n"
                        "graphroot = '/media/data//containers/./storage/'\n",
                .graphroot = "/media/data/containers/storage",
                .runroot = "/run/containers/storage",
                .driver = "overlay",
        },
        {
                .name = "CRI-O: images apart, a helper program",
                .text = "[storage]\n"
                        "driver = \"overlay\"\n"
                        "runroot = \"/var/run/containers/storage\"\n"
                        "graphroot = \"/var/lib/containers/storage\"\n"
                        "imagestore = \"/var/lib/images\"\n"
                        "[storage.options]\n"
                        "force_mask = 0o700\n"
                        "additionallayerstores = [\"/var/lib/stargz-store/store:ref\"]\n"
                        "[storage.options.overlay]\n"
                        "mount_program = \"/usr/bin/fuse-overlayfs\"\n"
                        "skip_mount_home = \"true\"\n",
                .graphroot = "/var/lib/containers/storage",
                .runroot = "/var/run/containers/storage",
                .imagestore = "/var/lib/images",
                .driver = "overlay",
                .options = {"additionallayerstore=/var/lib/stargz-store/store:ref", "force_mask=700",
                            "overlay.mount_program=/usr/bin/fuse-overlayfs", "overlay.skip_mount_home=true"},
        },
};

static void check_known(struct system *s, const struct known *k) {
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = NULL;

        print_message("# %s\n", k->name);
        put(s, ETC, k->text);
        config = load(s);
        assert_text(cstorage_config_get_graphroot(config), k->graphroot);
        assert_text(cstorage_config_get_runroot(config), k->runroot);
        assert_text(cstorage_config_get_imagestore(config), k->imagestore);
        assert_text(cstorage_config_get_driver(config), k->driver);
        assert_int_equal(cstorage_config_get_transient(config), k->transient);
        for (size_t i = 0; i == 0 || k->options[i - 1]; i++)
                assert_text(cstorage_config_get_option(config, i), k->options[i]);
        for (size_t i = 0; i == 0 || k->stores[i - 1]; i++)
                assert_text(cstorage_config_get_additional_image_store(config, i), k->stores[i]);
        for (size_t i = 0; i == 0 || k->priority[i - 1]; i++)
                assert_text(cstorage_config_get_driver_priority(config, i), k->priority[i]);
}

static void configurations_of_distributions_mean_what_they_mean_to_go(void **state) {
        struct system *s = *state;

        for (size_t i = 0; i < ARRAY_SIZE(world); i++) {
                s->source.rules = CSTORAGE_CONFIG_DROPINS;
                check_known(s, &world[i]);
                s->source.rules = CSTORAGE_CONFIG_ONE_FILE;
                check_known(s, &world[i]);
        }
}

static void a_file_that_is_damaged_means_no_configuration(void **state) {
        struct system *s = *state;

        put(s, ETC, "[storage]\ndriver = \"overlay\n");
        assert_refused(s, -EBADMSG, ETC ": line 2, column 18: a string on one line lacks its end");
        put(s, ETC, "[storage]\ntransient_store = \"true\"\n");
        assert_refused(
                s, -EBADMSG,
                ETC
                ": line 2, column 1: transient_store must be a boolean: true or false, without quotes, not "
                "a string");
        put(s, ETC, "[storage]\ngraphroot = \"storage\"\n");
        assert_refused(s, -EBADMSG, ETC ": line 2: graphroot must be an absolute path, not \"storage\"");
        put(s, ETC, "[storage]\n\ngraphroot = \"$NOTHING\"\n");
        assert_refused(s, -EBADMSG, ETC ": line 3: graphroot must be an absolute path, not \"\"");
        put(s, ETC, "[storage]\ngraphroot = \"/s\"\nimagestore = \"/s\"\n");
        assert_refused(s, -EBADMSG, ETC ": line 3: imagestore must not be the graphroot");
        put(s, ETC, "[storage.options]\nadditionalimagestores = [\"relative\"]\n");
        assert_refused(
                s, -EBADMSG,
                "storage.conf: a driver option is no key=value, or names an additional image store by a "
                "path that is not absolute");
}

static void a_file_that_is_no_file_means_no_configuration(void **state) {
        struct system *s = *state;
        _cleanup_free_ char *path = below(s, ETC), *loop = below(s, USR);

        assert_int_equal(mkfifo(path, 0600), 0);
        assert_refused(s, -EBADF, ETC ": no regular file");
        assert_int_equal(unlink(path), 0);

        assert_int_equal(symlink("storage.conf", loop), 0);
        assert_int_equal(config_load_from(&s->source, &(struct cstorage_config *){NULL}, &s->error), -ELOOP);
}

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

        s->source.rules = CSTORAGE_CONFIG_ONE_FILE;
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

        s->source.rules = CSTORAGE_CONFIG_ONE_FILE;
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
        s->source.rules = CSTORAGE_CONFIG_ONE_FILE;
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

static void assert_rules(struct system *s, enum cstorage_config_rules wanted) {
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = load(s);

        assert_int_equal(cstorage_config_get_rules(config), wanted);
}

static void what_is_there_tells_whose_rules_count(void **state) {
        struct system *s = *state;

        s->source.rules = CSTORAGE_CONFIG_AUTO;
        put(s, ETC, "[storage]\ngraphroot = \"/early\"\nrunroot = \"/run\"\n");
        assert_rules(s, CSTORAGE_CONFIG_DROPINS);
        put(s, "/etc/containers/storage.conf.d/1.conf", "[storage]\ngraphroot = \"/late\"\n");
        assert_rules(s, CSTORAGE_CONFIG_DROPINS);
        free(below(s, "/early/"));
        assert_rules(s, CSTORAGE_CONFIG_ONE_FILE);
        free(below(s, "/late/"));
        assert_rules(s, CSTORAGE_CONFIG_DROPINS);

        s->source.unresolved = true;
        put(s, "/etc/containers/storage.conf.d/1.conf", "[storage]\ngraphroot = \"/later\"\n");
        assert_rules(s, CSTORAGE_CONFIG_DROPINS);
        s->source.unresolved = false;
        assert_rules(s, CSTORAGE_CONFIG_ONE_FILE);
        put(s, "/etc/containers/storage.conf.d/1.conf", "[storage]\ntransient_store = true\n");
        assert_rules(s, CSTORAGE_CONFIG_DROPINS);
}

static void nobody_guesses_between_two_runroots(void **state) {
        struct system *s = *state;

        s->source.rules = CSTORAGE_CONFIG_AUTO;
        put(s, ETC, "[storage]\ngraphroot = \"/g\"\nrunroot = \"/early\"\n");
        put(s, "/etc/containers/storage.conf.d/1.conf", "[storage]\nrunroot = \"/late\"\n");
        assert_rules(s, CSTORAGE_CONFIG_DROPINS);
        free(below(s, "/early/"));
        assert_rules(s, CSTORAGE_CONFIG_ONE_FILE);
        free(below(s, "/late/"));
        assert_refused(
                s, -ENOTUNIQ,
                "of the same graphroot the runroot is /late to releases that read drop-ins, and /early "
                "to earlier ones");

        put(s, "/etc/containers/storage.conf.d/1.conf", "[storage]\nimagestore = \"/i\"\n");
        assert_refused(s, -ENOTUNIQ,
                       "of the same graphroot the image store is /i to releases that read drop-ins, and none "
                       "to earlier ones");
        s->source.rules = CSTORAGE_CONFIG_ONE_FILE;
        assert_rules(s, CSTORAGE_CONFIG_ONE_FILE);
}

/* ------------------------------------------------------------------------------------- who said what */

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

        s->source.rules = CSTORAGE_CONFIG_ONE_FILE;
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
                                                                   .rules = (enum cstorage_config_rules) 9},
                                 &config, NULL),
                         -EINVAL);
        assert_int_equal(cstorage_config_set_transient(NULL, true), -EINVAL);
        assert_int_equal(cstorage_config_add_option(NULL, "a=b"), -EINVAL);
        cstorage_config_clear_options(NULL);
        assert_null(cstorage_config_free(NULL));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(configurations_of_distributions_mean_what_they_mean_to_go),
                CASE(a_file_that_is_damaged_means_no_configuration),
                CASE(a_file_that_is_no_file_means_no_configuration),
                CASE(the_first_main_file_counts_alone),
                CASE(a_drop_in_goes_before_the_main_file),
                CASE(drop_ins_are_read_in_the_order_of_their_names_wherever_they_lie),
                CASE(a_drop_in_may_be_a_link_but_a_directory_is_none),
                CASE(users_have_drop_ins_of_their_own),
                CASE(earlier_releases_give_users_little_of_the_systems_file),
                CASE(what_is_there_tells_whose_rules_count),
                CASE(nobody_guesses_between_two_runroots),
                CASE(every_setting_knows_who_said_so),
                CASE(what_is_set_by_hand_is_the_callers),
                CASE(what_users_have_in_place_of_a_graphroot_is_their_graphroot),
                CASE(a_variable_names_the_only_file_and_another_the_last),
                CASE(a_file_that_a_variable_names_must_be_there),
                CASE(variables_replace_driver_and_options),
                CASE(links_in_paths_are_resolved_where_all_of_it_is_there),
                CASE(links_are_left_alone_where_nobody_may_look),
                CASE(users_have_their_own_defaults),
                CASE(what_is_set_by_hand_goes_before_what_was_loaded),
                cmocka_unit_test(nothing_is_no_object),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
