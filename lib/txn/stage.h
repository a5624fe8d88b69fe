/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "disk/temp-dir.h"
#include "store/store.h"

struct cstorage_stage {
        struct cstorage_store *store;
        enum root root;        /* whose home it lies in, and its layer must */
        char *parent;          /* an id; NULL: none */
        struct temp_dir temp;  /* of the content */
        int fd;                /* of the content, also once it is in its place */
        bool is_used;          /* it is in its place */
        struct temp_dir split; /* of the tar-split; lock_fd is -1 where there is none, or no more */
};

DEFINE_CLEANUP(struct cstorage_stage *, cstorage_stage_free);

/*
 * For the commit. The content goes to a layer just created with content_follows, in the home of stage->root:
 * one rename. -EINVAL where it was used before.
 */
int stage_put_content(struct cstorage_stage *stage, int home_fd, const char *id, struct error *reterr);

bool stage_has_tar_split(const struct cstorage_stage *stage);

/*
 * The tar-split becomes the file name in the directory, which was not there or is replaced; it is on the disk
 * before that (layers.go:stageWithUnlockedStore). -EINVAL where there is none.
 */
int stage_put_tar_split(struct cstorage_stage *stage, int dirfd, const char *name, struct error *reterr);
