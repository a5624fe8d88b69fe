/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "fixture.h"
#include "unit.h"

DEFINE_CLEANUP(struct cstorage_store *, cstorage_store_unref);
DEFINE_CLEANUP(struct cstorage_inventory *, cstorage_inventory_unref);

#define LINK "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static struct cstorage_inventory *inventory_of(struct fixture *f) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        struct cstorage_inventory *inventory = NULL;

        assert_ok(cstorage_inventory_new(store, &inventory, NULL));
        return inventory;
}

/* "kind:name kind:name ", in the order of the inventory. */
static char *names_of(const struct cstorage_inventory *inventory) {
        _cleanup_text_ struct text text = TEXT_INIT;
        const struct cstorage_entry *entry = NULL;

        while ((entry = cstorage_inventory_next(inventory, entry)))
                assert_ok(text_addf(&text, "%d:%.24s ", (int) cstorage_entry_get_kind(entry),
                                    cstorage_entry_get_name(entry)));
        return text_take(&text);
}

static const struct cstorage_entry *only_entry(const struct cstorage_inventory *inventory) {
        const struct cstorage_entry *entry = cstorage_inventory_next(inventory, NULL);

        assert_non_null(entry);
        assert_null(cstorage_inventory_next(inventory, entry));
        return entry;
}

static void what_is_gos_own_is_not_listed(void **state) {
        static const char *const own[] = {
                "graphroot/overlay/staging",
                "graphroot/overlay/tempdirs",
                "graphroot/overlay/fsutils-dummy12",
                "graphroot/overlay/lost+found",
                "graphroot/overlay-images/lost+found",
                "graphroot/overlay-containers/lost+found",
                "graphroot/overlay-layers/tmp",
                "graphroot/vfs/dir",
                "graphroot/libpod",
                "graphroot/volumes",
        };
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        _cleanup_free_ char *names = NULL;

        for (size_t i = 0; i < ARRAY_SIZE(own); i++)
                fixture_mkdir(*state, own[i]);
        fixture_write(*state, "graphroot/overlay/.has-mount-program", "false");
        fixture_write(*state, "graphroot/overlay-containers/containers.json", "[]");
        inventory = inventory_of(*state);
        names = names_of(inventory);
        assert_string_equal(names, "");
}

static void each_kind_has_a_name_of_its_own(void **state) {
        enum cstorage_object object;

        (void) state;
        for (enum cstorage_entry_kind kind = 0; kind < CSTORAGE_ENTRY_KINDS; kind++) {
                assert_non_null(cstorage_entry_kind_get_name(kind));
                assert_int_not_equal(cstorage_entry_kind_get_type(kind), CSTORAGE_TYPE_ABSENT);
                if (cstorage_entry_kind_get_suffix(kind))
                        assert_int_equal(cstorage_entry_kind_get_object(kind, &object), 1);
                for (enum cstorage_entry_kind other = 0; other < kind; other++)
                        assert_string_not_equal(cstorage_entry_kind_get_name(kind),
                                                cstorage_entry_kind_get_name(other));
        }
}

static void a_kind_of_a_later_release_has_no_properties(void **state) {
        const enum cstorage_entry_kind later = (enum cstorage_entry_kind) CSTORAGE_ENTRY_KINDS;
        enum cstorage_object object = CSTORAGE_OBJECT_IMAGE;

        (void) state;
        assert_null(cstorage_entry_kind_get_name(later));
        assert_null(cstorage_entry_kind_get_suffix(later));
        assert_int_equal(cstorage_entry_kind_get_type(later), CSTORAGE_TYPE_ABSENT);
        assert_int_equal(cstorage_entry_kind_get_object(later, &object), 0);
        assert_int_equal(object, CSTORAGE_OBJECT_IMAGE);
}

static void the_object_of_a_kind_is_that_of_its_record(void **state) {
        enum cstorage_object object;

        (void) state;
        assert_int_equal(cstorage_entry_kind_get_object(CSTORAGE_ENTRY_CONTAINER_DIR, &object), 1);
        assert_int_equal(object, CSTORAGE_OBJECT_CONTAINER);
        assert_int_equal(cstorage_entry_kind_get_object(CSTORAGE_ENTRY_LINK, &object), 1);
        assert_int_equal(object, CSTORAGE_OBJECT_LAYER);
        assert_int_equal(cstorage_entry_kind_get_object(CSTORAGE_ENTRY_PROBE, &object), 0);
        assert_string_equal(cstorage_entry_kind_get_suffix(CSTORAGE_ENTRY_TAR_SPLIT), ".tar-split.gz");
}

/* A file named like a layer is in the way of one; a name that only begins with an id is none of Go's. */
static void the_whole_name_decides_the_kind(void **state) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        _cleanup_free_ char *names = NULL;
        char path[256];

        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s", fixture_id("a"));
        fixture_write(*state, path, "");
        (void) snprintf(path, sizeof(path), "graphroot/overlay-layers/%s.other", fixture_id("b"));
        fixture_write(*state, path, "");
        inventory = inventory_of(*state);
        names = names_of(inventory);
        assert_string_equal(names, "0:a00000000000000000000000 ");
}

static void a_directory_named_like_a_record_file_is_no_data(void **state) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        _cleanup_free_ char *names = NULL;

        fixture_mkdir(*state, "graphroot/overlay-images/.tmp-images.json1");
        fixture_mkdir(*state, "graphroot/overlay-containers/volatile-containers.json");
        inventory = inventory_of(*state);
        names = names_of(inventory);
        assert_string_equal(names, "9:.tmp-images.json1 10:volatile-containers.json ");
}

static void data_in_the_runroot_are_not_listed(void **state) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        _cleanup_free_ char *names = NULL;
        char path[256];

        (void) snprintf(path, sizeof(path), "runroot/overlay-containers/%s", fixture_id("a"));
        fixture_mkdir(*state, path);
        fixture_write(*state, "runroot/overlay-containers/.tmp-volatile-containers.json1", "");
        inventory = inventory_of(*state);
        names = names_of(inventory);
        assert_string_equal(names, "9:.tmp-volatile-containers ");
}

static void entries_come_by_kind_then_name(void **state) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        _cleanup_free_ char *names = NULL;
        char path[256];

        fixture_add_layer_dir(*state, fixture_id("b"), LINK);
        fixture_add_layer_dir(*state, fixture_id("a"), "BBCDEFGHIJKLMNOPQRSTUVWXYZ");
        fixture_mkdir(*state, "graphroot/overlay/stranger");
        (void) snprintf(path, sizeof(path), "graphroot/overlay-layers/%s.tar-split.gz", fixture_id("c"));
        fixture_write(*state, path, "");
        (void) snprintf(path, sizeof(path), "graphroot/overlay-layers/%s", fixture_id("d"));
        fixture_mkdir(*state, path);
        (void) snprintf(path, sizeof(path), "graphroot/overlay-images/%s", fixture_id("e"));
        fixture_mkdir(*state, path);
        (void) snprintf(path, sizeof(path), "graphroot/overlay-containers/%s", fixture_id("f"));
        fixture_mkdir(*state, path);
        fixture_write(*state, "graphroot/overlay/tempdirs/lock-7", "");
        fixture_write(*state, "graphroot/overlay/tempdirs/lock-8", "");
        fixture_mkdir(*state, "graphroot/overlay/tempdirs/temp-dir-8");
        fixture_mkdir(*state, "graphroot/overlay-layers/tmp/temp-dir-9");
        fixture_mkdir(*state, "graphroot/overlay/staging/123");
        fixture_mkdir(*state, "graphroot/overlay/compat123");
        fixture_write(*state, "graphroot/overlay-layers/.tmp-layers.json17", "");
        fixture_write(*state, "graphroot/overlay-images/.tmp-images.json18", "");
        fixture_write(*state, "graphroot/overlay-images/.tmp-layers.json19", "");
        inventory = inventory_of(*state);
        names = names_of(inventory);
        assert_string_equal(names, "0:a00000000000000000000000 0:b00000000000000000000000 0:stranger "
                                   "1:f00000000000000000000000 2:e00000000000000000000000 "
                                   "3:c00000000000000000000000 4:d00000000000000000000000 "
                                   "6:lock-7 6:temp-dir-8 6:temp-dir-9 7:123 "
                                   "8:compat123 9:.tmp-layers.json17 9:.tmp-images.json18 ");
}

static void links_are_listed_where_there_are_more_than_layers(void **state) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        const struct cstorage_entry *entry;
        char target[128];

        (void) snprintf(target, sizeof(target), "../%s/diff", fixture_id("ab"));
        fixture_symlink(*state, target, "graphroot/overlay/l/" LINK);
        inventory = inventory_of(*state);
        entry = only_entry(inventory);
        assert_int_equal(cstorage_entry_get_kind(entry), CSTORAGE_ENTRY_LINK);
        assert_string_equal(cstorage_entry_get_id(entry), fixture_id("ab"));
        assert_string_equal(cstorage_entry_get_target(entry), target);
}

static void a_link_that_leads_elsewhere_has_no_id(void **state) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;

        fixture_symlink(*state, "/etc/passwd", "graphroot/overlay/l/" LINK);
        inventory = inventory_of(*state);
        assert_null(cstorage_entry_get_id(only_entry(inventory)));
}

/* As releases 1.47 to 1.52 made them. */
static void a_link_of_an_image_store_may_lead_to_the_graphroot(void **state) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        const struct cstorage_entry *entry;
        struct fixture *f = *state;
        char text[512], images[256];

        (void) snprintf(images, sizeof(images), "%s/images", f->top);
        fixture_mkdir(f, "images/overlay-layers");
        assert_ok(cstorage_config_set_imagestore(f->config, images));
        (void) snprintf(text, sizeof(text), "%s/graphroot/overlay/%s/diff", f->top, fixture_id("ab"));
        fixture_symlink(f, text, "images/overlay/l/" LINK);
        (void) snprintf(text, sizeof(text), "%s/images/overlay/%s/diff", f->top, fixture_id("ab"));
        fixture_symlink(f, text, "images/overlay/l/BBCDEFGHIJKLMNOPQRSTUVWXYZ");
        inventory = inventory_of(f);
        entry = cstorage_inventory_next(inventory, NULL);
        assert_string_equal(cstorage_entry_get_id(entry), fixture_id("ab"));
        assert_null(cstorage_entry_get_id(cstorage_inventory_next(inventory, entry)));
}

/* Nothing of the graphroot's own leads anywhere by an absolute path. */
static void a_link_of_the_graphroot_is_relative(void **state) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        struct fixture *f = *state;
        char text[512];

        (void) snprintf(text, sizeof(text), "%s/graphroot/overlay/%s/diff", f->top, fixture_id("ab"));
        fixture_symlink(f, text, "graphroot/overlay/l/" LINK);
        inventory = inventory_of(f);
        assert_null(cstorage_entry_get_id(only_entry(inventory)));
}

static void a_half_of_a_layer_is_told_from_a_whole_one(void **state) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        const struct cstorage_entry *entry;
        char path[256];

        fixture_add_layer_dir(*state, fixture_id("a"), LINK);
        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s/work", fixture_id("b"));
        fixture_mkdir(*state, path);
        inventory = inventory_of(*state);
        entry = cstorage_inventory_next(inventory, NULL);
        assert_int_equal(cstorage_entry_is_split_layer(entry, NULL), 0);
        entry = cstorage_inventory_next(inventory, entry);
        assert_int_equal(cstorage_entry_is_split_layer(entry, NULL), 1);
        assert_int_equal(cstorage_entry_is_split_layer(NULL, NULL), -EINVAL);
}

static void a_directory_that_is_a_link_is_a_problem(void **state) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        struct fixture *f = *state;
        const char *path;

        assert_int_equal(unlinkat(f->fd, "graphroot/overlay/l", AT_REMOVEDIR), 0);
        assert_int_equal(unlinkat(f->fd, "graphroot/overlay", AT_REMOVEDIR), 0);
        fixture_symlink(f, "/etc", "graphroot/overlay");
        inventory = inventory_of(f);
        assert_non_null(cstorage_inventory_get_problem(inventory, 0, &path));
        assert_non_null(strstr(path, "/graphroot/overlay"));
        assert_null(cstorage_inventory_get_problem(inventory, 1, &path));
        assert_null(cstorage_inventory_next(inventory, NULL));
}

static void a_link_named_like_a_layer_is_listed_as_what_it_is(void **state) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        struct cstorage_entry_stat identity;
        char path[256];

        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s", fixture_id("ab"));
        fixture_symlink(*state, "/etc", path);
        inventory = inventory_of(*state);
        assert_ok(cstorage_entry_stat(only_entry(inventory), &identity, NULL));
        assert_int_equal(identity.type, CSTORAGE_TYPE_LINK);
        assert_int_equal(cstorage_entry_open(only_entry(inventory)), -ENOTDIR);
}

static void locks_of_temp_dirs_and_staging_are_seen(void **state) {
        static const struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        const struct cstorage_entry *entry = NULL;
        struct cstorage_entry_stat identity;
        struct fixture *f = *state;
        _cleanup_close_ int fd = -1;
        int expected[] = {CSTORAGE_ENTRY_LOCK_NONE, CSTORAGE_ENTRY_LOCK_FREE, CSTORAGE_ENTRY_LOCK_HELD},
            n = 0;

        fixture_mkdir(f, "graphroot/overlay/tempdirs/temp-dir-1");
        fixture_write(f, "graphroot/overlay/tempdirs/lock-2", "");
        fixture_write(f, "graphroot/overlay/staging/3/staging.lock", "");
        fd = openat(f->fd, "graphroot/overlay/staging/3/staging.lock", O_RDWR | O_CLOEXEC);
        assert_int_equal(fcntl(fd, F_OFD_SETLK, &lock), 0);

        /* The lock without a directory comes first by its name. */
        expected[0] = CSTORAGE_ENTRY_LOCK_FREE;
        expected[1] = CSTORAGE_ENTRY_LOCK_NONE;
        inventory = inventory_of(f);
        while ((entry = cstorage_inventory_next(inventory, entry))) {
                assert_ok(cstorage_entry_stat(entry, &identity, NULL));
                assert_int_equal(identity.type, n == 0 ? CSTORAGE_TYPE_FILE : CSTORAGE_TYPE_DIRECTORY);
                assert_int_equal(identity.lock, expected[n++]);
        }
        assert_int_equal(n, 3);
}

static int64_t changed_ns(struct fixture *f, const char *path) {
        struct stat st;

        assert_ok(fstatat(f->fd, path, &st, AT_SYMLINK_NOFOLLOW));
        return (int64_t) st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec;
}

/* What is in the making is as young as the youngest of its parts. */
static void a_staging_entry_is_as_young_as_its_parts(void **state) {
        static const char *const parts[] = {"graphroot/overlay/staging/3",
                                            "graphroot/overlay/staging/3/staging.lock",
                                            "graphroot/overlay/staging/3/dir"};
        struct fixture *f = *state;

        fixture_write(f, parts[1], "");
        fixture_mkdir(f, parts[2]);
        for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
                _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
                struct cstorage_entry_stat identity;

                (void) usleep(20000); /* more than a tick of the file system's clock */
                assert_ok(fchmodat(f->fd, parts[i], 0700, 0));
                inventory = inventory_of(f);
                assert_ok(cstorage_entry_stat(only_entry(inventory), &identity, NULL));
                assert_int_equal(identity.changed_ns, changed_ns(f, parts[i]));
        }
}

static void overlay_lower_come_from_lower_layers_or_through_the_links(void **state) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        const struct cstorage_entry *entry = NULL;
        _cleanup_free_ char **lowers = NULL;
        char path[256], text[256];

        fixture_add_layer_dir(*state, fixture_id("a"), LINK);
        fixture_add_layer_dir(*state, fixture_id("b"), "BBCDEFGHIJKLMNOPQRSTUVWXYZ");
        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s/lower", fixture_id("b"));
        fixture_write(*state, path, "l/" LINK ":l/CBCDEFGHIJKLMNOPQRSTUVWXYZ");
        inventory = inventory_of(*state);
        entry = cstorage_inventory_next(inventory, cstorage_inventory_next(inventory, NULL));
        assert_ok(cstorage_entry_read_lowers(entry, &lowers, NULL));
        assert_string_equal(lowers[0], fixture_id("a"));
        assert_null(lowers[1]);
        free(TAKE_PTR(lowers));

        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s/lower-layers", fixture_id("b"));
        (void) snprintf(text, sizeof(text), "%s:%s", fixture_id("c"), fixture_id("a"));
        fixture_write(*state, path, text);
        assert_ok(cstorage_entry_read_lowers(entry, &lowers, NULL));
        assert_string_equal(lowers[0], fixture_id("c"));
        assert_string_equal(lowers[1], fixture_id("a"));
        assert_null(lowers[2]);
}

/* Long enough for the kernel's clock of files to go on. */
static void wait_for_the_clock(void) {
        static const struct timespec pause = {.tv_nsec = 20000000};

        assert_int_equal(nanosleep(&pause, NULL), 0);
}

static int64_t changed_at(struct fixture *f) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = inventory_of(f);
        struct cstorage_entry_stat identity;

        assert_ok(cstorage_entry_stat(only_entry(inventory), &identity, NULL));
        return identity.changed_ns;
}

/* What a start of a container changes, one after the other. */
static void expect_parts_to_count(struct fixture *f, const char *directory, const char *const *parts) {
        int64_t before;
        char path[256];

        fixture_mkdir(f, directory);
        for (size_t i = 0; parts[i]; i++) {
                (void) snprintf(path, sizeof(path), "%s/%s", directory, parts[i]);
                fixture_mkdir(f, path);
                before = changed_at(f);
                wait_for_the_clock();
                assert_int_equal(changed_at(f), before);
                (void) snprintf(path, sizeof(path), "%s/%s/new", directory, parts[i]);
                fixture_write(f, path, "");
                assert_true(changed_at(f) > before);
        }
}

static void a_layer_is_as_young_as_its_parts(void **state) {
        static const char *const parts[] = {"diff", "work", "merged", NULL};
        char path[256];

        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s", fixture_id("ab"));
        expect_parts_to_count(*state, path, parts);
}

static const char *const data_parts[] = {"userdata", NULL};

static void a_container_directory_is_as_young_as_userdata(void **state) {
        char path[256];

        (void) snprintf(path, sizeof(path), "graphroot/overlay-containers/%s", fixture_id("ab"));
        expect_parts_to_count(*state, path, data_parts);
}

static void an_image_directory_is_as_young_as_userdata(void **state) {
        char path[256];

        (void) snprintf(path, sizeof(path), "graphroot/overlay-images/%s", fixture_id("ab"));
        expect_parts_to_count(*state, path, data_parts);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                CASE(what_is_gos_own_is_not_listed),
                CASE(a_layer_is_as_young_as_its_parts),
                CASE(a_container_directory_is_as_young_as_userdata),
                CASE(an_image_directory_is_as_young_as_userdata),
                cmocka_unit_test(each_kind_has_a_name_of_its_own),
                cmocka_unit_test(a_kind_of_a_later_release_has_no_properties),
                cmocka_unit_test(the_object_of_a_kind_is_that_of_its_record),
                CASE(the_whole_name_decides_the_kind),
                CASE(a_directory_named_like_a_record_file_is_no_data),
                CASE(data_in_the_runroot_are_not_listed),
                CASE(entries_come_by_kind_then_name),
                CASE(links_are_listed_where_there_are_more_than_layers),
                CASE(a_link_that_leads_elsewhere_has_no_id),
                CASE(a_link_of_an_image_store_may_lead_to_the_graphroot),
                CASE(a_link_of_the_graphroot_is_relative),
                CASE(a_half_of_a_layer_is_told_from_a_whole_one),
                CASE(a_directory_that_is_a_link_is_a_problem),
                CASE(a_link_named_like_a_layer_is_listed_as_what_it_is),
                CASE(locks_of_temp_dirs_and_staging_are_seen),
                CASE(a_staging_entry_is_as_young_as_its_parts),
                CASE(overlay_lower_come_from_lower_layers_or_through_the_links),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
