/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "format/amend.h"
#include "format/timestamp.h"
#include "txn/txn.h"

#define INCOMPLETE_FLAG "incomplete" /* of a layer (layers.go:incompleteFlag) */

/* Well-known flags of a container (store.go). */
#define FLAG_MOUNT_LABEL   "MountLabel"
#define FLAG_MOUNT_OPTIONS "MountOpts"
#define FLAG_PROCESS_LABEL "ProcessLabel"
#define FLAG_VOLATILE      "Volatile"

#define OBJECT_ID_MAX 128U /* twice the length of Go's ids; every name made from it fits NAME_MAX */

/* An edit in progress: it takes effect as a whole, or not at all. */
struct edit {
        struct cstorage_txn *txn;
        struct cstorage_snapshot *now;
        bool in_place;    /* now is the snapshot of the transaction, reverted on failure */
        size_t n_changes; /* before the edit */
        struct strlist forgotten[CSTORAGE_OBJECT_CONTAINER + 1]; /* ids of objects that will not be made */
        struct error *reterr;
};

/* edit-begin.c: -EINVAL after a commit; -EBADMSG if a record file of this store is damaged. The first edit of
 * a transaction deletes the incomplete layers, unless it begins as is. */
int edit_begin(struct edit *edit, struct cstorage_txn *txn, struct error *reterr);
int edit_begin_as_is(struct edit *edit, struct cstorage_txn *txn, struct error *reterr);

/* Keep the edit, or revert it if the result is negative. Returns the result. */
int edit_end(struct edit *edit, int result);

/* A text of the caller, "" for NULL. */
static inline const char *text_of(const char *text) {
        return text ? text : "";
}

/* Find by name, id or prefix: -ENOENT, -EEXIST; the text contains the name. */
int edit_find(struct edit *edit, enum cstorage_object object, const char *name, const struct item **ret);

/* The same, for a change: -EROFS if the object is in an additional image store. */
int edit_find_ours(struct edit *edit, enum cstorage_object object, const char *name, const struct item **ret);

/* Find a record of this store by its id, or by a name; NULL if there is none. */
const struct item *edit_find_id(const struct edit *edit, enum cstorage_object object, const char *id);
const struct item *edit_find_name(const struct edit *edit, enum cstorage_object object, const char *name);

/* A new object: id, time of creation, names. */
struct newcomer {
        char id[OBJECT_ID_MAX + 1];
        char created[TIME_TEXT_MAX];
        struct strings names; /* owns the array */
};

/*
 * Fill in a new object: the id as edit_new_id(), each name once. names may be NULL. -EINVAL: a name is "" or
 * not UTF-8; -EEXIST: a name is in use.
 */
int edit_new(struct edit *edit, enum cstorage_object object, const char *id, const char *const *names,
             struct newcomer *ret);
void newcomer_done(struct newcomer *newcomer);

#define _cleanup_newcomer_ _cleanup_(newcomer_done)

/*
 * Copy the requested id of a new object, or generate one if it is NULL. -EINVAL: the id is invalid; -EEXIST:
 * it is in use; -EBUSY: the object is deleted in the same transaction.
 */
int edit_new_id(struct edit *edit, enum cstorage_object object, const char *id,
                char ret[static OBJECT_ID_MAX + 1]);

/*
 * Collect the names of an object, each once. names may be NULL. The caller frees ret->items. -EINVAL: a name
 * is "" or not UTF-8.
 */
int edit_check_names(struct edit *edit, const char *const *names, struct strings *ret);

/* Append a record to its file. */
int edit_add(struct edit *edit, const struct cstorage_record_file *file, const struct text *json);

/* Change members of a record. Pointers to items become invalid. */
int edit_amend(struct edit *edit, const struct item *item, const struct amendment *amendments, size_t n);

/* Append a change; *ret is valid until the next one is appended. */
int edit_add_change(struct edit *edit, enum change_kind kind, enum cstorage_object object, const char *id,
                    struct change **ret);

/* The current time, in the format of Go. */
const char *edit_time(char ret[static TIME_TEXT_MAX]);

/* Remove the changes of a new object that is deleted in the same transaction. */
int edit_forget(struct edit *edit, enum cstorage_object object, const char *id);

/* edit-referrers.c: return the id of a user of the layer; NULL if there is none. */
const char *edit_container_of(const struct edit *edit, const char *layer);
const char *edit_child_of(const struct edit *edit, const char *layer);
const char *edit_image_on(const struct edit *edit, const char *layer, bool mapped);
bool image_has_mapped(const struct image *image, const char *layer);

/* -EBUSY if the layer has any user, a mount included; or only if it is mounted. The text names the user. */
int edit_check_layer(struct edit *edit, const char *id);
int edit_check_mount(struct edit *edit, const char *layer);

/* edit-drop.c: the root of the directory of a layer, also of a new one. */
enum root edit_layer_root(const struct edit *edit, const char *id);

/* edit-drop.c: remove all records with this id from the files of the store. */
int edit_remove_records(struct edit *edit, enum cstorage_object object, const char *id);

/* edit-drop.c: delete a layer and all its records; it may be incomplete. */
int edit_drop_layer(struct edit *edit, const char *id);

/* edit-layer.c: add the record and the change for a new layer. */
int edit_make_layer(struct edit *edit, const struct layer *layer, bool is_volatile, bool writable,
                    struct cstorage_stage *stage);

/* Return the id of an object that was just made; the transaction owns it. */
const char *edit_made(const struct edit *edit, enum cstorage_object object, const char *id);

/* Convert id maps of the caller that check_id_maps() has checked. */
struct id_maps id_maps_of(const struct cstorage_id_map *maps, size_t n);
