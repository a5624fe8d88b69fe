/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The laws of the plan, on generated worlds:
 *
 *     laws [SEED [WORLDS]]
 *
 * A world that violates a law is printed as facts. Add it to the golden plans.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "brute.h"
#include "inventory/kinds.h"
#include "plan/plan.h"
#include "world.h"

#define WORLDS      12000
#define WORLDS_LONG 500000
#define ENTRIES_MAX 256

/* Indexed by: repairs, and removes recent orphans. */
static const struct policy policies[2][2] = {
        {{.temp_young_ns = 40}, {.temp_young_ns = 40, .recent = true}},
        {{.temp_young_ns = 40, .repair = true}, {.temp_young_ns = 40, .repair = true, .recent = true}},
};

static bool is_removed(const struct plan *plan, size_t i) {
        return reason_verdict(plan->decisions[i].reason) == VERDICT_REMOVE;
}

static bool is_repaired(const struct plan *plan, size_t i) {
        return reason_verdict(plan->decisions[i].reason) == VERDICT_REPAIR;
}

/* Find the decision of an entry in another world that has a part of the entries. */
static size_t find_entry(const struct facts *facts, const struct fact_entry *wanted) {
        for (size_t i = 0; i < facts->n_entries; i++)
                if (facts->entries[i].entry == wanted->entry)
                        return i;
        return SIZE_MAX;
}

/* A mark identifies each entry; the plan does not read it. */
static void mark_entries(struct facts *facts) {
        for (size_t i = 0; i < facts->n_entries; i++)
                facts->entries[i].entry = (const struct cstorage_entry *) (uintptr_t) (i + 1);
}

/* The facts and the plan that a law checks. */
struct world {
        struct facts facts;
        bool repair, recent;
        struct plan plan;
};

static void world_done(struct world *world) {
        plan_done(&world->plan);
        facts_done(&world->facts);
}

#define _cleanup_world_ _cleanup_(world_done)

static void make_plan(struct world *world) {
        if (plan_make(&world->plan, &world->facts, &policies[world->repair][world->recent]) < 0)
                abort();
}

static void copy(struct world *to, const struct world *from) {
        if (world_copy(&to->facts, &from->facts) < 0)
                abort();
        to->repair = from->repair;
        to->recent = from->recent;
}

/* --------------------------------------------------------------------------------------------- the laws */

static bool agrees_with_brute_force(const struct world *world, struct dice *dice) {
        bool may_go[ENTRIES_MAX], may_repair[ENTRIES_MAX];

        (void) dice;
        brute_plan(&world->facts, &policies[world->repair][world->recent], may_go, may_repair);
        for (size_t i = 0; i < world->facts.n_entries; i++)
                if (may_go[i] != is_removed(&world->plan, i) || may_repair[i] != is_repaired(&world->plan, i))
                        return false;
        return true;
}

static bool does_not_depend_on_the_order(const struct world *world, struct dice *dice) {
        _cleanup_world_ struct world other = {0};

        copy(&other, world);
        world_shuffle(&other.facts, dice);
        make_plan(&other);
        for (size_t i = 0; i < other.facts.n_entries; i++) {
                size_t k = find_entry(&world->facts, &other.facts.entries[i]);
                const struct decision *a = &other.plan.decisions[i], *b = &world->plan.decisions[k];

                if (a->reason != b->reason || !a->because != !b->because)
                        return false;
                if (a->because && strcmp(a->because->path, b->because->path) != 0)
                        return false;
        }
        return true;
}

/* The records of the incomplete layers stay: without them, an orphan that one refers to would go in the next
 * run. */
static void carry_out_repairs(struct facts *facts, const struct plan *plan) {
        size_t kept = 0;

        for (size_t i = 0; i < facts->n_damages; i++) {
                enum verdict verdict = reason_verdict(plan->damages[i].reason);

                if (verdict != VERDICT_REMOVE && verdict != VERDICT_REPAIR)
                        facts->damages[kept++] = facts->damages[i];
        }
        facts->n_damages = kept;
}

/* Remove the entries that the plan removes, and repair the damage that it repairs. */
static void carry_out(struct facts *facts, const struct plan *plan) {
        size_t kept = 0;

        for (size_t i = 0; i < facts->n_entries; i++)
                if (!is_removed(plan, i))
                        facts->entries[kept++] = facts->entries[i];
        facts->n_entries = kept;
        carry_out_repairs(facts, plan);
}

static bool removes_nothing_the_second_time(const struct world *world, struct dice *dice) {
        _cleanup_world_ struct world other = {0};

        (void) dice;
        copy(&other, world);
        carry_out(&other.facts, &world->plan);
        make_plan(&other);
        for (size_t i = 0; i < other.plan.n_damages; i++)
                if (reason_verdict(other.plan.damages[i].reason) == VERDICT_REPAIR)
                        return false;
        return other.plan.n_remove == 0;
}

/* A run that is killed in a turn removes any part of its entries. */
static void carry_out_partly(struct facts *facts, const struct plan *plan, struct dice *dice) {
        unsigned last = dice_roll(dice, TRASH_TURNS);
        size_t kept = 0;

        for (size_t i = 0; i < facts->n_entries; i++) {
                enum trash_turn turn = entry_kinds[facts->entries[i].kind].turn;

                if (is_removed(plan, i) && (turn < last || (turn == last && dice_hit(dice, 2))))
                        continue;
                facts->entries[kept++] = facts->entries[i];
        }
        facts->n_entries = kept;
}

/* An entry that another process removed between two scans counts in this run, and is not listed in the next.
 */
static void forget_what_is_gone(struct facts *facts) {
        size_t kept = 0;

        for (size_t i = 0; i < facts->n_entries; i++)
                if (!fact_entry_is_gone(&facts->entries[i]))
                        facts->entries[kept++] = facts->entries[i];
        facts->n_entries = kept;
}

static bool has_dir_in_graphroot(const struct facts *facts, const char *layer) {
        for (size_t i = 0; i < facts->n_entries; i++)
                if (facts->entries[i].kind == CSTORAGE_ENTRY_LAYER_DIR && !facts->entries[i].imagestore &&
                    strcmp(facts->entries[i].name, layer) == 0)
                        return true;
        return false;
}

/* Split layers in the graphroot, and no pair that shows that their other directories are in this image store.
 */
static bool has_lonely_parts(const struct facts *facts) {
        bool here = false;

        for (size_t i = 0; i < facts->n_entries; i++) {
                const struct fact_entry *e = &facts->entries[i];

                here |= e->split_layer && !e->imagestore;
                if (e->split_layer && e->imagestore && has_dir_in_graphroot(facts, e->name))
                        return false;
        }
        return here;
}

/*
 * A file is not reset yet, which only reduces the removed entries. So does the last pair of directories of a
 * split layer, if one of them is gone and others are left: one of a pair is removed first.
 */
static bool removes_the_rest_when_killed(const struct world *world, struct dice *dice) {
        _cleanup_world_ struct world before = {0}, after = {0};
        bool fewer;

        copy(&before, world);
        forget_what_is_gone(&before.facts);
        make_plan(&before);
        copy(&after, &before);
        carry_out_partly(&after.facts, &before.plan, dice);
        make_plan(&after);
        fewer = has_lonely_parts(&after.facts) && !has_lonely_parts(&before.facts);
        for (size_t i = 0; i < after.facts.n_entries; i++) {
                bool removed = is_removed(&before.plan, find_entry(&before.facts, &after.facts.entries[i]));

                if (is_removed(&after.plan, i) ? !removed : removed && !fewer)
                        return false;
        }
        return true;
}

/* The reason is a missing record, so a record for the reference changes it. */
static bool is_doubt(enum reason reason) {
        return reason == REASON_RECORDS_MISSING || reason == REASON_LOWERS_UNREADABLE ||
               reason == REASON_FOREIGN_IMAGE_STORE || reason == REASON_RUNROOT_UNSEEN;
}

/* The record of a container shows that its directory is no sign of a container with an unknown layer. */
static bool is_kept_for_a_start(const struct world *world, enum reason reason) {
        return world->facts.starts_unmarked &&
               (reason == REASON_RECENT || reason == REASON_LOWER_OF_KEPT || reason == REASON_LAYER_KEPT);
}

static bool was_in_doubt(const struct world *world, size_t i) {
        if (is_doubt(world->plan.decisions[i].reason) ||
            is_kept_for_a_start(world, world->plan.decisions[i].reason))
                return true;
        for (size_t k = 0; world->plan.decisions[i].reason == REASON_LAYER_REFUSED && k < world->plan.n; k++)
                if (world->facts.entries[k].kind == CSTORAGE_ENTRY_LAYER_DIR &&
                    is_doubt(world->plan.decisions[k].reason))
                        return true;
        return false;
}

static bool removes_no_more(const struct world *before, const struct world *after, bool but_doubtful) {
        for (size_t i = 0; i < after->facts.n_entries; i++) {
                size_t k = find_entry(&before->facts, &after->facts.entries[i]);

                if (is_removed(&after->plan, i) && !is_removed(&before->plan, k) &&
                    !(but_doubtful && was_in_doubt(before, k)))
                        return false;
        }
        return true;
}

static bool repairs_no_more(const struct world *before, const struct world *after) {
        for (size_t i = 0; i < after->facts.n_entries; i++)
                if (is_repaired(&after->plan, i) &&
                    !is_repaired(&before->plan, find_entry(&before->facts, &after->facts.entries[i])))
                        return false;
        return true;
}

/* Only volatile files are reset, and entries that such a file may record are kept in this run. */
static bool repairs_volatile_files_alone(const struct world *world, struct dice *dice) {
        bool layers_doubted = false;

        (void) dice;
        for (size_t i = 0; i < world->facts.n_entries; i++) {
                if (!is_repaired(&world->plan, i))
                        continue;
                layers_doubted = true;
                if (world->facts.entries[i].kind != CSTORAGE_ENTRY_VOLATILE_FILE || !world->repair)
                        return false;
        }
        for (size_t i = 0; layers_doubted && i < world->facts.n_entries; i++)
                if (world->facts.entries[i].kind == CSTORAGE_ENTRY_LAYER_DIR && is_removed(&world->plan, i))
                        return false;
        return true;
}

static bool removes_no_more_for_a_record(const struct world *world, struct dice *dice) {
        _cleanup_world_ struct world other = {0};

        copy(&other, world);
        if (world_add_record(&other.facts, dice) < 0)
                abort();
        make_plan(&other);
        return removes_no_more(world, &other, true) && agrees_with_brute_force(&other, dice);
}

static bool removes_no_more_for_a_mount(const struct world *world, struct dice *dice) {
        _cleanup_world_ struct world other = {0};

        copy(&other, world);
        if (world_add_mount(&other.facts, dice) < 0)
                abort();
        make_plan(&other);
        return removes_no_more(world, &other, false) && repairs_no_more(world, &other) &&
               agrees_with_brute_force(&other, dice);
}

static bool removes_no_more_for_a_held_lock(const struct world *world, struct dice *dice) {
        _cleanup_world_ struct world other = {0};

        copy(&other, world);
        world_hold_lock(&other.facts, dice);
        make_plan(&other);
        return removes_no_more(world, &other, false);
}

/* The facts contain less about this boot. */
static bool removes_no_more_for_a_view_that_lacks(const struct world *world, struct dice *dice) {
        _cleanup_world_ struct world other = {0};

        copy(&other, world);
        if (dice_hit(dice, 2))
                other.facts.at_boot = false;
        else
                other.facts.uses_seen = false;
        make_plan(&other);
        return removes_no_more(world, &other, false) && agrees_with_brute_force(&other, dice);
}

/* The boot was earlier, since the clock was set after it. */
static bool removes_no_more_for_an_earlier_boot(const struct world *world, struct dice *dice) {
        _cleanup_world_ struct world other = {0};

        copy(&other, world);
        other.facts.boot_ns -= dice_roll(dice, 60);
        make_plan(&other);
        return removes_no_more(world, &other, false) && agrees_with_brute_force(&other, dice);
}

static bool removes_no_more_without_leave_for_recent_ones(const struct world *world, struct dice *dice) {
        _cleanup_world_ struct world other = {0};

        copy(&other, world);
        other.recent = false;
        make_plan(&other);
        return removes_no_more(world, &other, false) && agrees_with_brute_force(&other, dice);
}

/* Entries that a container of this boot may use are kept, unless the run is at boot or all processes were
 * read. */
static bool removes_nothing_recent(const struct world *world, struct dice *dice) {
        (void) dice;
        if (world->facts.at_boot || (world->recent && world->facts.uses_seen))
                return true;
        for (size_t i = 0; i < world->facts.n_entries; i++) {
                const struct fact_entry *e = &world->facts.entries[i];

                if (is_removed(&world->plan, i) && e->identity.changed_ns >= world->facts.boot_ns &&
                    e->kind != CSTORAGE_ENTRY_TEMP_DIR && e->kind != CSTORAGE_ENTRY_SAVE_LEFTOVER)
                        return false;
        }
        return true;
}

static bool removes_no_more_for_damage(const struct world *world, struct dice *dice) {
        _cleanup_world_ struct world other = {0};

        copy(&other, world);
        world_damage_file(&other.facts, dice);
        make_plan(&other);
        return removes_no_more(world, &other, false) && agrees_with_brute_force(&other, dice);
}

static bool removes_no_more_for_what_is_hidden(const struct world *world, struct dice *dice) {
        _cleanup_world_ struct world other = {0};

        copy(&other, world);
        if (world_hide_directory(&other.facts, dice) < 0)
                abort();
        make_plan(&other);
        return removes_no_more(world, &other, false) && agrees_with_brute_force(&other, dice);
}

/* All names that are reachable from records and mounts along parents and lowers. */
struct reached {
        const char *ids[1024];
        size_t n;
};

static void reach(struct reached *reached, const char *id) {
        for (size_t i = 0; i < reached->n; i++)
                if (strcmp(reached->ids[i], id) == 0)
                        return;
        assert(reached->n < ARRAY_SIZE(reached->ids));
        reached->ids[reached->n++] = id;
}

static void reach_from_records(struct reached *reached, const struct facts *facts) {
        for (size_t i = 0; i < facts->n_layers; i++)
                reach(reached, facts->layers[i].id);
        for (size_t i = 0; i < facts->n_mounts; i++)
                reach(reached, facts->mounts[i]);
        for (size_t i = 0; i < facts->n_in_use; i++)
                reach(reached, facts->in_use[i].id);
        for (size_t i = 0; i < facts->n_set_aside; i++)
                reach(reached, facts->set_aside[i]);
        for (size_t i = 0; i < facts->n_containers; i++)
                reach(reached, facts->containers[i].layer);
        for (size_t i = 0; i < facts->n_images; i++) {
                reach(reached, facts->images[i].layer);
                for (size_t k = 0; k < facts->images[i].n_mapped; k++)
                        reach(reached, facts->images[i].mapped[k]);
        }
}

/* The loop appends to reached. */
static void reach_further(struct reached *reached, const struct facts *facts) {
        for (size_t at = 0; at < reached->n; at++) {
                const char *id = reached->ids[at];

                for (size_t i = 0; i < facts->n_layers; i++)
                        if (strcmp(facts->layers[i].id, id) == 0)
                                reach(reached, facts->layers[i].parent);
                for (size_t i = 0; i < facts->n_entries; i++)
                        if (facts->entries[i].kind == CSTORAGE_ENTRY_LAYER_DIR &&
                            strcmp(facts->entries[i].name, id) == 0)
                                for (size_t k = 0; k < facts->entries[i].n_lowers; k++)
                                        reach(reached, facts->entries[i].lowers[k]);
        }
}

static bool removes_nothing_reachable(const struct world *world, struct dice *dice) {
        struct reached reached = {.n = 0};

        (void) dice;
        reach_from_records(&reached, &world->facts);
        reach_further(&reached, &world->facts);
        for (size_t i = 0; i < world->facts.n_entries; i++) {
                const struct fact_entry *e = &world->facts.entries[i];

                for (size_t k = 0; is_removed(&world->plan, i) && k < reached.n; k++)
                        if (*reached.ids[k] && e->id && strcmp(e->id, reached.ids[k]) == 0 &&
                            e->kind != CSTORAGE_ENTRY_CONTAINER_DIR && e->kind != CSTORAGE_ENTRY_IMAGE_DIR)
                                return false;
        }
        return true;
}

/* The text form contains all facts that the plan reads. */
static bool survives_as_text(const struct world *world, struct dice *dice) {
        _cleanup_world_ struct world other = {0};
        _cleanup_text_ struct text text = TEXT_INIT, again = TEXT_INIT;

        (void) dice;
        other.repair = world->repair;
        other.recent = world->recent;
        if (facts_write(&world->facts, &text) < 0 || facts_parse(&other.facts, text.s, text.len, NULL) < 0 ||
            facts_write(&other.facts, &again) < 0)
                return false;
        make_plan(&other);
        for (size_t i = 0; i < world->plan.n; i++)
                if (world->plan.decisions[i].reason != other.plan.decisions[i].reason)
                        return false;
        return strcmp(text.s, again.s) == 0;
}

static bool decides_entries_without_damage(const struct world *world, struct dice *dice) {
        _cleanup_world_ struct world other = {0};

        copy(&other, world);
        if (world_damage_layers(&other.facts, dice) < 0)
                abort();
        make_plan(&other);
        for (size_t i = 0; i < world->plan.n; i++)
                if (world->plan.decisions[i].reason != other.plan.decisions[i].reason)
                        return false;
        return true;
}

static bool is_referenced(const struct facts *facts, const char *layer) {
        for (size_t i = 0; i < facts->n_layers; i++)
                if (!facts->layers[i].incomplete && strcmp(facts->layers[i].parent, layer) == 0)
                        return true;
        for (size_t i = 0; i < facts->n_images; i++) {
                if (strcmp(facts->images[i].layer, layer) == 0)
                        return true;
                for (size_t k = 0; k < facts->images[i].n_mapped; k++)
                        if (strcmp(facts->images[i].mapped[k], layer) == 0)
                                return true;
        }
        for (size_t i = 0; i < facts->n_containers; i++)
                if (strcmp(facts->containers[i].layer, layer) == 0)
                        return true;
        return false;
}

static bool is_used(const struct facts *facts, const char *layer) {
        for (size_t i = 0; i < facts->n_mounts; i++)
                if (strcmp(facts->mounts[i], layer) == 0)
                        return true;
        for (size_t i = 0; i < facts->n_in_use; i++)
                if (strcmp(facts->in_use[i].id, layer) == 0)
                        return true;
        return false;
}

static bool removes_no_needed_layer(const struct world *world, struct dice *dice) {
        const struct facts *facts = &world->facts;

        (void) dice;
        for (size_t i = 0; i < world->plan.n_damages; i++)
                if (reason_verdict(world->plan.damages[i].reason) == VERDICT_REMOVE &&
                    (facts->damages[i].part != FACT_PART_RECORD ||
                     is_referenced(facts, facts->damages[i].layer) ||
                     is_used(facts, facts->damages[i].layer)))
                        return false;
        return true;
}

static bool is_refused(const struct world *world, const char *layer) {
        for (size_t i = 0; i < world->plan.n_damages; i++)
                if (strcmp(world->facts.damages[i].layer, layer) == 0 &&
                    reason_verdict(world->plan.damages[i].reason) == VERDICT_REFUSE &&
                    world->plan.damages[i].reason != REASON_REPAIR_DISABLED)
                        return true;
        return false;
}

/* Follow the parents, as often as there are layers: a chain may be a cycle. */
static bool has_refused_layer(const struct world *world, const char *layer) {
        const struct facts *facts = &world->facts;
        bool reached[ENTRIES_MAX] = {false}, found = is_refused(world, layer);

        for (size_t n = 0; n <= facts->n_layers; n++)
                for (size_t i = 0; i < facts->n_layers; i++) {
                        bool below = strcmp(facts->layers[i].id, layer) == 0;

                        for (size_t k = 0; k < facts->n_layers; k++)
                                below |= reached[k] &&
                                         strcmp(facts->layers[k].parent, facts->layers[i].id) == 0;
                        reached[i] |= below;
                        found |= reached[i] && (is_refused(world, facts->layers[i].id) ||
                                                is_refused(world, facts->layers[i].parent));
                }
        return found;
}

static bool is_lost(const struct world *world, enum reason reason, size_t index) {
        for (size_t i = 0; i < world->plan.n_losses; i++)
                if (world->plan.losses[i].reason == reason && world->plan.losses[i].index == index)
                        return true;
        return false;
}

static bool loses_by_chains_alone(const struct world *world, struct dice *dice) {
        const struct facts *facts = &world->facts;

        (void) dice;
        for (size_t i = 0; i < facts->n_images; i++)
                if (is_lost(world, REASON_IMAGE_LOST, i) !=
                    (facts->images[i].location != CSTORAGE_LOCATION_ADDITIONAL &&
                     has_refused_layer(world, facts->images[i].layer)))
                        return false;
        for (size_t i = 0; i < facts->n_containers; i++)
                if (is_lost(world, REASON_CONTAINER_LOST, i) !=
                    has_refused_layer(world, facts->containers[i].layer))
                        return false;
        return true;
}

static const struct law {
        const char *name;
        bool (*holds)(const struct world *world, struct dice *dice);
} laws[] = {
        {"removes and repairs what brute force says may go or be repaired, and nothing else",
         agrees_with_brute_force},
        {"nothing reachable from a record or mount is removed", removes_nothing_reachable},
        {"the order of the facts changes nothing", does_not_depend_on_the_order},
        {"the plan of a planned world removes nothing, and repairs no layer",
         removes_nothing_the_second_time},
        {"killed between any two retirements, the next plan removes the rest", removes_the_rest_when_killed},
        {"one record more never adds a removal, but where it settles a doubt", removes_no_more_for_a_record},
        {"only volatile files are repaired, and no layer directory is removed in the same run",
         repairs_volatile_files_alone},
        {"one mount or process more never adds a removal or a reset", removes_no_more_for_a_mount},
        {"an incomplete view, or a boot that is not proven, never adds a removal",
         removes_no_more_for_a_view_that_lacks},
        {"an earlier boot never adds a removal", removes_no_more_for_an_earlier_boot},
        {"a run without --recent never removes more", removes_no_more_without_leave_for_recent_ones},
        {"nothing that a container of this boot may use is removed", removes_nothing_recent},
        {"a held lock never adds a removal", removes_no_more_for_a_held_lock},
        {"a damaged record file never adds a removal", removes_no_more_for_damage},
        {"a directory that cannot be listed never adds a removal", removes_no_more_for_what_is_hidden},
        {"damage never changes the verdict on an entry", decides_entries_without_damage},
        {"no incomplete layer is removed that a record needs or something uses", removes_no_needed_layer},
        {"an image or container is lost only if a layer of its chain is", loses_by_chains_alone},
        {"facts survive as text", survives_as_text},
};

struct tally {
        bool torn[ARRAY_SIZE(laws)];
        size_t n_seen[REASON_COUNT];
};

static void report_broken(const struct world *world, const struct law *law, uint64_t seed) {
        _cleanup_text_ struct text text = TEXT_INIT;

        if (facts_write(&world->facts, &text) < 0)
                abort();
        fprintf(stderr, "seed %" PRIu64 " breaks: %s\n%s", seed, law->name, text.s);
        for (size_t i = 0; i < world->plan.n; i++)
                fprintf(stderr, "# %s %s\n", reason_name(world->plan.decisions[i].reason),
                        world->facts.entries[i].name);
}

static void try_world(struct tally *tally, uint64_t seed) {
        _cleanup_world_ struct world world = {0};
        struct dice dice = dice_of(seed);

        if (world_make(&world.facts, &dice) < 0)
                abort();
        mark_entries(&world.facts);
        world.repair = !dice_hit(&dice, 4);
        world.recent = dice_hit(&dice, 3);
        make_plan(&world);
        for (size_t i = 0; i < world.plan.n; i++)
                tally->n_seen[world.plan.decisions[i].reason]++;
        for (size_t i = 0; i < world.plan.n_damages; i++)
                tally->n_seen[world.plan.damages[i].reason]++;
        for (size_t i = 0; i < world.plan.n_losses; i++)
                tally->n_seen[world.plan.losses[i].reason]++;
        for (size_t i = 0; i < ARRAY_SIZE(laws); i++)
                if (!tally->torn[i] && !laws[i].holds(&world, &dice)) {
                        tally->torn[i] = true;
                        report_broken(&world, &laws[i], seed);
                }
}

/* Reasons that only an execution, a report or a run that only repairs has. */
static bool is_no_plans(enum reason reason) {
        return reason == REASON_CHANGED || reason == REASON_BUSY || reason == REASON_OTHER_DRIVER ||
               reason == REASON_UNSUPPORTED_DRIVER || reason == REASON_NOT_COLLECTED;
}

/* A law about a case that no world contains would prove nothing. */
static bool all_reasons_came_up(const struct tally *tally) {
        bool all = true;

        for (int i = 0; i < REASON_COUNT; i++) {
                printf("# %8zu %s\n", tally->n_seen[i], reason_name((enum reason) i));
                all &= tally->n_seen[i] > 0 || is_no_plans((enum reason) i);
        }
        return all;
}

static int report(const struct tally *tally, uint64_t seed, uint64_t n) {
        bool ok = true, seen;

        printf("# worlds %" PRIu64 " to %" PRIu64 "\n", seed, seed + n - 1);
        for (size_t i = 0; i < ARRAY_SIZE(laws); i++) {
                printf("%sok %zu - %s\n", tally->torn[i] ? "not " : "", i + 1, laws[i].name);
                ok &= !tally->torn[i];
        }
        seen = n < WORLDS || all_reasons_came_up(tally);
        printf("%sok %zu - every reason of a plan came up\n1..%zu\n", seen ? "" : "not ",
               ARRAY_SIZE(laws) + 1, ARRAY_SIZE(laws) + 1);
        return ok && seen ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv) {
        const char *is_long = getenv("CSTORAGE_TEST_LONG");
        uint64_t seed = 1, n = is_long && strcmp(is_long, "1") == 0 ? WORLDS_LONG : WORLDS;
        struct tally tally = {0};

        if (argc > 3 || (argc > 1 && parse_u64(argv[1], &seed) < 0) ||
            (argc > 2 && parse_u64(argv[2], &n) < 0)) {
                fprintf(stderr, "usage: laws [SEED [WORLDS]]\n");
                return 2;
        }
        for (uint64_t i = 0; i < n; i++)
                try_world(&tally, seed + i);
        return report(&tally, seed, n);
}
