/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Repair all that is repairable in a store, with nothing but the public library.
 *
 *   store-repairer [-n] DRIVER GRAPHROOT RUNROOT    a line for each damaged part, and one for each repair;
 * -n: only the damage
 *
 * Exit status 1: a repair failed, or a part cannot be repaired.
 */

#include <cstorage.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store-open.h"

static const char *const parts[CSTORAGE_PARTS_MAX] = {
        [CSTORAGE_PART_DIRECTORY] = "directory", [CSTORAGE_PART_DIFF] = "diff",
        [CSTORAGE_PART_LINK] = "link",           [CSTORAGE_PART_SHORT_LINK] = "short-link",
        [CSTORAGE_PART_LOWER] = "lower",         [CSTORAGE_PART_LOWER_LAYERS] = "lower-layers",
        [CSTORAGE_PART_EMPTY] = "empty",         [CSTORAGE_PART_WORK] = "work",
        [CSTORAGE_PART_MERGED] = "merged",
};

static const char *const states[] = {
        [CSTORAGE_STATE_NONE] = "none",           [CSTORAGE_STATE_OK] = "ok",
        [CSTORAGE_STATE_UNKNOWN] = "unknown",     [CSTORAGE_STATE_MISSING] = "missing",
        [CSTORAGE_STATE_BLANK] = "blank",         [CSTORAGE_STATE_INVALID] = "invalid",
        [CSTORAGE_STATE_ELSEWHERE] = "elsewhere", [CSTORAGE_STATE_WRONG_TYPE] = "wrong-type",
        [CSTORAGE_STATE_NOT_EMPTY] = "not-empty",
};

static bool lost;

static void print_damage(const char *id, const struct cstorage_layer_stat *stat) {
        for (int i = 0; i < CSTORAGE_PARTS_MAX; i++)
                if (stat->damaged & CSTORAGE_PART_BIT(i))
                        printf("%.12s %s %s\n", id, parts[i], states[stat->parts[i]]);
        lost = lost || (stat->damaged & ~stat->repairable);
}

static int look_at_layers(const struct cstorage_snapshot *snapshot, struct cstorage_txn *txn,
                          struct cstorage_error *reterr) {
        const struct cstorage_layer *layer = NULL;
        int r = 0;

        while (r >= 0 && (layer = cstorage_snapshot_next_layer(snapshot, layer))) {
                struct cstorage_layer_stat stat;

                if (cstorage_layer_get_location(layer) == CSTORAGE_LOCATION_ADDITIONAL)
                        continue;
                r = cstorage_layer_stat(snapshot, layer, &stat, reterr);
                if (r < 0)
                        break;
                print_damage(cstorage_layer_get_id(layer), &stat);
                if (txn && stat.repairable)
                        r = cstorage_txn_repair_layer(txn, cstorage_layer_get_id(layer), stat.repairable,
                                                      reterr);
        }
        return r;
}

static int look_at_links(const struct cstorage_store *store, struct cstorage_txn *txn,
                         struct cstorage_error *reterr) {
        enum cstorage_part_state state;
        int r;

        r = cstorage_store_stat_links(store, false, &state, reterr);
        if (r < 0 || state == CSTORAGE_STATE_OK || state == CSTORAGE_STATE_NONE)
                return r;
        printf("l %s\n", states[state]);
        return txn ? cstorage_txn_repair_links(txn, false, reterr) : 0;
}

static void print_results(const struct cstorage_trash *trash) {
        const struct cstorage_repair *repair = NULL;

        while ((repair = cstorage_trash_next_repair(trash, repair))) {
                const char *id = cstorage_repair_get_layer_id(repair);

                printf("%.12s: %d %s\n", id ? id : "l", cstorage_repair_get_code(repair),
                       cstorage_repair_get_text(repair));
                lost = lost || cstorage_repair_get_code(repair) < 0;
        }
}

static int look(struct cstorage_store *store, struct cstorage_txn *txn, struct cstorage_error *reterr) {
        struct cstorage_snapshot *snapshot = NULL;
        int r;

        r = txn ? cstorage_txn_get_snapshot(txn, &snapshot, reterr)
                : cstorage_snapshot_new(store, &snapshot, reterr);
        if (r >= 0)
                r = look_at_links(store, txn, reterr);
        if (r >= 0)
                r = look_at_layers(snapshot, txn, reterr);
        cstorage_snapshot_unref(snapshot);
        return r;
}

static int repair(struct cstorage_store *store, struct cstorage_error *reterr) {
        struct cstorage_trash *trash = NULL;
        struct cstorage_txn *txn = NULL;
        int r;

        r = cstorage_txn_begin(store, NULL, &txn, reterr);
        if (r >= 0)
                r = look(store, txn, reterr);
        if (r >= 0)
                r = cstorage_txn_commit(txn, &trash, reterr);
        if (r >= 0) {
                print_results(trash);
                r = cstorage_trash_empty(trash, reterr);
        }
        cstorage_trash_free(trash);
        cstorage_txn_free(txn);
        return r;
}

int main(int argc, char **argv) {
        bool only_look = argc > 1 && strcmp(argv[1], "-n") == 0;
        struct cstorage_store *store = NULL;
        struct cstorage_error error = {.text = "usage: store-repairer [-n] DRIVER GRAPHROOT RUNROOT"};
        int r = -1;

        if (argc - only_look == 4)
                r = store_open(argv + 1 + only_look, false, cstorage_store_create, &store, &error);
        if (r >= 0)
                r = only_look ? look(store, NULL, &error) : repair(store, &error);
        if (r < 0)
                fprintf(stderr, "%s\n", error.text);
        cstorage_store_unref(store);
        return r < 0 || lost;
}
