/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random stores that are so small that ids repeat: most bugs need two entries with the same id. The
 * probabilities of the faults differ between worlds, else each world would contain all faults.
 */

#include <string.h>

#include "base/array.h"
#include "world.h"

#define ID(c8) c8 c8 c8 c8 c8 c8 c8 c8

static const char *const layer_ids[] = {
        ID("aaaaaaaa"),
        ID("bbbbbbbb"),
        ID("cccccccc"),
        ID("dddddddd"),
        ID("eeeeeeee"),
        ID("ffffffff"),
        /* Ids with a common prefix, and names that are no ids. */
        "aaaaaaaa"
        "00000000" ID("aaaaaa"),
        "aaaaaaaa"
        "00000001" ID("aaaaaa"),
        "foo",
        "AAAA",
};

static const char *const tar_split_names[] = {
        ID("aaaaaaaa") ".tar-split.gz",
        ID("bbbbbbbb") ".tar-split.gz",
        ID("cccccccc") ".tar-split.gz",
        ID("dddddddd") ".tar-split.gz",
        ID("eeeeeeee") ".tar-split.gz",
        ID("ffffffff") ".tar-split.gz",
        "aaaaaaaa"
        "00000000" ID("aaaaaa") ".tar-split.gz",
        "aaaaaaaa"
        "00000001" ID("aaaaaa") ".tar-split.gz",
        "foo.tar-split.gz",
        "AAAA.tar-split.gz",
};

static const char *const other_ids[] = {ID("11111111"), ID("22222222"), ID("33333333"), ID("44444444"),
                                        "pod"};

#define N_VALID_LAYERS 8
#define N_VALID_OTHERS 4

struct mood {
        bool imagestore, additional, mess, chains, split_layers;
        unsigned odd_files, odd_entries; /* 1 of n, 0 for none */
};

struct dice dice_of(uint64_t seed) {
        return (struct dice){seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
}

/* Steele, Lea, Flood: splitmix64. */
unsigned dice_roll(struct dice *dice, unsigned n) {
        uint64_t x = dice->state += UINT64_C(0x9e3779b97f4a7c15);

        x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
        return (unsigned) ((x ^ x >> 31) >> 16) % n;
}

bool dice_hit(struct dice *dice, unsigned n) {
        return n > 0 && dice_roll(dice, n) == 0;
}

static const char *pick_layer(struct dice *dice) {
        return layer_ids[dice_roll(dice, ARRAY_SIZE(layer_ids))];
}

static const char *pick_layer_or_none(struct dice *dice) {
        return dice_hit(dice, 3) ? "" : pick_layer(dice);
}

static const char *pick_other(struct dice *dice) {
        return other_ids[dice_roll(dice, ARRAY_SIZE(other_ids))];
}

/* ----------------------------------------------------------------------------------------------- files */

static const struct fact_file own_files[] = {
        {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_STABLE, CSTORAGE_RECORD_FILE_OK, "layers", ""},
        {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE, CSTORAGE_RECORD_FILE_OK, "volatile-layers",
         ""},
        {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE_RUNROOT, CSTORAGE_RECORD_FILE_OK,
         "runroot-layers", ""},
        {CSTORAGE_RECORD_FILE_IMAGES, CSTORAGE_LOCATION_STABLE, CSTORAGE_RECORD_FILE_OK, "images", ""},
        {CSTORAGE_RECORD_FILE_CONTAINERS, CSTORAGE_LOCATION_STABLE, CSTORAGE_RECORD_FILE_OK, "containers",
         ""},
        {CSTORAGE_RECORD_FILE_CONTAINERS, CSTORAGE_LOCATION_VOLATILE, CSTORAGE_RECORD_FILE_OK,
         "volatile-containers", ""},
        {CSTORAGE_RECORD_FILE_CONTAINERS, CSTORAGE_LOCATION_VOLATILE_RUNROOT, CSTORAGE_RECORD_FILE_OK,
         "runroot-containers", ""},
        {CSTORAGE_RECORD_FILE_MOUNTS, CSTORAGE_LOCATION_RUNROOT, CSTORAGE_RECORD_FILE_OK, "mountpoints", ""},
        {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_IMAGESTORE, CSTORAGE_RECORD_FILE_OK,
         "imagestore-layers", ""},
        {CSTORAGE_RECORD_FILE_IMAGES, CSTORAGE_LOCATION_IMAGESTORE, CSTORAGE_RECORD_FILE_OK,
         "imagestore-images", ""},
        {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_ADDITIONAL, CSTORAGE_RECORD_FILE_OK,
         "additional-layers", ""},
        {CSTORAGE_RECORD_FILE_IMAGES, CSTORAGE_LOCATION_ADDITIONAL, CSTORAGE_RECORD_FILE_OK,
         "additional-images", ""},
};

/* A file that no process can read, or that only the collector cannot read. */
static bool is_broken(const struct fact_file *file, struct dice *dice) {
        return file->state == CSTORAGE_RECORD_FILE_EMPTY ||
               (file->state == CSTORAGE_RECORD_FILE_DAMAGED && !dice_hit(dice, 4));
}

static int add_files(struct facts *facts, const struct mood *mood, struct dice *dice) {
        for (size_t i = 0; i < ARRAY_SIZE(own_files); i++) {
                struct fact_file *file;

                if ((own_files[i].location == CSTORAGE_LOCATION_IMAGESTORE && !mood->imagestore) ||
                    (own_files[i].location == CSTORAGE_LOCATION_ADDITIONAL && !mood->additional) ||
                    dice_hit(dice, mood->mess ? 60 : 0))
                        continue;
                file = facts_add_file(facts);
                if (!file)
                        return -ENOMEM;
                *file = own_files[i];
                if (dice_hit(dice, 3))
                        file->state = CSTORAGE_RECORD_FILE_MISSING;
                else if (dice_hit(dice, mood->odd_files))
                        file->state = (enum cstorage_record_file_state) dice_roll(dice, 5);
                file->torn = is_broken(file, dice);
        }
        return 0;
}

/* A location with a readable file of this kind; false if there is none. */
static bool pick_location(const struct facts *facts, enum cstorage_record_file_kind kind, struct dice *dice,
                          enum cstorage_location *ret) {
        const struct fact_file *file;

        if (facts->n_files == 0)
                return false;
        file = &facts->files[dice_roll(dice, (unsigned) facts->n_files)];
        if (file->kind != kind || file->state != CSTORAGE_RECORD_FILE_OK)
                return false;

        *ret = file->location;
        return true;
}

/* ---------------------------------------------------------------------------------------------- records */

static int add_layer(struct facts *facts, struct dice *dice, enum cstorage_location location) {
        struct fact_layer *layer = facts_add_layer(facts);

        if (!layer)
                return -ENOMEM;
        *layer = (struct fact_layer){pick_layer(dice), pick_layer_or_none(dice), location, dice_hit(dice, 8)};
        return 0;
}

static int add_image(struct facts *facts, struct dice *dice, enum cstorage_location location) {
        struct fact_image *image = facts_add_image(facts);
        const char **mapped;

        if (!image)
                return -ENOMEM;
        *image = (struct fact_image){.id = pick_other(dice), .layer = pick_layer_or_none(dice), .name = ""};
        image->location = location;
        if (!dice_hit(dice, 4))
                return 0;

        mapped = arena_alloc(&facts->arena, 2 * sizeof(*mapped));
        if (!mapped)
                return -ENOMEM;
        mapped[0] = pick_layer(dice);
        mapped[1] = pick_layer_or_none(dice);
        image->mapped = mapped;
        image->n_mapped = 1 + dice_roll(dice, 2);
        return 0;
}

static int add_container(struct facts *facts, struct dice *dice, enum cstorage_location location) {
        struct fact_container *container = facts_add_container(facts);

        if (!container)
                return -ENOMEM;
        *container = (struct fact_container){.id = pick_other(dice),
                                             .layer = pick_layer_or_none(dice),
                                             .image = pick_other(dice),
                                             .name = "",
                                             .location = location};
        return 0;
}

int world_add_record(struct facts *facts, struct dice *dice) {
        enum cstorage_location location;

        switch (dice_roll(dice, 4)) {
        case 0:
                return pick_location(facts, CSTORAGE_RECORD_FILE_IMAGES, dice, &location)
                               ? add_image(facts, dice, location)
                               : 0;
        case 1:
                return pick_location(facts, CSTORAGE_RECORD_FILE_CONTAINERS, dice, &location)
                               ? add_container(facts, dice, location)
                               : 0;
        default:
                return pick_location(facts, CSTORAGE_RECORD_FILE_LAYERS, dice, &location)
                               ? add_layer(facts, dice, location)
                               : 0;
        }
}

static int world_add_use(struct facts *facts, struct dice *dice) {
        struct fact_use *use = facts_add_use(facts);

        if (!use)
                return -ENOMEM;
        *use = (struct fact_use){.id = dice_hit(dice, 3) ? pick_other(dice) : pick_layer(dice),
                                 .by = "mount"};
        return 0;
}

/* Or the id of a file in the trash, which keeps entries like a mount. */
int world_add_mount(struct facts *facts, struct dice *dice) {
        if (dice_hit(dice, 3))
                return facts_add_set_aside(facts, dice_hit(dice, 2) ? pick_layer(dice) : pick_other(dice));
        return dice_hit(dice, 2) ? facts_add_mount(facts, pick_layer(dice)) : world_add_use(facts, dice);
}

/* ---------------------------------------------------------------------------------------------- entries */

static enum cstorage_entry_type usual_type(enum cstorage_entry_kind kind) {
        if (kind == CSTORAGE_ENTRY_TAR_SPLIT || kind == CSTORAGE_ENTRY_SAVE_LEFTOVER ||
            kind == CSTORAGE_ENTRY_VOLATILE_FILE || kind == CSTORAGE_ENTRY_QUOTA)
                return CSTORAGE_TYPE_FILE;
        return kind == CSTORAGE_ENTRY_LINK ? CSTORAGE_TYPE_LINK : CSTORAGE_TYPE_DIRECTORY;
}

static void make_odd(struct fact_entry *entry, struct dice *dice) {
        switch (dice_roll(dice, 7)) {
        case 0:
                entry->identity.type = (enum cstorage_entry_type) dice_roll(dice, 5);
                break;
        case 1:
                entry->identity.other_mount = true;
                break;
        case 2:
                entry->identity.mount_below = true;
                break;
        case 3:
                entry->problem = "Input/output error";
                break;
        case 4:
                entry->id = dice_hit(dice, 2) ? NULL : "0123";
                break;
        case 5:
                entry->examined = false;
                entry->identity = (struct cstorage_entry_stat){0};
                break;
        case 6:
                entry->overlay_lower_unknown = entry->kind == CSTORAGE_ENTRY_LAYER_DIR;
                break;
        }
}

static void name_entry(struct fact_entry *entry, struct dice *dice) {
        unsigned layer = dice_roll(dice, ARRAY_SIZE(layer_ids));
        unsigned other = dice_roll(dice, ARRAY_SIZE(other_ids));

        switch (entry->kind) {
        case CSTORAGE_ENTRY_LAYER_DIR:
        case CSTORAGE_ENTRY_LAYER_DATA:
        case CSTORAGE_ENTRY_PROBE:
        case CSTORAGE_ENTRY_QUOTA:
        case CSTORAGE_ENTRY_LINK:
        case CSTORAGE_ENTRY_TAR_SPLIT:
                entry->name = entry->kind == CSTORAGE_ENTRY_TAR_SPLIT ? tar_split_names[layer]
                              : entry->kind == CSTORAGE_ENTRY_LINK    ? "LLLL"
                                                                      : layer_ids[layer];
                entry->id = layer < N_VALID_LAYERS ? layer_ids[layer] : NULL;
                break;
        case CSTORAGE_ENTRY_CONTAINER_DIR:
        case CSTORAGE_ENTRY_IMAGE_DIR:
                entry->name = other_ids[other];
                entry->id = other < N_VALID_OTHERS ? other_ids[other] : NULL;
                break;
        case CSTORAGE_ENTRY_TEMP_DIR:
        case CSTORAGE_ENTRY_STAGING:
        case CSTORAGE_ENTRY_SAVE_LEFTOVER:
        case CSTORAGE_ENTRY_VOLATILE_FILE:
                entry->name = "7";
                break;
        }
}

static int add_lowers(struct facts *facts, struct fact_entry *entry, struct dice *dice) {
        unsigned n = 1 + dice_roll(dice, 3);
        const char **lowers = arena_alloc(&facts->arena, n * sizeof(*lowers));

        if (!lowers)
                return -ENOMEM;
        for (unsigned i = 0; i < n; i++)
                lowers[i] = dice_hit(dice, 20) ? "" : pick_layer(dice);
        entry->lowers = lowers;
        entry->n_lowers = n;
        return 0;
}

static int add_entry(struct facts *facts, const struct mood *mood, struct dice *dice) {
        /* Layer directories twice as often as other kinds. */
        unsigned kind = dice_roll(dice, 13);
        struct fact_entry *entry = facts_add_entry(facts);

        if (!entry)
                return -ENOMEM;
        *entry = (struct fact_entry){
                .kind = kind <= CSTORAGE_ENTRY_SAVE_LEFTOVER || kind == CSTORAGE_ENTRY_QUOTA
                                ? (enum cstorage_entry_kind) kind
                                : CSTORAGE_ENTRY_LAYER_DIR,
                .imagestore = mood->imagestore && dice_hit(dice, 2),
                .path = "",
                .problem = "",
                .examined = true,
        };
        name_entry(entry, dice);
        entry->identity.type = usual_type(entry->kind);
        entry->identity.changed_ns = (int64_t) dice_roll(dice, 6) * 20;
        if (entry->kind == CSTORAGE_ENTRY_TEMP_DIR || entry->kind == CSTORAGE_ENTRY_STAGING)
                entry->identity.lock = (enum cstorage_entry_lock) dice_roll(dice, 3);
        if (entry->kind == CSTORAGE_ENTRY_TEMP_DIR && dice_hit(dice, 2)) {
                entry->name = "lock-7";
                entry->identity.type = CSTORAGE_TYPE_FILE;
        }
        if (dice_hit(dice, mood->odd_entries))
                make_odd(entry, dice);
        if (entry->kind != CSTORAGE_ENTRY_LAYER_DIR)
                return 0;
        entry->split_layer = mood->split_layers && dice_hit(dice, 2);
        return !entry->overlay_lower_unknown && dice_hit(dice, mood->chains ? 2 : 6)
                       ? add_lowers(facts, entry, dice)
                       : 0;
}

/* Unreadable ones are entries, too, except one that was created or removed during the scan. */
static int add_volatile_files(struct facts *facts, const struct mood *mood, struct dice *dice) {
        for (size_t i = 0; i < facts->n_files; i++) {
                const struct fact_file *file = &facts->files[i];
                struct fact_entry *entry;

                if ((file->location != CSTORAGE_LOCATION_VOLATILE &&
                     file->location != CSTORAGE_LOCATION_VOLATILE_RUNROOT) ||
                    (file->state == CSTORAGE_RECORD_FILE_OK && !dice_hit(dice, 8)) || dice_hit(dice, 8))
                        continue;
                entry = facts_add_entry(facts);
                if (!entry)
                        return -ENOMEM;
                *entry = (struct fact_entry){
                        .kind = CSTORAGE_ENTRY_VOLATILE_FILE,
                        .name = file->path,
                        .path = file->path,
                        .problem = "",
                        .examined = true,
                        .identity = {.type = CSTORAGE_TYPE_FILE},
                };
                if (dice_hit(dice, mood->odd_entries))
                        make_odd(entry, dice);
        }
        return 0;
}

static int add_problem(struct facts *facts, const char *path) {
        struct fact_problem *problem = facts_add_problem(facts);

        if (!problem)
                return -ENOMEM;
        *problem = (struct fact_problem){path, "Input/output error"};
        return 0;
}

/* ------------------------------------------------------------------------------------------------ worlds */

static struct mood make_mood(struct dice *dice) {
        return (struct mood){
                .imagestore = dice_hit(dice, 3),
                .additional = dice_hit(dice, 3),
                .mess = dice_hit(dice, 8),
                .chains = dice_hit(dice, 2),
                .split_layers = dice_hit(dice, 4),
                .odd_files = dice_hit(dice, 4) ? 4 : 0,
                .odd_entries = dice_hit(dice, 2) ? 8 : 0,
        };
}

/* Each part in any state; the scan reports no other part of an incomplete layer. */
static int damage_layer(struct facts *facts, const struct fact_layer *layer, struct dice *dice) {
        struct fact_damage *damage = facts_add_damage(facts);

        if (!damage)
                return -ENOMEM;
        *damage = (struct fact_damage){.layer = layer->id, .path = "/g/overlay"};
        if (layer->incomplete || dice_hit(dice, 12)) {
                damage->part = FACT_PART_RECORD;
                damage->state = layer->incomplete ? CSTORAGE_STATE_INVALID : CSTORAGE_STATE_MISSING;
                return 0;
        }
        damage->part = (enum cstorage_layer_part) dice_roll(dice, CSTORAGE_PART_MERGED + 2);
        if (damage->part > CSTORAGE_PART_MERGED)
                damage->part = FACT_PART_CONTENT;
        damage->state = (enum cstorage_part_state)(
                CSTORAGE_STATE_MISSING +
                dice_roll(dice, CSTORAGE_STATE_NOT_EMPTY - CSTORAGE_STATE_MISSING + 1));
        damage->repairable = damage->part != CSTORAGE_PART_DIRECTORY && damage->part != FACT_PART_CONTENT &&
                             !dice_hit(dice, 4);
        return 0;
}

int world_damage_layers(struct facts *facts, struct dice *dice) {
        struct fact_damage *links;
        int r = 0;

        for (size_t i = 0; r >= 0 && i < facts->n_layers; i++)
                if (facts->layers[i].location != CSTORAGE_LOCATION_ADDITIONAL &&
                    (facts->layers[i].incomplete || dice_hit(dice, 3)))
                        r = damage_layer(facts, &facts->layers[i], dice);
        if (r < 0 || !dice_hit(dice, 8))
                return r;
        links = facts_add_damage(facts);
        if (!links)
                return -ENOMEM;
        *links = (struct fact_damage){"",    FACT_PART_LINKS,    CSTORAGE_STATE_MISSING,
                                      false, .repairable = true, .path = "/g/overlay/l"};
        return 0;
}

int world_make(struct facts *facts, struct dice *dice) {
        struct mood mood = make_mood(dice);
        unsigned n_records = dice_roll(dice, 12), n_mounts = dice_hit(dice, 3) ? dice_roll(dice, 3) : 0;
        unsigned n_entries = dice_roll(dice, 28);
        int r;

        facts->graphroot = "/g";
        facts->runroot = "/r";
        facts->imagestore = mood.imagestore ? "/i" : NULL;
        facts->driver = "overlay";
        facts->transient = dice_hit(dice, 2);
        facts->now_ns = 100;
        facts->boot_ns = 60;
        facts->at_boot = dice_hit(dice, 2);
        facts->starts_unmarked = dice_hit(dice, 4);
        facts->uses_seen = dice_hit(dice, 2);
        facts->uses_unseen = facts->uses_seen ? "" : "/proc hides processes";

        r = add_files(facts, &mood, dice);
        for (unsigned i = 0; r >= 0 && i < n_records; i++)
                r = world_add_record(facts, dice);
        for (unsigned i = 0; r >= 0 && i < n_mounts; i++)
                r = world_add_mount(facts, dice);
        for (unsigned i = 0; r >= 0 && i < n_entries; i++)
                r = add_entry(facts, &mood, dice);
        if (r >= 0)
                r = add_volatile_files(facts, &mood, dice);
        if (r >= 0 && dice_hit(dice, 20))
                r = add_problem(facts, dice_hit(dice, 2) ? "/g/overlay" : "/g/overlay/staging");
        return r >= 0 && dice_hit(dice, 3) ? world_damage_layers(facts, dice) : r;
}

#define COPY(to, from, array)                                                                                \
        ({                                                                                                   \
                int _r = ARRAY_RESERVE((to)->array, (to)->cap_##array, (from)->n_##array);                   \
                                                                                                             \
                if (_r >= 0 && (from)->n_##array > 0)                                                        \
                        memcpy((to)->array, (from)->array, (from)->n_##array * sizeof(*(to)->array));        \
                (to)->n_##array = _r >= 0 ? (from)->n_##array : 0;                                           \
                _r;                                                                                          \
        })

int world_copy(struct facts *to, const struct facts *from) {
        to->graphroot = from->graphroot;
        to->runroot = from->runroot;
        to->imagestore = from->imagestore;
        to->driver = from->driver;
        to->transient = from->transient;
        to->now_ns = from->now_ns;
        to->boot_ns = from->boot_ns;
        to->at_boot = from->at_boot;
        to->starts_unmarked = from->starts_unmarked;
        to->uses_seen = from->uses_seen;
        to->uses_unseen = from->uses_unseen;
        if (COPY(to, from, files) < 0 || COPY(to, from, layers) < 0 || COPY(to, from, images) < 0 ||
            COPY(to, from, containers) < 0 || COPY(to, from, mounts) < 0 || COPY(to, from, in_use) < 0 ||
            COPY(to, from, set_aside) < 0 || COPY(to, from, entries) < 0 || COPY(to, from, problems) < 0 ||
            COPY(to, from, damages) < 0)
                return -ENOMEM;
        return 0;
}

void world_hold_lock(struct facts *facts, struct dice *dice) {
        for (size_t i = 0; i < facts->n_entries; i++)
                if ((facts->entries[i].kind == CSTORAGE_ENTRY_TEMP_DIR ||
                     facts->entries[i].kind == CSTORAGE_ENTRY_STAGING) &&
                    dice_hit(dice, 2))
                        facts->entries[i].identity.lock = CSTORAGE_ENTRY_LOCK_HELD;
}

/* Remove the elements x of an array for which the condition holds. */
#define TAKE_OUT(array, n, x, condition)                                                                     \
        do {                                                                                                 \
                size_t _kept = 0;                                                                            \
                                                                                                             \
                for (size_t _i = 0; _i < (n); _i++) {                                                        \
                        __typeof__(array) x = &(array)[_i];                                                  \
                                                                                                             \
                        if (!(condition))                                                                    \
                                (array)[_kept++] = *x;                                                       \
                }                                                                                            \
                (n) = _kept;                                                                                 \
        } while (0)

/*
 * A damaged file has no records. A file that was unreadable before is left, since it may become resettable.
 */
void world_damage_file(struct facts *facts, struct dice *dice) {
        static const enum cstorage_record_file_state states[] = {
                CSTORAGE_RECORD_FILE_DAMAGED,
                CSTORAGE_RECORD_FILE_UNREADABLE,
                CSTORAGE_RECORD_FILE_EMPTY,
        };
        struct fact_file *file;

        if (facts->n_files == 0)
                return;
        file = &facts->files[dice_roll(dice, (unsigned) facts->n_files)];
        if (file->state != CSTORAGE_RECORD_FILE_OK && file->state != CSTORAGE_RECORD_FILE_MISSING)
                return;
        file->state = states[dice_roll(dice, file->kind == CSTORAGE_RECORD_FILE_MOUNTS ? 2 : 3)];
        file->torn = is_broken(file, dice);
        switch (file->kind) {
        case CSTORAGE_RECORD_FILE_LAYERS:
                TAKE_OUT(facts->layers, facts->n_layers, x, x->location == file->location);
                break;
        case CSTORAGE_RECORD_FILE_IMAGES:
                TAKE_OUT(facts->images, facts->n_images, x, x->location == file->location);
                break;
        case CSTORAGE_RECORD_FILE_CONTAINERS:
                TAKE_OUT(facts->containers, facts->n_containers, x, x->location == file->location);
                break;
        case CSTORAGE_RECORD_FILE_MOUNTS:
                facts->n_mounts = 0;
                break;
        }
}

/* A directory that cannot be listed any more: its entries are not in the facts. */
int world_hide_directory(struct facts *facts, struct dice *dice) {
        static const struct {
                enum cstorage_entry_kind kind, also;
                const char *path[2];
        } directories[] = {
                {CSTORAGE_ENTRY_LAYER_DIR, CSTORAGE_ENTRY_LAYER_DIR, {"/g/overlay", "/i/overlay"}},
                {CSTORAGE_ENTRY_CONTAINER_DIR,
                 CSTORAGE_ENTRY_CONTAINER_DIR,
                 {"/g/overlay-containers", "/i/overlay-containers"}},
                {CSTORAGE_ENTRY_IMAGE_DIR,
                 CSTORAGE_ENTRY_IMAGE_DIR,
                 {"/g/overlay-images", "/i/overlay-images"}},
                {CSTORAGE_ENTRY_TAR_SPLIT,
                 CSTORAGE_ENTRY_LAYER_DATA,
                 {"/g/overlay-layers", "/i/overlay-layers"}},
                {CSTORAGE_ENTRY_LINK, CSTORAGE_ENTRY_LINK, {"/g/overlay/l", "/i/overlay/l"}},
                {CSTORAGE_ENTRY_STAGING,
                 CSTORAGE_ENTRY_STAGING,
                 {"/g/overlay/staging", "/i/overlay/staging"}},
                {CSTORAGE_ENTRY_TEMP_DIR,
                 CSTORAGE_ENTRY_TEMP_DIR,
                 {"/g/overlay/tempdirs", "/i/overlay-layers/tmp"}},
        };
        unsigned which = dice_roll(dice, ARRAY_SIZE(directories));
        bool imagestore = facts->imagestore && dice_hit(dice, 2);

        TAKE_OUT(facts->entries, facts->n_entries, x,
                 x->imagestore == imagestore &&
                         (x->kind == directories[which].kind || x->kind == directories[which].also));
        return add_problem(facts, directories[which].path[imagestore]);
}

#define SHUFFLE(array, n, dice)                                                                              \
        do {                                                                                                 \
                for (size_t _i = (n); _i > 1; _i--) {                                                        \
                        size_t _k = dice_roll(dice, (unsigned) _i);                                          \
                        __typeof__(*(array)) _swap = (array)[_i - 1];                                        \
                                                                                                             \
                        (array)[_i - 1] = (array)[_k];                                                       \
                        (array)[_k] = _swap;                                                                 \
                }                                                                                            \
        } while (0)

void world_shuffle(struct facts *facts, struct dice *dice) {
        SHUFFLE(facts->files, facts->n_files, dice);
        SHUFFLE(facts->layers, facts->n_layers, dice);
        SHUFFLE(facts->images, facts->n_images, dice);
        SHUFFLE(facts->containers, facts->n_containers, dice);
        SHUFFLE(facts->mounts, facts->n_mounts, dice);
        SHUFFLE(facts->in_use, facts->n_in_use, dice);
        SHUFFLE(facts->set_aside, facts->n_set_aside, dice);
        SHUFFLE(facts->entries, facts->n_entries, dice);
        SHUFFLE(facts->problems, facts->n_problems, dice);
}
