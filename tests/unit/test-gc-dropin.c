/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stdio.h>
#include <string.h>

#include "generator/fstab.h"
#include "generator/unit-file.h"
#include "unit.h"

#define EARLY  "Before=basic.target network-online.target\n"
#define REMOTE "After=remote-fs.target\n"

/* What libmount makes of a file with these lines. */
static void read_fstab(const char *lines, struct dropin_mounts *mounts) {
        char path[] = "/tmp/cstorage-fstab-XXXXXX";
        int fd = mkstemp(path);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, lines, strlen(lines)), strlen(lines));
        assert_int_equal(close(fd), 0);
        assert_ok(fstab_read(path, mounts, NULL));
        assert_int_equal(unlink(path), 0);
}

/* The lines of [Unit] for a store and this fstab. */
static void assert_unit(const struct dropin_store *store, const char *fstab, const char *wanted) {
        _cleanup_dropin_mounts_ struct dropin_mounts mounts = DROPIN_MOUNTS_INIT;
        _cleanup_text_ struct text text = TEXT_INIT;
        struct error error = {0};
        char *unit, *end;
        bool early;

        read_fstab(fstab, &mounts);
        assert_ok(dropin_compose(store, &mounts, &text, &early, &error));
        assert_int_equal(early, strstr(text.s, "\nBefore=basic.target network-online.target\n") != NULL);
        assert_true(has_prefix(text.s, "# Made by cstorage-gc-generator(8) "));
        unit = strstr(text.s, "[Unit]\n");
        assert_non_null(unit);
        unit += strlen("[Unit]\n");
        end = strstr(unit, "\n[Service]\n");
        assert_non_null(end);
        *end = '\0';
        assert_string_equal(unit, wanted);
}

static const struct dropin_store usual = {"/var/lib/containers/storage", "/run/containers/storage", NULL};

#define GRAPHROOT "RequiresMountsFor=\"/var/lib/containers/storage\"\n"
#define RUNROOT   "RequiresMountsFor=\"/run/containers/storage\"\n"

/* ------------------------------------------------------------------------------------------------- order */

static void a_local_store_is_collected_before_the_network_is_up(void **state) {
        static const char *const fstabs[] = {
                "",
                "# nothing\n",
                "/dev/vda1 / ext4 defaults 0 1\n",
                "UUID=5d3e /var/lib/containers xfs defaults,nodev 0 2\n",
                "/dev/vda2 /var/lib ext4 defaults 0 2\n/dev/vda3 /var/lib/containers/storage xfs rw 0 2\n",
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(fstabs); i++)
                assert_unit(&usual, fstabs[i], GRAPHROOT RUNROOT EARLY);
}

static void what_does_not_hold_the_store_changes_nothing(void **state) {
        static const char *const fstabs[] = {
                "srv:/home /home nfs defaults 0 0\n",
                "srv:/x /var/lib/container nfs defaults 0 0\n",
                "srv:/x /var/lib/containers/storage/volumes nfs defaults 0 0\n",
                "srv:/x /var/lib/containers/storage/volumes/v nfs noauto 0 0\n",
                "srv:/x /var/lib/containers/storage-2 nfs noauto 0 0\n",
                "srv:/x relative nfs defaults 0 0\n",
                "srv:/x /var/lib/containers/../containers nfs defaults 0 0\n",
                "/var/swap none swap defaults 0 0\n",
                "nonsense\n",
                "srv:/root / nfs defaults 0 0\n", /* it is mounted already */
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(fstabs); i++)
                assert_unit(&usual, fstabs[i], GRAPHROOT RUNROOT EARLY);
}

static void a_store_on_the_network_waits_for_remote_file_systems(void **state) {
        static const char *const fstabs[] = {
                "srv:/x /var/lib/containers nfs defaults 0 0\n",
                "srv:/x /var/lib/containers/ nfs4 defaults 0 0\n",
                "srv:/x //var/./lib/containers nfs4 defaults 0 0\n",
                "//srv/x /var cifs defaults 0 0\n",
                "srv:/x /var/lib/containers/storage glusterfs defaults 0 0\n",
                "srv:/x /var/lib fuse.sshfs defaults 0 0\n",
                "srv:/x /var/lib fuse.glusterfs defaults 0 0\n",
                "/dev/sdb1 /var/lib/containers ext4 rw,_netdev 0 2\n",
                "srv:/x /var/lib/containers nfs nofail 0 0\n",
                "srv:/x /var nfs rw 0 0\n/dev/vdb /var/lib/containers xfs rw 0 0\n",
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(fstabs); i++)
                assert_unit(&usual, fstabs[i], GRAPHROOT RUNROOT REMOTE);
}

static void what_a_bind_or_loop_mount_shows_counts_too(void **state) {
        (void) state;
        assert_unit(&usual,
                    "srv:/x /net nfs rw 0 0\n"
                    "/net/containers /var/lib/containers none bind 0 0\n",
                    GRAPHROOT RUNROOT REMOTE);
        assert_unit(&usual,
                    "/images/store.ext4 /var/lib/containers ext4 loop 0 0\n"
                    "/net/images /images none bind 0 0\n"
                    "srv:/x /net nfs rw 0 0\n",
                    GRAPHROOT RUNROOT REMOTE);
        assert_unit(&usual, "/data/containers /var/lib/containers none bind 0 0\n", GRAPHROOT RUNROOT EARLY);
        assert_unit(&usual, "/var/lib/containers /var/lib/containers none bind 0 0\n",
                    GRAPHROOT RUNROOT EARLY);
}

static void a_mount_in_the_store_counts_too(void **state) {
        (void) state;
        assert_unit(&usual, "/dev/vdb /var/lib/containers/storage/overlay xfs rw 0 0\n",
                    GRAPHROOT RUNROOT "RequiresMountsFor=\"/var/lib/containers/storage/overlay\"\n" EARLY);
        assert_unit(&usual, "srv:/x /var/lib/containers/storage/overlay-images nfs rw 0 0\n",
                    GRAPHROOT RUNROOT
                    "RequiresMountsFor=\"/var/lib/containers/storage/overlay-images\"\n" REMOTE);
        assert_unit(&usual, "/dev/vdb /var/lib/containers/storage/overlay xfs noauto 0 0\n",
                    GRAPHROOT RUNROOT "After=var-lib-containers-storage-overlay.mount\n");
}

static void nobody_waits_for_a_mount_that_may_come_late_or_never(void **state) {
        static const char *const fstabs[] = {
                "/dev/sdb1 /var/lib/containers ext4 rw,nofail 0 2\n",
                "/dev/sdb1 /var/lib/containers ext4 x-systemd.requires=some.service 0 2\n",
                "/dev/sdb1 /var/lib/containers ext4 x-systemd.after=some.service,rw 0 2\n",
                "/dev/sdb1 /var/lib/containers ext4 x-systemd.requires-mounts-for=/net 0 2\n",
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(fstabs); i++)
                assert_unit(&usual, fstabs[i], GRAPHROOT RUNROOT);
}

static void what_waits_for_somebody_to_want_it_is_not_wanted(void **state) {
        static const char *const fstabs[] = {
                "/dev/sdb1 /var/lib/containers ext4 noauto 0 2\n",
                "/dev/sdb1 /var/lib/containers ext4 x-systemd.automount 0 2\n",
                "/dev/sdb1 /var/lib/containers ext4 noauto,x-systemd.automount,nofail 0 2\n",
        };
        static const char after[] = "After=var-lib-containers.mount\n";

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(fstabs); i++) {
                _cleanup_text_ struct text wanted = TEXT_INIT;

                assert_ok(text_addf(&wanted, "RequiresMountsFor=\"/var/lib\"\n" RUNROOT "%s", after));
                assert_unit(&usual, fstabs[i], wanted.s);
        }
        assert_unit(&usual, "srv:/x /var/lib/containers nfs noauto,x-systemd.automount 0 0\n",
                    "RequiresMountsFor=\"/var/lib\"\n" RUNROOT "After=var-lib-containers.mount\n" REMOTE);
}

static void what_is_required_ends_above_all_that_is_mounted_on_demand(void **state) {
        const struct dropin_store store = {"/srv/a/b/c/store", "/run/r", NULL};
        static const char run[] = "RequiresMountsFor=\"/run/r\"\n";
        _cleanup_text_ struct text one = TEXT_INIT, two = TEXT_INIT, three = TEXT_INIT;

        (void) state;
        assert_ok(text_addf(&one, "%sAfter=srv.mount\nAfter=srv-a.mount\n", run));
        assert_unit(&store, "/dev/vdb /srv ext4 noauto 0 0\n/dev/vdc /srv/a ext4 noauto 0 0\n", one.s);
        /* The inner one comes by itself, and brings the outer one with it. */
        assert_ok(text_addf(&two, "RequiresMountsFor=\"/srv/a/b/c/store\"\n%sAfter=srv.mount\n", run));
        assert_unit(&store, "/dev/vdb /srv ext4 noauto 0 0\n/dev/vdc /srv/a ext4 rw 0 0\n", two.s);
        assert_ok(text_addf(&three, "RequiresMountsFor=\"/srv/a/b\"\n%sAfter=srv-a-b-c.mount\n", run));
        assert_unit(&store, "/dev/vdb /srv ext4 rw 0 0\n/dev/vdc /srv/a/b/c ext4 noauto 0 0\n", three.s);
}

/* ------------------------------------------------------------------------------------------------- paths */

static void assert_text_of(const struct dropin_store *store, const char *wanted) {
        const struct dropin_mounts none = DROPIN_MOUNTS_INIT;
        _cleanup_text_ struct text text = TEXT_INIT;
        struct error error = {0};
        bool early;

        assert_ok(dropin_compose(store, &none, &text, &early, &error));
        assert_true(early);
        assert_string_equal(strchr(text.s, '\n') + 1, wanted);
}

static void an_image_store_elsewhere_is_needed_and_written_to(void **state) {
        const struct dropin_store store = {"/g", "/r", "/images//store/./"};

        (void) state;
        assert_text_of(&store, "[Unit]\n"
                               "RequiresMountsFor=\"/g\"\n"
                               "RequiresMountsFor=\"/r\"\n"
                               "RequiresMountsFor=\"/images/store\"\n" EARLY "\n"
                               "[Service]\n"
                               "ReadWritePaths=\"-/g\"\n"
                               "ReadWritePaths=\"-/r\"\n"
                               "ReadWritePaths=\"-/images/store\"\n");
        assert_unit(&store, "srv:/x /images nfs defaults 0 0\n",
                    "RequiresMountsFor=\"/g\"\n"
                    "RequiresMountsFor=\"/r\"\n"
                    "RequiresMountsFor=\"/images/store\"\n" REMOTE);
}

static void a_runroot_within_the_graphroot_is_no_less_a_path(void **state) {
        const struct dropin_store within = {"/g", "/g/run", NULL}, same = {"/g", "/g/", "/g/."};

        (void) state;
        assert_text_of(&within, "[Unit]\n"
                                "RequiresMountsFor=\"/g\"\n"
                                "RequiresMountsFor=\"/g/run\"\n" EARLY "\n"
                                "[Service]\n"
                                "ReadWritePaths=\"-/g\"\n"
                                "ReadWritePaths=\"-/g/run\"\n");
        assert_text_of(&same, "[Unit]\nRequiresMountsFor=\"/g\"\n" EARLY "\n"
                              "[Service]\nReadWritePaths=\"-/g\"\n");
}

static void paths_are_quoted_for_systemd(void **state) {
        const struct dropin_store store = {"/a b/100%/\"q\"/\\n/it's;#$HOME", "/r\xc3\xa4", NULL};

        (void) state;
        assert_text_of(&store, "[Unit]\n"
                               "RequiresMountsFor=\"/a b/100%%/\\\"q\\\"/\\\\n/it's;#$HOME\"\n"
                               "RequiresMountsFor=\"/r\xc3\xa4\"\n" EARLY "\n"
                               "[Service]\n"
                               "ReadWritePaths=\"-/a b/100%%/\\\"q\\\"/\\\\n/it's;#$HOME\"\n"
                               "ReadWritePaths=\"-/r\xc3\xa4\"\n");
}

static void fstab_writes_spaces_in_its_own_way(void **state) {
        const struct dropin_store store = {"/my data/s", "/r", NULL};

        (void) state;
        assert_unit(&store, "srv:/x /my\\040data nfs noauto 0 0\n",
                    "RequiresMountsFor=\"/r\"\nAfter=my\\x20data.mount\n" REMOTE);
}

static void what_no_unit_file_can_hold_is_refused_in_words(void **state) {
        static const struct {
                const char *path, *text;
        } wrong[] = {
                {"/g\nExecStartPre=/bin/sh",
                 "graphroot: \"/g\nExecStartPre=/bin/sh\" has a control character"},
                {"/g\r", "control character"},
                {"/g\t", "control character"},
                {"/g\x7f", "control character"},
                {"/g/../../etc", "goes up"},
                {"/..", "goes up"},
                {"g", "no absolute path"},
                {"", "no absolute path"},
        };
        const struct dropin_mounts none = DROPIN_MOUNTS_INIT;

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
                const struct dropin_store graphroot = {wrong[i].path, "/r", NULL},
                                          images = {"/g", "/r", wrong[i].path};
                _cleanup_text_ struct text text = TEXT_INIT;
                struct error error = {0};
                bool early;

                assert_int_equal(dropin_compose(&images, &none, &text, &early, &error), -EINVAL);
                assert_true(has_prefix(error.text, "imagestore: "));
                assert_int_equal(dropin_compose(&graphroot, &none, &text, &early, &error), -EINVAL);
                assert_non_null(strstr(error.text, wrong[i].text));
                assert_null(text.s);
        }
}

static void mount_units_are_named_as_systemd_escapes_them(void **state) {
        static const struct {
                const char *path, *name;
        } cases[] = {
                {"/", "-.mount"},
                {"/var/lib/containers", "var-lib-containers.mount"},
                {"/a-b/c d/.e", "a\\x2db-c\\x20d-.e.mount"},
                {"/.hidden", "\\x2ehidden.mount"},
                {"/100%/\xc3\xa4", "100\\x25-\\xc3\\xa4.mount"},
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                _cleanup_text_ struct text text = TEXT_INIT;

                assert_ok(unit_add_name(&text, cases[i].path, ".mount"));
                assert_string_equal(text.s, cases[i].name);
        }
}

static void there_need_not_be_an_fstab(void **state) {
        _cleanup_dropin_mounts_ struct dropin_mounts mounts = DROPIN_MOUNTS_INIT;
        struct error error = {0};

        (void) state;
        assert_ok(fstab_read("/nonexistent/fstab", &mounts, &error));
        assert_int_equal(mounts.n, 0);
        assert_int_equal(fstab_read("/dev/null/fstab", &mounts, &error), -ENOTDIR);
        assert_non_null(strstr(error.text, "cannot read fstab"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_local_store_is_collected_before_the_network_is_up),
                cmocka_unit_test(what_does_not_hold_the_store_changes_nothing),
                cmocka_unit_test(a_store_on_the_network_waits_for_remote_file_systems),
                cmocka_unit_test(what_a_bind_or_loop_mount_shows_counts_too),
                cmocka_unit_test(a_mount_in_the_store_counts_too),
                cmocka_unit_test(nobody_waits_for_a_mount_that_may_come_late_or_never),
                cmocka_unit_test(what_waits_for_somebody_to_want_it_is_not_wanted),
                cmocka_unit_test(what_is_required_ends_above_all_that_is_mounted_on_demand),
                cmocka_unit_test(an_image_store_elsewhere_is_needed_and_written_to),
                cmocka_unit_test(a_runroot_within_the_graphroot_is_no_less_a_path),
                cmocka_unit_test(paths_are_quoted_for_systemd),
                cmocka_unit_test(fstab_writes_spaces_in_its_own_way),
                cmocka_unit_test(what_no_unit_file_can_hold_is_refused_in_words),
                cmocka_unit_test(mount_units_are_named_as_systemd_escapes_them),
                cmocka_unit_test(there_need_not_be_an_fstab),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
