/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/stat.h>
#include <unistd.h>

#include "system.h"

struct references {
        const char *name, *text, *graphroot, *runroot, *imagestore, *driver;
        bool transient;
        const char *options[8], *stores[4], *priority[4];
};

static const struct references world[] = {
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

static void check_known(struct system *s, const struct references *k) {
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
                s->source.rules = CSTORAGE_CONFIG_CURRENT;
                check_known(s, &world[i]);
                s->source.rules = CSTORAGE_CONFIG_LEGACY;
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

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(configurations_of_distributions_mean_what_they_mean_to_go),
                CASE(a_file_that_is_damaged_means_no_configuration),
                CASE(a_file_that_is_no_file_means_no_configuration),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
