/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deleting single incomplete layers. The first edit of any other kind deletes all of them, as Go does. */

#include <assert.h>

#include "api/arguments.h"
#include "txn/edit.h"

static int delete_incomplete(struct edit *edit, const char *id) {
        const struct item *item = NULL;
        int r;

        assert(edit->now);

        r = edit_find_ours(edit, CSTORAGE_OBJECT_LAYER, id, &item);
        if (r < 0)
                return r;
        if (!((const struct layer *) item->record)->incomplete)
                return error_set(edit->reterr, -EINVAL, "the layer \"%s\" is complete", id);

        r = edit_check_layer(edit, snapshot_item_id(CSTORAGE_RECORD_FILE_LAYERS, item));
        return r < 0 ? r : edit_drop_layer(edit, snapshot_item_id(CSTORAGE_RECORD_FILE_LAYERS, item));
}

static int begin_and_delete(struct cstorage_txn *txn, const char *id, struct error *reterr) {
        struct edit edit;
        int r;

        if (!txn || !id)
                return -EINVAL;
        r = edit_begin_as_is(&edit, txn, reterr);
        if (r < 0)
                return r;
        return edit_end(&edit, delete_incomplete(&edit, id));
}

_public_ int cstorage_txn_delete_incomplete_layer(struct cstorage_txn *txn, const char *id,
                                                  struct cstorage_error *reterr) {
        return error_end(reterr, begin_and_delete(txn, id, error_begin(reterr)),
                         "cannot delete an incomplete layer");
}
