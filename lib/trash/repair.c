/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The results of the repairs of a commit. */

#include "trash/trash.h"

void repair_done(struct cstorage_repair *repair) {
        free(repair->id);
        strlist_done(&repair->result.aside);
}

_public_ const struct cstorage_repair *cstorage_trash_next_repair(const struct cstorage_trash *trash,
                                                                  const struct cstorage_repair *prev) {
        const struct cstorage_repair *next = prev ? prev + 1 : trash->repairs;

        return next < trash->repairs + trash->n_repairs ? next : NULL;
}

_public_ const char *cstorage_repair_get_layer_id(const struct cstorage_repair *repair) {
        return repair->id;
}

_public_ bool cstorage_repair_is_in_imagestore(const struct cstorage_repair *repair) {
        return repair->in_imagestore;
}

_public_ uint64_t cstorage_repair_get_done(const struct cstorage_repair *repair) {
        return repair->result.done;
}

_public_ int cstorage_repair_get_code(const struct cstorage_repair *repair) {
        return repair->error.code;
}

_public_ const char *cstorage_repair_get_text(const struct cstorage_repair *repair) {
        return repair->error.text;
}

_public_ const char *cstorage_repair_get_aside(const struct cstorage_repair *repair, size_t index) {
        return strlist_get(&repair->result.aside, index);
}
