/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The arrays of facts. */

#include <string.h>

#include "base/array.h"
#include "facts/facts.h"

void facts_done(struct facts *facts) {
        free(facts->files);
        free(facts->layers);
        free(facts->images);
        free(facts->containers);
        free(facts->mounts);
        free(facts->in_use);
        free(facts->set_aside);
        free(facts->entries);
        free(facts->problems);
        free(facts->damages);
        arena_done(&facts->arena);
        *facts = FACTS_INIT;
}

/* Append a zeroed element. */
#define ADD(array, n, cap)                                                                                   \
        ({                                                                                                   \
                __typeof__(array) _added = NULL;                                                             \
                                                                                                             \
                if (ARRAY_RESERVE(array, cap, (n) + 1) >= 0) {                                               \
                        _added = &(array)[(n)++];                                                            \
                        memset(_added, 0, sizeof(*_added));                                                  \
                }                                                                                            \
                _added;                                                                                      \
        })

struct fact_file *facts_add_file(struct facts *facts) {
        return ADD(facts->files, facts->n_files, facts->cap_files);
}

struct fact_layer *facts_add_layer(struct facts *facts) {
        return ADD(facts->layers, facts->n_layers, facts->cap_layers);
}

struct fact_image *facts_add_image(struct facts *facts) {
        return ADD(facts->images, facts->n_images, facts->cap_images);
}

struct fact_container *facts_add_container(struct facts *facts) {
        return ADD(facts->containers, facts->n_containers, facts->cap_containers);
}

struct fact_entry *facts_add_entry(struct facts *facts) {
        return ADD(facts->entries, facts->n_entries, facts->cap_entries);
}

struct fact_use *facts_add_use(struct facts *facts) {
        return ADD(facts->in_use, facts->n_in_use, facts->cap_in_use);
}

struct fact_problem *facts_add_problem(struct facts *facts) {
        return ADD(facts->problems, facts->n_problems, facts->cap_problems);
}

struct fact_damage *facts_add_damage(struct facts *facts) {
        return ADD(facts->damages, facts->n_damages, facts->cap_damages);
}

int facts_add_mount(struct facts *facts, const char *layer_id) {
        const char **mount = ADD(facts->mounts, facts->n_mounts, facts->cap_mounts);

        if (!mount)
                return -ENOMEM;

        *mount = layer_id;
        return 0;
}

int facts_add_set_aside(struct facts *facts, const char *id) {
        const char **set_aside = ADD(facts->set_aside, facts->n_set_aside, facts->cap_set_aside);

        if (!set_aside)
                return -ENOMEM;

        *set_aside = id;
        return 0;
}

int facts_keep_text(struct facts *facts, const char *text, const char **ret) {
        const char *copy = arena_text(&facts->arena, text, strlen(text));

        if (!copy)
                return -ENOMEM;

        *ret = copy;
        return 0;
}
