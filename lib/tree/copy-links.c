/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hard links: the first link of an inode is copied, and further ones become links to the copy. */

#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "tree/copy-run.h"

struct copied {
        dev_t dev;
        ino_t ino;
        nlink_t left; /* links not met yet */
        char path[];  /* path of the copy, relative to the target directory */
};

static int compare(const void *a, const void *b) {
        const struct copied *x = a, *y = b;

        if (x->dev != y->dev)
                return x->dev < y->dev ? -1 : 1;
        return x->ino < y->ino ? -1 : x->ino > y->ino;
}

static void forget(struct copy_run *run, struct copied *copied) {
        tdelete(copied, &run->links, compare);
        free(copied);
}

void copy_forget_links(struct copy_run *run) {
        while (run->links)
                forget(run, *(struct copied **) run->links);
}

static struct copied *find(struct copy_run *run, const struct stat *st) {
        const struct copied key = {.dev = st->st_dev, .ino = st->st_ino};
        struct copied **found = tfind(&key, &run->links, compare);

        return found ? *found : NULL;
}

int copy_link(struct copy_dir *dir, const char *name, const struct stat *st) {
        struct copied *copied = st->st_nlink > 1 ? find(dir->run, st) : NULL;

        if (!copied)
                return 0;
        if (linkat(dir->run->to_fd, copied->path, dir->to_fd, name, 0) < 0)
                return negative_errno();
        if (--copied->left == 0)
                forget(dir->run, copied);
        return 1;
}

int copy_remember(struct copy_dir *dir, const char *name, const struct stat *st) {
        _cleanup_free_ struct copied *copied = NULL;
        _cleanup_free_ char *path = NULL;
        size_t size;

        if (st->st_nlink <= 1)
                return 0;
        path = copy_path(dir, name);
        if (!path)
                return -ENOMEM;

        size = strlen(path) + 1;
        copied = malloc(sizeof(*copied) + size);
        if (!copied)
                return -ENOMEM;
        *copied = (struct copied){.dev = st->st_dev, .ino = st->st_ino, .left = st->st_nlink - 1};
        memcpy(copied->path, path, size);
        if (!tsearch(copied, &dir->run->links, compare))
                return -ENOMEM;
        TAKE_PTR(copied);
        return 0;
}
