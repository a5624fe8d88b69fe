/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "run.h"
#include "unit.h"
#include "users/users.h"
#include "util/exit-status.h"

struct world {
        struct users users;
        struct mount_table mounted, fstab;
};

static int setup(void **state) {
        struct world *world = calloc(1, sizeof(*world));

        assert_non_null(world);
        *state = world;
        return mount_table_add(&world->mounted, "/", "ext4");
}

static int teardown(void **state) {
        struct world *world = *state;

        users_done(&world->users);
        mount_table_done(&world->mounted);
        mount_table_done(&world->fstab);
        free(world);
        return 0;
}

static void add(struct world *world, const char *name, uint32_t uid, const char *home) {
        assert_ok(users_add(&world->users, name, uid, uid, home));
}

static void mount(struct world *world, const char *directory, const char *type) {
        assert_ok(mount_table_add(&world->mounted, directory, type));
}

static void announce(struct world *world, const char *directory, const char *type) {
        assert_ok(mount_table_add(&world->fstab, directory, type));
}

static void decide(struct world *world) {
        users_decide(&world->users, &world->mounted, &world->fstab);
}

/* What becomes of one user who has this home. */
static const char *status_at(struct world *world, const char *home) {
        users_done(&world->users);
        add(world, "bob", 1000, home);
        decide(world);
        return user_status_name(world->users.users[0].status);
}

static void a_user_with_a_home_is_collected(void **state) {
        assert_string_equal(status_at(*state, "/home/bob"), "waiting");
        assert_string_equal(status_at(*state, "/home/bob/"), "waiting");
        assert_string_equal(status_at(*state, "/srv/a/b/.c"), "waiting");
}

static void what_can_be_no_home_is_not_looked_at(void **state) {
        static const char *const homes[] = {
                "",           "/",          "//",          "home/bob",     "/home/./bob",
                "/home/../x", "/home//bob", "/home/bob/.", "/home/bob/..", "//home/bob",
        };

        for (size_t i = 0; i < sizeof(homes) / sizeof(homes[0]); i++)
                assert_string_equal(status_at(*state, homes[i]), "no-home");
}

static void dots_in_names_are_no_detours(void **state) {
        assert_string_equal(status_at(*state, "/home/..bob"), "waiting");
        assert_string_equal(status_at(*state, "/home/bob..x/.y"), "waiting");
}

static void nobody_is_nobody(void **state) {
        struct world *world = *state;

        add(world, "nobody", 65534, "/home/nobody");
        add(world, "other", 65535, "/home/other");
        add(world, "none", UINT32_MAX, "/home/none");
        decide(world);
        for (size_t i = 0; i < 3; i++)
                assert_int_equal(world->users.users[i].status, USER_NOBODY);
}

static void root_is_collected_wherever_its_home_is(void **state) {
        struct world *world = *state;

        mount(world, "/root", "nfs4");
        add(world, "root", 0, "/root");
        decide(world);
        assert_int_equal(world->users.users[0].status, USER_WAITING);
}

static void of_several_names_of_one_uid_the_first_counts(void **state) {
        struct world *world = *state;

        add(world, "zoe", 1001, "/home/zoe");
        add(world, "zed", 1000, "/home/zed");
        add(world, "ann", 1000, "/home/ann");
        add(world, "root", 0, "/root");
        add(world, "toor", 0, "/");
        decide(world);
        assert_string_equal(world->users.users[0].name, "root");
        assert_int_equal(world->users.users[0].status, USER_WAITING);
        assert_int_equal(world->users.users[1].status, USER_DUPLICATE_UID);
        assert_string_equal(world->users.users[2].name, "zed");
        assert_int_equal(world->users.users[2].status, USER_WAITING);
        assert_int_equal(world->users.users[3].status, USER_DUPLICATE_UID);
        assert_string_equal(world->users.users[4].name, "zoe");
        assert_int_equal(world->users.users[4].status, USER_WAITING);
}

void __wrap_qsort(void *items, size_t n, size_t size, int (*compare)(const void *, const void *));

static void swap(char *a, char *b, size_t size) {
        for (size_t i = 0; i < size; i++) {
                char c = a[i];

                a[i] = b[i];
                b[i] = c;
        }
}

/* Keeps no order of what compares as equal, and holds the order to what an order is. */
void __wrap_qsort(void *items, size_t n, size_t size, int (*compare)(const void *, const void *)) {
        char *a = items;

        assert_non_null(items);
        for (size_t i = 0; i < n; i++)
                for (size_t k = 0; k < n; k++)
                        assert_int_equal(compare(a + i * size, a + k * size),
                                         -compare(a + k * size, a + i * size));
        for (size_t i = 0; i < n / 2; i++)
                swap(a + i * size, a + (n - 1 - i) * size, size);
        for (size_t i = 0; i < n; i++)
                for (size_t k = i; k > 0 && compare(a + (k - 1) * size, a + k * size) > 0; k--)
                        swap(a + (k - 1) * size, a + k * size, size);
}

static void of_no_users_nothing_becomes(void **state) {
        decide(*state);
}

static void slashes_at_the_end_are_not_kept_but_the_root_is(void **state) {
        static const char behind_a_slash[] = "/";
        struct world *world = *state;

        add(world, "a", 1, "/");
        add(world, "b", 2, "///");
        add(world, "c", 3, "/c//");
        add(world, "d", 4, behind_a_slash + 1);
        assert_string_equal(world->users.users[0].home, "/");
        assert_string_equal(world->users.users[1].home, "/");
        assert_string_equal(world->users.users[2].home, "/c");
        assert_string_equal(world->users.users[3].home, "");
}

static void no_more_users_are_taken_than_anybody_counts_on(void **state) {
        struct world *world = *state;

        for (uint32_t i = 0; i < USERS_MAX; i++)
                add(world, "u", 1000 + i, "/home/u");
        assert_int_equal(users_add(&world->users, "u", 7, 7, "/home/u"), -E2BIG);
        assert_int_equal(world->users.n, USERS_MAX);
}

static void file_systems_that_others_answer_for_are_not_looked_at(void **state) {
        static const struct {
                const char *type, *status;
        } cases[] = {
                {"nfs", "home-network"},
                {"nfs4", "home-network"},
                {"cifs", "home-network"},
                {"9p", "home-network"},
                {"ceph", "home-network"},
                {"fuse.sshfs", "home-network"},
                {"fuse.glusterfs", "home-network"},
                {"fuse", "home-fuse"},
                {"fuseblk", "home-fuse"},
                {"fuse.gocryptfs", "home-fuse"},
                {"autofs", "home-autofs"},
                {"ext4", "waiting"},
                {"xfs", "waiting"},
                {"btrfs", "waiting"},
                {"zfs", "waiting"},
                {"tmpfs", "waiting"},
                {"overlay", "waiting"},
                {"ecryptfs", "waiting"},
                {"fusectl", "waiting"},
                {"nfsd", "waiting"},
        };

        (void) state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                struct world world = {0};

                mount(&world, "/", "ext4");
                mount(&world, "/home", cases[i].type);
                assert_string_equal(status_at(&world, "/home/bob"), cases[i].status);
                assert_string_equal(status_at(&world, "/home"), cases[i].status);
                assert_string_equal(status_at(&world, "/homely/bob"), "waiting");
                users_done(&world.users);
                mount_table_done(&world.mounted);
        }
}

static void the_deepest_mount_counts_whatever_its_place_in_the_table(void **state) {
        struct world *world = *state;

        mount(world, "/home/bob", "ext4");
        mount(world, "/home", "autofs");
        mount(world, "/home/bob/mnt", "nfs");
        mount(world, "/home/eve", "fuse.x");
        assert_string_equal(status_at(world, "/home/bob"), "waiting");
        assert_string_equal(status_at(world, "/home/ann"), "home-autofs");
        assert_string_equal(status_at(world, "/home/eve/x"), "home-fuse");
}

static void the_first_mount_of_the_table_counts_too(void **state) {
        struct world *world = *state;

        mount_table_done(&world->mounted);
        mount(world, "/home", "nfs");
        mount(world, "/", "ext4");
        assert_string_equal(status_at(world, "/home/bob"), "home-network");
        mount_table_done(&world->mounted);
        mount(world, "/home", "xfs");
        mount(world, "/", "ext4");
        announce(world, "/home", "xfs");
        assert_string_equal(status_at(world, "/home/bob"), "waiting");
        mount_table_done(&world->mounted);
        assert_string_equal(status_at(world, "/srv/bob"), "waiting");
        assert_string_equal(status_at(world, "/home/bob"), "home-not-mounted");
}

static void of_mounts_in_one_place_the_last_counts(void **state) {
        struct world *world = *state;

        mount(world, "/home", "autofs");
        mount(world, "/home", "xfs");
        assert_string_equal(status_at(world, "/home/bob"), "waiting");
        mount(world, "/home", "nfs");
        assert_string_equal(status_at(world, "/home/bob"), "home-network");
}

static void a_root_on_the_network_makes_no_difference_to_a_local_home(void **state) {
        struct world *world = *state;

        mount(world, "/", "nfs");
        assert_string_equal(status_at(world, "/srv/bob"), "home-network");
        mount(world, "/srv", "ext4");
        assert_string_equal(status_at(world, "/srv/bob"), "waiting");
}

static void a_mount_that_is_missing_would_hide_what_is_there(void **state) {
        struct world *world = *state;

        announce(world, "/", "ext4");
        announce(world, "none", "swap");
        announce(world, "/home/", "xfs");
        announce(world, "/home/bob/mnt", "xfs");
        assert_string_equal(status_at(world, "/home/bob"), "home-not-mounted");
        assert_string_equal(status_at(world, "/homely/bob"), "waiting");
        mount(world, "/home", "xfs");
        assert_string_equal(status_at(world, "/home/bob"), "waiting");
        assert_string_equal(status_at(world, "/home/bob/mnt"), "home-not-mounted");
}

static void a_root_that_is_announced_alone_hides_nothing(void **state) {
        struct world *world = *state;

        mount_table_done(&world->mounted);
        announce(world, "/", "ext4");
        assert_string_equal(status_at(world, "/home/bob"), "waiting");
}

static void what_hangs_is_said_before_what_is_missing(void **state) {
        struct world *world = *state;

        mount(world, "/home", "autofs");
        announce(world, "/home/bob", "nfs");
        assert_string_equal(status_at(world, "/home/bob"), "home-autofs");
}

static void every_fate_has_a_name_of_its_own_and_all_but_two_a_sentence(void **state) {
        (void) state;
        for (unsigned i = 0; i < USER_STATUS_COUNT; i++) {
                assert_non_null(user_status_name((enum user_status) i));
                assert_int_equal(!user_status_text((enum user_status) i),
                                 i == USER_WAITING || i == USER_COLLECTED);
                for (unsigned k = 0; k < i; k++)
                        assert_string_not_equal(user_status_name((enum user_status) i),
                                                user_status_name((enum user_status) k));
        }
}

static void a_process_claims_what_it_can_know(void **state) {
        enum user_status status;

        (void) state;
        for (unsigned i = 0; i < USER_STATUS_COUNT; i++) {
                bool may = i >= USER_HOME_NETWORK && i <= USER_COLLECTED;

                assert_int_equal(user_status_claimed(user_status_name((enum user_status) i), &status),
                                 may ? 0 : -EBADMSG);
                if (may)
                        assert_int_equal(status, i);
        }
        assert_int_equal(user_status_claimed("", &status), -EBADMSG);
}

static void failures_count_before_refusals_and_these_before_locks(void **state) {
        (void) state;
        assert_int_equal(worse_status(STATUS_DONE, STATUS_DONE), STATUS_DONE);
        assert_int_equal(worse_status(STATUS_DONE, STATUS_TIMEOUT), STATUS_TIMEOUT);
        assert_int_equal(worse_status(STATUS_REFUSED, STATUS_TIMEOUT), STATUS_REFUSED);
        assert_int_equal(worse_status(STATUS_TIMEOUT, STATUS_REFUSED), STATUS_REFUSED);
        assert_int_equal(worse_status(STATUS_FAILED, STATUS_REFUSED), STATUS_FAILED);
        assert_int_equal(worse_status(STATUS_TIMEOUT, STATUS_FAILED), STATUS_FAILED);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_user_with_a_home_is_collected, setup, teardown),
                cmocka_unit_test_setup_teardown(what_can_be_no_home_is_not_looked_at, setup, teardown),
                cmocka_unit_test_setup_teardown(dots_in_names_are_no_detours, setup, teardown),
                cmocka_unit_test_setup_teardown(nobody_is_nobody, setup, teardown),
                cmocka_unit_test_setup_teardown(root_is_collected_wherever_its_home_is, setup, teardown),
                cmocka_unit_test_setup_teardown(of_several_names_of_one_uid_the_first_counts, setup,
                                                teardown),
                cmocka_unit_test_setup_teardown(of_no_users_nothing_becomes, setup, teardown),
                cmocka_unit_test_setup_teardown(slashes_at_the_end_are_not_kept_but_the_root_is, setup,
                                                teardown),
                cmocka_unit_test_setup_teardown(a_root_that_is_announced_alone_hides_nothing, setup,
                                                teardown),
                cmocka_unit_test_setup_teardown(no_more_users_are_taken_than_anybody_counts_on, setup,
                                                teardown),
                cmocka_unit_test(file_systems_that_others_answer_for_are_not_looked_at),
                cmocka_unit_test_setup_teardown(the_deepest_mount_counts_whatever_its_place_in_the_table,
                                                setup, teardown),
                cmocka_unit_test_setup_teardown(the_first_mount_of_the_table_counts_too, setup, teardown),
                cmocka_unit_test_setup_teardown(of_mounts_in_one_place_the_last_counts, setup, teardown),
                cmocka_unit_test_setup_teardown(a_root_on_the_network_makes_no_difference_to_a_local_home,
                                                setup, teardown),
                cmocka_unit_test_setup_teardown(a_mount_that_is_missing_would_hide_what_is_there, setup,
                                                teardown),
                cmocka_unit_test_setup_teardown(what_hangs_is_said_before_what_is_missing, setup, teardown),
                cmocka_unit_test(every_fate_has_a_name_of_its_own_and_all_but_two_a_sentence),
                cmocka_unit_test(a_process_claims_what_it_can_know),
                cmocka_unit_test(failures_count_before_refusals_and_these_before_locks),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
