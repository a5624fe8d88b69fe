/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The third pass, only if there are mismatches: an archive may replace its own files, and then only the last
 * entry of a name counts. It is rare, so that it is not worth the memory to know it before.
 */

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "verify/archive.h"
#include "verify/run.h"

/* Does the entry leave the file of an earlier entry in its place, though it has the same path? */
static bool keeps(const struct archive_entry *later, const struct found *found) {
        if (later->type == ARCHIVE_OPAQUE)
                return true;
        return found->type == ARCHIVE_OPAQUE && later->type == ARCHIVE_DIRECTORY;
}

/* archive.go:handleLChmod sets the mode of the target of a hard link to that of the link. */
static bool changes_mode(const struct archive_entry *link, const struct found *found) {
        return found->mismatch.kind == CSTORAGE_MISMATCH_MODE && found->index < link->index &&
               link->mode == found->mismatch.found;
}

/* A mismatch, by the path of its file. A hard link also by the path of its target: it keeps the file of a
 * target that is replaced. */
struct key {
        const char *path;
        struct found *found;
};

struct by_path {
        struct key *keys;
        size_t n;
};

static int compare_path(const void *a, const void *b) {
        const struct key *x = a, *y = b;

        return strcmp(x->path, y->path);
}

static int sort_by_path(struct mismatches *list, struct by_path *ret) {
        ret->keys = calloc(list->n, 2 * sizeof(*ret->keys));
        if (!ret->keys)
                return -ENOMEM;
        for (size_t i = 0; i < list->n; i++) {
                struct found *found = &list->items[i];

                ret->keys[ret->n++] = (struct key){found->path, found};
                if (found->mismatch.kind == CSTORAGE_MISMATCH_HARD_LINK)
                        ret->keys[ret->n++] = (struct key){found->mismatch.expected_text, found};
        }
        qsort(ret->keys, ret->n, sizeof(*ret->keys), compare_path);
        return 0;
}

/* The first key that is not before this path. */
static size_t find(const struct by_path *list, const char *path) {
        size_t from = 0, to = list->n;

        while (from < to) {
                size_t middle = from + (to - from) / 2;

                if (strcmp(list->keys[middle].path, path) < 0)
                        from = middle + 1;
                else
                        to = middle;
        }
        return from;
}

static bool has_path(const struct by_path *list, size_t i, const char *path) {
        return i < list->n && strcmp(list->keys[i].path, path) == 0;
}

static void mark_same(const struct by_path *list, const struct archive_entry *later) {
        for (size_t i = find(list, later->path); has_path(list, i, later->path); i++) {
                struct found *found = list->keys[i].found;

                if (found->index < later->index && !keeps(later, found))
                        found->replaced = true;
        }
}

/* If an entry replaces a directory, the files in the directory end with it. */
static int mark_below(const struct by_path *list, const struct archive_entry *later) {
        _cleanup_free_ char *dir = NULL;
        int n = asprintf(&dir, "%s/", later->path);

        if (n < 0) {
                dir = NULL;
                return -ENOMEM;
        }
        for (size_t i = find(list, dir); i < list->n && has_prefix(list->keys[i].path, dir); i++)
                if (list->keys[i].found->index < later->index)
                        list->keys[i].found->replaced = true;
        return 0;
}

static void mark_modes(const struct by_path *list, const struct archive_entry *later) {
        for (size_t i = find(list, later->link); has_path(list, i, later->link); i++)
                if (changes_mode(later, list->keys[i].found))
                        list->keys[i].found->replaced = true;
}

static int mark(const struct by_path *list, const struct archive_entry *later) {
        mark_same(list, later);
        if (later->type == ARCHIVE_HARD_LINK)
                mark_modes(list, later);
        return later->type == ARCHIVE_DIRECTORY || later->type == ARCHIVE_OPAQUE ? 0
                                                                                 : mark_below(list, later);
}

static int mark_all(const struct by_path *list, struct archive *archive, struct error *reterr) {
        struct archive_entry entry;
        int r;

        while ((r = archive_next(archive, &entry, reterr)) > 0) {
                r = mark(list, &entry);
                if (r < 0)
                        return r;
        }
        return r;
}

int verify_later_entries(struct verify_run *run, struct error *reterr) {
        _cleanup_(archive_freep) struct archive *archive = NULL;
        struct by_path list = {0};
        int r;

        r = archive_new(run->split_fd, &archive, reterr);
        if (r >= 0)
                r = sort_by_path(&run->mismatches, &list);
        if (r >= 0)
                r = mark_all(&list, archive, reterr);
        free(list.keys);
        return r;
}
