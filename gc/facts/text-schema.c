/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of the text form of facts, and the fields of each. */

#include <stddef.h>
#include <string.h>

#include "facts/text.h"

static const char *const file_kinds[] = {
        [CSTORAGE_RECORD_FILE_LAYERS] = "layers",
        [CSTORAGE_RECORD_FILE_IMAGES] = "images",
        [CSTORAGE_RECORD_FILE_CONTAINERS] = "containers",
        [CSTORAGE_RECORD_FILE_MOUNTS] = "mounts",
        NULL,
};

static const char *const file_states[] = {
        [CSTORAGE_RECORD_FILE_MISSING] = "missing",       [CSTORAGE_RECORD_FILE_OK] = "ok",
        [CSTORAGE_RECORD_FILE_EMPTY] = "empty",           [CSTORAGE_RECORD_FILE_DAMAGED] = "damaged",
        [CSTORAGE_RECORD_FILE_UNREADABLE] = "unreadable", NULL,
};

static const char *const locations[] = {
        [CSTORAGE_LOCATION_STABLE] = "stable",
        [CSTORAGE_LOCATION_IMAGESTORE] = "imagestore",
        [CSTORAGE_LOCATION_VOLATILE] = "volatile",
        [CSTORAGE_LOCATION_VOLATILE_RUNROOT] = "volatile-runroot",
        [CSTORAGE_LOCATION_ADDITIONAL] = "additional",
        [CSTORAGE_LOCATION_RUNROOT] = "runroot",
        NULL,
};

/* NULL ends the names. */
static const char *name_of_kind(unsigned kind) {
        return cstorage_entry_kind_get_name((enum cstorage_entry_kind) kind);
}

const char *fact_kind_name(enum cstorage_entry_kind kind) {
        static const char *const of_records[] = {"store", "layer", "image", "container"};
        unsigned number = kind;

        assert(number < FACT_KINDS);
        return number < FACT_KIND_STORE ? cstorage_entry_kind_get_name(kind)
                                        : of_records[number - FACT_KIND_STORE];
}

static const char *const parts[] = {
        [CSTORAGE_PART_DIRECTORY] = "directory",
        [CSTORAGE_PART_DIFF] = "diff",
        [CSTORAGE_PART_LINK] = "link",
        [CSTORAGE_PART_SHORT_LINK] = "short-link",
        [CSTORAGE_PART_LOWER] = "lower",
        [CSTORAGE_PART_LOWER_LAYERS] = "lower-layers",
        [CSTORAGE_PART_EMPTY] = "empty",
        [CSTORAGE_PART_WORK] = "work",
        [CSTORAGE_PART_MERGED] = "merged",
        [FACT_PART_LINKS] = "links",
        [FACT_PART_RECORD] = "record",
        [FACT_PART_CONTENT] = "content",
        NULL,
};

static const char *const part_states[] = {
        [CSTORAGE_STATE_NONE] = "none",           [CSTORAGE_STATE_OK] = "ok",
        [CSTORAGE_STATE_UNKNOWN] = "unknown",     [CSTORAGE_STATE_MISSING] = "missing",
        [CSTORAGE_STATE_BLANK] = "blank",         [CSTORAGE_STATE_INVALID] = "invalid",
        [CSTORAGE_STATE_ELSEWHERE] = "elsewhere", [CSTORAGE_STATE_WRONG_TYPE] = "wrong-type",
        [CSTORAGE_STATE_NOT_EMPTY] = "not-empty", NULL,
};

static const char *const entry_types[] = {
        [CSTORAGE_TYPE_ABSENT] = "absent", [CSTORAGE_TYPE_DIRECTORY] = "directory",
        [CSTORAGE_TYPE_FILE] = "file",     [CSTORAGE_TYPE_LINK] = "link",
        [CSTORAGE_TYPE_OTHER] = "other",   NULL,
};

static const char *const entry_locks[] = {
        [CSTORAGE_ENTRY_LOCK_NONE] = "none",
        [CSTORAGE_ENTRY_LOCK_FREE] = "free",
        [CSTORAGE_ENTRY_LOCK_HELD] = "held",
        NULL,
};

#define TEXT(type, member)                                                                                   \
        { #member, FIELD_TEXT, offsetof(type, member) }
#define TEXT_ALWAYS(type, member)                                                                            \
        { #member, FIELD_TEXT, offsetof(type, member), .always = true }
#define POINTER(type, member)                                                                                \
        { #member, FIELD_POINTER, offsetof(type, member) }
#define TEXTS(type, member)                                                                                  \
        { #member, FIELD_TEXTS, offsetof(type, member), offsetof(type, n_##member) }
#define FLAG(type, member)                                                                                   \
        { #member, FIELD_FLAG, offsetof(type, member) }
#define NAME(type, member, set)                                                                              \
        { #member, FIELD_NAME, offsetof(type, member), .names = (set) }
#define NAME_ALWAYS(type, member, set)                                                                       \
        { #member, FIELD_NAME, offsetof(type, member), .names = (set), .always = true }

static const struct field store_fields[] = {
        TEXT(struct facts, graphroot),
        TEXT(struct facts, runroot),
        POINTER(struct facts, imagestore),
        TEXT(struct facts, driver),
        FLAG(struct facts, transient),
        {"now", FIELD_SIGNED, offsetof(struct facts, now_ns)},
        {"boot", FIELD_SIGNED, offsetof(struct facts, boot_ns)},
        {"at-boot", FIELD_FLAG, offsetof(struct facts, at_boot)},
        {"starts-unmarked", FIELD_FLAG, offsetof(struct facts, starts_unmarked)},
        {"uses-seen", FIELD_FLAG, offsetof(struct facts, uses_seen)},
        {"uses-unseen", FIELD_TEXT, offsetof(struct facts, uses_unseen)},
        {0},
};

static const struct field file_fields[] = {
        NAME_ALWAYS(struct fact_file, kind, file_kinds),
        NAME_ALWAYS(struct fact_file, location, locations),
        NAME_ALWAYS(struct fact_file, state, file_states),
        TEXT(struct fact_file, path),
        TEXT(struct fact_file, problem),
        FLAG(struct fact_file, torn),
        {0},
};

static const struct field layer_fields[] = {
        TEXT_ALWAYS(struct fact_layer, id),
        TEXT(struct fact_layer, parent),
        NAME(struct fact_layer, location, locations),
        FLAG(struct fact_layer, incomplete),
        {0},
};

static const struct field image_fields[] = {
        TEXT_ALWAYS(struct fact_image, id),
        TEXT(struct fact_image, layer),
        TEXT(struct fact_image, name),
        TEXTS(struct fact_image, mapped),
        NAME(struct fact_image, location, locations),
        {0},
};

static const struct field container_fields[] = {
        TEXT_ALWAYS(struct fact_container, id),
        TEXT(struct fact_container, layer),
        TEXT(struct fact_container, image),
        TEXT(struct fact_container, name),
        NAME(struct fact_container, location, locations),
        {0},
};

static const struct field mention_fields[] = {
        {"layer", FIELD_TEXT, 0, .always = true},
        {0},
};

static const struct field use_fields[] = {
        TEXT_ALWAYS(struct fact_use, id),
        TEXT(struct fact_use, by),
        {0},
};

static const struct field set_aside_fields[] = {
        {"id", FIELD_TEXT, 0, .always = true},
        {0},
};

static const struct field damage_fields[] = {
        TEXT(struct fact_damage, layer),
        NAME_ALWAYS(struct fact_damage, part, parts),
        NAME_ALWAYS(struct fact_damage, state, part_states),
        FLAG(struct fact_damage, imagestore),
        FLAG(struct fact_damage, repairable),
        TEXT(struct fact_damage, path),
        {0},
};

static const struct field problem_fields[] = {
        TEXT_ALWAYS(struct fact_problem, path),
        TEXT(struct fact_problem, text),
        {0},
};

/* ---------------------------------------------------------------------------------------------- entries */

static bool is_examined(const void *object) {
        return ((const struct fact_entry *) object)->examined;
}

/* A line need not contain the name of an entry if the name is the id, with the suffix of the kind. */
static bool has_default_name(const void *object) {
        const struct fact_entry *entry = object;
        const char *suffix = cstorage_entry_kind_get_suffix(entry->kind);
        size_t n = entry->id ? strlen(entry->id) : 0;

        if (!entry->id || !suffix)
                return !*entry->name;
        return strncmp(entry->name, entry->id, n) == 0 && strcmp(entry->name + n, suffix) == 0;
}

static enum cstorage_entry_type default_type(const struct fact_entry *entry) {
        return entry->examined ? cstorage_entry_kind_get_type(entry->kind) : CSTORAGE_TYPE_ABSENT;
}

static bool has_default_type(const void *object) {
        const struct fact_entry *entry = object;

        return entry->identity.type == default_type(entry);
}

enum { /* the fields that finish_entry() checks */
       ENTRY_NAME = 3,
       ENTRY_TYPE = 6,
};

static const struct field entry_fields[] = {
        {"kind", FIELD_NAME, offsetof(struct fact_entry, kind), .name_of = name_of_kind, .always = true},
        FLAG(struct fact_entry, imagestore),
        POINTER(struct fact_entry, id),
        [ENTRY_NAME] = {"name", FIELD_TEXT, offsetof(struct fact_entry, name),
                        .is_default = has_default_name},
        TEXT(struct fact_entry, path),
        {"examined", FIELD_FLAG, offsetof(struct fact_entry, examined), .is_default = is_examined},
        [ENTRY_TYPE] = {"type", FIELD_NAME, offsetof(struct fact_entry, identity.type), .names = entry_types,
                        .is_default = has_default_type},
        {"lock", FIELD_NAME, offsetof(struct fact_entry, identity.lock), .names = entry_locks},
        {"changed", FIELD_SIGNED, offsetof(struct fact_entry, identity.changed_ns)},
        {"device", FIELD_UNSIGNED, offsetof(struct fact_entry, identity.device)},
        {"inode", FIELD_UNSIGNED, offsetof(struct fact_entry, identity.inode)},
        {"mount", FIELD_UNSIGNED, offsetof(struct fact_entry, identity.mount_id)},
        {"other-mount", FIELD_FLAG, offsetof(struct fact_entry, identity.other_mount)},
        {"mount-below", FIELD_FLAG, offsetof(struct fact_entry, identity.mount_below)},
        TEXTS(struct fact_entry, lowers),
        {"lowers-unknown", FIELD_FLAG, offsetof(struct fact_entry, overlay_lower_unknown)},
        {"split-layer", FIELD_FLAG, offsetof(struct fact_entry, split_layer)},
        TEXT(struct fact_entry, problem),
        {0},
};

static int set_default_name(struct facts *facts, struct fact_entry *entry) {
        const char *suffix = cstorage_entry_kind_get_suffix(entry->kind);
        size_t n, n_suffix;
        char *name;

        if (!entry->id || !suffix)
                return 0;

        n = strlen(entry->id);
        n_suffix = strlen(suffix);
        name = arena_bytes(&facts->arena, n + n_suffix + 1);
        if (!name)
                return -ENOMEM;

        memcpy(name, entry->id, n);
        memcpy(name + n, suffix, n_suffix + 1);
        entry->name = name;
        return 0;
}

static int finish_entry(struct facts *facts, void *object, unsigned seen) {
        struct fact_entry *entry = object;

        if (!(seen & 1U << ENTRY_TYPE))
                entry->identity.type = default_type(entry);
        return seen & 1U << ENTRY_NAME ? 0 : set_default_name(facts, entry);
}

/* ------------------------------------------------------------------------------------------------ adding */

static void *add_store(struct facts *facts) {
        facts->graphroot = facts->runroot = facts->driver = facts->uses_unseen = "";
        return facts;
}

static void *add_file(struct facts *facts) {
        struct fact_file *file = facts_add_file(facts);

        if (file)
                file->path = file->problem = "";
        return file;
}

static void *add_layer(struct facts *facts) {
        struct fact_layer *layer = facts_add_layer(facts);

        if (layer)
                layer->parent = "";
        return layer;
}

static void *add_image(struct facts *facts) {
        struct fact_image *image = facts_add_image(facts);

        if (image)
                image->layer = image->name = "";
        return image;
}

static void *add_container(struct facts *facts) {
        struct fact_container *container = facts_add_container(facts);

        if (container)
                container->layer = container->image = container->name = "";
        return container;
}

static void *add_mount(struct facts *facts) {
        return facts_add_mount(facts, "") < 0 ? NULL : &facts->mounts[facts->n_mounts - 1];
}

static void *add_use(struct facts *facts) {
        struct fact_use *use = facts_add_use(facts);

        if (use)
                use->id = use->by = "";
        return use;
}

static void *add_set_aside(struct facts *facts) {
        return facts_add_set_aside(facts, "") < 0 ? NULL : &facts->set_aside[facts->n_set_aside - 1];
}

static void *add_entry(struct facts *facts) {
        struct fact_entry *entry = facts_add_entry(facts);

        if (entry) {
                entry->name = entry->path = entry->problem = "";
                entry->examined = true;
        }
        return entry;
}

static void *add_damage(struct facts *facts) {
        struct fact_damage *damage = facts_add_damage(facts);

        if (damage)
                damage->layer = damage->path = "";
        return damage;
}

static void *add_problem(struct facts *facts) {
        struct fact_problem *problem = facts_add_problem(facts);

        if (problem)
                problem->text = "";
        return problem;
}

#define ARRAY(array)                                                                                         \
        offsetof(struct facts, array), offsetof(struct facts, n_##array), sizeof(*((struct facts *) 0)->array)

const struct line_kind facts_lines[] = {
        {"store", store_fields, add_store, NULL, 0, 0, 0},
        {"file", file_fields, add_file, NULL, ARRAY(files)},
        {"layer", layer_fields, add_layer, NULL, ARRAY(layers)},
        {"image", image_fields, add_image, NULL, ARRAY(images)},
        {"container", container_fields, add_container, NULL, ARRAY(containers)},
        {"mount", mention_fields, add_mount, NULL, ARRAY(mounts)},
        {"in-use", use_fields, add_use, NULL, ARRAY(in_use)},
        {"set-aside", set_aside_fields, add_set_aside, NULL, ARRAY(set_aside)},
        {"entry", entry_fields, add_entry, finish_entry, ARRAY(entries)},
        {"problem", problem_fields, add_problem, NULL, ARRAY(problems)},
        {"damage", damage_fields, add_damage, NULL, ARRAY(damages)},
        {0},
};
