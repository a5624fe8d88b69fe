/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/strlist.h"
#include "store/store.h"

/* What a transaction shall do beside changing records. */
enum change_kind {
        CHANGE_LAYER_MADE,
        CHANGE_LAYER_GONE,
        CHANGE_IMAGE_MADE,
        CHANGE_CONTAINER_MADE,
        CHANGE_DATA_GONE, /* of an image or container */
        CHANGE_BIG_DATA,
        CHANGE_DIRECTORY,
        CHANGE_MOUNT,
        CHANGE_UNMOUNT,
};

struct change {
        enum change_kind kind;
        enum cstorage_object object;
        char *id;
        enum root root; /* of a layer or image: where its directory is */
        bool done;      /* by the commit */

        struct cstorage_stage *stage; /* of a layer that is made; the caller's; NULL: it is empty */

        char *name; /* of a file of big data */
        char *data;
        size_t size;
        bool durable;
        bool kept, fresh; /* by the commit: there was one before, there was none */

        bool in_runroot; /* of a directory */

        struct strlist options; /* of a mount */
        char *label;
        bool read_only, is_volatile;
};

struct changes {
        struct change *items;
        size_t n, cap;
};

void changes_done(struct changes *changes);

/* Append one, and say where it is until the next is appended. -ENOMEM. */
int changes_add(struct changes *changes, enum change_kind kind, enum cstorage_object object, const char *id,
                struct change **ret);

/* Forget all from the nth on. */
void changes_truncate(struct changes *changes, size_t n);

/* Forget what is to be done for something that will not be made. */
void changes_drop(struct changes *changes, enum cstorage_object object, const char *id);

/* NULL where there is none. */
struct change *changes_find(const struct changes *changes, enum change_kind kind, enum cstorage_object object,
                            const char *id);
bool changes_have(const struct changes *changes, enum change_kind kind);
