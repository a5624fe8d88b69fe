/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In which order entries go. What the laws of the plan need of it is tested with these (tests/plan/laws.c).
 */

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "fixture.h"
#include "inventory/inventory.h"
#include "trash/trash.h"
#include "txn/txn.h"
#include "unit.h"

static size_t turns[CSTORAGE_ENTRY_KINDS]; /* when each kind went, counted from 1 */
static size_t n_gone;

static void note(struct cstorage_trash_item *item) {
        assert_int_equal(turns[item->entry->kind], 0);
        turns[item->entry->kind] = ++n_gone;
        item->done = true;
}

void __wrap_trash_move(struct cstorage_trash *trash, struct cstorage_trash_item *item,
                       const struct mountinfo *mounts);
void __wrap_trash_move(struct cstorage_trash *trash, struct cstorage_trash_item *item,
                       const struct mountinfo *mounts) {
        (void) trash;
        (void) mounts;
        assert_int_not_equal(item->entry->kind, CSTORAGE_ENTRY_VOLATILE_FILE);
        note(item);
}

void __wrap_txn_reset_volatile_file(struct cstorage_txn *txn, struct cstorage_trash_item *item,
                                    const struct mountinfo *mounts);
void __wrap_txn_reset_volatile_file(struct cstorage_txn *txn, struct cstorage_trash_item *item,
                                    const struct mountinfo *mounts) {
        (void) txn;
        (void) mounts;
        assert_int_equal(item->entry->kind, CSTORAGE_ENTRY_VOLATILE_FILE);
        note(item);
}

/* Entries of which each says that it is of another kind; asked for in the order of the kinds, or backwards.
 */
static void retire_all_kinds(struct fixture *f, bool backwards) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        struct cstorage_trash *trash = NULL;
        const struct cstorage_entry *entry = NULL;
        const struct cstorage_entry_stat seen = {0};
        char path[128];

        for (int i = 0; i < CSTORAGE_ENTRY_KINDS; i++) {
                (void) snprintf(path, sizeof(path), "graphroot/overlay-layers/.tmp-layers.json%d", i);
                fixture_write(f, path, "");
        }
        store = fixture_open(f);
        assert_ok(cstorage_inventory_new(store, &inventory, NULL));
        assert_ok(cstorage_txn_begin(store, NULL, &txn, NULL));
        while ((entry = cstorage_inventory_next(inventory, entry)))
                assert_ok(cstorage_txn_trash_entry(txn, entry, &seen, NULL));
        assert_int_equal(inventory->n, CSTORAGE_ENTRY_KINDS);
        for (size_t i = 0; i < CSTORAGE_ENTRY_KINDS; i++)
                inventory->entries[i].kind =
                        (enum cstorage_entry_kind)(backwards ? CSTORAGE_ENTRY_KINDS - 1 - i : i);

        n_gone = 0;
        memset(turns, 0, sizeof(turns));
        assert_ok(cstorage_txn_commit(txn, &trash, NULL));
        cstorage_trash_free(trash);
        assert_int_equal(n_gone, CSTORAGE_ENTRY_KINDS);
}

static void a_torn_file_goes_first_and_side_files_and_links_before_layers(void **state) {
        static const enum cstorage_entry_kind hanging[] = {
                CSTORAGE_ENTRY_LAYER_DATA,
                CSTORAGE_ENTRY_TAR_SPLIT,
                CSTORAGE_ENTRY_QUOTA,
                CSTORAGE_ENTRY_LINK,
        };

        for (int backwards = 0; backwards < 2; backwards++) {
                retire_all_kinds(*state, backwards);
                assert_int_equal(turns[CSTORAGE_ENTRY_VOLATILE_FILE], 1);
                for (size_t i = 0; i < ARRAY_SIZE(hanging); i++)
                        assert_true(turns[hanging[i]] <= 1 + ARRAY_SIZE(hanging));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_torn_file_goes_first_and_side_files_and_links_before_layers,
                                                fixture_setup, fixture_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
