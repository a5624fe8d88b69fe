/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mount records (layers.go:layerMountPoint). */

#include "format/mounts.h"
#include "base/cleanup.h"
#include "format/decode.h"
#include "format/encode.h"

static const struct member members[] = {
        {"id", MEMBER_ID, offsetof(struct mount, id)},
        {"path", MEMBER_TEXT, offsetof(struct mount, path), .always = true},
        {"count", MEMBER_I64, offsetof(struct mount, count), .always = true},
};

void mounts_done(struct mounts *mounts) {
        free(mounts->items);
        arena_done(&mounts->arena);
        *mounts = MOUNTS_INIT;
}

static int mount_finish(struct decoding *d, void *record) {
        struct mount *mount = record;

        mount->json = decoding_slice(d);
        return 0;
}

const struct record_type mount_record = {sizeof(struct mount), members, ARRAY_SIZE(members), mount_finish};

int mounts_parse(struct mounts *ret, const char *text, size_t len, struct error *reterr) {
        _cleanup_mounts_ struct mounts mounts = MOUNTS_INIT;
        int r;

        r = records_parse(&mount_record, text, len, &mounts.arena, &mounts.items, &mounts.n, reterr);
        if (r < 0)
                return r;

        *ret = mounts;
        mounts = MOUNTS_INIT;
        return 0;
}

int mount_compose(const struct mount *mount, struct text *ret) {
        return record_compose(&mount_record, mount, ret);
}
