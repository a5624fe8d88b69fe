/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Convert the library's objects to facts. The directories are listed before the records are read: Go writes a
 * record before it creates the directory (layers.go:create), so the record of every listed directory is among
 * the records that are read.
 *
 * Only entries without a record are examined: the plan does not depend on the others, and to examine tens of
 * thousands of directories would take most of the time of a run that finds no orphans.
 */

#include <string.h>
#include <time.h>

#include "liveness/boot-time.h"
#include "liveness/liveness.h"
#include "plan/lost-files.h"
#include "scan/record-ids.h"
#include "scan/scan.h"

void scan_done(struct scan *view) {
        plan_done(&view->plan);
        facts_done(&view->facts);
        runroots_done(&view->runroots);
        cstorage_snapshot_unref(view->snapshot);
        cstorage_inventory_unref(view->inventory);
        *view = SCAN_INIT;
}

static int64_t timespec_ns(const struct timespec *ts) {
        return ts->tv_sec * 1000000000LL + ts->tv_nsec;
}

static int64_t clock_ns(clockid_t clock) {
        struct timespec ts = {0};

        (void) clock_gettime(clock, &ts);
        return timespec_ns(&ts);
}

static void observe_times(struct facts *facts) {
        facts->now_ns = clock_ns(CLOCK_REALTIME);
        facts->boot_ns = boot_time_ns(facts->now_ns, clock_ns(CLOCK_BOOTTIME), facts->runroot);
}

static bool has_change_within(const struct facts *facts, const struct boot_span *span) {
        for (size_t i = 0; i < facts->n_entries; i++) {
                const struct fact_entry *entry = &facts->entries[i];

                if (fact_entry_is_examined(entry) && !fact_entry_is_gone(entry) &&
                    entry->identity.changed_ns >= span->begin_ns &&
                    entry->identity.changed_ns <= span->end_ns)
                        return true;
        }
        return false;
}

/* An orphan that was written before the clock was set forward must not look older than the boot. */
static void observe_first_clock(struct facts *facts) {
        struct boot_span span;

        if (boot_span_of_first_clock(facts->boot_ns, clock_ns(CLOCK_BOOTTIME), "/dev", &span) &&
            has_change_within(facts, &span))
                facts->boot_ns = span.begin_ns;
}

void scan_store(struct facts *facts, const struct cstorage_store *store) {
        facts->graphroot = cstorage_store_get_graphroot(store);
        facts->runroot = cstorage_store_get_runroot(store);
        facts->imagestore = cstorage_store_get_imagestore(store);
        facts->driver = cstorage_store_get_driver(store);
        facts->transient = cstorage_store_is_transient(store);
}

static int observe_files(struct facts *facts, const struct cstorage_snapshot *snapshot) {
        const struct cstorage_record_file *file = NULL;

        while ((file = cstorage_snapshot_next_record_file(snapshot, file))) {
                struct fact_file *fact = facts_add_file(facts);

                if (!fact)
                        return -ENOMEM;
                *fact = (struct fact_file){
                        .kind = cstorage_record_file_get_kind(file),
                        .location = cstorage_record_file_get_location(file),
                        .state = cstorage_record_file_get_state(file),
                        .path = cstorage_record_file_get_path(file),
                        .problem = cstorage_record_file_get_problem(file) ?: "",
                        .torn = cstorage_record_file_is_torn(file),
                };
        }
        return 0;
}

static int observe_layers(struct facts *facts, const struct cstorage_snapshot *snapshot,
                          struct record_ids *recorded) {
        const struct cstorage_layer *layer = NULL;
        int r;

        while ((layer = cstorage_snapshot_next_layer(snapshot, layer))) {
                struct fact_layer *fact = facts_add_layer(facts);

                if (!fact)
                        return -ENOMEM;
                *fact = (struct fact_layer){
                        .id = cstorage_layer_get_id(layer),
                        .parent = cstorage_layer_get_parent_id(layer),
                        .location = cstorage_layer_get_location(layer),
                        .incomplete = cstorage_layer_is_incomplete(layer),
                };
                r = idset_add(&recorded->layers, fact->id);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* The ids belong to the snapshot; the array is in the arena. */
static int observe_mapped(struct facts *facts, struct fact_image *fact, const struct cstorage_image *image) {
        const char **mapped;
        size_t n = 0;

        while (cstorage_image_get_mapped_layer_id(image, n))
                n++;
        if (n == 0)
                return 0;

        mapped = arena_alloc(&facts->arena, n * sizeof(*mapped));
        if (!mapped)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                mapped[i] = cstorage_image_get_mapped_layer_id(image, i);

        fact->mapped = mapped;
        fact->n_mapped = n;
        return 0;
}

static int observe_images(struct facts *facts, const struct cstorage_snapshot *snapshot,
                          struct record_ids *recorded) {
        const struct cstorage_image *image = NULL;
        int r;

        while ((image = cstorage_snapshot_next_image(snapshot, image))) {
                struct fact_image *fact = facts_add_image(facts);

                if (!fact)
                        return -ENOMEM;
                *fact = (struct fact_image){
                        .id = cstorage_image_get_id(image),
                        .layer = cstorage_image_get_layer_id(image),
                        .name = cstorage_image_get_name(image, 0) ?: "",
                        .location = cstorage_image_get_location(image),
                };
                r = observe_mapped(facts, fact, image);
                if (r < 0)
                        return r;
                r = idset_add(&recorded->images, fact->id);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int observe_containers(struct facts *facts, const struct cstorage_snapshot *snapshot,
                              struct record_ids *recorded) {
        const struct cstorage_container *container = NULL;
        int r;

        while ((container = cstorage_snapshot_next_container(snapshot, container))) {
                struct fact_container *fact = facts_add_container(facts);

                if (!fact)
                        return -ENOMEM;
                *fact = (struct fact_container){
                        .id = cstorage_container_get_id(container),
                        .layer = cstorage_container_get_layer_id(container),
                        .name = cstorage_container_get_name(container, 0) ?: "",
                        .image = cstorage_container_get_image_id(container),
                        .location = cstorage_container_get_location(container),
                };
                r = idset_add(&recorded->containers, fact->id);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int observe_mounts(struct facts *facts, const struct cstorage_snapshot *snapshot,
                          const struct cstorage_inventory *inventory) {
        const struct cstorage_mount *mount = NULL;
        const char *id;
        int r;

        while ((mount = cstorage_snapshot_next_mount(snapshot, mount))) {
                r = facts_add_mount(facts, cstorage_mount_get_layer_id(mount));
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; (id = cstorage_inventory_get_mounted_layer(inventory, i)); i++) {
                struct fact_use *use = facts_add_use(facts);

                if (!use)
                        return -ENOMEM;
                *use = (struct fact_use){.id = id, .by = "a mount"};
        }
        return 0;
}

static int observe_set_aside(struct facts *facts, const struct cstorage_snapshot *snapshot) {
        const char *id;
        int r = 0;

        for (size_t i = 0; r >= 0 && (id = cstorage_snapshot_get_set_aside_id(snapshot, i)); i++)
                r = facts_add_set_aside(facts, id);
        return r;
}

static int observe_problems(struct facts *facts, const struct cstorage_inventory *inventory) {
        const char *text, *path;

        for (size_t i = 0; (text = cstorage_inventory_get_problem(inventory, i, &path)); i++) {
                struct fact_problem *fact = facts_add_problem(facts);

                if (!fact)
                        return -ENOMEM;
                *fact = (struct fact_problem){.path = path, .text = text};
        }
        return 0;
}

static int keep_lowers(struct facts *facts, struct fact_entry *fact, char **lowers) {
        const char **kept;
        size_t n = 0;
        int r;

        while (lowers[n])
                n++;
        if (n == 0)
                return 0;

        kept = arena_alloc(&facts->arena, n * sizeof(*kept));
        if (!kept)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                r = facts_keep_text(facts, lowers[i], &kept[i]);
                if (r < 0)
                        return r;
        }

        fact->lowers = kept;
        fact->n_lowers = n;
        return 0;
}

static int not_examined(struct facts *facts, struct fact_entry *fact, const struct cstorage_error *error) {
        fact->examined = false;
        return facts_keep_text(facts, error->text, &fact->problem);
}

static int scan_split_layer(struct facts *facts, struct fact_entry *fact) {
        struct cstorage_error error = {.text = "cannot be looked at"};
        int r;

        r = cstorage_entry_is_split_layer(fact->entry, &error);
        if (r < 0)
                return r == -ENOMEM ? r : not_examined(facts, fact, &error);

        fact->split_layer = r > 0;
        return 0;
}

static int observe_lowers(struct facts *facts, struct fact_entry *fact) {
        _cleanup_free_ char **lowers = NULL;
        struct cstorage_error error = {.text = "cannot be looked at"};
        int r;

        r = cstorage_entry_read_lowers(fact->entry, &lowers, &error);
        if (r == -ENOMEM)
                return r;
        if (r == -ENOENT) { /* it was removed in the meantime */
                fact->identity.type = CSTORAGE_TYPE_ABSENT;
                return 0;
        }
        if (r == -EBADMSG) {
                fact->overlay_lower_unknown = true;
                return 0;
        }
        if (r < 0)
                return not_examined(facts, fact, &error);
        if (!lowers[0]) /* only a directory without a "lower" file can be of a split layer */
                return scan_split_layer(facts, fact);

        return keep_lowers(facts, fact, lowers);
}

/* If an entry cannot be examined, that is a fact as well: the plan refuses it. */
static int examine(struct facts *facts, struct fact_entry *fact) {
        struct cstorage_error error = {.text = "cannot be looked at"};
        int r;

        r = cstorage_entry_stat(fact->entry, &fact->identity, &error);
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                return facts_keep_text(facts, error.text, &fact->problem);

        fact->examined = true;
        if (fact->kind != CSTORAGE_ENTRY_LAYER_DIR || fact->identity.type != CSTORAGE_TYPE_DIRECTORY)
                return 0;

        return observe_lowers(facts, fact);
}

static int observe_entry(struct facts *facts, const struct cstorage_entry *entry, bool recorded) {
        struct fact_entry *fact = facts_add_entry(facts);

        if (!fact)
                return -ENOMEM;

        *fact = (struct fact_entry){
                .kind = cstorage_entry_get_kind(entry),
                .imagestore = cstorage_entry_is_in_imagestore(entry),
                .id = cstorage_entry_get_id(entry),
                .name = cstorage_entry_get_name(entry),
                .path = cstorage_entry_get_path(entry),
                .problem = "",
                .entry = entry,
        };
        return recorded ? 0 : examine(facts, fact);
}

/* A volatile file needs a decision only if it cannot be read. */
static bool is_in_order(const struct facts *facts, const struct cstorage_entry *entry) {
        if (cstorage_entry_get_kind(entry) != CSTORAGE_ENTRY_VOLATILE_FILE)
                return false;
        for (size_t i = 0; i < facts->n_files; i++)
                if (strcmp(facts->files[i].path, cstorage_entry_get_path(entry)) == 0)
                        return facts->files[i].state == CSTORAGE_RECORD_FILE_OK ||
                               facts->files[i].state == CSTORAGE_RECORD_FILE_MISSING;
        return true;
}

static int observe_entries(struct facts *facts, const struct cstorage_inventory *inventory,
                           const struct record_ids *recorded) {
        const struct cstorage_entry *entry = NULL;
        int r;

        while ((entry = cstorage_inventory_next(inventory, entry))) {
                if (is_in_order(facts, entry))
                        continue;
                r = observe_entry(facts, entry, record_ids_have(recorded, entry));
                if (r < 0)
                        return r;
        }
        return 0;
}

/*
 * The number of complete layers with a record, and of those that also have a directory: in any part of the
 * store, or in the image store only. If the file system of a part is not mounted, its mount point is empty.
 */
struct seen_layers {
        size_t recorded, present;
};

static struct seen_layers count_layers(const struct facts *facts, const struct record_ids *recorded,
                                       bool imagestore) {
        struct seen_layers seen = {0};

        for (size_t i = 0; i < facts->n_layers; i++)
                if (!facts->layers[i].incomplete &&
                    (facts->layers[i].location == CSTORAGE_LOCATION_IMAGESTORE ||
                     (!imagestore && (facts->layers[i].location == CSTORAGE_LOCATION_STABLE ||
                                      facts->layers[i].location == CSTORAGE_LOCATION_VOLATILE))))
                        seen.recorded++;
        for (size_t i = 0; i < facts->n_entries; i++)
                if (facts->entries[i].kind == CSTORAGE_ENTRY_LAYER_DIR &&
                    (!imagestore || facts->entries[i].imagestore) &&
                    idset_has(&recorded->layers, facts->entries[i].name))
                        seen.present++;
        return seen;
}

static int add_lost_home(struct facts *facts, const char *root, size_t n) {
        _cleanup_text_ struct text path = TEXT_INIT, text = TEXT_INIT;
        struct fact_problem *fact = facts_add_problem(facts);
        int r;

        if (!fact)
                return -ENOMEM;
        r = text_addf(&path, "%s/%s", root, facts->driver);
        if (r >= 0)
                r = text_addf(&text,
                              "none of the %zu recorded layers has its directory here: no image and no "
                              "container can be used. Mount the file system that holds it, or restore it. "
                              "Only if all is lost for good, remove the records with \"podman rmi --all "
                              "--force\"",
                              n);
        if (r >= 0)
                r = facts_keep_text(facts, path.s, &fact->path);
        return r < 0 ? r : facts_keep_text(facts, text.s, &fact->text);
}

/* If a directory could not be listed, that is reported already, and layers may exist unseen. */
static int observe_homes(struct facts *facts, const struct record_ids *recorded) {
        struct seen_layers all = count_layers(facts, recorded, /* imagestore= */ false),
                           images = count_layers(facts, recorded, /* imagestore= */ true);

        if (facts->n_problems > 0)
                return 0;
        if (all.recorded > 0 && all.present == 0)
                return add_lost_home(facts, facts->graphroot, all.recorded);
        if (facts->imagestore && images.recorded > 0 && images.present == 0)
                return add_lost_home(facts, facts->imagestore, images.recorded);
        return 0;
}

static bool is_in_graphroot(const struct facts *facts, const char *layer) {
        for (size_t i = 0; i < facts->n_entries; i++)
                if (facts->entries[i].kind == CSTORAGE_ENTRY_LAYER_DIR && !facts->entries[i].imagestore &&
                    strcmp(facts->entries[i].name, layer) == 0)
                        return true;
        return false;
}

/* If there are split layers in the graphroot, check whether the image store has their other directories.
 * One pair is proof enough: most of these directories have a record and are not examined. */
static int scan_other_parts(struct facts *facts) {
        bool wanted = false;
        int r;

        for (size_t i = 0; i < facts->n_entries; i++)
                wanted |= facts->entries[i].split_layer;
        for (size_t i = 0; wanted && i < facts->n_entries; i++) {
                struct fact_entry *fact = &facts->entries[i];

                if (fact->kind != CSTORAGE_ENTRY_LAYER_DIR || !fact->imagestore || !fact->id)
                        continue;
                r = cstorage_entry_is_split_layer(fact->entry, NULL);
                if (r == -ENOMEM)
                        return r;
                fact->split_layer = r > 0;
                wanted = !fact->split_layer || !is_in_graphroot(facts, fact->name);
        }
        return 0;
}

static int observe_records(struct facts *facts, const struct cstorage_snapshot *snapshot,
                           struct record_ids *recorded) {
        int r;

        r = observe_files(facts, snapshot);
        if (r < 0)
                return r;

        r = observe_layers(facts, snapshot, recorded);
        if (r < 0)
                return r;

        r = observe_images(facts, snapshot, recorded);
        if (r < 0)
                return r;

        r = observe_containers(facts, snapshot, recorded);
        if (r < 0)
                return r;

        record_ids_seal(recorded);
        return 0;
}

static int collect_facts(struct scan *view) {
        _cleanup_record_ids_ struct record_ids recorded = RECORD_IDS_INIT;
        struct facts *facts = &view->facts;
        int r;

        r = observe_records(facts, view->snapshot, &recorded);
        if (r < 0)
                return r;

        r = observe_mounts(facts, view->snapshot, view->inventory);
        if (r < 0)
                return r;

        r = observe_set_aside(facts, view->snapshot);
        if (r < 0)
                return r;

        r = observe_problems(facts, view->inventory);
        if (r < 0)
                return r;

        r = observe_entries(facts, view->inventory, &recorded);
        if (r < 0)
                return r;

        r = observe_homes(facts, &recorded);
        if (r < 0)
                return r;

        return scan_other_parts(facts);
}

static int look(struct scan *view, struct cstorage_store *store, struct scan_depth depth,
                struct error *reterr) {
        int r;

        r = cstorage_inventory_new(store, &view->inventory, (struct cstorage_error *) reterr);
        if (r < 0)
                return r;

        r = cstorage_snapshot_new(store, &view->snapshot, (struct cstorage_error *) reterr);
        if (r < 0)
                return r;

        scan_store(&view->facts, store);
        observe_times(&view->facts);
        r = collect_facts(view);
        observe_first_clock(&view->facts);
        if (r >= 0)
                r = liveness_scan(&view->facts, &view->runroots, depth.uses, reterr);
        if (r >= 0 && depth.damage)
                r = damage_scan(&view->facts, store, view->snapshot, depth.content_percent);
        if (r < 0 && r != -ESTALE)
                return error_errno(reterr, r, "cannot collect the facts of %s", view->facts.graphroot);
        return r;
}

/* If the scan reads a reference between two saves of an engine, a record seems to be lost. A record that
 * is really lost is missing in the next scan as well. */
#define LOOKS_MAX 5

/* To delete a container, an engine saves two files; between the saves it holds its locks for some
 * milliseconds. */
static void wait_between_looks(int n) {
        const struct timespec pause = {.tv_nsec = (20 * 1000 * 1000) << n};

        (void) nanosleep(&pause, NULL);
}

static bool has_lost_files(const struct facts *facts) {
        struct lost_files lost;

        return lost_files_find(&lost, facts) >= 0 && (lost.layers || lost.images);
}

int scan_read(struct scan *view, struct cstorage_store *store, struct scan_depth depth,
              struct error *reterr) {
        int r;

        r = look(view, store, depth, reterr);
        for (int i = 1; r >= 0 && i < LOOKS_MAX && has_lost_files(&view->facts); i++) {
                scan_done(view);
                wait_between_looks(i);
                r = look(view, store, depth, reterr);
        }
        return r;
}

int scan_make(struct scan *view, struct cstorage_store *store, const struct policy *policy,
              struct scan_depth depth, struct error *reterr) {
        int r;

        r = scan_read(view, store, depth, reterr);
        if (r < 0)
                return r;

        r = plan_make(&view->plan, &view->facts, policy);
        if (r < 0)
                return error_errno(reterr, r, "cannot make the plan for %s", view->facts.graphroot);

        return 0;
}
