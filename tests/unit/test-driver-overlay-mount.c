/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

#include "base/fd.h"
#include "base/text.h"
#include "driver/driver.h"
#include "driver/mount-options.h"
#include "place.h"

#define ID_A   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B   "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ID_C   "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define LINK_A "AAAAAAAAAAAAAAAAAAAAAAAAAA"
#define LINK_B "BBBBBBBBBBBBBBBBBBBBBBBBBB"
#define LINK_C "CCCCCCCCCCCCCCCCCCCCCCCC27"

#define MANY 499 /* with the layer itself as many as the kernel takes (OVL_MAX_STACK) */

static const char *const on_a[] = {ID_A, NULL};
static const char *const on_b_a[] = {ID_B, ID_A, NULL};

static const struct layer_mount mount_a = {.id = ID_A};
static const struct layer_mount mount_b = {.id = ID_B, .parents = on_a};
static const struct layer_mount mount_c = {.id = ID_C, .parents = on_b_a};

/* A store with three layers on one another, as cases see it. */
struct world {
        const struct store_dir *place;
        int home, other_home, runroot;
        int fds[2];
        struct homes homes;
};

static int make_layer(int fd, const struct homes *homes, const char *id, const char *link,
                      const char *const *parents) {
        const struct new_layer layer = {
                .id = id, .link = link, .parents = parents, .uid = geteuid(), .gid = getegid()};

        return driver_overlay.create_layer(homes, fd, &layer, NULL);
}

static int make_world(void **state) {
        static struct world w;

        if (geteuid() != 0)
                return 0;
        if (place_make(state) < 0)
                return -1;
        w.place = *state;
        put_dir(w.place->fd, "graphroot");
        put_dir(w.place->fd, "additional");
        put_dir(w.place->fd, "runroot");
        w.home = driver_overlay.make_home(open_dir_beneath(w.place->fd, "graphroot"), NULL);
        w.other_home = driver_overlay.make_home(open_dir_beneath(w.place->fd, "additional"), NULL);
        w.runroot = open_dir_beneath(w.place->fd, "runroot");
        w.fds[0] = w.home;
        w.fds[1] = w.other_home;
        w.homes = (struct homes){.fds = w.fds, .n = 2, .runroot_fd = w.runroot};
        assert_ok(make_layer(w.home, &w.homes, ID_A, LINK_A, NULL));
        assert_ok(make_layer(w.home, &w.homes, ID_B, LINK_B, on_a));
        assert_ok(make_layer(w.home, &w.homes, ID_C, LINK_C, on_b_a));
        put_text(w.home, ID_A "/diff/a", "of a");
        put_text(w.home, ID_B "/diff/b", "of b");
        *state = &w;
        return 0;
}

static int remove_world(void **state) {
        struct world *w = *state;
        char path[128];

        if (!w)
                return 0;
        close_fd(w->home);
        close_fd(w->other_home);
        close_fd(w->runroot);
        (void) snprintf(path, sizeof(path), "%s/graphroot/overlay", w->place->path);
        (void) umount2(path, MNT_DETACH);
        *state = (void *) (uintptr_t) w->place;
        return place_remove(state);
}

static struct world *world_of(void **state) {
        if (!*state)
                skip();
        return *state;
}

#define in_world(function) cmocka_unit_test_setup_teardown(function, make_world, remove_world)

static char *path_of(const struct world *w, const char *name) {
        static char path[1024];

        (void) snprintf(path, sizeof(path), "%s/%s", w->place->path, name);
        return path;
}

static bool exists(const struct world *w, const char *name) {
        return access(path_of(w, name), F_OK) == 0;
}

#define MERGED "graphroot/overlay/" ID_C "/merged"
#define DIFF   "graphroot/overlay/" ID_C "/diff"

/* Of the mount whose mount point ends so: its line of mountinfo; NULL: there is none. */
static char *find_mount(const char *end) {
        static char found[65536];
        FILE *stream = fopen("/proc/self/mountinfo", "re");
        char *at, *target;

        assert_non_null(stream);
        while (fgets(found, sizeof(found), stream)) {
                target = found;
                for (size_t i = 0; i < 4 && target; i++)
                        target = strchr(target + 1, ' ');
                at = target ? strchr(target + 1, ' ') : NULL;
                if (at && (size_t) (at - target) > strlen(end) &&
                    strncmp(at - strlen(end), end, strlen(end)) == 0) {
                        (void) fclose(stream);
                        return found;
                }
        }
        (void) fclose(stream);
        return NULL;
}

static bool has_option(const char *line, const char *option) {
        const char *super = strrchr(line, ' ') + 1;
        _cleanup_free_ char *copy = strndup(super, strcspn(super, "\n"));

        return mount_options_have(copy, option);
}

/* Newer kernels show it as one of the ways to sync. */
static bool is_volatile(const char *line) {
        return has_option(line, "volatile") || has_option(line, "fsync=volatile");
}

static void a_mounted_layer_shows_all_it_lies_on_and_takes_changes(void **state) {
        const struct world *w = world_of(state);
        _cleanup_free_ char *path = NULL;

        assert_ok(driver_overlay.mount_path(&w->homes, true, ID_C, &path));
        assert_string_equal(path, path_of(w, MERGED));
        assert_ok(driver_overlay.mount(&w->homes, &mount_c, NULL));
        assert_true(exists(w, MERGED "/a"));
        assert_true(exists(w, MERGED "/b"));
        put_text(w->place->fd, MERGED "/new", "text");
        assert_true(exists(w, DIFF "/new"));
        /* Programs know by the ids what is in use. */
        assert_non_null(strstr(strrchr(find_mount(MERGED), ' '), ID_A "/diff"));
        assert_non_null(strstr(strrchr(find_mount(MERGED), ' '), ID_C "/diff"));

        assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));
        assert_null(find_mount(MERGED));
        assert_false(exists(w, MERGED "/a"));
        assert_true(exists(w, DIFF "/new"));
}

static void a_mount_point_is_replaced_by_another(void **state) {
        const struct world *w = world_of(state);
        struct stat before, after;

        assert_ok(fstatat(w->home, ID_C "/merged", &before, 0));
        assert_ok(fchownat(w->home, ID_C "/merged", 12, 34, 0));
        assert_ok(driver_overlay.mount(&w->homes, &mount_c, NULL));
        /* As if a process had been killed before the end. */
        put_dir(w->home, ID_C "/merged.1");
        assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));
        assert_false(is_there(w->home, ID_C "/merged.1"));
        assert_ok(driver_overlay.mount(&w->homes, &mount_c, NULL));
        assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));
        assert_ok(fstatat(w->home, ID_C "/merged", &after, 0));
        assert_true(before.st_ino != after.st_ino);
        assert_int_equal(mode_of(w->home, ID_C "/merged"), 0700);
}

static void the_new_mount_point_has_the_owner_of_the_old_one(void **state) {
        const struct world *w = world_of(state);
        struct stat st;

        assert_ok(fchownat(w->home, ID_C "/merged", 12, 34, 0));
        assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));
        assert_ok(fstatat(w->home, ID_C "/merged", &st, 0));
        assert_int_equal(st.st_uid, 12);
        assert_int_equal(st.st_gid, 34);
}

static void what_is_mounted_is_not_mounted_again(void **state) {
        const struct world *w = world_of(state);

        assert_ok(driver_overlay.mount(&w->homes, &mount_c, NULL));
        assert_ok(driver_overlay.mount(&w->homes, &mount_c, NULL));
        assert_ok(umount(path_of(w, MERGED)));
        assert_null(find_mount(MERGED));
        assert_ok(driver_overlay.mount(&w->homes, &mount_c, NULL));
        assert_non_null(find_mount(MERGED));
        assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));
}

static void what_was_mounted_twice_is_unmounted_twice(void **state) {
        const struct world *w = world_of(state);

        assert_ok(driver_overlay.mount(&w->homes, &mount_c, NULL));
        assert_ok(mount("none", path_of(w, MERGED), "tmpfs", 0, NULL));
        assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));
        assert_null(find_mount(MERGED));
}

static void something_else_is_not_mounted_over(void **state) {
        const struct world *w = world_of(state);
        struct error error;
        int r;

        assert_ok(mount("none", path_of(w, MERGED), "tmpfs", 0, NULL));
        /* So that the home is not made a mount point, which would hide it. */
        ((struct world *) (uintptr_t) w)->homes.shares_mounts = true;
        r = driver_overlay.mount(&w->homes, &mount_c, &error);
        assert_ok(umount(path_of(w, MERGED)));
        assert_int_equal(r, -EBUSY);
        assert_non_null(strstr(error.text, MERGED));
}

static void unmounting_what_is_not_mounted_is_none(void **state) {
        const struct world *w = world_of(state);
        struct error error;

        assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));
        assert_ok(unlinkat(w->home, ID_C "/merged", AT_REMOVEDIR));
        assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));
        assert_ok(driver_overlay.mount(&w->homes, &mount_c, NULL));
        assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));
        assert_int_equal(driver_overlay.unmount(&w->homes, "none", &error), -ENOENT);
        assert_non_null(strstr(error.text, "none"));
}

static void a_read_only_mount_takes_no_changes(void **state) {
        const struct world *w = world_of(state);
        struct layer_mount mount = mount_c;
        struct statvfs st;

        put_text(w->home, ID_C "/diff/c", "of c");
        mount.read_only = true;
        mount.is_volatile = true;
        assert_ok(driver_overlay.mount(&w->homes, &mount, NULL));
        assert_true(exists(w, MERGED "/a"));
        assert_true(exists(w, MERGED "/c"));
        assert_ok(statvfs(path_of(w, MERGED), &st));
        assert_true(st.f_flag & ST_RDONLY);
        assert_null(strstr(find_mount(MERGED), "upperdir"));
        assert_false(is_volatile(find_mount(MERGED)));
        assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));
}

static void a_layer_on_nothing_can_be_mounted_too(void **state) {
        const struct world *w = world_of(state);
        struct layer_mount mount = mount_a;

        assert_ok(driver_overlay.mount(&w->homes, &mount, NULL));
        assert_true(exists(w, "graphroot/overlay/" ID_A "/merged/a"));
        assert_ok(driver_overlay.unmount(&w->homes, ID_A, NULL));
        mount.read_only = true;
        assert_ok(driver_overlay.mount(&w->homes, &mount, NULL));
        assert_true(exists(w, "graphroot/overlay/" ID_A "/merged/a"));
        assert_ok(driver_overlay.unmount(&w->homes, ID_A, NULL));
}

static void a_volatile_mount_may_be_repeated(void **state) {
        const struct world *w = world_of(state);
        struct layer_mount mount = mount_c;

        mount.is_volatile = true;
        for (size_t i = 0; i < 2; i++) {
                assert_ok(driver_overlay.mount(&w->homes, &mount, NULL));
                assert_true(is_volatile(find_mount(MERGED)));
                put_text(w->place->fd, MERGED "/new", "text");
                assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));
        }
        assert_true(is_there(w->home, ID_C "/work/work/incompat/volatile"));
        assert_ok(driver_overlay.mount(&w->homes, &mount_c, NULL));
        assert_false(is_volatile(find_mount(MERGED)));
        assert_false(is_there(w->home, ID_C "/work/work/incompat/volatile"));
        assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));
}

/* ------------------------------------------------------------------------------------------ options */

static void options_are_the_callers_or_the_configurations(void **state) {
        static const char *const given[] = {"noexec", "xino=off,nodev", NULL};
        struct world *w = world_of(state);
        struct layer_mount mount = mount_c;
        struct statvfs st;

        w->homes.mount_options = "nosuid,metacopy=on";
        assert_ok(driver_overlay.mount(&w->homes, &mount, NULL));
        assert_ok(statvfs(path_of(w, MERGED), &st));
        assert_true((st.f_flag & ST_NOSUID) && !(st.f_flag & ST_NOEXEC));
        assert_true(has_option(find_mount(MERGED), "metacopy=on"));
        assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));

        mount.options = given;
        assert_ok(driver_overlay.mount(&w->homes, &mount, NULL));
        assert_ok(statvfs(path_of(w, MERGED), &st));
        assert_true((st.f_flag & ST_NOEXEC) && (st.f_flag & ST_NODEV) && !(st.f_flag & ST_NOSUID));
        assert_true(has_option(find_mount(MERGED), "metacopy=on"));
        assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));
}

static void ro_among_the_options_is_read_only(void **state) {
        static const char *const ro[] = {"ro", NULL};
        const struct world *w = world_of(state);
        struct layer_mount mount = mount_c;

        mount.options = ro;
        assert_ok(driver_overlay.mount(&w->homes, &mount, NULL));
        assert_null(strstr(find_mount(MERGED), "upperdir"));
        assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));
}

static void an_option_that_makes_another_mount_of_it_is_refused(void **state) {
        static const char *const options[] = {"lowerdir=/",        "upperdir=/tmp", "workdir=/",
                                              "remount",           "bind",          "rshared",
                                              "nodev,lowerdir+=/", "context=x"};
        const struct world *w = world_of(state);
        struct error error;

        for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
                const char *const one[] = {options[i], NULL};
                struct layer_mount mount = mount_c;

                mount.options = one;
                assert_int_equal(driver_overlay.mount(&w->homes, &mount, &error), -EINVAL);
                assert_non_null(strstr(error.text, "not the caller's to set"));
                assert_null(find_mount(MERGED));
        }
}

static void an_option_that_the_kernel_does_not_know_is_refused(void **state) {
        static const char *const unknown[] = {"no-such-option", NULL};
        const struct world *w = world_of(state);
        struct layer_mount mount = mount_c;
        struct error error;

        mount.options = unknown;
        mount.is_volatile = true;
        assert_int_equal(driver_overlay.mount(&w->homes, &mount, &error), -EINVAL);
        assert_non_null(strstr(error.text, MERGED));
}

static void options_become_flags_and_text(void **state) {
        _cleanup_mount_options_ struct mount_options data = MOUNT_OPTIONS_INIT;
        struct error error;

        (void) state;
        assert_ok(mount_options_add(&data, "defaults,ro,nodev,,xino=on,rw", NULL));
        assert_ok(mount_options_add(&data, "volatile", NULL));
        assert_ok(mount_options_add_label(&data, "system_u:object_r:container_file_t:s0:c1,c2", NULL));
        assert_int_equal(data.flags, MS_NODEV);
        assert_string_equal(data.text.s, "xino=on,volatile,context=\"system_u:object_r:container_file_t:s0:"
                                         "c1,c2\"");
        assert_true(mount_options_have(data.text.s, "volatile"));
        assert_false(mount_options_have(data.text.s, "xino"));
        assert_false(mount_options_have(NULL, "xino"));
        assert_int_equal(mount_options_add_label(&data, "a\",lowerdir=/", &error), -EINVAL);
        assert_int_equal(mount_options_add_label(&data, "a\nb", &error), -EINVAL);
}

static void a_label_reaches_the_kernel(void **state) {
        const struct world *w = world_of(state);
        struct layer_mount mount = mount_c;
        struct error error;

        if (access("/sys/fs/selinux", F_OK) == 0)
                skip();
        /* Without SELinux overlayfs itself gets it, and does not know it. */
        mount.label = "system_u:object_r:container_file_t:s0:c1,c2";
        assert_int_equal(driver_overlay.mount(&w->homes, &mount, &error), -EINVAL);
        mount.label = "";
        assert_ok(driver_overlay.mount(&w->homes, &mount, &error));
        assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));
}

/* --------------------------------------------------------------------------------------- many layers */

static void expect_all(const struct world *w, const char *merged, size_t n) {
        char name[512];

        for (size_t i = 0; i < n; i++) {
                (void) snprintf(name, sizeof(name), "%s/file-%zu", merged, i);
                assert_true(exists(w, name));
        }
}

static void as_many_layers_as_there_may_be_are_mounted(void **state) {
        const struct world *w = world_of(state);
        static char ids[MANY][ID_LENGTH + 1];
        const char *parents[MANY + 1] = {NULL};
        struct layer_mount mount = {.id = ID_C, .parents = parents};
        char here[4096], after[4096], name[128];

        for (size_t i = 0; i < MANY; i++) {
                (void) snprintf(ids[i], sizeof(ids[i]), "%064zx", i);
                parents[i] = ids[i];
                put_dir(w->home, ids[i]);
                (void) snprintf(name, sizeof(name), "%.*s/diff", (int) ID_LENGTH, ids[i]);
                put_dir(w->home, name);
                (void) snprintf(name, sizeof(name), "%.*s/diff/file-%zu", (int) ID_LENGTH, ids[i], i);
                put_text(w->home, name, "");
        }

        assert_non_null(getcwd(here, sizeof(here)));
        assert_ok(driver_overlay.mount(&w->homes, &mount, NULL));
        assert_non_null(getcwd(after, sizeof(after)));
        assert_string_equal(here, after);
        expect_all(w, MERGED, MANY);
        assert_non_null(strstr(strrchr(find_mount(MERGED), ' '), ID_C "/diff"));
        put_text(w->place->fd, MERGED "/new", "");
        assert_true(exists(w, DIFF "/new"));
        assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));

        mount.read_only = true;
        assert_ok(driver_overlay.mount(&w->homes, &mount, NULL));
        expect_all(w, MERGED, MANY);
        assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));
}

static void a_path_with_any_characters_will_do(void **state) {
        const struct world *w = world_of(state);
        static const char name[] = "a:b,c\\d\"e f\ng";
        _cleanup_close_ int root = -1;
        struct homes homes;
        char merged[256];
        int fd;

        put_dir(w->place->fd, name);
        root = open_dir_beneath(w->place->fd, name);
        fd = driver_overlay.make_home(root, NULL);
        homes = (struct homes){.fds = &fd, .n = 1, .runroot_fd = -1};
        assert_ok(make_layer(fd, &homes, ID_A, LINK_A, NULL));
        assert_ok(make_layer(fd, &homes, ID_B, LINK_B, on_a));
        put_text(fd, ID_A "/diff/a", "");
        assert_ok(driver_overlay.mount(&homes, &mount_b, NULL));
        (void) snprintf(merged, sizeof(merged), "%s/overlay/" ID_B "/merged/a", name);
        assert_true(exists(w, merged));
        assert_ok(driver_overlay.unmount(&homes, ID_B, NULL));
        assert_false(exists(w, merged));
        close_fd(fd);
        (void) snprintf(merged, sizeof(merged), "%s/overlay", name);
        assert_ok(umount2(path_of(w, merged), MNT_DETACH));
}

static void uppers_that_were_put_aside_are_part_of_a_layer(void **state) {
        const struct world *w = world_of(state);

        put_dir(w->home, ID_B "/diff1");
        put_text(w->home, ID_B "/diff1/older", "");
        put_dir(w->home, ID_B "/diff2");
        put_text(w->home, ID_B "/diff2/oldest", "");
        put_dir(w->home, ID_C "/diff1");
        put_text(w->home, ID_C "/diff1/own", "");
        assert_ok(driver_overlay.mount(&w->homes, &mount_c, NULL));
        assert_true(exists(w, MERGED "/older"));
        assert_true(exists(w, MERGED "/oldest"));
        assert_true(exists(w, MERGED "/own"));
        assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));
}

static void what_the_kernel_alone_cannot_mount_is_refused(void **state) {
        const struct world *w = world_of(state);
        struct error error;

        put_text(w->home, ".has-mount-program", "true");
        assert_int_equal(driver_overlay.mount(&w->homes, &mount_c, &error), -EOPNOTSUPP);
        assert_non_null(strstr(error.text, ".has-mount-program"));
        put_text(w->home, ".has-mount-program", "false");
        put_dir(w->home, ID_B "/composefs-data");
        put_text(w->home, ID_B "/composefs-data/composefs.blob", "");
        assert_int_equal(driver_overlay.mount(&w->homes, &mount_c, &error), -EOPNOTSUPP);
        assert_non_null(strstr(error.text, ID_B));
        assert_null(find_mount(MERGED));
}

static void without_one_of_its_layers_nothing_is_mounted(void **state) {
        const struct world *w = world_of(state);
        struct error error;

        assert_ok(renameat(w->home, ID_A, w->place->fd, "away"));
        assert_int_equal(driver_overlay.mount(&w->homes, &mount_c, &error), -ENOENT);
        assert_non_null(strstr(error.text, ID_A));
        assert_int_equal(driver_overlay.mount(&w->homes, &mount_a, &error), -ENOENT);
        assert_null(find_mount(MERGED));
}

/* -------------------------------------------------------------------------------------------- homes */

static void a_layer_of_another_store_is_mounted_in_the_runroot(void **state) {
        struct world *w = world_of(state);
        static const char merged[] = "runroot/overlay/" ID_B "/merged";
        const struct homes other = {.fds = &w->other_home, .n = 1, .runroot_fd = -1};
        _cleanup_free_ char *path = NULL;

        assert_ok(renameat(w->home, ID_B, w->place->fd, "away"));
        assert_ok(renameat(w->home, ID_A, w->other_home, ID_A));
        assert_ok(make_layer(w->other_home, &other, ID_B, LINK_B, on_a));
        assert_ok(driver_overlay.mount_path(&w->homes, false, ID_B, &path));
        assert_string_equal(path, path_of(w, merged));

        assert_ok(driver_overlay.mount(&w->homes, &mount_b, NULL));
        assert_non_null(find_mount(merged));
        assert_null(strstr(find_mount(merged), "upperdir"));
        assert_true(exists(w, "runroot/overlay/" ID_B "/merged/a"));
        assert_int_equal(mode_of(w->runroot, "overlay"), 0700);
        assert_ok(driver_overlay.mount(&w->homes, &mount_b, NULL));
        assert_ok(driver_overlay.unmount(&w->homes, ID_B, NULL));
        assert_null(find_mount(merged));
        assert_false(exists(w, "runroot/overlay/" ID_B));
        assert_ok(driver_overlay.unmount(&w->homes, ID_B, NULL));

        /* A layer of ours lies on them. */
        assert_ok(driver_overlay.mount(&w->homes, &mount_c, NULL));
        assert_true(exists(w, MERGED "/a"));
        assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));
        w->homes.runroot_fd = -1;
        assert_int_equal(driver_overlay.mount(&w->homes, &mount_b, NULL), -ENOENT);
}

static void the_home_becomes_a_private_mount(void **state) {
        struct world *w = world_of(state);

        w->homes.shares_mounts = true;
        assert_ok(driver_overlay.mount(&w->homes, &mount_c, NULL));
        assert_null(find_mount("graphroot/overlay"));
        assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));

        w->homes.shares_mounts = false;
        assert_ok(driver_overlay.mount(&w->homes, &mount_c, NULL));
        assert_non_null(find_mount("graphroot/overlay"));
        assert_null(strstr(find_mount("graphroot/overlay"), "shared:"));
        /* Once, also where the descriptor is older than that. */
        assert_ok(driver_overlay.mount(&w->homes, &mount_b, NULL));
        assert_ok(driver_overlay.unmount(&w->homes, ID_B, NULL));
        assert_ok(driver_overlay.unmount(&w->homes, ID_C, NULL));
        assert_ok(umount(path_of(w, "graphroot/overlay")));
        assert_null(find_mount("graphroot/overlay"));
}

/* ------------------------------------------------------------------------------------ user namespace */

static bool put_proc(const char *path, const char *text) {
        _cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

        return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t) strlen(text);
}

static int mount_rootless(struct world *w) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 || !put_proc("/proc/self/setgroups", "deny") ||
            !put_proc("/proc/self/uid_map", "0 0 1") || !put_proc("/proc/self/gid_map", "0 0 1"))
                return 77;
        /* What was opened before is of the other namespace. */
        w->fds[0] = w->home = open(path_of(w, "graphroot/overlay"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        w->fds[1] = -1;
        w->homes.mount_options = "nodev,metacopy=on";
        if (driver_overlay.mount(&w->homes, &mount_c, NULL) < 0)
                return 1;
        if (!has_option(find_mount(MERGED), "userxattr") || has_option(find_mount(MERGED), "metacopy=on"))
                return 2;
        if (!exists(w, MERGED "/a"))
                return 3;
        return driver_overlay.unmount(&w->homes, ID_C, NULL) < 0 ? 4 : 0;
}

static void in_a_user_namespace_users_attributes_are_used(void **state) {
        struct world *w = world_of(state);
        int status = -1;
        pid_t pid = fork();

        if (pid == 0)
                _exit(mount_rootless(w));
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
                skip();
        assert_int_equal(status, 0);
}

/* Nothing that is mounted here is seen, or left, elsewhere. Not where / is no mount point, as in a chroot. */
static bool have_own_mounts(void) {
        return unshare(CLONE_NEWNS) >= 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) >= 0 &&
               mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) >= 0;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                in_world(a_mounted_layer_shows_all_it_lies_on_and_takes_changes),
                in_world(a_mount_point_is_replaced_by_another),
                in_world(the_new_mount_point_has_the_owner_of_the_old_one),
                in_world(what_is_mounted_is_not_mounted_again),
                in_world(what_was_mounted_twice_is_unmounted_twice),
                in_world(something_else_is_not_mounted_over),
                in_world(unmounting_what_is_not_mounted_is_none),
                in_world(a_read_only_mount_takes_no_changes),
                in_world(a_layer_on_nothing_can_be_mounted_too),
                in_world(a_volatile_mount_may_be_repeated),
                in_world(options_are_the_callers_or_the_configurations),
                in_world(ro_among_the_options_is_read_only),
                in_world(an_option_that_makes_another_mount_of_it_is_refused),
                in_world(an_option_that_the_kernel_does_not_know_is_refused),
                cmocka_unit_test(options_become_flags_and_text),
                in_world(a_label_reaches_the_kernel),
                in_world(as_many_layers_as_there_may_be_are_mounted),
                in_world(a_path_with_any_characters_will_do),
                in_world(uppers_that_were_put_aside_are_part_of_a_layer),
                in_world(what_the_kernel_alone_cannot_mount_is_refused),
                in_world(without_one_of_its_layers_nothing_is_mounted),
                in_world(a_layer_of_another_store_is_mounted_in_the_runroot),
                in_world(the_home_becomes_a_private_mount),
                in_world(in_a_user_namespace_users_attributes_are_used),
        };

        if (geteuid() == 0 && !have_own_mounts()) {
                printf("1..0 # SKIP it can have no mounts of its own here: %s\n", strerror(errno));
                return 77;
        }
        return cmocka_run_group_tests(tests, NULL, NULL);
}
