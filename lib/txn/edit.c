/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Functions for all edits: finding and changing records. */

#include <string.h>
#include <time.h>

#include "snapshot/change.h"
#include "snapshot/index.h"
#include "snapshot/object-dirs.h"
#include "snapshot/placement.h"
#include "txn/edit.h"

#define NSEC_PER_SEC 1000000000LL

_Static_assert((int) CSTORAGE_OBJECT_LAYER == (int) CSTORAGE_RECORD_FILE_LAYERS, "each kind has its files");
_Static_assert((int) CSTORAGE_OBJECT_IMAGE == (int) CSTORAGE_RECORD_FILE_IMAGES, "each kind has its files");
_Static_assert((int) CSTORAGE_OBJECT_CONTAINER == (int) CSTORAGE_RECORD_FILE_CONTAINERS,
               "each kind has its files");

/* ------------------------------------------------------------------------------- find */

int edit_find(struct edit *edit, enum cstorage_object object, const char *name, const struct item **ret) {
        int r;

        r = snapshot_find(edit->now, (enum cstorage_record_file_kind) object, name, ret);
        if (r == -EEXIST)
                return error_set(edit->reterr, r, "the ids of several %ss begin with \"%s\"",
                                 object_name(object), name);
        if (r < 0)
                return error_set(edit->reterr, r, "there is no %s \"%s\"", object_name(object), name);
        return 0;
}

int edit_find_ours(struct edit *edit, enum cstorage_object object, const char *name,
                   const struct item **ret) {
        const struct item *item;
        int r;

        r = edit_find(edit, object, name, &item);
        if (r < 0)
                return r;
        if (!placement_is_ours(item->file))
                return error_set(edit->reterr, -EROFS,
                                 "the %s \"%s\" lies in the additional image store %s, which is only read",
                                 object_name(object), name, item->file->root->path);
        *ret = item;
        return 0;
}

/* Images are in the graphroot and in the image store. */
static const struct item *
in_own_stores(const struct edit *edit, enum cstorage_object object, const char *text,
              const struct item *(*find)(const struct cstorage_snapshot *, enum cstorage_record_file_kind,
                                         const struct store_root *, const char *) ) {
        const struct cstorage_store *store = edit->now->store;
        const struct item *found = NULL;

        if (object != CSTORAGE_OBJECT_IMAGE)
                return find(edit->now, (enum cstorage_record_file_kind) object, NULL, text);
        for (enum root root = ROOT_GRAPH; root <= ROOT_IMAGE && !found; root++)
                found = find(edit->now, CSTORAGE_RECORD_FILE_IMAGES, &store->roots[root], text);
        return found;
}

const struct item *edit_find_id(const struct edit *edit, enum cstorage_object object, const char *id) {
        return in_own_stores(edit, object, id, snapshot_find_id_in);
}

const struct item *edit_find_name(const struct edit *edit, enum cstorage_object object, const char *name) {
        return in_own_stores(edit, object, name, snapshot_find_name_in);
}

/* ----------------------------------------------------------------------------- records */

int edit_add(struct edit *edit, const struct cstorage_record_file *file, const struct text *json) {
        _cleanup_(record_buffer_unrefp) struct record_buffer *record_buffer = NULL;
        int r;

        r = record_buffer_of_json(file->kind, json, &record_buffer, edit->reterr);
        if (r < 0)
                return r;
        return snapshot_insert(edit->now, file, record_buffer);
}

int edit_amend(struct edit *edit, const struct item *item, const struct amendment *amendments, size_t n) {
        enum cstorage_record_file_kind kind = item->file->kind;
        _cleanup_(record_buffer_unrefp) struct record_buffer *record_buffer = NULL;
        int r;

        r = record_buffer_amended(kind, item->record, amendments, n, &record_buffer, edit->reterr);
        if (r < 0)
                return r;

        return snapshot_replace(edit->now, item, record_buffer);
}

int edit_add_change(struct edit *edit, enum change_kind kind, enum cstorage_object object, const char *id,
                    struct change **ret) {
        return changes_add(&edit->txn->changes, kind, object, id, ret);
}

/* Done at the end of the edit, which may still fail. */
int edit_forget(struct edit *edit, enum cstorage_object object, const char *id) {
        return strlist_add(&edit->forgotten[object], id);
}

const char *edit_time(char ret[static TIME_TEXT_MAX]) {
        struct timespec now;

        (void) clock_gettime(CLOCK_REALTIME, &now);
        return time_format((int64_t) now.tv_sec * NSEC_PER_SEC + now.tv_nsec, ret);
}
