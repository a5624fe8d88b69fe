/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ids in torn volatile files that were moved aside. */

#include "snapshot/set-aside.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "format/name.h"
#include "snapshot/snapshot.h"
#include "json/json.h"

#define HEX_DIGITS "0123456789abcdef"

/* The text ends with a NUL. */
static int find_ids(const char *text, size_t len, struct strlist *ids) {
        const char *end = text + len;
        int r = 0;

        while (text < end && r >= 0) {
                size_t n = strspn(text, HEX_DIGITS);

                if (n == ID_LENGTH)
                        r = strlist_add_bytes(ids, text, n);
                text += n + 1;
        }
        return r;
}

static bool is_no_file(int r) {
        return r == -ENOENT || r == -ELOOP || r == -EBADF || r == -ENXIO || r == -EISDIR || r == -ENOTDIR;
}

static int read_one(const struct store_root *root, const char *name, struct strlist *ids,
                    struct error *reterr) {
        _cleanup_free_ char *text = NULL;
        size_t len;
        int r;

        r = read_file_at(root->fd, name, JSON_BYTES_MAX, &text, &len, NULL);
        if (is_no_file(r))
                return 0;
        if (r < 0)
                return error_errno(reterr, r, "cannot read %s/%s", root->path, name);
        return find_ids(text, len, ids);
}

static bool is_volatile(const struct own_file *file) {
        return file->location == CSTORAGE_LOCATION_VOLATILE ||
               file->location == CSTORAGE_LOCATION_VOLATILE_RUNROOT;
}

int set_aside_read(const struct cstorage_store *store, struct strlist *ids, struct error *reterr) {
        int r = 0;

        for (size_t i = 0; i < OWN_FILES && r >= 0; i++) {
                const struct store_root *root = &store->roots[own_files[i].root];
                char name[PATH_LENGTH_MAX + sizeof(TORN_SUFFIX)];

                if (!is_volatile(&own_files[i]) || root->fd < 0)
                        continue;
                path_of(own_files[i].path, store->driver->name, name);
                memcpy(name + strlen(name), TORN_SUFFIX, sizeof(TORN_SUFFIX));
                r = read_one(root, name, ids, reterr);
        }
        return r;
}
