/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scan/layer-path.h"

#include <assert.h>
#include <string.h>

/* Another layer directory, of the same store if there is one. */
static const struct fact_entry *find_beside(const struct facts *facts, bool in_imagestore) {
        const struct fact_entry *found = NULL;

        for (size_t i = 0; i < facts->n_entries; i++) {
                const struct fact_entry *entry = &facts->entries[i];

                if (entry->kind == CSTORAGE_ENTRY_LAYER_DIR && (!found || entry->imagestore == in_imagestore))
                        found = entry;
        }
        return found;
}

static const struct fact_entry *find(const struct facts *facts, bool in_imagestore, const char *layer) {
        for (size_t i = 0; i < facts->n_entries; i++)
                if (facts->entries[i].kind == CSTORAGE_ENTRY_LAYER_DIR &&
                    facts->entries[i].imagestore == in_imagestore &&
                    strcmp(facts->entries[i].name, layer) == 0)
                        return &facts->entries[i];
        return NULL;
}

/* Only the driver knows in which directory of its home the layers are, so take that of another layer. */
static int make(struct facts *facts, bool in_imagestore, const char *layer, const char **ret) {
        const struct fact_entry *beside = find_beside(facts, in_imagestore);
        const char *slash = beside ? strrchr(beside->path, '/') : NULL;
        _cleanup_text_ struct text text = TEXT_INIT;
        int r;

        if (slash)
                r = text_add(&text, beside->path, (size_t) (slash - beside->path));
        else
                r = text_addf(&text, "%s/%s", facts->graphroot, facts->driver);
        if (r >= 0)
                r = text_addf(&text, "/%s", layer);
        return r < 0 ? r : facts_keep_text(facts, text.s, ret);
}

int layer_path(struct facts *facts, bool in_imagestore, const char *layer, const char **ret) {
        const struct fact_entry *entry;

        assert(facts && layer && ret);

        entry = find(facts, in_imagestore, layer);
        if (!entry)
                return make(facts, in_imagestore, layer, ret);
        *ret = entry->path;
        return 0;
}
