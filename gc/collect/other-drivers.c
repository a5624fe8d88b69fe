/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Stores in the graphroot that are not collected. */

#include <stdio.h>
#include <string.h>

#include "collect/other-drivers.h"

void other_drivers_done(struct other_drivers *others) {
        free(others->entries);
        arena_done(&others->arena);
        *others = OTHER_DRIVERS_INIT;
}

static const char *path_of(struct arena *arena, const char *graphroot, const char *driver) {
        _cleanup_text_ struct text path = TEXT_INIT;

        if (text_addf(&path, "%s/%s", graphroot, driver) < 0)
                return NULL;
        return arena_text(arena, path.s, path.len);
}

static int fill(struct other_drivers *others, struct fact_entry *entry, const struct cstorage_config *config,
                const char *driver, const char *problem) {
        *entry = (struct fact_entry){
                .kind = FACT_KIND_STORE,
                .name = arena_text(&others->arena, driver, strlen(driver)),
                .path = path_of(&others->arena, cstorage_config_get_graphroot(config), driver),
                .problem = arena_text(&others->arena, problem, strlen(problem)),
        };
        return entry->name && entry->path && entry->problem ? 0 : -ENOMEM;
}

static int add_all(struct other_drivers *others, const struct cstorage_config *config, char **drivers) {
        size_t n = 0;
        int r = 0;

        while (drivers[n])
                n++;
        others->entries = calloc(n + 1, sizeof(*others->entries));
        if (!others->entries)
                return -ENOMEM;
        for (size_t i = 0; i < n && r >= 0; i++)
                r = fill(others, &others->entries[others->n++], config, drivers[i], "");
        return r;
}

/* The first driver is the one that is collected, or refused. */
int other_drivers_find(struct other_drivers *others, const struct cstorage_config *config) {
        _cleanup_free_ char **drivers = NULL;
        int r;

        r = cstorage_config_find_drivers(config, &drivers, NULL);
        if (r < 0)
                return r == -ENOMEM ? r : 0;
        return add_all(others, config, drivers + 1);
}

/* The library's text begins with the graphroot, which is in the path as well. */
static const char *without_path(const char *problem, const char *path) {
        size_t n = strlen(path);

        return strncmp(problem, path, n) == 0 && strncmp(problem + n, ": ", 2) == 0 ? problem + n + 2
                                                                                    : problem;
}

int other_drivers_refused(struct other_drivers *others, const struct cstorage_config *config,
                          const char *problem, const struct fact_entry **ret) {
        const char *graphroot = cstorage_config_get_graphroot(config);
        struct fact_entry *entry = arena_alloc(&others->arena, sizeof(*entry));
        _cleanup_free_ char **drivers = NULL;
        int r;

        if (!entry)
                return -ENOMEM;
        r = cstorage_config_find_drivers(config, &drivers, NULL);
        if (r >= 0)
                r = fill(others, entry, config, drivers[0], without_path(problem, graphroot));
        if (r >= 0)
                *ret = entry;
        return r;
}
