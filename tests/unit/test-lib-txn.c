/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "base/cleanup.h"
#include "fixture.h"
#include "tree/delete.h"
#include "unit.h"

DEFINE_CLEANUP(struct cstorage_store *, cstorage_store_unref);
DEFINE_CLEANUP(struct cstorage_inventory *, cstorage_inventory_unref);
DEFINE_CLEANUP(struct cstorage_snapshot *, cstorage_snapshot_unref);
DEFINE_CLEANUP(struct cstorage_txn *, cstorage_txn_free);
DEFINE_CLEANUP(struct cstorage_trash *, cstorage_trash_free);

#define LINK "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const struct cstorage_entry *find_entry(const struct cstorage_inventory *inventory,
                                               enum cstorage_entry_kind kind, const char *name) {
        const struct cstorage_entry *entry = NULL;

        while ((entry = cstorage_inventory_next(inventory, entry)))
                if (cstorage_entry_get_kind(entry) == kind &&
                    strcmp(cstorage_entry_get_name(entry), name) == 0)
                        return entry;
        return NULL;
}

static size_t n_dirs; /* of the last trash */

static void empty_trash(struct cstorage_trash *trash) {
        struct cstorage_trash_dir *dir = NULL;

        n_dirs = 0;
        while ((dir = cstorage_trash_next_dir(trash, dir))) {
                _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;

                n_dirs++;
                assert_int_equal(cstorage_trash_dir_lock(dir, NULL), 1);
                if (cstorage_trash_dir_get_fd(dir) >= 0)
                        assert_int_equal(tree_remove(cstorage_trash_dir_get_fd(dir), NULL, &result, NULL), 0);
                assert_ok(cstorage_trash_dir_remove(dir, NULL));
                assert_int_equal(cstorage_trash_dir_get_fd(dir), -1);
                assert_int_equal(cstorage_trash_dir_remove(dir, NULL), -EINVAL);
                assert_int_equal(cstorage_trash_dir_lock(dir, NULL), 0);
        }
}

/* Look, wait for meddle to do its worst, retire; the result's code. */
static int trash_one(struct fixture *f, enum cstorage_entry_kind kind, const char *name,
                     void (*meddle)(struct fixture *f)) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;
        const struct cstorage_entry *entry;
        struct cstorage_entry_stat seen;
        int code;

        assert_ok(cstorage_inventory_new(store, &inventory, NULL));
        entry = find_entry(inventory, kind, name);
        assert_non_null(entry);
        assert_ok(cstorage_entry_stat(entry, &seen, NULL));
        if (meddle)
                meddle(f);

        assert_ok(cstorage_txn_begin(store, NULL, &txn, NULL));
        assert_ok(cstorage_txn_trash_entry(txn, entry, &seen, NULL));
        assert_ok(cstorage_txn_commit(txn, &trash, NULL));
        txn = cstorage_txn_free(txn);
        code = cstorage_trash_item_get_code(cstorage_trash_next_item(trash, NULL));
        empty_trash(trash);
        return code;
}

static void a_layer_goes_with_its_link_and_leaves_no_temp_dir(void **state) {
        const char *id = fixture_id("ab");
        struct fixture *f = *state;
        char path[256];

        fixture_add_layer_dir(f, id, LINK);
        fixture_add_layer_dir(f, fixture_id("cd"), "BBCDEFGHIJKLMNOPQRSTUVWXYZ");
        assert_int_equal(trash_one(f, CSTORAGE_ENTRY_LAYER_DIR, id, NULL), 0);

        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s", id);
        assert_false(fixture_exists(f, path));
        assert_false(fixture_exists(f, "graphroot/overlay/l/" LINK));
        assert_false(fixture_exists(f, "graphroot/overlay/tempdirs"));
        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s/diff/etc/passwd", fixture_id("cd"));
        assert_true(fixture_exists(f, path));
        assert_true(fixture_exists(f, "graphroot/overlay/l/BBCDEFGHIJKLMNOPQRSTUVWXYZ"));
}

static void data_goes_through_the_temp_dirs_of_the_layers(void **state) {
        const char *id = fixture_id("ab");
        struct fixture *f = *state;
        char path[256];

        (void) snprintf(path, sizeof(path), "graphroot/overlay-containers/%s/userdata/config.json", id);
        fixture_write(f, path, "{}");
        assert_int_equal(trash_one(f, CSTORAGE_ENTRY_CONTAINER_DIR, id, NULL), 0);
        *strstr(path, "/userdata") = '\0';
        assert_false(fixture_exists(f, path));
        assert_false(fixture_exists(f, "graphroot/overlay-layers/tmp"));
}

/* A file of one layer that contains the short name of another. */
static void a_link_that_leads_to_another_layer_stays(void **state) {
        struct fixture *f = *state;
        char path[256];

        fixture_add_layer_dir(f, fixture_id("cd"), LINK);
        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s/link", fixture_id("ab"));
        fixture_write(f, path, LINK);
        assert_int_equal(trash_one(f, CSTORAGE_ENTRY_LAYER_DIR, fixture_id("ab"), NULL), 0);
        assert_true(fixture_exists(f, "graphroot/overlay/l/" LINK));
}

static void what_lies_in_the_runroot_needs_no_temp_dir(void **state) {
        struct fixture *f = *state;

        fixture_write(f, "runroot/overlay-containers/.tmp-volatile-containers.json123", "[");
        assert_int_equal(trash_one(f, CSTORAGE_ENTRY_SAVE_LEFTOVER, ".tmp-volatile-containers.json123", NULL),
                         0);
        assert_false(fixture_exists(f, "runroot/overlay-containers/.tmp-volatile-containers.json123"));
        assert_int_equal(n_dirs, 0);
}

static void replace_layer(struct fixture *f) {
        char from[256], to[256];

        (void) snprintf(from, sizeof(from), "graphroot/overlay/%s", fixture_id("ab"));
        (void) snprintf(to, sizeof(to), "graphroot/overlay/%s", fixture_id("ef"));
        assert_int_equal(renameat(f->fd, from, f->fd, to), 0);
        fixture_symlink(f, "/etc", from);
}

static void what_was_replaced_since_is_left(void **state) {
        struct fixture *f = *state;
        char path[256];

        fixture_add_layer_dir(f, fixture_id("ab"), LINK);
        assert_int_equal(trash_one(f, CSTORAGE_ENTRY_LAYER_DIR, fixture_id("ab"), replace_layer), -ESTALE);
        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s", fixture_id("ab"));
        assert_true(fixture_exists(f, path));
}

static void remove_layer(struct fixture *f) {
        char from[256];

        (void) snprintf(from, sizeof(from), "graphroot/overlay/%s", fixture_id("ab"));
        assert_int_equal(renameat(f->fd, from, f->fd, "elsewhere"), 0);
}

static void what_is_gone_is_gone(void **state) {
        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        assert_int_equal(trash_one(*state, CSTORAGE_ENTRY_LAYER_DIR, fixture_id("ab"), remove_layer),
                         -ENOENT);
}

static void mount_below(struct fixture *f) {
        char path[4096];

        (void) snprintf(path, sizeof(path), "%s/graphroot/overlay/%s/diff/etc", f->top, fixture_id("ab"));
        assert_int_equal(mount("none", path, "tmpfs", 0, NULL), 0);
}

static void what_has_a_mount_below_is_left(void **state) {
        struct fixture *f = *state;
        char path[4096];
        int code;

        if (geteuid() != 0) {
                skip();
                return;
        }
        fixture_add_layer_dir(f, fixture_id("ab"), LINK);
        code = trash_one(f, CSTORAGE_ENTRY_LAYER_DIR, fixture_id("ab"), mount_below);
        (void) snprintf(path, sizeof(path), "%s/graphroot/overlay/%s/diff/etc", f->top, fixture_id("ab"));
        assert_int_equal(umount(path), 0);
        assert_int_equal(code, -EBUSY);
        assert_true(fixture_exists(f, "graphroot/overlay/l/" LINK));
}

/* Nothing can be renamed out of an immutable directory. */
static bool set_immutable(struct fixture *f, const char *path, bool immutable) {
        _cleanup_close_ int fd = openat(f->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        int flags;

        if (fd < 0 || ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0)
                return false;
        flags = immutable ? flags | FS_IMMUTABLE_FL : flags & ~FS_IMMUTABLE_FL;
        return ioctl(fd, FS_IOC_SETFLAGS, &flags) >= 0;
}

static void nail_down(struct fixture *f) {
        assert_true(set_immutable(f, "graphroot/overlay", true));
}

static void a_layer_that_cannot_be_moved_keeps_its_link(void **state) {
        struct fixture *f = *state;
        int code;

        fixture_add_layer_dir(f, fixture_id("ab"), LINK);
        fixture_mkdir(f, "graphroot/overlay/tempdirs");
        if (!set_immutable(f, "graphroot/overlay", false) || geteuid() != 0) {
                skip();
                return;
        }
        code = trash_one(f, CSTORAGE_ENTRY_LAYER_DIR, fixture_id("ab"), nail_down);
        assert_true(set_immutable(f, "graphroot/overlay", false));
        assert_int_equal(code, -EPERM);
        assert_true(fixture_exists(f, "graphroot/overlay/l/" LINK));
}

/* With a layer that has no record below it, mounted at a place that is none of the store's. */
static void mount_elsewhere(struct fixture *f) {
        char path[4096], options[8192];

        fixture_mkdir(f, "elsewhere");
        fixture_mkdir(f, "other");
        (void) snprintf(path, sizeof(path), "%s/elsewhere", f->top);
        (void) snprintf(options, sizeof(options), "lowerdir=%s/graphroot/overlay/%s/diff:%s/other", f->top,
                        fixture_id("ab"), f->top);
        assert_int_equal(mount("overlay", path, "overlay", MS_RDONLY, options), 0);
}

static void what_is_mounted_elsewhere_is_left(void **state) {
        struct fixture *f = *state;
        char path[4096];
        int code;

        if (geteuid() != 0) {
                skip();
                return;
        }
        fixture_add_layer_dir(f, fixture_id("ab"), LINK);
        code = trash_one(f, CSTORAGE_ENTRY_LAYER_DIR, fixture_id("ab"), mount_elsewhere);
        (void) snprintf(path, sizeof(path), "%s/elsewhere", f->top);
        assert_int_equal(umount(path), 0);
        assert_int_equal(code, -EBUSY);
        assert_true(fixture_exists(f, "graphroot/overlay/l/" LINK));
}

static void start_a_container(struct fixture *f) {
        char path[256];

        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s/work/work", fixture_id("ab"));
        fixture_mkdir(f, path);
}

static void what_changed_since_it_was_looked_at_is_left(void **state) {
        static const struct timespec tick = {.tv_nsec = 20000000}; /* of the kernel's clock of files */
        char path[256];

        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s/work", fixture_id("ab"));
        fixture_mkdir(*state, path);
        assert_int_equal(nanosleep(&tick, NULL), 0);
        assert_int_equal(trash_one(*state, CSTORAGE_ENTRY_LAYER_DIR, fixture_id("ab"), start_a_container),
                         -ESTALE);
        assert_true(fixture_exists(*state, path));
}

static void an_immutable_staging_entry_goes_too(void **state) {
        struct fixture *f = *state;
        int code;

        fixture_write(f, "graphroot/overlay/staging/7/staging.lock", "");
        if (!set_immutable(f, "graphroot/overlay/staging/7", false) || geteuid() != 0) {
                skip();
                return;
        }
        assert_true(set_immutable(f, "graphroot/overlay/staging/7", true));
        code = trash_one(f, CSTORAGE_ENTRY_STAGING, "7", NULL);
        (void) set_immutable(f, "graphroot/overlay/staging/7", false);
        assert_int_equal(code, 0);
}

/* The data of layers on another file system than that of containers: no rename, and no end of the rest. */
static void what_lies_on_another_file_system_fails_alone(void **state) {
        struct fixture *f = *state;
        char path[4096], data[256];
        int code, other;

        if (geteuid() != 0) {
                skip();
                return;
        }
        (void) snprintf(path, sizeof(path), "%s/graphroot/overlay-layers", f->top);
        assert_int_equal(mount("none", path, "tmpfs", 0, NULL), 0);
        fixture_write(f, "graphroot/overlay-layers/layers.json", "[]");
        fixture_add_layer_dir(f, fixture_id("ab"), LINK);
        (void) snprintf(data, sizeof(data), "graphroot/overlay-containers/%s/userdata", fixture_id("ef"));
        fixture_mkdir(f, data);
        *strstr(data, "/userdata") = '\0';

        code = trash_one(f, CSTORAGE_ENTRY_CONTAINER_DIR, fixture_id("ef"), NULL);
        other = trash_one(f, CSTORAGE_ENTRY_LAYER_DIR, fixture_id("ab"), NULL);
        assert_int_equal(umount(path), 0);
        assert_int_equal(code, -EXDEV);
        assert_true(fixture_exists(f, data));
        assert_int_equal(other, 0);
}

static void a_temp_dir_that_nobody_holds_is_taken_over(void **state) {
        struct fixture *f = *state;

        fixture_write(f, "graphroot/overlay/tempdirs/temp-dir-42/0-x/file", "x");
        fixture_write(f, "graphroot/overlay/tempdirs/lock-42", "");
        assert_int_equal(trash_one(f, CSTORAGE_ENTRY_TEMP_DIR, "temp-dir-42", NULL), 0);
        assert_false(fixture_exists(f, "graphroot/overlay/tempdirs/temp-dir-42"));
        assert_false(fixture_exists(f, "graphroot/overlay/tempdirs/lock-42"));
        assert_true(fixture_exists(f, "graphroot/overlay/tempdirs"));
}

static void hold_lock(struct fixture *f) {
        static const struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        int fd = openat(f->fd, "graphroot/overlay/tempdirs/lock-42", O_RDWR | O_CLOEXEC);

        /* Left open: the lock is to stay. */
        assert_true(fd >= 0);
        assert_int_equal(fcntl(fd, F_OFD_SETLK, &lock), 0);
}

static void a_temp_dir_that_somebody_holds_is_left(void **state) {
        struct fixture *f = *state;

        fixture_write(f, "graphroot/overlay/tempdirs/temp-dir-42/0-addition/file", "x");
        fixture_write(f, "graphroot/overlay/tempdirs/lock-42", "");
        assert_int_equal(trash_one(f, CSTORAGE_ENTRY_TEMP_DIR, "temp-dir-42", hold_lock), -EBUSY);
        assert_true(fixture_exists(f, "graphroot/overlay/tempdirs/temp-dir-42/0-addition/file"));
}

static struct cstorage_trash *retire_everything(struct fixture *f) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        const struct cstorage_entry *entry = NULL;
        struct cstorage_trash *trash = NULL;
        struct cstorage_entry_stat seen;

        assert_ok(cstorage_inventory_new(store, &inventory, NULL));
        assert_ok(cstorage_txn_begin(store, NULL, &txn, NULL));
        while ((entry = cstorage_inventory_next(inventory, entry))) {
                assert_ok(cstorage_entry_stat(entry, &seen, NULL));
                assert_ok(cstorage_txn_trash_entry(txn, entry, &seen, (void *) (uintptr_t) entry));
        }
        assert_ok(cstorage_txn_commit(txn, &trash, NULL));
        return trash;
}

static void an_item_has_the_pointer_of_the_caller(void **state) {
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;
        const struct cstorage_trash_item *item = NULL;

        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        fixture_add_layer_dir(*state, fixture_id("cd"), "BBCDEFGHIJKLMNOPQRSTUVWXYZ");
        trash = retire_everything(*state);
        assert_non_null(cstorage_trash_next_item(trash, NULL));
        while ((item = cstorage_trash_next_item(trash, item)))
                assert_ptr_equal(cstorage_trash_item_get_userdata(item), cstorage_trash_item_get_entry(item));
}

/* Move all entries of the store; each side file whose id begins with this digit fails or vanishes. */
static struct cstorage_trash *trash_all_but(struct fixture *f, char digit,
                                            void (*meddle)(struct fixture *f)) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        const struct cstorage_entry *entry = NULL;
        struct cstorage_trash *trash = NULL;
        struct cstorage_entry_stat seen;

        assert_ok(cstorage_inventory_new(store, &inventory, NULL));
        assert_ok(cstorage_txn_begin(store, NULL, &txn, NULL));
        while ((entry = cstorage_inventory_next(inventory, entry))) {
                assert_ok(cstorage_entry_stat(entry, &seen, NULL));
                if (cstorage_entry_get_kind(entry) == CSTORAGE_ENTRY_TAR_SPLIT && !meddle &&
                    cstorage_entry_get_id(entry)[0] == digit)
                        seen.inode++;
                assert_ok(cstorage_txn_trash_entry(txn, entry, &seen, NULL));
        }
        if (meddle)
                meddle(f);
        assert_ok(cstorage_txn_commit(txn, &trash, NULL));
        return trash;
}

static void add_layer_with_side_file(struct fixture *f, const char *id, const char *link) {
        char path[256];

        fixture_add_layer_dir(f, id, link);
        (void) snprintf(path, sizeof(path), "graphroot/overlay-layers/%s.tar-split.gz", id);
        fixture_write(f, path, "x");
}

static int code_of(const struct cstorage_trash *trash, enum cstorage_entry_kind kind, const char *id) {
        const struct cstorage_trash_item *item = NULL;

        while ((item = cstorage_trash_next_item(trash, item))) {
                const struct cstorage_entry *entry = cstorage_trash_item_get_entry(item);

                if (cstorage_entry_get_kind(entry) == kind && strcmp(cstorage_entry_get_id(entry), id) == 0)
                        return cstorage_trash_item_get_code(item);
        }
        fail();
        return 0;
}

static void a_layer_directory_stays_with_its_side_file(void **state) {
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;
        char path[256];

        add_layer_with_side_file(*state, fixture_id("ab"), LINK);
        add_layer_with_side_file(*state, fixture_id("cd"), "BBCDEFGHIJKLMNOPQRSTUVWXYZ");
        trash = trash_all_but(*state, 'a', NULL);
        assert_int_equal(code_of(trash, CSTORAGE_ENTRY_TAR_SPLIT, fixture_id("ab")), -ESTALE);
        assert_int_equal(code_of(trash, CSTORAGE_ENTRY_LAYER_DIR, fixture_id("ab")), -ECANCELED);
        assert_int_equal(code_of(trash, CSTORAGE_ENTRY_TAR_SPLIT, fixture_id("cd")), 0);
        assert_int_equal(code_of(trash, CSTORAGE_ENTRY_LAYER_DIR, fixture_id("cd")), 0);
        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s/diff", fixture_id("ab"));
        assert_true(fixture_exists(*state, path));
}

static void remove_side_file(struct fixture *f) {
        char path[256];

        (void) snprintf(path, sizeof(path), "graphroot/overlay-layers/%s.tar-split.gz", fixture_id("ab"));
        assert_int_equal(unlinkat(f->fd, path, 0), 0);
}

static void a_layer_directory_goes_if_its_side_file_is_gone(void **state) {
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;

        add_layer_with_side_file(*state, fixture_id("ab"), LINK);
        trash = trash_all_but(*state, 'a', remove_side_file);
        assert_int_equal(code_of(trash, CSTORAGE_ENTRY_TAR_SPLIT, fixture_id("ab")), -ENOENT);
        assert_int_equal(code_of(trash, CSTORAGE_ENTRY_LAYER_DIR, fixture_id("ab")), 0);
}

static const char *trashed_in(const struct cstorage_trash *trash, const char *start) {
        const struct cstorage_trash_item *item = NULL;

        while ((item = cstorage_trash_next_item(trash, item)))
                if (strncmp(cstorage_entry_get_path(cstorage_trash_item_get_entry(item)), start,
                            strlen(start)) == 0)
                        return cstorage_trash_dir_get_path(cstorage_trash_item_get_dir(item));
        fail();
        return NULL;
}

/* A rename must not leave the store: another one may be another file system. */
static void each_store_has_one_temp_dir_of_its_own(void **state) {
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;
        struct fixture *f = *state;
        char graphroot[4096], imagestore[4096], path[256];

        (void) snprintf(graphroot, sizeof(graphroot), "%s/graphroot/overlay/", f->top);
        (void) snprintf(imagestore, sizeof(imagestore), "%s/imagestore", f->top);
        fixture_add_layer_dir(f, fixture_id("ab"), LINK);
        fixture_add_layer_dir(f, fixture_id("cd"), "BBCDEFGHIJKLMNOPQRSTUVWXYZ");
        for (const char *digits = "12"; *digits; digits++) {
                (void) snprintf(path, sizeof(path), "imagestore/overlay/%s/diff", fixture_id(digits));
                fixture_mkdir(f, path);
        }
        assert_ok(cstorage_config_set_imagestore(f->config, imagestore));
        trash = retire_everything(f);
        (void) strcat(imagestore, "/overlay/");
        assert_int_equal(strncmp(trashed_in(trash, graphroot), graphroot, strlen(graphroot)), 0);
        assert_int_equal(strncmp(trashed_in(trash, imagestore), imagestore, strlen(imagestore)), 0);
        empty_trash(trash);
        assert_int_equal(n_dirs, 2);
}

/* More of them than the process may have descriptors. */
static void any_number_of_temp_dirs_takes_few_descriptors(void **state) {
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;
        struct rlimit limit, before;
        struct fixture *f = *state;
        char path[128];
        int r;

        for (unsigned i = 0; i < 200; i++) {
                (void) snprintf(path, sizeof(path), "graphroot/overlay/tempdirs/temp-dir-%u/0-x/file", i);
                fixture_write(f, path, "x");
        }
        assert_ok(getrlimit(RLIMIT_NOFILE, &before));
        limit = (struct rlimit){64, before.rlim_max};
        assert_ok(setrlimit(RLIMIT_NOFILE, &limit));
        trash = retire_everything(f);
        r = cstorage_trash_empty(trash, NULL);
        assert_ok(setrlimit(RLIMIT_NOFILE, &before));
        assert_ok(r);
        assert_false(fixture_exists(f, "graphroot/overlay/tempdirs/temp-dir-0"));
        assert_int_equal(unlinkat(f->fd, "graphroot/overlay/tempdirs", AT_REMOVEDIR), 0);
}

static void replace_42(struct fixture *f) {
        assert_ok(renameat(f->fd, "graphroot/overlay/tempdirs/temp-dir-42", f->fd, "away"));
        fixture_write(f, "graphroot/overlay/tempdirs/temp-dir-42/0-new", "x");
}

static void remove_42(struct fixture *f) {
        assert_ok(renameat(f->fd, "graphroot/overlay/tempdirs/temp-dir-42", f->fd, "away2"));
        assert_ok(unlinkat(f->fd, "graphroot/overlay/tempdirs/lock-42", 0));
}

/* The locks of the store are gone by then, and others may be faster. */
static void what_happens_to_a_temp_dir_before_it_is_locked_is_seen(void **state) {
        static const struct {
                void (*meddle)(struct fixture *f);
                int code;
        } cases[] = {{hold_lock, -EBUSY}, {replace_42, -ESTALE}, {remove_42, -ENOENT}};

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;
                struct fixture *f = *state;
                struct cstorage_trash_dir *dir;
                struct cstorage_error error;

                (void) unlinkat(f->fd, "graphroot/overlay/tempdirs/lock-42", 0);
                fixture_write(f, "graphroot/overlay/tempdirs/temp-dir-42/0-x", "x");
                fixture_write(f, "graphroot/overlay/tempdirs/lock-42", "");
                trash = retire_everything(f);
                dir = cstorage_trash_next_dir(trash, NULL);
                assert_int_equal(cstorage_trash_dir_get_lock_fd(dir), -1);
                cases[i].meddle(f);
                assert_int_equal(cstorage_trash_dir_lock(dir, &error), cases[i].code);
                assert_int_equal(error.code, cases[i].code);
                assert_int_equal(cstorage_trash_dir_get_lock_fd(dir), -1);
                assert_int_equal(cstorage_trash_dir_remove(dir, NULL), -EINVAL);
                assert_ok(cstorage_trash_empty(trash, NULL)); /* it is another process's */
        }
}

static void a_temp_dir_that_is_unlocked_can_be_locked_again(void **state) {
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;
        struct cstorage_trash_dir *dir;
        struct fixture *f = *state;

        fixture_write(f, "graphroot/overlay/tempdirs/temp-dir-42/0-x", "x");
        trash = retire_everything(f);
        dir = cstorage_trash_next_dir(trash, NULL);
        for (int i = 0; i < 2; i++) {
                assert_int_equal(cstorage_trash_dir_lock(dir, NULL), 1);
                assert_int_equal(cstorage_trash_dir_lock(dir, NULL), 1);
                assert_true(cstorage_trash_dir_get_fd(dir) >= 0);
                cstorage_trash_dir_unlock(dir);
                assert_int_equal(cstorage_trash_dir_get_fd(dir), -1);
        }
        assert_int_equal(cstorage_trash_dir_lock(NULL, NULL), -EINVAL);
        assert_ok(cstorage_trash_empty(trash, NULL));
        assert_int_equal(cstorage_trash_dir_lock(dir, NULL), 0);
}

static void leftovers_of_saves_and_stray_links_go(void **state) {
        struct fixture *f = *state;
        char target[128];

        fixture_write(f, "graphroot/overlay-layers/.tmp-layers.json123", "[");
        assert_int_equal(trash_one(f, CSTORAGE_ENTRY_SAVE_LEFTOVER, ".tmp-layers.json123", NULL), 0);
        assert_false(fixture_exists(f, "graphroot/overlay-layers/.tmp-layers.json123"));

        (void) snprintf(target, sizeof(target), "../%s/diff", fixture_id("ab"));
        fixture_symlink(f, target, "graphroot/overlay/l/" LINK);
        assert_int_equal(trash_one(f, CSTORAGE_ENTRY_LINK, LINK, NULL), 0);
        assert_false(fixture_exists(f, "graphroot/overlay/l/" LINK));
}

static void a_held_lock_ends_the_wait_at_the_deadline(void **state) {
        static const struct cstorage_txn_options options = {.size = sizeof(options), .timeout_us = 50000};
        static const struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(*state);
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        struct fixture *f = *state;
        struct cstorage_error error = {0};
        _cleanup_close_ int fd = openat(f->fd, "graphroot/overlay-images/images.lock", O_RDONLY | O_CLOEXEC);

        assert_int_equal(fcntl(fd, F_OFD_SETLK, &lock), 0);
        assert_int_equal(cstorage_txn_begin(store, &options, &txn, &error), -ETIMEDOUT);
        assert_null(txn);
        assert_non_null(strstr(error.text, "overlay-images/images.lock"));
        fd = close_fd(fd);
        assert_ok(cstorage_txn_begin(store, &options, &txn, &error));
}

static void options_of_a_newer_library_are_refused(void **state) {
        struct cstorage_txn_options options = {.size = sizeof(options) + 8};
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(*state);
        struct cstorage_error error = {.code = -EINVAL, .text = "of something else"};
        struct cstorage_txn *txn = NULL;

        assert_int_equal(cstorage_txn_begin(store, &options, NULL, &error), -EINVAL);
        assert_string_equal(error.text, "cannot begin a transaction: Invalid argument");
        assert_int_equal(cstorage_txn_begin(store, &options, &txn, NULL), -EINVAL);
        options = (struct cstorage_txn_options){.size = sizeof(options), .flags = 1};
        assert_int_equal(cstorage_txn_begin(store, &options, &txn, NULL), -EINVAL);
}

static void without_a_commit_nothing_happens(void **state) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        struct cstorage_entry_stat seen;
        const struct cstorage_entry *entry;
        struct fixture *f = *state;

        fixture_add_layer_dir(f, fixture_id("ab"), LINK);
        store = fixture_open(f);
        assert_ok(cstorage_inventory_new(store, &inventory, NULL));
        entry = find_entry(inventory, CSTORAGE_ENTRY_LAYER_DIR, fixture_id("ab"));
        assert_ok(cstorage_entry_stat(entry, &seen, NULL));
        assert_ok(cstorage_txn_begin(store, NULL, &txn, NULL));
        assert_ok(cstorage_txn_trash_entry(txn, entry, &seen, NULL));
        txn = cstorage_txn_free(txn);
        assert_true(fixture_exists(f, "graphroot/overlay/l/" LINK));
        assert_false(fixture_exists(f, "graphroot/overlay/tempdirs"));
}

/* What is retired next gets no descriptor. */
static rlim_t allow_descriptors(rlim_t n) {
        struct rlimit limit;
        rlim_t before;

        assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
        before = limit.rlim_cur;
        limit.rlim_cur = n;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
        return before;
}

static void after_a_commit_that_failed_there_is_none(void **state) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        struct cstorage_trash *trash = NULL;
        struct cstorage_error error = {0};
        const struct cstorage_entry *entry;
        struct cstorage_entry_stat seen;
        rlim_t before;
        int r;

        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        store = fixture_open(*state);
        assert_ok(cstorage_inventory_new(store, &inventory, NULL));
        entry = find_entry(inventory, CSTORAGE_ENTRY_LAYER_DIR, fixture_id("ab"));
        assert_ok(cstorage_entry_stat(entry, &seen, NULL));
        assert_ok(cstorage_txn_begin(store, NULL, &txn, NULL));
        assert_ok(cstorage_txn_trash_entry(txn, entry, &seen, NULL));

        before = allow_descriptors(0);
        r = cstorage_txn_commit(txn, &trash, &error);
        (void) allow_descriptors(before);
        assert_true(r < 0);
        assert_int_equal(error.code, r);
        assert_int_equal(cstorage_txn_trash_entry(txn, entry, &seen, NULL), -EINVAL);
        assert_int_equal(cstorage_txn_commit(txn, &trash, NULL), -EINVAL);
        assert_null(trash);
        assert_true(fixture_exists(*state, "graphroot/overlay/l/" LINK));
}

static void a_directory_without_an_id_cannot_be_retired(void **state) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        struct cstorage_entry_stat seen;
        const struct cstorage_entry *entry;

        fixture_mkdir(*state, "graphroot/overlay/somebody's");
        store = fixture_open(*state);
        assert_ok(cstorage_inventory_new(store, &inventory, NULL));
        entry = find_entry(inventory, CSTORAGE_ENTRY_LAYER_DIR, "somebody's");
        assert_ok(cstorage_entry_stat(entry, &seen, NULL));
        assert_ok(cstorage_txn_begin(store, NULL, &txn, NULL));
        assert_int_equal(cstorage_txn_trash_entry(txn, entry, &seen, NULL), -EINVAL);
}

/* The first container of a boot makes the runroot, with the records of directories in the graphroot. */
static void a_runroot_that_appears_is_seen(void **state) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        struct cstorage_error error = {0};
        struct fixture *f = *state;

        assert_int_equal(renameat(f->fd, "runroot", f->fd, "later"), 0);
        store = fixture_open(f);
        assert_ok(cstorage_snapshot_new(store, &snapshot, NULL));
        assert_ok(cstorage_txn_begin(store, NULL, &txn, NULL));
        txn = cstorage_txn_free(txn);
        snapshot = cstorage_snapshot_unref(snapshot);

        assert_int_equal(renameat(f->fd, "later", f->fd, "runroot"), 0);
        assert_int_equal(cstorage_snapshot_new(store, &snapshot, NULL), -ESTALE);
        assert_int_equal(cstorage_txn_begin(store, NULL, &txn, &error), -ESTALE);
        assert_non_null(strstr(error.text, "/runroot is no longer"));
}

static void a_runroot_that_was_replaced_is_seen(void **state) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(*state);
        struct cstorage_snapshot *snapshot = NULL;
        struct cstorage_txn *txn = NULL;
        struct fixture *f = *state;

        assert_int_equal(renameat(f->fd, "runroot", f->fd, "before"), 0);
        assert_int_equal(cstorage_txn_begin(store, NULL, &txn, NULL), -ESTALE);
        fixture_mkdir(f, "runroot");
        assert_int_equal(cstorage_txn_begin(store, NULL, &txn, NULL), -ESTALE);
        assert_int_equal(cstorage_snapshot_new(store, &snapshot, NULL), -ESTALE);
}

static void a_txn_tells_whether_a_snapshot_still_holds(void **state) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(*state);
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;

        assert_ok(cstorage_snapshot_new(store, &snapshot, NULL));
        assert_ok(cstorage_txn_begin(store, NULL, &txn, NULL));
        assert_int_equal(cstorage_txn_is_current(txn, snapshot), 1);
        fixture_write(*state, "graphroot/overlay-images/images.json", "[ ]");
        assert_int_equal(cstorage_txn_is_current(txn, snapshot), 0);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                CASE(a_layer_goes_with_its_link_and_leaves_no_temp_dir),
                CASE(data_goes_through_the_temp_dirs_of_the_layers),
                CASE(what_was_replaced_since_is_left),
                CASE(what_is_gone_is_gone),
                CASE(what_has_a_mount_below_is_left),
                CASE(a_layer_that_cannot_be_moved_keeps_its_link),
                CASE(what_is_mounted_elsewhere_is_left),
                CASE(an_immutable_staging_entry_goes_too),
                CASE(what_changed_since_it_was_looked_at_is_left),
                CASE(what_lies_on_another_file_system_fails_alone),
                CASE(a_temp_dir_that_nobody_holds_is_taken_over),
                CASE(a_temp_dir_that_somebody_holds_is_left),
                CASE(a_link_that_leads_to_another_layer_stays),
                CASE(what_lies_in_the_runroot_needs_no_temp_dir),
                CASE(an_item_has_the_pointer_of_the_caller),
                CASE(a_layer_directory_stays_with_its_side_file),
                CASE(a_layer_directory_goes_if_its_side_file_is_gone),
                CASE(each_store_has_one_temp_dir_of_its_own),
                CASE(any_number_of_temp_dirs_takes_few_descriptors),
                CASE(what_happens_to_a_temp_dir_before_it_is_locked_is_seen),
                CASE(a_temp_dir_that_is_unlocked_can_be_locked_again),
                CASE(leftovers_of_saves_and_stray_links_go),
                CASE(a_held_lock_ends_the_wait_at_the_deadline),
                CASE(options_of_a_newer_library_are_refused),
                CASE(without_a_commit_nothing_happens),
                CASE(after_a_commit_that_failed_there_is_none),
                CASE(a_directory_without_an_id_cannot_be_retired),
                CASE(a_runroot_that_appears_is_seen),
                CASE(a_runroot_that_was_replaced_is_seen),
                CASE(a_txn_tells_whether_a_snapshot_still_holds),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
