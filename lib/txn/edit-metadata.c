/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Members of a record for the use of callers: metadata and flags. */

#include <string.h>

#include "format/encode-value.h"
#include "snapshot/object-dirs.h"
#include "txn/edit.h"

static int edit_metadata(struct edit *edit, enum cstorage_object object, const char *id,
                         const char *metadata) {
        struct amendment amendment = {.member = "metadata"};
        _cleanup_text_ struct text json = TEXT_INIT;
        const struct item *item;
        int r;

        r = edit_find_ours(edit, object, id, &item);
        if (r < 0)
                return r;

        if (*metadata) {
                r = encode_string(&json, metadata);
                if (r < 0)
                        return r;
                amendment.json = json.s;
        }
        return edit_amend(edit, item, &amendment, 1);
}

static int set_metadata(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                        const char *metadata, struct error *reterr) {
        struct edit edit;
        int r;

        if (!txn || !id || !metadata || !object_name(object))
                return -EINVAL;

        r = edit_begin(&edit, txn, reterr);
        if (r < 0)
                return r;
        return edit_end(&edit, edit_metadata(&edit, object, id, metadata));
}

_public_ int cstorage_txn_set_metadata(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                                       const char *metadata, struct cstorage_error *reterr) {
        return error_end(reterr, set_metadata(txn, object, id, metadata, error_begin(reterr)),
                         "cannot set metadata");
}

static int edit_flag(struct edit *edit, enum cstorage_object object, const char *id, const char *flag,
                     const char *json) {
        struct amendment amendment = {.member = "flags", .key = flag, .json = json};
        const struct item *item;
        int r;

        r = edit_find_ours(edit, object, id, &item);
        if (r < 0)
                return r;

        r = edit_amend(edit, item, &amendment, 1);
        if (r == -EINVAL)
                return error_set(edit->reterr, r, "the value of the flag \"%s\" is no JSON: %s", flag, json);
        return r;
}

static int set_flag(struct cstorage_txn *txn, enum cstorage_object object, const char *id, const char *flag,
                    const char *json, struct error *reterr) {
        struct edit edit;
        int r;

        if (!txn || !id || !flag || !*flag || !object_name(object))
                return -EINVAL;
        if (object == CSTORAGE_OBJECT_LAYER && strcmp(flag, INCOMPLETE_FLAG) == 0)
                return error_set(reterr, -EINVAL, "the flag \"%s\" of layers is not for callers", flag);

        r = edit_begin(&edit, txn, reterr);
        if (r < 0)
                return r;
        return edit_end(&edit, edit_flag(&edit, object, id, flag, json));
}

_public_ int cstorage_txn_set_flag(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                                   const char *flag, const char *json, struct cstorage_error *reterr) {
        return error_end(reterr, set_flag(txn, object, id, flag, json, error_begin(reterr)),
                         "cannot set a flag");
}
