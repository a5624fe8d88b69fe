/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer records (layers.go:Layer). */

#include <string.h>

#include "base/cleanup.h"
#include "format/decode.h"
#include "format/encode.h"
#include "format/layer.h"

static const struct member members[] = {
        {"id", MEMBER_ID, offsetof(struct layer, id)},
        {"names", MEMBER_STRINGS, offsetof(struct layer, names)},
        {"parent", MEMBER_TEXT, offsetof(struct layer, parent)},
        {"metadata", MEMBER_TEXT, offsetof(struct layer, metadata)},
        {"mountlabel", MEMBER_TEXT, offsetof(struct layer, mount_label)},
        {"created", MEMBER_TIME, offsetof(struct layer, created)},
        {"compressed-diff-digest", MEMBER_TEXT, offsetof(struct layer, compressed_digest)},
        {"compressed-size", MEMBER_I64, offsetof(struct layer, compressed_size)},
        {"diff-digest", MEMBER_TEXT, offsetof(struct layer, diff_digest)},
        {"toc-digest", MEMBER_TEXT, offsetof(struct layer, toc_digest)},
        {"diff-size", MEMBER_I64, offsetof(struct layer, diff_size)},
        {"compression", MEMBER_I64, offsetof(struct layer, compression)},
        {"uidset", MEMBER_U32S, offsetof(struct layer, uids)},
        {"gidset", MEMBER_U32S, offsetof(struct layer, gids)},
        {"flags", MEMBER_FLAGS, offsetof(struct layer, flags)},
        {"uidmap", MEMBER_ID_MAPS, offsetof(struct layer, uid_map)},
        {"gidmap", MEMBER_ID_MAPS, offsetof(struct layer, gid_map)},
        {"big-data-names", MEMBER_STRINGS, offsetof(struct layer, big_data_names)},
};

void layers_done(struct layers *layers) {
        free(layers->items);
        arena_done(&layers->arena);
        *layers = LAYERS_INIT;
}

static int layer_finish(struct decoding *d, void *record) {
        struct layer *layer = record;

        layer->json = decoding_slice(d);
        for (size_t i = 0; i < layer->flags.n; i++)
                if (strcmp(layer->flags.items[i].name, "incomplete") == 0)
                        layer->incomplete = strcmp(layer->flags.items[i].value, "true") == 0;
        return 0;
}

const struct record_type layer_record = {sizeof(struct layer), members, ARRAY_SIZE(members), layer_finish};

int layers_parse(struct layers *ret, const char *text, size_t len, struct error *reterr) {
        _cleanup_layers_ struct layers layers = LAYERS_INIT;
        int r;

        r = records_parse(&layer_record, text, len, &layers.arena, &layers.items, &layers.n, reterr);
        if (r < 0)
                return r;

        *ret = layers;
        layers = LAYERS_INIT;
        return 0;
}

int layer_compose(const struct layer *layer, struct text *ret) {
        return record_compose(&layer_record, layer, ret);
}
