/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/strlist.h"
#include "store/store.h"

/* What a commit does besides saving record files. */
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
        enum root root; /* of a layer or image: the root of its directory */
        bool done;      /* set by the commit */

        struct cstorage_stage *stage; /* content of a new layer, owned by the caller; NULL: empty */

        char *name; /* of a file of big data */
        char *data;
        size_t size;
        bool durable;
        bool kept, fresh; /* set by the commit: there was a file before, there was none */

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

/* Append a change; *ret is valid until the next one is appended. -ENOMEM. */
int changes_add(struct changes *changes, enum change_kind kind, enum cstorage_object object, const char *id,
                struct change **ret);

/* Remove all changes from index n on. */
void changes_truncate(struct changes *changes, size_t n);

/* Remove the changes of a new object that will not be made. */
void changes_drop(struct changes *changes, enum cstorage_object object, const char *id);

/* Return NULL if there is none. */
struct change *changes_find(const struct changes *changes, enum change_kind kind, enum cstorage_object object,
                            const char *id);
bool changes_have(const struct changes *changes, enum change_kind kind);
