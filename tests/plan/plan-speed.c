/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The time of a plan of a large store: with records for all entries, as in a run that finds nothing, and with
 * orphans in long chains only. The best of several rounds counts, since other processes run.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "plan/plan.h"

#define LAYERS   11000
#define LOWERS   20 /* of each orphan */
#define ROUNDS   20
#define LIMIT_US 5000

static char ids[LAYERS][65];

/* Ids with the even distribution of SHA-256. */
static void make_ids(void) {
        uint64_t x = 88172645463325252U;

        for (size_t i = 0; i < LAYERS; i++)
                for (size_t k = 0; k < 64; k += 16) {
                        x ^= x << 13;
                        x ^= x >> 7;
                        x ^= x << 17;
                        (void) snprintf(&ids[i][k], 17, "%016" PRIx64, x);
                }
}

static int add_files(struct facts *facts) {
        static const struct fact_file files[] = {
                {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_STABLE, CSTORAGE_RECORD_FILE_OK, "", ""},
                {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE, CSTORAGE_RECORD_FILE_OK, "", ""},
                {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE_RUNROOT, CSTORAGE_RECORD_FILE_OK, "",
                 ""},
                {CSTORAGE_RECORD_FILE_IMAGES, CSTORAGE_LOCATION_STABLE, CSTORAGE_RECORD_FILE_OK, "", ""},
                {CSTORAGE_RECORD_FILE_CONTAINERS, CSTORAGE_LOCATION_STABLE, CSTORAGE_RECORD_FILE_OK, "", ""},
                {CSTORAGE_RECORD_FILE_CONTAINERS, CSTORAGE_LOCATION_VOLATILE, CSTORAGE_RECORD_FILE_OK, "",
                 ""},
                {CSTORAGE_RECORD_FILE_CONTAINERS, CSTORAGE_LOCATION_VOLATILE_RUNROOT, CSTORAGE_RECORD_FILE_OK,
                 "", ""},
                {CSTORAGE_RECORD_FILE_MOUNTS, CSTORAGE_LOCATION_RUNROOT, CSTORAGE_RECORD_FILE_OK, "", ""},
        };

        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                struct fact_file *file = facts_add_file(facts);

                if (!file)
                        return -ENOMEM;
                *file = files[i];
        }
        return 0;
}

static int add_entry(struct facts *facts, enum cstorage_entry_kind kind, size_t i, bool orphan) {
        struct fact_entry *entry = facts_add_entry(facts);
        const char **lowers;

        if (!entry)
                return -ENOMEM;
        *entry = (struct fact_entry){.kind = kind, .id = ids[i], .name = ids[i], .path = "", .problem = ""};
        if (!orphan)
                return 0;

        entry->examined = true;
        if (kind == CSTORAGE_ENTRY_LINK) {
                entry->identity.type = CSTORAGE_TYPE_LINK;
                return 0;
        }

        entry->identity.type = CSTORAGE_TYPE_DIRECTORY;
        lowers = arena_alloc(&facts->arena, LOWERS * sizeof(*lowers));
        if (!lowers)
                return -ENOMEM;
        for (size_t k = 0; k < LOWERS; k++)
                lowers[k] = ids[(i + k + 1) % LAYERS];
        entry->lowers = lowers;
        entry->n_lowers = LOWERS;
        return 0;
}

static int add_layers(struct facts *facts, bool orphans) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < LAYERS; i++)
                r = add_entry(facts, CSTORAGE_ENTRY_LAYER_DIR, i, orphans);
        for (size_t i = 0; r >= 0 && i < LAYERS; i++)
                r = add_entry(facts, CSTORAGE_ENTRY_LINK, i, orphans);
        for (size_t i = 0; r >= 0 && !orphans && i < LAYERS; i++) {
                struct fact_layer *layer = facts_add_layer(facts);

                if (!layer)
                        return -ENOMEM;
                *layer = (struct fact_layer){.id = ids[i], .parent = i % 20 ? ids[i - 1] : ""};
        }
        return r;
}

static int64_t now_us(void) {
        struct timespec now;

        (void) clock_gettime(CLOCK_MONOTONIC, &now);
        return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static int measure(const struct facts *facts, int64_t *best_us, size_t *n_remove) {
        *best_us = INT64_MAX;
        for (int i = 0; i < ROUNDS; i++) {
                _cleanup_plan_ struct plan plan = PLAN_INIT;
                int64_t us = now_us();
                int r;

                r = plan_make(&plan, facts, &POLICY_DEFAULT);
                us = now_us() - us;
                if (r < 0)
                        return r;
                *best_us = us < *best_us ? us : *best_us;
                *n_remove = plan.n_remove;
        }
        return 0;
}

static bool check(int number, bool orphans, int64_t limit_us) {
        _cleanup_facts_ struct facts facts = FACTS_INIT;
        size_t n_remove = 0, expected = orphans ? 2 * LAYERS : 0;
        int64_t us = 0;
        bool ok;

        ok = add_files(&facts) >= 0 && add_layers(&facts, orphans) >= 0 &&
             measure(&facts, &us, &n_remove) >= 0 && n_remove == expected && us < limit_us;
        printf("%sok %d - %d layers and links, %s, planned in %.2f ms (limit %.0f ms)\n", ok ? "" : "not ",
               number, LAYERS, orphans ? "all orphans on twenty lowers each" : "all recorded",
               (double) us / 1000, (double) limit_us / 1000);
        return ok;
}

int main(void) {
        bool ok;

        make_ids();
        ok = check(1, false, LIMIT_US);
        /* A lower counts as a reference, so there are ten times as many. */
        ok &= check(2, true, 10 * LIMIT_US);
        printf("1..2\n");
        return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
