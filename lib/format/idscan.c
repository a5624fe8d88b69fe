/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A glance at a record file. */

#include <string.h>

#include "format/idscan.h"
#include "format/name.h"

#define START        "{\"id\":\""
#define START_BYTES  (sizeof(START) - 1)
#define RECORD_BYTES (START_BYTES + HEXID_DIGITS + 1)

static int scan_record(const char *record, struct hexids *ids) {
        const char *id = record + START_BYTES;

        if (memcmp(record, START, START_BYTES) != 0 || id[HEXID_DIGITS] != '"' || !name_starts_with_id(id))
                return 0;
        return hexids_add(ids, id);
}

int idscan(const char *bytes, size_t n, struct hexids *ids, size_t *ret_used) {
        const char *end = bytes + n, *brace = memchr(bytes, '{', n);
        int r;

        while (brace && (size_t) (end - brace) >= RECORD_BYTES) {
                r = scan_record(brace, ids);
                if (r < 0)
                        return r;
                brace = memchr(brace + 1, '{', (size_t) (end - brace - 1));
        }
        *ret_used = (size_t) ((brace ? brace : end) - bytes);
        return 0;
}
