/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each kind of damage to each part of a layer: its state, its repair, and that the layer is then as before.
 * In the graphroot and in an image store, with and without the file lower-layers.
 */

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>

#include "repair-world.h"

struct outcome {
        int code;
        uint64_t done;
        char aside[64];
};

static struct outcome outcome_of(const struct cstorage_trash *trash) {
        const struct cstorage_repair *repair = cstorage_trash_next_repair(trash, NULL);
        struct outcome outcome = {.code = cstorage_repair_get_code(repair),
                                  .done = cstorage_repair_get_done(repair)};
        const char *aside = cstorage_repair_get_aside(repair, 0);

        if (aside)
                (void) snprintf(outcome.aside, sizeof(outcome.aside), "%s", aside);
        assert_null(cstorage_trash_next_repair(trash, repair));
        assert_true(outcome.code == 0 || *cstorage_repair_get_text(repair));
        return outcome;
}

static struct outcome repair_layer(const struct world *w, int layer, uint64_t parts) {
        struct cstorage_txn *txn = begin(w->f);
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *owner = txn;
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;

        assert_ok(cstorage_txn_repair_layer(txn, w->id[layer], parts, NULL));
        assert_ok(cstorage_txn_commit(txn, &trash, NULL));
        return outcome_of(trash);
}

/* ------------------------------------------------------------------------------- damage */

enum damage { REMOVED, EMPTIED, CUT, NULS, LINKED, DIRECTORY, A_FILE, DAMAGES };

static void damage_path(const struct world *w, const char *path, enum damage damage) {
        static const char nuls[64];
        char inner[600];

        remove_part(w, path);
        (void) snprintf(inner, sizeof(inner), "%s/content", path);
        if (damage == EMPTIED)
                write_bytes(w, path, "", 0);
        else if (damage == CUT)
                write_bytes(w, path, "l/ABC", 5);
        else if (damage == NULS)
                write_bytes(w, path, nuls, sizeof(nuls) / 4);
        else if (damage == LINKED)
                fixture_symlink(w->f, "../../../elsewhere", path);
        else if (damage == DIRECTORY)
                fixture_write(w->f, inner, "content");
        else if (damage == A_FILE)
                write_bytes(w, path, "content", 7);
}

/* ------------------------------------------------------------------------------- files */

static enum cstorage_part_state state_of_file(enum damage damage) {
        static const enum cstorage_part_state states[DAMAGES] = {
                [REMOVED] = CSTORAGE_STATE_MISSING,   [EMPTIED] = CSTORAGE_STATE_BLANK,
                [CUT] = CSTORAGE_STATE_INVALID,       [NULS] = CSTORAGE_STATE_BLANK,
                [LINKED] = CSTORAGE_STATE_WRONG_TYPE, [DIRECTORY] = CSTORAGE_STATE_WRONG_TYPE,
                [A_FILE] = CSTORAGE_STATE_INVALID,
        };

        return states[damage];
}

static void check_aside(const struct world *w, int layer, const char *name, enum damage damage,
                        const struct outcome *outcome) {
        char aside[64];

        (void) snprintf(aside, sizeof(aside), "%s.aside", name);
        if (damage != LINKED && damage != DIRECTORY) {
                assert_string_equal(outcome->aside, "");
                return;
        }
        assert_string_equal(outcome->aside, aside);
        (void) snprintf(aside, sizeof(aside), "%s.aside/content", name);
        if (damage == DIRECTORY)
                assert_string_equal(read_text(w->f, part_path(w, layer, aside)), "content");
}

static void check_file(bool imagestore, bool old, int layer, enum cstorage_layer_part part, const char *name,
                       enum damage damage) {
        struct cstorage_layer_stat stat;
        _cleanup_free_ char *before = NULL;
        struct outcome outcome;
        struct world w = {0};

        make_world(&w, imagestore, old);
        before = strdup(read_text(w.f, part_path(&w, layer, name)));
        damage_path(&w, part_path(&w, layer, name), damage);

        stat = stat_layer(&w, layer);
        assert_int_equal(stat.in_imagestore, imagestore && layer != BOX);
        if (damage != REMOVED || part != CSTORAGE_PART_LOWER_LAYERS) {
                assert_int_equal(stat.parts[part], state_of_file(damage));
                assert_int_equal(stat.damaged, CSTORAGE_PART_BIT(part));
                assert_int_equal(stat.repairable, CSTORAGE_PART_BIT(part));
                outcome = repair_layer(&w, layer, ALL);
                assert_int_equal(outcome.code, 0);
                assert_int_equal(outcome.done, CSTORAGE_PART_BIT(part));
                check_aside(&w, layer, name, damage, &outcome);
                assert_string_equal(read_text(w.f, part_path(&w, layer, name)), before);
        }
        assert_whole(&w);
        drop_world(&w);
}

static void check_files(bool imagestore, bool old) {
        for (enum damage damage = 0; damage < DAMAGES; damage++) {
                for (int layer = BASE; layer <= BOX; layer++)
                        check_file(imagestore, old, layer, CSTORAGE_PART_LINK, "link", damage);
                for (int layer = TOP; layer <= BOX; layer++)
                        check_file(imagestore, old, layer, CSTORAGE_PART_LOWER, "lower", damage);
                for (int layer = TOP; layer <= BOX && !old; layer++)
                        check_file(imagestore, old, layer, CSTORAGE_PART_LOWER_LAYERS, "lower-layers",
                                   damage);
        }
}

static void each_damaged_file_is_made_anew(void **state) {
        (void) state;
        check_files(false, false);
}

static void each_damaged_file_without_lower_layers_is_made_anew(void **state) {
        (void) state;
        check_files(false, true);
}

static void each_damaged_file_in_an_image_store_is_made_anew(void **state) {
        (void) state;
        check_files(true, false);
}

/* ------------------------------------------------------------------------------- directories */

static void check_dir(bool imagestore, int layer, enum cstorage_layer_part part, const char *name,
                      enum damage damage) {
        bool lost = part == CSTORAGE_PART_DIFF && layer != BOX;
        struct cstorage_layer_stat stat;
        struct outcome outcome;
        struct world w = {0};
        struct stat before, after;

        make_world(&w, imagestore, false);
        assert_ok(fstatat(w.f->fd, part_path(&w, layer, name), &before, 0));
        damage_path(&w, part_path(&w, layer, name), damage);

        stat = stat_layer(&w, layer);
        assert_int_equal(stat.parts[part],
                         damage == REMOVED ? CSTORAGE_STATE_MISSING : CSTORAGE_STATE_WRONG_TYPE);
        assert_int_equal(stat.damaged, CSTORAGE_PART_BIT(part));
        assert_int_equal(stat.repairable, lost ? 0 : CSTORAGE_PART_BIT(part));
        outcome = repair_layer(&w, layer, ALL);
        assert_int_equal(outcome.code, lost ? -EBADMSG : 0);
        if (!lost) {
                assert_ok(fstatat(w.f->fd, part_path(&w, layer, name), &after, AT_SYMLINK_NOFOLLOW));
                assert_int_equal(after.st_mode, before.st_mode);
                assert_int_equal(after.st_uid, before.st_uid);
                assert_int_equal(after.st_gid, before.st_gid);
                assert_whole(&w);
        }
        drop_world(&w);
}

static void check_dirs(bool imagestore) {
        static const enum damage damages[] = {REMOVED, EMPTIED, LINKED, A_FILE};

        for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
                for (int layer = BASE; layer <= BOX; layer++) {
                        check_dir(imagestore, layer, CSTORAGE_PART_DIFF, "diff", damages[i]);
                        check_dir(imagestore, layer, CSTORAGE_PART_WORK, "work", damages[i]);
                        check_dir(imagestore, layer, CSTORAGE_PART_MERGED, "merged", damages[i]);
                }
                check_dir(imagestore, BASE, CSTORAGE_PART_EMPTY, "empty", damages[i]);
        }
}

static void each_damaged_directory_is_made_anew(void **state) {
        (void) state;
        check_dirs(false);
        check_dirs(true);
}

static void files_in_a_mount_point_are_kept(void **state) {
        struct outcome outcome;
        struct world w = {0};

        (void) state;
        make_world(&w, false, false);
        for (int i = 0; i < 2; i++) {
                fixture_write(w.f, part_path(&w, BOX, "merged/file"), i ? "second" : "first");
                assert_int_equal(stat_layer(&w, BOX).parts[CSTORAGE_PART_MERGED], CSTORAGE_STATE_NOT_EMPTY);
                outcome = repair_layer(&w, BOX, BIT(MERGED));
                assert_int_equal(outcome.code, 0);
                assert_string_equal(outcome.aside, i ? "merged.aside.2" : "merged.aside");
        }
        assert_string_equal(read_text(w.f, part_path(&w, BOX, "merged.aside/file")), "first");
        assert_string_equal(read_text(w.f, part_path(&w, BOX, "merged.aside.2/file")), "second");
        assert_whole(&w);
        drop_world(&w);
}

static void the_mount_point_of_a_mounted_layer_is_kept(void **state) {
        struct world w = {0};
        char text[256];

        (void) state;
        make_world(&w, false, false);
        fixture_write(w.f, part_path(&w, BOX, "merged/file"), "content");
        (void) snprintf(text, sizeof(text), "[{\"id\":\"%s\",\"path\":\"/m\",\"count\":1}]", w.id[BOX]);
        fixture_write(w.f, "runroot/overlay-layers/mountpoints.json", text);
        assert_int_equal(repair_layer(&w, BOX, ALL).code, -EBUSY);
        assert_true(fixture_exists(w.f, part_path(&w, BOX, "merged/file")));
        drop_world(&w);
}

/* ------------------------------------------------------------------------------- short links */

static void check_short_link(bool imagestore, int layer, const char *target,
                             enum cstorage_part_state wanted) {
        struct cstorage_layer_stat stat;
        struct outcome outcome;
        struct world w = {0};
        char path[512];

        make_world(&w, imagestore, false);
        (void) snprintf(path, sizeof(path), "%s", short_link_path(&w, layer));
        remove_part(&w, path);
        if (target)
                fixture_symlink(w.f, target, path);

        stat = stat_layer(&w, layer);
        assert_int_equal(stat.parts[CSTORAGE_PART_SHORT_LINK], wanted);
        assert_int_equal(stat.damaged, BIT(SHORT_LINK));
        outcome = repair_layer(&w, layer, ALL);
        assert_int_equal(outcome.code, 0);
        assert_int_equal(outcome.done, BIT(SHORT_LINK));
        assert_string_equal(path, short_link_path(&w, layer));
        assert_whole(&w);
        drop_world(&w);
}

static void a_damaged_short_link_is_made_anew(void **state) {
        char other[80], unknown[80];

        (void) state;
        (void) snprintf(other, sizeof(other), "../%s/diff", fixture_id("1a"));
        (void) snprintf(unknown, sizeof(unknown), "../%s/diff", fixture_id("ff"));
        for (int imagestore = 0; imagestore < 2; imagestore++)
                for (int layer = BASE; layer <= BOX; layer++) {
                        check_short_link(imagestore, layer, NULL, CSTORAGE_STATE_MISSING);
                        check_short_link(imagestore, layer, "/etc", CSTORAGE_STATE_INVALID);
                        check_short_link(imagestore, layer, unknown, CSTORAGE_STATE_ELSEWHERE);
                        if (layer != BASE)
                                check_short_link(imagestore, layer, other, CSTORAGE_STATE_ELSEWHERE);
                }
}

/* Neither the directory nor the name of another layer is taken away. */
static void check_new_name(int layer, const char *target) {
        struct outcome outcome;
        struct world w = {0};
        char path[512], inner[600];

        make_world(&w, false, false);
        (void) snprintf(path, sizeof(path), "%s", short_link_path(&w, layer));
        (void) snprintf(inner, sizeof(inner), "%s/content", path);
        remove_part(&w, path);
        if (target) {
                write_bytes(&w, part_path(&w, TOP, "link"), strrchr(path, '/') + 1, 26);
                fixture_symlink(w.f, target, path);
        } else
                fixture_write(w.f, inner, "content");

        outcome = repair_layer(&w, layer, BIT(SHORT_LINK));
        assert_int_equal(outcome.code, 0);
        assert_int_equal(outcome.done, BIT(LINK) | BIT(SHORT_LINK));
        assert_string_not_equal(path, short_link_path(&w, layer));
        if (target)
                assert_int_equal(repair_layer(&w, TOP, ALL).code, 0);
        else
                assert_string_equal(read_text(w.f, inner), "content");
        for (int i = TOP; i <= BOX; i++)
                assert_int_equal(repair_layer(&w, i, ALL).code, 0);
        assert_whole(&w);
        drop_world(&w);
}

static void a_layer_whose_name_is_taken_gets_a_new_one(void **state) {
        char top[80];

        (void) state;
        (void) snprintf(top, sizeof(top), "../%s/diff", fixture_id("1b"));
        check_new_name(BASE, NULL);
        check_new_name(TOP, NULL);
        check_new_name(BOX, NULL);
        check_new_name(BASE, top);
}

static void layers_above_get_the_new_name(void **state) {
        struct world w = {0};
        char path[512];

        (void) state;
        make_world(&w, false, true);
        (void) snprintf(path, sizeof(path), "%s", short_link_path(&w, BASE));
        remove_part(&w, path);
        fixture_mkdir(w.f, path);
        assert_int_equal(repair_layer(&w, BASE, BIT(SHORT_LINK)).code, 0);
        assert_false(has(w.f, part_path(&w, TOP, "lower"), strrchr(path, '/')));
        assert_false(has(w.f, part_path(&w, BOX, "lower"), strrchr(path, '/')));
        assert_whole(&w);
        drop_world(&w);
}

/* ------------------------------------------------------------------------------- several parts */

/* All that contains the name is lost: the layer gets a new one. */
static void everything_at_once(void **state) {
        static const char *const names[] = {"link", "lower", "lower-layers"};
        struct cstorage_txn *txn;
        struct world w = {0};

        (void) state;
        make_world(&w, false, false);
        for (int i = BASE; i <= BOX; i++) {
                remove_part(&w, short_link_path(&w, i));
                for (size_t k = 0; k < ARRAY_SIZE(names); k++)
                        if (k == 0 || i != BASE)
                                damage_path(&w, part_path(&w, i, names[k]), EMPTIED);
                remove_part(&w, part_path(&w, i, "work"));
                remove_part(&w, part_path(&w, i, "merged"));
        }
        txn = begin(w.f);
        for (int i = BASE; i <= BOX; i++)
                assert_ok(cstorage_txn_repair_layer(txn, w.id[i], ALL, NULL));
        commit(txn);
        assert_whole(&w);
        drop_world(&w);
}

static void a_directory_of_short_links_is_made_anew(void **state) {
        static const enum damage damages[] = {REMOVED, LINKED, A_FILE};

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
                _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
                enum cstorage_part_state links;
                struct cstorage_txn *txn;
                struct world w = {0};

                make_world(&w, false, false);
                fixture_mkdir(w.f, "elsewhere");
                for (int k = BASE; k <= BOX; k++)
                        remove_part(&w, short_link_path(&w, k));
                damage_path(&w, "graphroot/overlay/l", damages[i]);

                store = fixture_open(w.f);
                assert_ok(cstorage_store_stat_links(store, false, &links, NULL));
                assert_int_equal(links,
                                 damages[i] == REMOVED ? CSTORAGE_STATE_MISSING : CSTORAGE_STATE_WRONG_TYPE);
                assert_int_equal(stat_layer(&w, BOX).parts[CSTORAGE_PART_SHORT_LINK], CSTORAGE_STATE_MISSING);
                txn = begin(w.f);
                assert_ok(cstorage_txn_repair_links(txn, false, NULL));
                commit(txn);
                assert_whole(&w);
                assert_false(fixture_exists(w.f, "elsewhere/content"));
                drop_world(&w);
        }
}

/* ------------------------------------------------------------------------------- facts */

static void a_list_of_other_layers_is_kept(void **state) {
        struct world w = {0};
        char text[256];

        (void) state;
        make_world(&w, false, false);
        (void) snprintf(text, sizeof(text), "l/%s", read_text(w.f, part_path(&w, BASE, "link")));
        write_bytes(&w, part_path(&w, BASE, "lower"), text, strlen(text));
        write_bytes(&w, part_path(&w, TOP, "lower-layers"), fixture_id("ff"), 64);
        assert_int_equal(stat_layer(&w, BASE).parts[CSTORAGE_PART_LOWER], CSTORAGE_STATE_ELSEWHERE);
        assert_int_equal(stat_layer(&w, TOP).parts[CSTORAGE_PART_LOWER_LAYERS], CSTORAGE_STATE_ELSEWHERE);
        assert_int_equal(repair_layer(&w, BASE, ALL).code, -EBADMSG);
        assert_int_equal(repair_layer(&w, TOP, ALL).code, -EBADMSG);
        assert_string_equal(read_text(w.f, part_path(&w, BASE, "lower")), text);
        drop_world(&w);
}

static void a_list_that_is_cut_off_between_names_is_damage(void **state) {
        struct world w = {0};
        char text[64];

        (void) state;
        make_world(&w, false, false);
        (void) snprintf(text, sizeof(text), "%.28s", read_text(w.f, part_path(&w, BOX, "lower")));
        write_bytes(&w, part_path(&w, BOX, "lower"), text, 28);
        assert_int_equal(stat_layer(&w, BOX).parts[CSTORAGE_PART_LOWER], CSTORAGE_STATE_INVALID);
        assert_int_equal(repair_layer(&w, BOX, ALL).code, 0);
        assert_whole(&w);
        drop_world(&w);
}

static void hostile_parts_are_states(void **state) {
        _cleanup_free_ char *large = calloc(1, 1 << 20);
        struct world w = {0};
        struct stat st;

        (void) state;
        make_world(&w, false, false);
        memset(large, 'l', 1 << 20);
        write_bytes(&w, part_path(&w, BASE, "link"), "../../../../escaped/1234567", 26);
        write_bytes(&w, part_path(&w, TOP, "lower"), large, 1 << 20);
        remove_part(&w, part_path(&w, BOX, "link"));
        assert_ok(mkfifoat(w.f->fd, part_path(&w, BOX, "link"), 0600));
        assert_int_equal(stat_layer(&w, BASE).parts[CSTORAGE_PART_LINK], CSTORAGE_STATE_INVALID);
        assert_int_equal(stat_layer(&w, TOP).parts[CSTORAGE_PART_LOWER], CSTORAGE_STATE_INVALID);
        assert_int_equal(stat_layer(&w, BOX).parts[CSTORAGE_PART_LINK], CSTORAGE_STATE_WRONG_TYPE);
        for (int i = BASE; i <= BOX; i++)
                assert_int_equal(repair_layer(&w, i, ALL).code, 0);
        assert_ok(fstatat(w.f->fd, part_path(&w, BOX, "link.aside"), &st, AT_SYMLINK_NOFOLLOW));
        assert_whole(&w);
        drop_world(&w);
}

static void a_layer_without_directory_is_not_repaired(void **state) {
        struct cstorage_layer_stat stat;
        struct world w = {0};
        char moved[512];

        (void) state;
        make_world(&w, false, false);
        (void) snprintf(moved, sizeof(moved), "%s", part_path(&w, BOX, ""));
        assert_ok(renameat(w.f->fd, moved, w.f->fd, "elsewhere"));
        stat = stat_layer(&w, BOX);
        assert_int_equal(stat.parts[CSTORAGE_PART_DIRECTORY], CSTORAGE_STATE_MISSING);
        assert_int_equal(stat.parts[CSTORAGE_PART_LINK], CSTORAGE_STATE_UNKNOWN);
        assert_int_equal(stat.damaged, BIT(DIRECTORY));
        assert_int_equal(repair_layer(&w, BOX, ALL).code, -ENOENT);

        fixture_symlink(w.f, "../../elsewhere", moved);
        stat = stat_layer(&w, BOX);
        assert_int_equal(stat.parts[CSTORAGE_PART_DIRECTORY], CSTORAGE_STATE_UNKNOWN);
        assert_int_equal(stat.damaged, 0);
        assert_int_equal(repair_layer(&w, BOX, ALL).code, -ENOENT);
        drop_world(&w);
}

static void a_whole_layer_stays_as_it_is(void **state) {
        struct outcome outcome;
        struct world w = {0};

        (void) state;
        make_world(&w, true, false);
        assert_whole(&w);
        for (int i = BASE; i <= BOX; i++) {
                outcome = repair_layer(&w, i, ALL);
                assert_int_equal(outcome.code, 0);
                assert_int_equal(outcome.done, 0);
        }
        drop_world(&w);
}

static void requests_are_checked(void **state) {
        struct cstorage_txn *txn;
        struct world w = {0};

        (void) state;
        make_world(&w, false, false);
        txn = begin(w.f);
        assert_refused(-EINVAL, "parts", cstorage_txn_repair_layer(txn, w.id[TOP], 0, reterr));
        assert_refused(-EINVAL, "parts", cstorage_txn_repair_layer(txn, w.id[TOP], BIT(DIRECTORY), reterr));
        assert_refused(-EINVAL, "parts", cstorage_txn_repair_layer(txn, w.id[TOP], 1ULL << 40, reterr));
        assert_refused(-ENOENT, "nothing", cstorage_txn_repair_layer(txn, "nothing", ALL, reterr));
        assert_refused(-ENOENT, "overlay", cstorage_txn_repair_links(txn, true, reterr));
        assert_int_equal(cstorage_txn_repair_layer(NULL, "top", ALL, NULL), -EINVAL);
        assert_int_equal(cstorage_txn_repair_links(NULL, false, NULL), -EINVAL);
        commit(txn);
        drop_world(&w);
}

/* ------------------------------------------------------------------------------- other stores */

#define USER  1000
#define GROUP 1001

static int give(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        (void) st;
        (void) type;
        return ftw->level > 0 ? lchown(path, USER, GROUP) : 0;
}

static int compare_owner(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        (void) type;
        if (ftw->level > 0 && (st->st_uid != USER || st->st_gid != GROUP))
                fail_msg("%s belongs to %u:%u", path, st->st_uid, st->st_gid);
        return 0;
}

static void what_root_makes_anew_belongs_to_the_user(void **state) {
        struct cstorage_txn *txn;
        struct world w = {0};

        (void) state;
        if (geteuid() != 0)
                skip();
        make_world(&w, false, false);
        assert_int_equal(nftw(w.f->top, give, 16, FTW_PHYS), 0);
        for (int i = BASE; i <= BOX; i++) {
                remove_part(&w, short_link_path(&w, i));
                remove_part(&w, part_path(&w, i, "link"));
                remove_part(&w, part_path(&w, i, "work"));
                remove_part(&w, part_path(&w, i, "merged"));
        }
        remove_part(&w, part_path(&w, BOX, "diff"));
        remove_part(&w, part_path(&w, BOX, "lower"));
        remove_part(&w, "graphroot/overlay/l");
        txn = begin(w.f);
        for (int i = BASE; i <= BOX; i++)
                assert_ok(cstorage_txn_repair_layer(txn, w.id[i], ALL, NULL));
        commit(txn);
        assert_whole(&w);
        assert_int_equal(nftw(w.f->top, compare_owner, 16, FTW_PHYS), 0);
        drop_world(&w);
}

static void record_layer(struct fixture *f, const char *members) {
        char text[1024];

        (void) snprintf(text, sizeof(text), "[{\"id\":\"%s\",%s\"created\":\"2020-01-01T00:00:00Z\"}]",
                        fixture_id("1a"), members);
        fixture_write(f, "graphroot/overlay-layers/layers.json", text);
}

static void the_content_of_an_empty_archive_is_known(void **state) {
        static const struct {
                const char *members;
                bool known;
        } layers[] = {
                {"\"diff-digest\":\"sha256:"
                 "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef\",",
                 true},
                {"\"diff-digest\":\"sha256:"
                 "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ee\",",
                 false},
                {"", false},
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(layers); i++) {
                struct world w = {0};

                make_world(&w, false, false);
                record_layer(w.f, layers[i].members);
                remove_part(&w, part_path(&w, BASE, "diff"));
                assert_int_equal(stat_layer(&w, BASE).repairable, layers[i].known ? BIT(DIFF) : 0);
                drop_world(&w);
        }
}

static void a_container_with_a_tar_split_file_had_content(void **state) {
        struct world w = {0};
        char path[256];

        (void) state;
        make_world(&w, false, false);
        remove_part(&w, part_path(&w, BOX, "diff"));
        assert_int_equal(stat_layer(&w, BOX).repairable, BIT(DIFF));
        (void) snprintf(path, sizeof(path), "graphroot/overlay-layers/%s.tar-split.gz", w.id[BOX]);
        fixture_write(w.f, path, "");
        assert_int_equal(stat_layer(&w, BOX).repairable, 0);
        drop_world(&w);
}

static void the_content_in_an_additional_layer_store_is_a_link(void **state) {
        struct world w = {0};

        (void) state;
        make_world(&w, false, false);
        damage_path(&w, part_path(&w, TOP, "diff"), LINKED);
        assert_int_equal(stat_layer(&w, TOP).parts[CSTORAGE_PART_DIFF], CSTORAGE_STATE_WRONG_TYPE);
        fixture_write(w.f, part_path(&w, TOP, "additionallayer"), "/elsewhere");
        assert_int_equal(stat_layer(&w, TOP).damaged, 0);
        drop_world(&w);
}

/* podman makes such a layer for --userns: its lower is the layer that it copies, which is no parent. */
static void a_mapped_layer_keeps_its_lists(void **state) {
        struct cstorage_layer_stat stat;
        struct world w = {0};

        (void) state;
        make_world(&w, false, false);
        record_layer(w.f, "\"uidmap\":[{\"container_id\":0,\"host_id\":1,\"size\":1000}],");
        remove_part(&w, part_path(&w, BASE, "empty"));
        fixture_write(w.f, part_path(&w, BASE, "lower"), "l/ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        fixture_write(w.f, part_path(&w, BASE, "lower-layers"), fixture_id("ee"));
        stat = stat_layer(&w, BASE);
        assert_int_equal(stat.parts[CSTORAGE_PART_LOWER], CSTORAGE_STATE_UNKNOWN);
        assert_int_equal(stat.parts[CSTORAGE_PART_LOWER_LAYERS], CSTORAGE_STATE_UNKNOWN);
        assert_int_equal(stat.damaged, 0);

        /* If it is a full copy, it has no lower. */
        remove_part(&w, part_path(&w, BASE, "lower"));
        remove_part(&w, part_path(&w, BASE, "lower-layers"));
        stat = stat_layer(&w, BASE);
        assert_int_equal(stat.parts[CSTORAGE_PART_LOWER], CSTORAGE_STATE_UNKNOWN);
        assert_int_equal(stat.damaged, 0);
        drop_world(&w);
}

static void a_layer_whose_parent_has_no_record_keeps_its_lists(void **state) {
        struct cstorage_layer_stat stat;
        struct world w = {0};
        char members[128];

        (void) state;
        make_world(&w, false, false);
        (void) snprintf(members, sizeof(members), "\"parent\":\"%s\",", fixture_id("1b"));
        record_layer(w.f, members);
        fixture_write(w.f, part_path(&w, BASE, "lower"), "l/ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        fixture_write(w.f, part_path(&w, BASE, "lower-layers"), "");
        stat = stat_layer(&w, BASE);
        assert_int_equal(stat.parts[CSTORAGE_PART_LOWER], CSTORAGE_STATE_UNKNOWN);
        assert_int_equal(stat.parts[CSTORAGE_PART_LOWER_LAYERS], CSTORAGE_STATE_BLANK);
        assert_int_equal(stat.damaged, BIT(LOWER_LAYERS));
        assert_int_equal(stat.repairable, 0);
        assert_int_equal(repair_layer(&w, BASE, ALL).code, -EBADMSG);
        drop_world(&w);
}

static void a_split_layer_is_not_examined(void **state) {
        struct cstorage_layer_stat stat;
        struct world w = {0};

        (void) state;
        make_world(&w, true, false);
        remove_part(&w, part_path(&w, TOP, "diff"));
        w.home[TOP] = "graphroot/overlay";
        fixture_mkdir(w.f, part_path(&w, TOP, "diff"));
        fixture_mkdir(w.f, part_path(&w, TOP, "work"));
        stat = stat_layer(&w, TOP);
        assert_true(stat.split);
        assert_int_equal(stat.damaged, 0);
        drop_world(&w);
}

static void a_layer_of_vfs_has_a_directory_only(void **state) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        struct cstorage_layer_stat stat;
        enum cstorage_part_state links;
        struct cstorage_txn *txn;
        struct world w = {0};

        (void) state;
        make_world(&w, false, false);
        assert_ok(cstorage_config_set_driver(w.f->config, "vfs"));
        fixture_mkdir(w.f, "graphroot/vfs/dir");
        fixture_write(w.f, "graphroot/vfs-layers/layers.lock", "");
        fixture_mkdir(w.f, "graphroot/vfs-images");
        fixture_mkdir(w.f, "graphroot/vfs-containers");
        fill(w.f);
        stat = stat_layer(&w, TOP);
        assert_int_equal(stat.parts[CSTORAGE_PART_DIRECTORY], CSTORAGE_STATE_OK);
        assert_int_equal(stat.parts[CSTORAGE_PART_LINK], CSTORAGE_STATE_NONE);
        assert_int_equal(stat.damaged, 0);

        store = fixture_open(w.f);
        assert_ok(cstorage_store_stat_links(store, false, &links, NULL));
        assert_int_equal(links, CSTORAGE_STATE_NONE);
        txn = begin(w.f);
        assert_refused(-EOPNOTSUPP, "vfs", cstorage_txn_repair_layer(txn, w.id[TOP], ALL, reterr));
        assert_refused(-EOPNOTSUPP, "vfs", cstorage_txn_repair_links(txn, false, reterr));
        commit(txn);

        (void) snprintf(w.id[TOP], 65, "%s", fixture_id("1b"));
        assert_ok(renameat(w.f->fd, "graphroot/vfs/dir", w.f->fd, "graphroot/vfs/old"));
        assert_int_equal(stat_layer(&w, TOP).damaged, BIT(DIRECTORY));
        drop_world(&w);
}

static void a_layer_of_an_additional_image_store_is_not_examined(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        _cleanup_free_ char *option = NULL;
        const struct cstorage_layer *layer;
        struct cstorage_layer_stat stat;
        struct cstorage_txn *txn;
        struct world w = {0};

        (void) state;
        make_world(&w, false, false);
        fixture_write(w.f, "additional/overlay-layers/layers.json",
                      "[{\"id\":\"shared\",\"created\":\"2020-01-01T00:00:00Z\"}]");
        assert_true(asprintf(&option, "imagestore=%s/additional", w.f->top) > 0);
        assert_ok(cstorage_config_add_option(w.f->config, option));
        snapshot = records(w.f);
        assert_ok(cstorage_snapshot_find_layer(snapshot, "shared", &layer));
        assert_refused(-EROFS, "additional", cstorage_layer_stat(snapshot, layer, &stat, reterr));
        txn = begin(w.f);
        assert_refused(-EROFS, "additional", cstorage_txn_repair_layer(txn, "shared", ALL, reterr));
        commit(txn);
        drop_world(&w);
}

static void a_deleted_layer_is_not_repaired(void **state) {
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;
        struct cstorage_txn *txn;
        struct world w = {0};

        (void) state;
        make_world(&w, false, false);
        remove_part(&w, part_path(&w, BOX, "work"));
        txn = begin(w.f);
        assert_ok(cstorage_txn_repair_layer(txn, w.id[BOX], ALL, NULL));
        assert_ok(cstorage_txn_delete(txn, CONTAINER, "box", 0, NULL));
        assert_ok(cstorage_txn_commit(txn, &trash, NULL));
        assert_int_equal(outcome_of(trash).code, -ENOENT);
        cstorage_txn_free(txn);
        drop_world(&w);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_damaged_file_is_made_anew),
                cmocka_unit_test(each_damaged_file_without_lower_layers_is_made_anew),
                cmocka_unit_test(each_damaged_file_in_an_image_store_is_made_anew),
                cmocka_unit_test(each_damaged_directory_is_made_anew),
                cmocka_unit_test(files_in_a_mount_point_are_kept),
                cmocka_unit_test(the_mount_point_of_a_mounted_layer_is_kept),
                cmocka_unit_test(a_damaged_short_link_is_made_anew),
                cmocka_unit_test(a_layer_whose_name_is_taken_gets_a_new_one),
                cmocka_unit_test(layers_above_get_the_new_name),
                cmocka_unit_test(everything_at_once),
                cmocka_unit_test(a_directory_of_short_links_is_made_anew),
                cmocka_unit_test(a_list_of_other_layers_is_kept),
                cmocka_unit_test(a_list_that_is_cut_off_between_names_is_damage),
                cmocka_unit_test(hostile_parts_are_states),
                cmocka_unit_test(a_layer_without_directory_is_not_repaired),
                cmocka_unit_test(a_whole_layer_stays_as_it_is),
                cmocka_unit_test(requests_are_checked),
                cmocka_unit_test(what_root_makes_anew_belongs_to_the_user),
                cmocka_unit_test(the_content_of_an_empty_archive_is_known),
                cmocka_unit_test(a_container_with_a_tar_split_file_had_content),
                cmocka_unit_test(the_content_in_an_additional_layer_store_is_a_link),
                cmocka_unit_test(a_mapped_layer_keeps_its_lists),
                cmocka_unit_test(a_layer_whose_parent_has_no_record_keeps_its_lists),
                cmocka_unit_test(a_split_layer_is_not_examined),
                cmocka_unit_test(a_layer_of_vfs_has_a_directory_only),
                cmocka_unit_test(a_layer_of_an_additional_image_store_is_not_examined),
                cmocka_unit_test(a_deleted_layer_is_not_repaired),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
