/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "disk/temp-dir.h"
#include "store/store.h"

struct cstorage_stage {
        struct cstorage_store *store;
        enum root root;        /* of the driver home with the content; the layer must be there too */
        char *parent;          /* an id; NULL: none */
        struct temp_dir temp;  /* of the content */
        int fd;                /* of the content, also after it was moved */
        bool is_used;          /* the content was moved to a layer */
        struct temp_dir split; /* of the tar-split; lock_fd is -1 if there is none, or no longer */
};

DEFINE_CLEANUP(struct cstorage_stage *, cstorage_stage_free);

/*
 * For the commit: move the content into a layer that was created with content_follows in the driver home of
 * stage->root, by one rename. -EINVAL: it was used before.
 */
int stage_put_content(struct cstorage_stage *stage, int home_fd, const char *id, struct error *reterr);

bool stage_has_tar_split(const struct cstorage_stage *stage);

/*
 * Move the tar-split to a name in the directory, replacing an earlier file; it is synced first
 * (layers.go:stageWithUnlockedStore). -EINVAL: there is none.
 */
int stage_put_tar_split(struct cstorage_stage *stage, int dirfd, const char *name, struct error *reterr);
