/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verdicts. Every entry is checked in the same order: is it referenced, does it still exist, are the
 * records of its kind complete, is its name a valid id, is it of the right type and not a mount point. Only
 * an entry that passes all checks is removed.
 */

#include <string.h>

#include "plan/damage.h"
#include "plan/foreign-store.h"
#include "plan/liveness.h"
#include "plan/losses.h"
#include "plan/missing-records.h"
#include "plan/plan.h"
#include "plan/references.h"
#include "plan/volatile-reset.h"

#define TEMP_LOCK_PREFIX "lock-" /* internal/tempdir/tempdir.go:tempdirLockPrefix */
#define ID_DIGITS        64      /* pkg/stringid/stringid.go:ValidateID */

struct planner {
        const struct facts *facts;
        const struct policy *policy;
        struct references references;
        struct missing_records missing_records;
        struct foreign_store foreign_store;
        bool gaps, hidden_dirs; /* references_has_gaps(), references_has_hidden_dirs() */
        bool runroot_unseen;    /* an object of this store is in use and has no record */
};

static void planner_done(struct planner *planner) {
        references_done(&planner->references);
}

void plan_done(struct plan *plan) {
        free(plan->decisions);
        free(plan->damages);
        free(plan->losses);
        *plan = PLAN_INIT;
}

static struct decision decide(enum reason reason) {
        return (struct decision){.reason = reason};
}

static bool is_proper_type(const struct fact_entry *entry) {
        if (entry->kind == CSTORAGE_ENTRY_TEMP_DIR && has_prefix(entry->name, TEMP_LOCK_PREFIX))
                return entry->identity.type == CSTORAGE_TYPE_FILE;
        return entry->identity.type == cstorage_entry_kind_get_type(entry->kind);
}

/* The reason not to remove an entry because of its type or state; REASON_COUNT if there is none. */
static enum reason removal_blocker(const struct fact_entry *entry) {
        if (fact_entry_is_gone(entry))
                return REASON_VANISHED;
        if (!fact_entry_is_examined(entry))
                return REASON_UNREADABLE;
        if (entry->identity.other_mount)
                return REASON_MOUNT_POINT;
        if (entry->identity.mount_below)
                return REASON_MOUNT_BELOW;
        return is_proper_type(entry) ? REASON_COUNT : REASON_WRONG_TYPE;
}

static struct decision remove_unless_objected(const struct fact_entry *entry, enum reason reason) {
        enum reason objected = removal_blocker(entry);

        return decide(objected == REASON_COUNT ? reason : objected);
}

static bool is_id(const char *id) {
        return id && strlen(id) == ID_DIGITS && strspn(id, "0123456789abcdef") == ID_DIGITS;
}

/* Whether the id is valid and the name is made of it. */
static bool names_an_id(const struct fact_entry *entry) {
        const char *suffix = cstorage_entry_kind_get_suffix(entry->kind);

        return suffix && is_id(entry->id) && strncmp(entry->name, entry->id, ID_DIGITS) == 0 &&
               strcmp(entry->name + ID_DIGITS, suffix) == 0;
}

/* Decide on an entry that no record refers to. */
static struct decision decide_unknown(const struct fact_entry *entry,
                                      const struct missing_record *missing_record) {
        if (fact_entry_is_gone(entry))
                return decide(REASON_VANISHED);
        if (missing_record->because)
                return (struct decision){missing_record->reason, missing_record->because};
        if (!names_an_id(entry))
                return decide(REASON_INVALID_NAME);
        return remove_unless_objected(entry, REASON_NO_RECORD);
}

/*
 * Reasons to keep an unrecorded layer that no single record file causes. All directories of a layer are
 * removed, or none. None is removed while a side file of the layer is kept, or may exist unread: in later
 * runs the file alone would look like one of a foreign image store.
 */
static struct decision decide_unknown_layer(const struct planner *planner, const struct fact_entry *entry,
                                            uint32_t marks) {
        struct decision decision = decide_unknown(entry, &planner->missing_records.layers);

        if (decision.reason == REASON_VANISHED)
                return decision;
        if (entry->split_layer && planner->foreign_store.split_layers)
                return decide(REASON_FOREIGN_IMAGE_STORE);
        if (decision.reason != REASON_NO_RECORD)
                return decision;
        if (marks & MARK_HELD)
                return decide(REASON_LAYER_REFUSED);
        if (marks & MARK_RECENT)
                return decide(REASON_RECENT);
        if (planner->gaps)
                return decide(REASON_LOWERS_UNREADABLE);
        return decide(planner->foreign_store.hidden ? REASON_UNREADABLE : REASON_NO_RECORD);
}

static struct decision decide_layer_dir(const struct planner *planner, size_t i) {
        uint32_t *marks = references_marks(&planner->references, i);
        const struct fact_entry *entry = &planner->facts->entries[i];
        struct decision decision;

        decision = *marks & MARK_KNOWN ? decide(references_reason(*marks))
                                       : decide_unknown_layer(planner, entry, *marks);

        /* Links and side files are decided later, by these marks. */
        switch (reason_verdict(decision.reason)) {
        case VERDICT_KEEP:
                *marks |= MARK_STAYS;
                break;
        case VERDICT_REFUSE:
                *marks |= MARK_REFUSED;
                break;
        case VERDICT_REMOVE:
        case VERDICT_REPAIR:
                break;
        }
        return decision;
}

/* If the directories of tar-split files and big data could not be listed, there are no entries of these
 * kinds. But quota files are in another directory. */
static struct decision decide_lone_side_file(const struct planner *planner, const struct fact_entry *entry,
                                             uint32_t marks) {
        if (marks & MARK_DIRS)
                return decide(REASON_NO_RECORD);
        if (planner->foreign_store.layers)
                return decide(REASON_FOREIGN_IMAGE_STORE);
        return decide(entry->kind == CSTORAGE_ENTRY_QUOTA && planner->foreign_store.hidden
                              ? REASON_UNREADABLE
                              : REASON_NO_RECORD);
}

/* Tar-split files, big data and quota files. If the directory of the layer is refused, they are kept with
 * it. */
static struct decision decide_side_file(const struct planner *planner, size_t i) {
        uint32_t marks = *references_marks(&planner->references, i);
        struct decision decision;

        if (marks & MARK_KNOWN)
                return decide(references_reason(marks));

        decision = decide_unknown(&planner->facts->entries[i], &planner->missing_records.layers);
        if (decision.reason != REASON_NO_RECORD)
                return decision;
        if (marks & MARK_REFUSED)
                return decide(REASON_LAYER_REFUSED);
        if (marks & MARK_RECENT)
                return decide(REASON_RECENT);
        if (planner->gaps)
                return decide(REASON_LOWERS_UNREADABLE);
        return decide_lone_side_file(planner, &planner->facts->entries[i], marks);
}

/* Decide on an existing link to an unreferenced layer that has no directory. */
static struct decision decide_dangling(const struct planner *planner, const struct fact_entry *entry,
                                       uint32_t marks) {
        const struct missing_record *missing_record = &planner->missing_records.layers;

        if (missing_record->because)
                return (struct decision){missing_record->reason, missing_record->because};
        if (!is_id(entry->id))
                return remove_unless_objected(entry, REASON_INVALID_LINK);
        if (planner->hidden_dirs)
                return decide(REASON_UNREADABLE);
        return remove_unless_objected(entry, marks & MARK_RECENT ? REASON_RECENT : REASON_DANGLING);
}

/* A link refers to a layer of its own driver home, or to a split layer that has a directory there. */
static struct decision decide_link(const struct planner *planner, size_t i) {
        const struct fact_entry *entry = &planner->facts->entries[i];
        uint32_t marks = *references_marks(&planner->references, i);

        if (marks & MARK_STAYS)
                return decide(REASON_LAYER_KEPT);
        if (marks & MARK_KNOWN)
                return decide(references_reason(marks));
        if (fact_entry_is_gone(entry))
                return decide(REASON_VANISHED);
        if (marks & MARK_REFUSED)
                return decide(REASON_LAYER_REFUSED);
        if (marks & mark_dir(entry))
                return remove_unless_objected(entry, REASON_LAYER_REMOVED);
        return decide_dangling(planner, entry, marks);
}

static struct decision decide_container_dir(const struct planner *planner, size_t i) {
        const struct fact_entry *entry = &planner->facts->entries[i];
        struct decision decision;

        if (idset_has(&planner->references.containers, entry->name))
                return decide(REASON_RECORDED);
        if (idset_has(&planner->references.set_aside, entry->name))
                return decide(REASON_REFERENCED);

        decision = decide_unknown(entry, &planner->missing_records.containers);
        if (decision.reason != REASON_NO_RECORD)
                return decision;
        if (idset_has(&planner->references.in_use, entry->name))
                return decide(REASON_IN_USE);
        if (planner->runroot_unseen)
                return decide(REASON_RUNROOT_UNSEEN);
        return decide(liveness_is_recent(planner->facts, planner->policy, entry) ? REASON_RECENT
                                                                                 : REASON_NO_RECORD);
}

static struct decision decide_image_dir(const struct planner *planner, size_t i) {
        const struct fact_entry *entry = &planner->facts->entries[i];
        struct decision decision;

        if (idset_has(&planner->references.images, entry->name))
                return decide(REASON_RECORDED);
        if (idset_has(&planner->references.used_images, entry->name) ||
            idset_has(&planner->references.set_aside, entry->name))
                return decide(REASON_REFERENCED);

        decision = decide_unknown(entry, &planner->missing_records.images);
        if (decision.reason != REASON_NO_RECORD)
                return decision;
        if (planner->foreign_store.hidden)
                return decide(REASON_UNREADABLE);
        if (planner->foreign_store.images)
                return decide(REASON_FOREIGN_IMAGE_STORE);
        return decide(liveness_is_recent(planner->facts, planner->policy, entry) ? REASON_RECENT
                                                                                 : REASON_NO_RECORD);
}

/* A time in the future counts as young: the clock may not be set yet. */
static bool is_young(const struct planner *planner, const struct fact_entry *entry) {
        int64_t age;

        if (__builtin_sub_overflow(planner->facts->now_ns, entry->identity.changed_ns, &age))
                return entry->identity.changed_ns > planner->facts->now_ns;
        return age < planner->policy->temp_young_ns;
}

/*
 * Go creates lock-N, locks it, creates temp-dir-N, and removes them in reverse order: between the first two
 * steps, the lock file is not locked and there is no directory. A directory whose lock file is not locked was
 * abandoned (internal/tempdir/tempdir.go:NewTempDir, Cleanup).
 */
static struct decision decide_temp_dir(const struct planner *planner, size_t i) {
        const struct fact_entry *entry = &planner->facts->entries[i];
        bool only_lock = has_prefix(entry->name, TEMP_LOCK_PREFIX);

        if (!fact_entry_is_examined(entry))
                return decide(REASON_UNREADABLE);
        if (entry->identity.lock == CSTORAGE_ENTRY_LOCK_HELD)
                return decide(REASON_LOCKED);
        if (fact_entry_is_gone(entry))
                return decide(REASON_VANISHED);
        if ((only_lock || entry->identity.lock == CSTORAGE_ENTRY_LOCK_NONE) && is_young(planner, entry))
                return decide(REASON_BEING_CREATED);
        return remove_unless_objected(entry, REASON_ABANDONED);
}

/* An entry that changed since the boot may be in use without any sign of it; an older entry is not in use. */
static struct decision decide_by_boot(const struct planner *planner, const struct fact_entry *entry) {
        if (!fact_entry_is_examined(entry))
                return decide(REASON_UNREADABLE);
        if (fact_entry_is_gone(entry))
                return decide(REASON_VANISHED);
        if (!planner->facts->at_boot && entry->identity.changed_ns >= planner->facts->boot_ns)
                return decide(REASON_BEING_CREATED);
        return remove_unless_objected(entry, REASON_ABANDONED);
}

/* Go creates the entry before its lock file, and the lock file before its lock. Releases up to 1.53 take
 * no lock (overlay.go:newStagingDir). */
static struct decision decide_staging(const struct planner *planner, size_t i) {
        const struct fact_entry *entry = &planner->facts->entries[i];

        if (fact_entry_is_examined(entry) && entry->identity.lock == CSTORAGE_ENTRY_LOCK_HELD)
                return decide(REASON_LOCKED);
        return decide_by_boot(planner, entry);
}

/*
 * Go creates probes without any lock that the collector takes (overlay.go:supportsOverlay, check.go). After a
 * crash a probe stays for ever, and podman-system-check(1) calls it damage. A layer that was created through
 * Go's API may have the same name.
 */
static struct decision decide_probe(const struct planner *planner, size_t i) {
        uint32_t marks = *references_marks(&planner->references, i);
        const struct missing_record *missing_record = &planner->missing_records.layers;

        if (marks & MARK_KNOWN)
                return decide(references_reason(marks));
        if (missing_record->because)
                return (struct decision){missing_record->reason, missing_record->because};
        if (planner->gaps)
                return decide(REASON_LOWERS_UNREADABLE);
        return decide_by_boot(planner, &planner->facts->entries[i]);
}

/* The collector removes it under the lock that a save takes, so no save is in progress. */
static struct decision decide_save_leftover(const struct planner *planner, size_t i) {
        return remove_unless_objected(&planner->facts->entries[i], REASON_INTERRUPTED_SAVE);
}

static struct decision decide_volatile_file(const struct planner *planner, size_t i) {
        const struct fact_entry *entry = &planner->facts->entries[i];
        enum reason objected = removal_blocker(entry), reason;
        const struct fact_file *file;

        reason = volatile_reset_reason(planner->facts, &planner->references, planner->policy, entry, &file);
        if (reason == REASON_TORN_VOLATILE_FILE && objected != REASON_COUNT)
                reason = objected;
        return (struct decision){reason, reason == REASON_RECORDS_DAMAGED ? file : NULL};
}

static struct decision (*const deciders[CSTORAGE_ENTRY_KINDS])(const struct planner *planner,
                                                               size_t entry) = {
        [CSTORAGE_ENTRY_LAYER_DIR] = decide_layer_dir,
        [CSTORAGE_ENTRY_CONTAINER_DIR] = decide_container_dir,
        [CSTORAGE_ENTRY_IMAGE_DIR] = decide_image_dir,
        [CSTORAGE_ENTRY_TAR_SPLIT] = decide_side_file,
        [CSTORAGE_ENTRY_LAYER_DATA] = decide_side_file,
        [CSTORAGE_ENTRY_LINK] = decide_link,
        [CSTORAGE_ENTRY_TEMP_DIR] = decide_temp_dir,
        [CSTORAGE_ENTRY_STAGING] = decide_staging,
        [CSTORAGE_ENTRY_PROBE] = decide_probe,
        [CSTORAGE_ENTRY_SAVE_LEFTOVER] = decide_save_leftover,
        [CSTORAGE_ENTRY_VOLATILE_FILE] = decide_volatile_file,
        [CSTORAGE_ENTRY_QUOTA] = decide_side_file,
};

/* Find the torn files that are reset in this run. */
static int find_repaired(struct planner *planner) {
        const struct facts *facts = planner->facts;
        const struct fact_file *file;
        bool *repaired = calloc(facts->n_files + 1, sizeof(*repaired));

        if (!repaired)
                return -ENOMEM;

        for (size_t i = 0; i < facts->n_entries; i++)
                if (facts->entries[i].kind == CSTORAGE_ENTRY_VOLATILE_FILE &&
                    removal_blocker(&facts->entries[i]) == REASON_COUNT &&
                    volatile_reset_reason(facts, &planner->references, planner->policy, &facts->entries[i],
                                          &file) == REASON_TORN_VOLATILE_FILE)
                        repaired[file - facts->files] = true;
        planner->references.repaired = repaired;
        return 0;
}

/* A side file without a directory is evidence of a foreign image store (foreign-store.c). */
static bool holds_layer(const struct fact_entry *entry) {
        return (entry->kind == CSTORAGE_ENTRY_LAYER_DIR || references_is_side_file(entry)) &&
               !fact_entry_is_gone(entry);
}

/* Whether the entry cannot be removed because of its name, type or state. Then all directories of its
 * layer are kept as well. */
static bool cannot_go(const struct references *references, const struct facts *facts, size_t i) {
        const struct fact_entry *entry = &facts->entries[i];

        if (names_an_id(entry) && removal_blocker(entry) == REASON_COUNT)
                return false;
        if (holds_layer(entry))
                *references_marks(references, i) |= MARK_HELD;
        return true;
}

/* First the referenced layers, then the lowers of all kept layers, then the missing records. */
static int planner_learn(struct planner *planner) {
        const struct facts *facts = planner->facts;
        bool hidden = references_has_hidden_side_files(facts); /* then no layer directory is removed */
        _cleanup_free_ bool *stays = NULL;
        int r;

        r = references_make(&planner->references, facts);
        if (r < 0)
                return r;

        stays = calloc(facts->n_entries + 1, sizeof(*stays));
        if (!stays)
                return -ENOMEM;
        for (size_t i = 0; i < facts->n_entries; i++)
                stays[i] = cannot_go(&planner->references, facts, i) || hidden;
        liveness_mark_recent_layers(&planner->references, facts, planner->policy);
        r = references_spread(&planner->references, facts, stays);
        if (r < 0)
                return r;

        planner->gaps = references_has_gaps(&planner->references, facts);
        planner->hidden_dirs = references_has_hidden_dirs(facts);
        planner->runroot_unseen = liveness_has_unexplained_use(&planner->references, facts);
        r = find_repaired(planner);
        if (r < 0)
                return r;
        missing_records_find(&planner->missing_records, facts, &planner->references);
        foreign_store_find(&planner->foreign_store, facts, &planner->references);
        return 0;
}

/* Layer directories come first: the verdicts on links and side files depend on them. */
static void decide_entries(struct plan *plan, const struct planner *planner) {
        const struct fact_entry *entries = planner->facts->entries;

        for (size_t i = 0; i < plan->n; i++)
                if (entries[i].kind == CSTORAGE_ENTRY_LAYER_DIR)
                        plan->decisions[i] = deciders[entries[i].kind](planner, i);
        for (size_t i = 0; i < plan->n; i++)
                if (entries[i].kind != CSTORAGE_ENTRY_LAYER_DIR)
                        plan->decisions[i] = deciders[entries[i].kind](planner, i);
}

/* A run that only repairs does not report what it does not remove. */
static void keep_garbage(struct plan *plan, const struct facts *facts) {
        for (size_t i = 0; i < plan->n; i++)
                if (facts->entries[i].kind != CSTORAGE_ENTRY_VOLATILE_FILE &&
                    reason_verdict(plan->decisions[i].reason) != VERDICT_KEEP)
                        plan->decisions[i] = decide(REASON_NOT_COLLECTED);
}

static int decide_damages(struct plan *plan, const struct planner *planner) {
        _cleanup_damage_rules_ struct damage_rules rules = DAMAGE_RULES_INIT;
        const struct facts *facts = planner->facts;
        int r;

        r = damage_rules_make(&rules, facts, &planner->references, planner->policy);
        if (r < 0)
                return r;
        plan->damages = calloc(facts->n_damages + 1, sizeof(*plan->damages));
        if (!plan->damages)
                return -ENOMEM;

        plan->n_damages = facts->n_damages;
        for (size_t i = 0; i < plan->n_damages; i++)
                plan->damages[i] = decide(damage_reason(&rules, &facts->damages[i]));
        return losses_find(plan, facts);
}

static void count_verdicts(struct plan *plan) {
        size_t counts[VERDICT_REFUSE + 1] = {0};

        for (size_t i = 0; i < plan->n; i++)
                counts[reason_verdict(plan->decisions[i].reason)]++;
        plan->n_keep = counts[VERDICT_KEEP];
        for (size_t i = 0; i < plan->n_damages; i++)
                counts[reason_verdict(plan->damages[i].reason)]++;
        counts[VERDICT_REFUSE] += plan->n_losses;
        plan->n_remove = counts[VERDICT_REMOVE];
        plan->n_repair = counts[VERDICT_REPAIR];
        plan->n_refuse = counts[VERDICT_REFUSE];
}

int plan_make(struct plan *plan, const struct facts *facts, const struct policy *policy) {
        _cleanup_(planner_done) struct planner planner = {.facts = facts, .policy = policy};
        struct decision *decisions;
        int r;

        r = planner_learn(&planner);
        if (r < 0)
                return r;
        decisions = calloc(facts->n_entries + 1, sizeof(*decisions));
        if (!decisions)
                return -ENOMEM;

        *plan = (struct plan){.decisions = decisions, .n = facts->n_entries};
        decide_entries(plan, &planner);
        if (policy->only_repairs)
                keep_garbage(plan, facts);
        r = decide_damages(plan, &planner);
        if (r < 0) {
                plan_done(plan);
                return r;
        }
        count_verdicts(plan);
        return 0;
}
