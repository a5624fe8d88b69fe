/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setting names, which are taken from other objects. */

#include <string.h>

#include "format/encode-value.h"
#include "snapshot/object-dirs.h"
#include "txn/edit.h"

static const struct strings *names_of(enum cstorage_object object, const struct item *item) {
        switch (object) {
        case CSTORAGE_OBJECT_LAYER:
                return &((const struct layer *) item->record)->names;
        case CSTORAGE_OBJECT_IMAGE:
                return &((const struct image *) item->record)->names;
        case CSTORAGE_OBJECT_CONTAINER:
                break;
        }
        return &((const struct container *) item->record)->names;
}

/* An empty list is not written (omitempty). */
static int amend_list(struct edit *edit, const struct item *item, const char *member,
                      const struct strings *list) {
        _cleanup_text_ struct text json = TEXT_INIT;
        struct amendment amendment = {.member = member};
        int r;

        if (list->n > 0) {
                r = encode_strings(&json, list);
                if (r < 0)
                        return r;
                amendment.json = json.s;
        }
        return edit_amend(edit, item, &amendment, 1);
}

static int take_name(struct edit *edit, enum cstorage_object object, const struct item *holder,
                     const char *name) {
        const struct strings *names = names_of(object, holder);
        _cleanup_free_ const char **items = calloc(names->n + 1, sizeof(*items));
        size_t n = 0;

        if (!items)
                return -ENOMEM;
        for (size_t i = 0; i < names->n; i++)
                if (strcmp(names->items[i], name) != 0)
                        items[n++] = names->items[i];
        return amend_list(edit, holder, "names", &(struct strings){.items = items, .n = n});
}

/* In a damaged store several objects may have the name: take it from each. */
static int take_names(struct edit *edit, enum cstorage_object object, const struct strings *names,
                      const char *id) {
        for (size_t i = 0; i < names->n; i++) {
                const struct item *holder;
                int r;

                while ((holder = edit_find_name(edit, object, names->items[i])) &&
                       strcmp(snapshot_item_id((enum cstorage_record_file_kind) object, holder), id) != 0) {
                        r = take_name(edit, object, holder, names->items[i]);
                        if (r < 0)
                                return r;
                }
        }
        return 0;
}

/* images.go:addNameToHistory, called for each name in turn: the last name comes first. */
static int remember(struct edit *edit, const struct item *item, const struct strings *names) {
        const struct strings *before = &((const struct image *) item->record)->names_history;
        _cleanup_free_ const char **items = calloc(names->n + before->n + 1, sizeof(*items));
        size_t n = 0;

        if (!items)
                return -ENOMEM;
        for (size_t i = names->n; i-- > 0;)
                items[n++] = names->items[i];
        for (size_t i = 0; i < before->n; i++)
                if (!strings_contain(names, before->items[i]))
                        items[n++] = before->items[i];
        return amend_list(edit, item, "names-history", &(struct strings){.items = items, .n = n});
}

static int give_names(struct edit *edit, enum cstorage_object object, const char *id,
                      const struct strings *names) {
        int r;

        r = take_names(edit, object, names, id);
        if (r < 0)
                return r;

        r = amend_list(edit, edit_find_id(edit, object, id), "names", names);
        if (r < 0 || object != CSTORAGE_OBJECT_IMAGE)
                return r;
        return remember(edit, edit_find_id(edit, object, id), names);
}

static int edit_names(struct edit *edit, enum cstorage_object object, const char *name,
                      const char *const *names) {
        _cleanup_free_ char *id = NULL;
        const struct item *item;
        struct strings checked;
        int r;

        r = edit_find_ours(edit, object, name, &item);
        if (r < 0)
                return r;

        id = strdup(snapshot_item_id((enum cstorage_record_file_kind) object, item));
        if (!id)
                return -ENOMEM;

        r = edit_check_names(edit, names, &checked);
        if (r < 0)
                return r;

        r = give_names(edit, object, id, &checked);
        free((void *) checked.items);
        return r;
}

static int set_names(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                     const char *const *names, struct error *reterr) {
        struct edit edit;
        int r;

        if (!txn || !id || !object_name(object))
                return -EINVAL;

        r = edit_begin(&edit, txn, reterr);
        if (r < 0)
                return r;
        return edit_end(&edit, edit_names(&edit, object, id, names));
}

_public_ int cstorage_txn_set_names(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                                    const char *const *names, struct cstorage_error *reterr) {
        return error_end(reterr, set_names(txn, object, id, names, error_begin(reterr)), "cannot set names");
}
