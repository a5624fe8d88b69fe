/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Container records (containers.go:Container). */

#include <string.h>

#include "base/cleanup.h"
#include "format/container.h"
#include "format/decode.h"
#include "format/encode.h"

static const struct member members[] = {
        {"id", MEMBER_ID, offsetof(struct container, id)},
        {"names", MEMBER_STRINGS, offsetof(struct container, names)},
        {"image", MEMBER_TEXT, offsetof(struct container, image), .always = true},
        {"layer", MEMBER_TEXT, offsetof(struct container, layer), .always = true},
        {"metadata", MEMBER_TEXT, offsetof(struct container, metadata)},
        {"big-data-names", MEMBER_BIG_NAMES, offsetof(struct container, big_data)},
        {"big-data-sizes", MEMBER_BIG_SIZES, offsetof(struct container, big_data)},
        {"big-data-digests", MEMBER_BIG_DIGESTS, offsetof(struct container, big_data)},
        {"created", MEMBER_TIME, offsetof(struct container, created)},
        {"uidmap", MEMBER_ID_MAPS, offsetof(struct container, uid_map)},
        {"gidmap", MEMBER_ID_MAPS, offsetof(struct container, gid_map)},
        {"flags", MEMBER_FLAGS, offsetof(struct container, flags)},
};

void containers_done(struct containers *containers) {
        free(containers->items);
        arena_done(&containers->arena);
        *containers = CONTAINERS_INIT;
}

static int container_finish(struct decoding *d, void *record) {
        struct container *container = record;

        container->json = decoding_slice(d);
        return 0;
}

const struct record_type container_record = {sizeof(struct container), members, ARRAY_SIZE(members),
                                             container_finish};

int containers_parse(struct containers *ret, const char *text, size_t len, struct error *reterr) {
        _cleanup_containers_ struct containers containers = CONTAINERS_INIT;
        int r;

        r = records_parse(&container_record, text, len, &containers.arena, &containers.items, &containers.n,
                          reterr);
        if (r < 0)
                return r;

        *ret = containers;
        containers = CONTAINERS_INIT;
        return 0;
}

int container_compose(const struct container *container, struct text *ret) {
        return record_compose(&container_record, container, ret);
}
