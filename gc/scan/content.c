/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scan/content.h"

#include <assert.h>
#include <string.h>

#include "base/array.h"
#include "base/random.h"
#include "scan/layer-path.h"

struct candidates {
        const struct cstorage_layer **layers;
        size_t n, cap;
};

static void candidates_done(struct candidates *candidates) {
        free(candidates->layers);
}

static bool is_damaged(const struct facts *facts, const char *layer) {
        for (size_t i = 0; i < facts->n_damages; i++)
                if (strcmp(facts->damages[i].layer, layer) == 0)
                        return true;
        return false;
}

/* A layer with other damage is reported for that. */
static int find_candidates(struct candidates *candidates, const struct facts *facts,
                           const struct cstorage_snapshot *snapshot) {
        const struct cstorage_layer *layer = NULL;
        int r = 0;

        while (r >= 0 && (layer = cstorage_snapshot_next_layer(snapshot, layer))) {
                if (cstorage_layer_get_location(layer) == CSTORAGE_LOCATION_ADDITIONAL ||
                    is_damaged(facts, cstorage_layer_get_id(layer)))
                        continue;
                r = ARRAY_RESERVE(candidates->layers, candidates->cap, candidates->n + 1);
                if (r >= 0)
                        candidates->layers[candidates->n++] = layer;
        }
        return r;
}

/* The first mismatch is enough for the report: the whole layer is replaced. */
struct first_mismatch {
        struct text path;
        int result;
};

static void take_first(const struct cstorage_mismatch *mismatch, void *userdata) {
        struct first_mismatch *first = userdata;

        if (first->path.len == 0 && first->result >= 0)
                first->result = text_adds(&first->path, mismatch->path);
}

/* The content of overlay is in a directory of the layer directory. */
static int file_path(struct facts *facts, const struct fact_damage *damage, const char *file,
                     const char **ret) {
        const char *subdirectory = strcmp(facts->driver, "overlay") == 0 ? "/diff" : "", *directory;
        _cleanup_text_ struct text path = TEXT_INIT;
        int r;

        r = layer_path(facts, damage->imagestore, damage->layer, &directory);
        if (r >= 0)
                r = text_addf(&path, "%s%s/%s", directory, subdirectory, file);
        return r < 0 ? r : facts_keep_text(facts, path.s, ret);
}

static int add_damage(struct facts *facts, const struct cstorage_layer *layer, const char *file) {
        struct fact_damage *damage = facts_add_damage(facts);

        if (!damage)
                return -ENOMEM;
        *damage = (struct fact_damage){
                .layer = cstorage_layer_get_id(layer),
                .part = FACT_PART_CONTENT,
                .state = CSTORAGE_STATE_INVALID,
                .imagestore = cstorage_layer_get_location(layer) == CSTORAGE_LOCATION_IMAGESTORE,
        };
        return file_path(facts, damage, file, &damage->path);
}

static int add_problem(struct facts *facts, const struct cstorage_layer *layer, const char *text) {
        struct fact_problem *problem = facts_add_problem(facts);

        if (!problem)
                return -ENOMEM;
        problem->path = cstorage_layer_get_id(layer);
        return facts_keep_text(facts, text, &problem->text);
}

static int verify(struct facts *facts, const struct cstorage_layer *layer) {
        struct first_mismatch first = {.path = TEXT_INIT};
        struct cstorage_error error;
        int r;

        r = cstorage_layer_verify(layer, NULL, take_first, &first, NULL, &error);
        if (r > 0)
                r = first.result < 0 ? first.result : add_damage(facts, layer, first.path.s ?: "");
        else if (r < 0 && r != -ENODATA && r != -ESTALE && r != -ENOMEM)
                r = add_problem(facts, layer, error.text);
        text_done(&first.path);
        return r == -ENODATA || r == -ESTALE ? 0 : r; /* the layer of a container, or deleted */
}

int content_scan(struct facts *facts, const struct cstorage_snapshot *snapshot, unsigned percent) {
        _cleanup_(candidates_done) struct candidates candidates = {0};
        size_t wanted, start = 0;
        int r;

        assert(facts && snapshot && percent >= 1 && percent <= 100);

        r = find_candidates(&candidates, facts, snapshot);
        if (r < 0 || candidates.n == 0)
                return r;
        wanted = (candidates.n * percent + 99) / 100;
        if (wanted < candidates.n)
                r = random_bytes(&start, sizeof(start));
        for (size_t i = 0; r >= 0 && i < wanted; i++)
                r = verify(facts, candidates.layers[(start % candidates.n + i) % candidates.n]);
        return r;
}
