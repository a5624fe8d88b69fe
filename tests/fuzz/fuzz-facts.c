/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts from any bytes: they are equal after writing and reading, and the plan removes only entries of a kind
 * that may be removed. */

#include <string.h>

#include "fuzz.h"
#include "plan/plan.h"

#define INPUT_MAX (64U * 1024) /* larger inputs cost time and find no more */

static bool is_id(const char *s) {
        return s && strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
}

static bool needs_an_id(enum cstorage_entry_kind kind) {
        return kind != CSTORAGE_ENTRY_TEMP_DIR && kind != CSTORAGE_ENTRY_STAGING &&
               kind != CSTORAGE_ENTRY_PROBE && kind != CSTORAGE_ENTRY_SAVE_LEFTOVER;
}

/* These rules hold for any facts. */
static void check_removal(const struct facts *facts, const struct fact_entry *entry) {
        FUZZ_ASSERT(entry->examined && !*entry->problem);
        FUZZ_ASSERT(entry->identity.type != CSTORAGE_TYPE_ABSENT);
        FUZZ_ASSERT(!entry->identity.other_mount && !entry->identity.mount_below);
        FUZZ_ASSERT(entry->identity.lock != CSTORAGE_ENTRY_LOCK_HELD ||
                    (entry->kind != CSTORAGE_ENTRY_TEMP_DIR && entry->kind != CSTORAGE_ENTRY_STAGING));
        if (!needs_an_id(entry->kind))
                return;

        FUZZ_ASSERT(is_id(entry->id));
        for (size_t i = 0; i < facts->n_files; i++)
                FUZZ_ASSERT(facts->files[i].state != CSTORAGE_RECORD_FILE_DAMAGED ||
                            entry->kind == CSTORAGE_ENTRY_CONTAINER_DIR ||
                            entry->kind == CSTORAGE_ENTRY_IMAGE_DIR);
        for (size_t i = 0; i < facts->n_layers; i++)
                FUZZ_ASSERT(strcmp(facts->layers[i].id, entry->id) != 0 ||
                            entry->kind == CSTORAGE_ENTRY_CONTAINER_DIR ||
                            entry->kind == CSTORAGE_ENTRY_IMAGE_DIR);
}

static void check_plan(const struct facts *facts) {
        _cleanup_plan_ struct plan plan = PLAN_INIT;

        if (plan_make(&plan, facts, &POLICY_DEFAULT) < 0)
                return;
        FUZZ_ASSERT(plan.n == facts->n_entries && plan.n_keep + plan.n_remove + plan.n_refuse == plan.n);
        for (size_t i = 0; i < plan.n; i++) {
                const struct decision *decision = &plan.decisions[i];
                bool missing_record = decision->reason == REASON_RECORDS_DAMAGED ||
                                      decision->reason == REASON_RECORDS_MISSING;

                FUZZ_ASSERT(decision->reason != REASON_CHANGED && decision->reason != REASON_BUSY);
                FUZZ_ASSERT(missing_record == (decision->because != NULL));
                if (reason_verdict(decision->reason) == VERDICT_REMOVE)
                        check_removal(facts, &facts->entries[i]);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_facts_ struct facts facts = FACTS_INIT, again = FACTS_INIT;
        _cleanup_text_ struct text first = TEXT_INIT, second = TEXT_INIT;
        struct error e = {0};
        int r;

        if (size > INPUT_MAX)
                return 0;
        r = facts_parse(&facts, (const char *) data, size, &e);
        if (r < 0) {
                FUZZ_ASSERT(r == -EBADMSG && strncmp(e.text, "facts, line ", 12) == 0);
                return 0;
        }
        if (facts_write(&facts, &first) < 0)
                return 0;
        FUZZ_ASSERT(facts_parse(&again, first.s, first.len, &e) >= 0);
        FUZZ_ASSERT(facts_write(&again, &second) >= 0);
        FUZZ_ASSERT(first.len == second.len && memcmp(first.s, second.s, first.len) == 0);
        check_plan(&facts);
        return 0;
}
