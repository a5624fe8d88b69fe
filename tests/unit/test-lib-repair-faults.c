/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A repair of everything in which one call fails, or in which the process does nothing more from one call on,
 * as if it was killed there: each call in turn. Each part is then whole, or damaged and repairable; the next
 * repair completes it, and no content is lost.
 */

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "repair-world.h"

/* More than any of the calls is made. */
#define CALLS_MAX 3000U

static const char *armed; /* a function, or "" for all that change files; NULL: none */
static bool dead;         /* all calls fail from one on */
static unsigned countdown;

static const char *const changing[] = {"mkdirat",  "symlinkat", "renameat", "unlinkat", "writev",   "fsync",
                                       "openat64", "fchmod",    "fchownat", "fchmodat", "fdatasync"};

static bool is_changing(const char *function) {
        for (size_t i = 0; i < ARRAY_SIZE(changing); i++)
                if (strcmp(function, changing[i]) == 0)
                        return true;
        return false;
}

static bool fails(const char *function) {
        if (!armed || (*armed ? strcmp(armed, function) != 0 : !is_changing(function)))
                return false;
        if (countdown > 0)
                countdown--;
        else if (!dead)
                return false;
        if (countdown > 0)
                return false;
        errno = strstr(function, "alloc") || strstr(function, "dup") ? ENOMEM : ENOSPC;
        return true;
}

#define WRAP(type, name, parameters, arguments, failed)                                                      \
        type __real_##name parameters;                                                                       \
        type __wrap_##name parameters;                                                                       \
        type __wrap_##name parameters {                                                                      \
                return fails(#name) ? (failed) : __real_##name arguments;                                    \
        }

WRAP(void *, malloc, (size_t n), (n), NULL)
WRAP(void *, calloc, (size_t n, size_t size), (n, size), NULL)
WRAP(void *, reallocarray, (void *p, size_t n, size_t size), (p, n, size), NULL)
WRAP(char *, strdup, (const char *s), (s), NULL)
WRAP(int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode), -1)
WRAP(int, symlinkat, (const char *target, int fd, const char *path), (target, fd, path), -1)
WRAP(int, renameat, (int from_fd, const char *from, int to_fd, const char *to), (from_fd, from, to_fd, to),
     -1)
WRAP(int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags), -1)
WRAP(ssize_t, writev, (int fd, const struct iovec *pieces, int n), (fd, pieces, n), -1)
WRAP(int, fsync, (int fd), (fd), -1)
WRAP(int, fdatasync, (int fd), (fd), -1)
WRAP(int, openat64, (int fd, const char *path, int flags, mode_t mode), (fd, path, flags, mode), -1)
WRAP(long, syscall, (long number, long a, long b, long c, long d, long e, long f), (number, a, b, c, d, e, f),
     -1)
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode), -1)
WRAP(int, fchownat, (int fd, const char *path, uid_t uid, gid_t gid, int flags), (fd, path, uid, gid, flags),
     -1)
WRAP(int, fchmodat, (int fd, const char *path, mode_t mode, int flags), (fd, path, mode, flags), -1)
WRAP(ssize_t, readlinkat, (int fd, const char *path, char *buffer, size_t n), (fd, path, buffer, n), -1)

/* ------------------------------------------------------------------------------- damage */

/* The short link of the lowest layer leads elsewhere, and a directory is in place of that of the one above.
 */
static void damage_links(const struct world *w) {
        char path[512];

        for (int i = BASE; i <= BOX; i++) {
                (void) snprintf(path, sizeof(path), "%s", short_link_path(w, i));
                remove_part(w, path);
                if (i == BASE)
                        fixture_symlink(w->f, "../nothing/diff", path);
                else if (i == TOP)
                        fixture_mkdir(w->f, path);
        }
}

static void damage_layer(const struct world *w, int layer) {
        if (layer != TOP)
                write_bytes(w, part_path(w, layer, "link"), "", 0);
        if (layer != BASE) {
                write_bytes(w, part_path(w, layer, "lower-layers"), "\0\0", 2);
                remove_part(w, part_path(w, layer, "lower"));
        }
        remove_part(w, part_path(w, layer, "work"));
        fixture_write(w->f, part_path(w, layer, "merged/file"), "content");
        if (layer == BASE)
                remove_part(w, part_path(w, layer, "empty"));
        if (layer == BOX)
                remove_part(w, part_path(w, layer, "diff"));
}

static void damage_everything(const struct world *w) {
        damage_links(w);
        for (int i = BASE; i <= BOX; i++)
                damage_layer(w, i);
}

static void damage_all_links(const struct world *w) {
        for (int i = BASE; i <= BOX; i++)
                remove_part(w, short_link_path(w, i));
        remove_part(w, "graphroot/overlay/l");
        fixture_symlink(w->f, "../../elsewhere", "graphroot/overlay/l");
}

/* The layer gets a new short link, and the lists of the layers above are valid but for its name. */
static void damage_one_name(const struct world *w) {
        char path[512];

        (void) snprintf(path, sizeof(path), "%s", short_link_path(w, BASE));
        remove_part(w, path);
        fixture_mkdir(w->f, path);
}

/* ------------------------------------------------------------------------------- repair */

/* The repair under test; nothing is asserted about its success. */
static void repair(const struct world *w, const char *function, unsigned nth) {
        struct cstorage_txn *txn = begin(w->f);
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *owner = txn;
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;

        assert_ok(cstorage_txn_repair_links(txn, false, NULL));
        for (int i = BASE; i <= BOX; i++)
                assert_ok(cstorage_txn_repair_layer(txn, w->id[i], ALL, NULL));
        countdown = nth;
        armed = function;
        (void) cstorage_txn_commit(txn, &trash, NULL);
        armed = NULL;
}

static void assert_repairable(const struct world *w) {
        for (int i = BASE; i <= BOX; i++) {
                struct cstorage_layer_stat stat = stat_layer(w, i);

                assert_int_equal(stat.damaged & ~stat.repairable, 0);
        }
}

static void assert_kept(const struct world *w) {
        for (int i = BASE; i <= BOX; i++)
                if (strcmp(read_text(w->f, part_path(w, i, "merged.aside/file")), "content") != 0)
                        fail_msg("the files in the mount point of layer %d are lost", i);
}

/* Returns whether the call was made that was to fail. */
static bool try(const char *function, unsigned nth, void (*damage)(const struct world *w)) {
        struct world w = {0};
        bool fired;

        make_world(&w, false, false);
        damage(&w);
        repair(&w, function, nth);
        fired = countdown == 0;
        assert_repairable(&w);

        repair(&w, NULL, 0);
        assert_whole(&w);
        if (damage == damage_everything)
                assert_kept(&w);
        drop_world(&w);
        return fired;
}

static void try_each(const char *function, void (*damage)(const struct world *w)) {
        unsigned nth = 1;

        while (nth < CALLS_MAX && try(function, nth, damage))
                nth++;
        assert_true(nth > 1 || *function);
        assert_true(nth < CALLS_MAX);
}

static void each_call_fails_once(void **state) {
        static const char *const functions[] = {"malloc",    "calloc",    "reallocarray", "strdup",
                                                "mkdirat",   "symlinkat", "renameat",     "unlinkat",
                                                "writev",    "fsync",     "fdatasync",    "openat64",
                                                "syscall",   "fchmod",    "fchownat",     "fchmodat",
                                                "readlinkat"};

        (void) state;
        dead = false;
        for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
                try_each(functions[i], damage_everything);
                try_each(functions[i], damage_all_links);
                try_each(functions[i], damage_one_name);
        }
}

static void each_call_is_the_last(void **state) {
        (void) state;
        dead = true;
        try_each("", damage_everything);
        try_each("", damage_all_links);
        try_each("", damage_one_name);
}

/* ------------------------------------------------------------------------------- full disk */

static void trash_orphans(struct cstorage_txn *txn, struct cstorage_inventory *inventory) {
        const struct cstorage_entry *entry = NULL;

        while ((entry = cstorage_inventory_next(inventory, entry))) {
                struct cstorage_entry_stat seen;

                if (cstorage_entry_get_kind(entry) != CSTORAGE_ENTRY_LAYER_DIR ||
                    strcmp(cstorage_entry_get_id(entry), fixture_id("ff")) != 0)
                        continue;
                assert_ok(cstorage_entry_stat(entry, &seen, NULL));
                assert_ok(cstorage_txn_trash_entry(txn, entry, &seen, NULL));
        }
}

static void check_full_disk(const char *function, bool with_trash) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;
        struct cstorage_inventory *inventory = NULL;
        const struct cstorage_repair *repair;
        struct world w = {0};

        make_world(&w, false, false);
        fixture_add_layer_dir(w.f, fixture_id("ff"), "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        fixture_write(w.f, layer_path(fixture_id("ff"), "/diff/file"), "content");
        write_bytes(&w, part_path(&w, TOP, "link"), "", 0);
        store = fixture_open(w.f);
        assert_ok(cstorage_inventory_new(store, &inventory, NULL));
        assert_ok(cstorage_txn_begin(store, NULL, &txn, NULL));
        if (with_trash)
                trash_orphans(txn, inventory);
        cstorage_inventory_unref(inventory);
        assert_ok(cstorage_txn_repair_layer(txn, w.id[TOP], ALL, NULL));
        countdown = 1;
        armed = function;
        assert_ok(cstorage_txn_commit(txn, &trash, NULL));
        armed = NULL;
        assert_int_equal(countdown, 0);

        repair = cstorage_trash_next_repair(trash, NULL);
        assert_int_equal(cstorage_repair_get_code(repair), with_trash ? 0 : -ENOSPC);
        assert_int_equal(cstorage_repair_get_done(repair), with_trash ? BIT(LINK) : 0);
        assert_int_equal(*cstorage_repair_get_text(repair) == '\0', with_trash);
        drop_world(&w);
}

static void on_a_full_disk_the_trash_makes_room(void **state) {
        (void) state;
        dead = false;
        check_full_disk("writev", false);
        check_full_disk("writev", true);
        check_full_disk("fdatasync", true);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_call_is_the_last),
                cmocka_unit_test(each_call_fails_once),
                cmocka_unit_test(on_a_full_disk_the_trash_makes_room),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
