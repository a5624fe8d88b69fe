/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The id and the names of a new object. */

#include <stdlib.h>
#include <string.h>

#include "disk/id-random.h"
#include "snapshot/object-dirs.h"
#include "txn/edit.h"
#include "json/utf8.h"

#define NEW_ID_TRIES 16 /* 2^256 ids: a second try is never needed */

/*
 * Go accepts any id; those that it generates are 64 hexadecimal digits. An id is the name of a directory, and
 * is in mount options and in lists that colons separate.
 */
static bool is_possible(const struct edit *edit, const char *id) {
        static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
        size_t length = strlen(id);

        return length > 0 && length <= OBJECT_ID_MAX && strspn(id, allowed) == length &&
               !edit->txn->store->driver->is_own_name(id) && strcmp(id, "tmp") != 0;
}

static bool is_going(const struct edit *edit, enum cstorage_object object, const char *id) {
        return changes_find(&edit->txn->changes,
                            object == CSTORAGE_OBJECT_LAYER ? CHANGE_LAYER_GONE : CHANGE_DATA_GONE, object,
                            id);
}

static int make_up(struct edit *edit, enum cstorage_object object, char ret[static OBJECT_ID_MAX + 1]) {
        for (int i = 0; i < NEW_ID_TRIES; i++) {
                int r = id_make(ret);

                if (r < 0)
                        return error_errno(edit->reterr, r, "cannot make up an id");
                if (!edit_find_id(edit, object, ret))
                        return 0;
        }
        return error_set(edit->reterr, -EEXIST, "each id that was made up is in use");
}

int edit_new_id(struct edit *edit, enum cstorage_object object, const char *id,
                char ret[static OBJECT_ID_MAX + 1]) {
        if (!id)
                return make_up(edit, object, ret);
        if (!is_possible(edit, id))
                return error_set(edit->reterr, -EINVAL, "\"%s\" cannot be the id of a %s", id,
                                 object_name(object));
        if (edit_find_id(edit, object, id))
                return error_set(edit->reterr, -EEXIST, "there is a %s %s already", object_name(object), id);
        if (is_going(edit, object, id))
                return error_set(edit->reterr, -EBUSY, "the %s %s is deleted in the same transaction",
                                 object_name(object), id);
        memcpy(ret, id, strlen(id) + 1);
        return 0;
}

int edit_check_names(struct edit *edit, const char *const *names, struct strings *ret) {
        _cleanup_free_ const char **items = NULL;
        size_t n = 0, kept = 0;

        while (names && names[n])
                n++;
        items = calloc(n + 1, sizeof(*items));
        if (!items)
                return -ENOMEM;

        for (size_t i = 0; i < n; i++) {
                if (!*names[i] || !utf8_valid(names[i], strlen(names[i])))
                        return error_set(edit->reterr, -EINVAL, "\"%s\" is no name", names[i]);
                if (!strings_contain(&(struct strings){.items = items, .n = kept}, names[i]))
                        items[kept++] = names[i];
        }
        *ret = (struct strings){.items = TAKE_PTR(items), .n = kept};
        return 0;
}

static int check_free(struct edit *edit, enum cstorage_object object, const struct strings *names) {
        for (size_t i = 0; i < names->n; i++) {
                const struct item *holder = edit_find_name(edit, object, names->items[i]);

                if (holder)
                        return error_set(edit->reterr, -EEXIST, "the name \"%s\" is that of the %s %s",
                                         names->items[i], object_name(object),
                                         snapshot_item_id((enum cstorage_record_file_kind) object, holder));
        }
        return 0;
}

int edit_new(struct edit *edit, enum cstorage_object object, const char *id, const char *const *names,
             struct newcomer *ret) {
        int r;

        r = edit_new_id(edit, object, id, ret->id);
        if (r < 0)
                return r;

        r = edit_check_names(edit, names, &ret->names);
        if (r < 0)
                return r;

        edit_time(ret->created);
        return check_free(edit, object, &ret->names);
}

void newcomer_done(struct newcomer *newcomer) {
        free((void *) newcomer->names.items);
}
