/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Data of an object besides its record: big data, and the userdata directories. */

#include <stdio.h>
#include <string.h>

#include "base/sha256.h"
#include "format/digest.h"
#include "format/encode-value.h"
#include "snapshot/object-dirs.h"
#include "snapshot/placement.h"
#include "txn/edit.h"

/* ---------------------------------------------------------------------------- big data */

struct datum {
        const char *key, *digest;
        const void *bytes;
        size_t size;
};

static bool has_name(enum cstorage_object object, const void *record, const char *key) {
        const struct strings *names = &((const struct layer *) record)->big_data_names;
        const struct big_data *data = object == CSTORAGE_OBJECT_IMAGE
                                              ? &((const struct image *) record)->big_data
                                              : &((const struct container *) record)->big_data;

        if (object == CSTORAGE_OBJECT_LAYER) {
                for (size_t i = 0; i < names->n; i++)
                        if (strcmp(names->items[i], key) == 0)
                                return true;
                return false;
        }
        for (size_t i = 0; i < data->n; i++)
                if (strcmp(data->items[i].name, key) == 0)
                        return true;
        return false;
}

/* The value of big-data-names, with the key appended. */
static int encode_names(struct text *t, enum cstorage_object object, const void *record, const char *key) {
        const struct strings *names = &((const struct layer *) record)->big_data_names;
        const struct big_data *data = object == CSTORAGE_OBJECT_IMAGE
                                              ? &((const struct image *) record)->big_data
                                              : &((const struct container *) record)->big_data;
        size_t n = object == CSTORAGE_OBJECT_LAYER ? names->n : data->n;
        _cleanup_free_ const char **items = calloc(n + 1, sizeof(*items));

        if (!items)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                items[i] = object == CSTORAGE_OBJECT_LAYER ? names->items[i] : data->items[i].name;
        items[n] = key;
        return encode_strings(t, &(struct strings){.items = items, .n = n + 1});
}

/* An image without a digest gets the digest of its first manifest (images.go:recomputeDigests). */
static bool gives_digest(const struct image *image, const char *key) {
        return !*image->digest && has_prefix(key, "manifest");
}

static int record_datum(struct edit *edit, enum cstorage_object object, const struct item *item,
                        const struct datum *datum) {
        _cleanup_text_ struct text names = TEXT_INIT, size = TEXT_INIT, digest = TEXT_INIT;
        struct amendment amendments[4];
        size_t n = 0;
        int r = 0;

        if (!has_name(object, item->record, datum->key)) {
                r = encode_names(&names, object, item->record, datum->key);
                amendments[n++] = (struct amendment){.member = "big-data-names", .json = names.s};
        }
        if (object != CSTORAGE_OBJECT_LAYER && r >= 0) {
                r = encode_i64(&size, (int64_t) datum->size);
                if (r >= 0)
                        r = encode_string(&digest, datum->digest);
                amendments[n++] = (struct amendment){"big-data-sizes", datum->key, size.s};
                amendments[n++] = (struct amendment){"big-data-digests", datum->key, digest.s};
        }
        if (object == CSTORAGE_OBJECT_IMAGE && gives_digest(item->record, datum->key))
                amendments[n++] = (struct amendment){.member = "digest", .json = digest.s};
        if (r < 0 || n == 0)
                return r;
        return edit_amend(edit, item, amendments, n);
}

static int keep_bytes(struct change *change, const struct datum *datum, char *name) {
        change->name = name;
        change->size = datum->size;
        change->data = malloc(datum->size + 1);
        if (!change->data)
                return -ENOMEM;
        if (datum->size > 0)
                memcpy(change->data, datum->bytes, datum->size);
        return 0;
}

static int add_datum(struct edit *edit, enum cstorage_object object, const struct item *item,
                     const struct datum *datum, char **name) {
        struct change *change;
        int r;

        r = edit_add_change(edit, CHANGE_BIG_DATA, object,
                            snapshot_item_id((enum cstorage_record_file_kind) object, item), &change);
        if (r < 0)
                return r;

        change->root = object_root(object, item->file);
        change->durable = placement_is_durable(item->file);
        return keep_bytes(change, datum, TAKE_PTR(*name));
}

static int edit_big_data(struct edit *edit, enum cstorage_object object, const char *id, struct datum *datum,
                         char **name) {
        char digest[SHA256_TEXT_MAX];
        const struct item *item;
        int r;

        r = edit_find_ours(edit, object, id, &item);
        if (r < 0)
                return r;

        if (!datum->digest && object != CSTORAGE_OBJECT_LAYER) {
                r = sha256_text(datum->bytes, datum->size, digest, edit->reterr);
                if (r < 0)
                        return r;
                datum->digest = digest;
        }

        r = add_datum(edit, object, item, datum, name);
        if (r < 0)
                return r;
        return record_datum(edit, object, item, datum);
}

/* No object in memory can be larger. */
static bool is_possible(const struct datum *datum) {
        return datum->key && datum->size < PTRDIFF_MAX && (datum->bytes || datum->size == 0);
}

static int check_datum(enum cstorage_object object, const struct datum *datum, char **ret_name,
                       struct error *reterr) {
        int r;

        if (datum->digest && (object == CSTORAGE_OBJECT_LAYER || !digest_is_valid(datum->digest)))
                return error_set(reterr, -EINVAL, "\"%s\" is no digest of big data of a %s", datum->digest,
                                 object_name(object));

        r = name_big_data_file(datum->key, ret_name);
        return r == -EINVAL ? error_set(reterr, r, "big data cannot be called \"%s\"", datum->key) : r;
}

static int set_big_data(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                        struct datum *datum, struct error *reterr) {
        _cleanup_free_ char *name = NULL;
        struct edit edit;
        int r;

        if (!txn || !id || !object_name(object) || !is_possible(datum))
                return -EINVAL;

        r = check_datum(object, datum, &name, reterr);
        if (r < 0)
                return r;

        r = edit_begin(&edit, txn, reterr);
        if (r < 0)
                return r;
        return edit_end(&edit, edit_big_data(&edit, object, id, datum, &name));
}

_public_ int cstorage_txn_set_big_data(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                                       const char *key, const void *data, size_t size, const char *digest,
                                       struct cstorage_error *reterr) {
        struct datum datum = {.key = key, .digest = digest, .bytes = data, .size = size};

        return error_end(reterr, set_big_data(txn, object, id, &datum, error_begin(reterr)),
                         "cannot set big data");
}

/* ------------------------------------------------------------------------- directories */

static int edit_directory(struct edit *edit, enum cstorage_object object, const char *name, bool in_runroot,
                          char **ret_path) {
        const struct cstorage_store *store = edit->txn->store;
        const struct item *item;
        struct change *change;
        char *path = NULL;
        const char *id;
        int r;

        /* The image may be in an additional image store: the directory is in this store. */
        r = edit_find(edit, object, name, &item);
        if (r < 0)
                return r;

        id = snapshot_item_id((enum cstorage_record_file_kind) object, item);
        r = edit_add_change(edit, CHANGE_DIRECTORY, object, id, &change);
        if (r < 0)
                return r;

        change->root = in_runroot ? ROOT_RUN : ROOT_GRAPH;
        if (!ret_path)
                return 0;

        r = object_userdata_path(store, object, change->root, id, &path);
        if (r < 0)
                return r;
        *ret_path = path;
        return 0;
}

static int make_directory(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                          bool in_runroot, char **ret_path, struct error *reterr) {
        struct edit edit;
        int r;

        if (!txn || !id || (object != CSTORAGE_OBJECT_IMAGE && object != CSTORAGE_OBJECT_CONTAINER))
                return -EINVAL;

        r = edit_begin(&edit, txn, reterr);
        if (r < 0)
                return r;
        return edit_end(&edit, edit_directory(&edit, object, id, in_runroot, ret_path));
}

_public_ int cstorage_txn_make_directory(struct cstorage_txn *txn, enum cstorage_object object,
                                         const char *id, bool in_runroot, char **ret_path,
                                         struct cstorage_error *reterr) {
        return error_end(reterr, make_directory(txn, object, id, in_runroot, ret_path, error_begin(reterr)),
                         "cannot make a directory");
}
