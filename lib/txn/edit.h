/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "format/amend.h"
#include "format/timestamp.h"
#include "txn/txn.h"

#define INCOMPLETE_FLAG "incomplete" /* of a layer (layers.go:incompleteFlag) */

/* The well-known flags of a container (store.go). */
#define FLAG_MOUNT_LABEL   "MountLabel"
#define FLAG_MOUNT_OPTIONS "MountOpts"
#define FLAG_PROCESS_LABEL "ProcessLabel"
#define FLAG_VOLATILE      "Volatile"

#define OBJECT_ID_MAX 128U /* twice what Go makes up; all that is derived from it fits NAME_MAX */

/*
 * One edit of the records under way: it is decided here alone, and either all of it stays or nothing.
 */
struct edit {
        struct cstorage_txn *txn;
        struct cstorage_snapshot *now;
        bool in_place;    /* that is the transaction's: it is put back where this fails */
        size_t n_changes; /* before it */
        struct strlist forgotten[CSTORAGE_OBJECT_CONTAINER + 1]; /* ids of what will not be made after all */
        struct error *reterr;
};

/* edit-begin.c: -EINVAL where there was a commit, -EBADMSG where a record file of ours makes no sense. */
int edit_begin(struct edit *edit, struct cstorage_txn *txn, struct error *reterr);

/* Keep it or forget it, as the result says; which is returned. */
int edit_end(struct edit *edit, int result);

/* Text of the caller's that may be NULL, as records have it. */
static inline const char *text_of(const char *text) {
        return text ? text : "";
}

/* Whatever it is called by: -ENOENT, -EEXIST; with a text that names it. */
int edit_find(struct edit *edit, enum cstorage_object object, const char *name, const struct item **ret);

/* The same, to be changed: -EROFS where it lies in an additional store. */
int edit_find_ours(struct edit *edit, enum cstorage_object object, const char *name, const struct item **ret);

/* A record of ours by its id alone, by a name alone; NULL. */
const struct item *edit_find_id(const struct edit *edit, enum cstorage_object object, const char *id);
const struct item *edit_find_name(const struct edit *edit, enum cstorage_object object, const char *name);

/* Something new: what it is called, and when that was. */
struct newcomer {
        char id[OBJECT_ID_MAX + 1];
        char created[TIME_TEXT_MAX];
        struct strings names; /* the array is owned */
};

/*
 * Each name once, the id as edit_new_id() has it. -EINVAL where a name is "" or no UTF-8, -EEXIST where one
 * is in use; NULL is no names.
 */
int edit_new(struct edit *edit, enum cstorage_object object, const char *id, const char *const *names,
             struct newcomer *ret);
void newcomer_done(struct newcomer *newcomer);

#define _cleanup_newcomer_ _cleanup_(newcomer_done)

/*
 * The id of something new: the one asked for, or one that is made up where that is NULL. -EINVAL where it can
 * be none, -EEXIST where there is one, -EBUSY where that is deleted in the same transaction.
 */
int edit_new_id(struct edit *edit, enum cstorage_object object, const char *id,
                char ret[static OBJECT_ID_MAX + 1]);

/* The names of something new, each once, in an array that the caller frees. -EINVAL where one is "" or no
 * UTF-8; NULL is none. */
int edit_check_names(struct edit *edit, const char *const *names, struct strings *ret);

/* The record that the text is, at the end of its file. */
int edit_add(struct edit *edit, const struct cstorage_record_file *file, const struct text *json);

/* Change members of a record; pointers to items are void after it. */
int edit_amend(struct edit *edit, const struct item *item, const struct amendment *amendments, size_t n);

/* Append to what is to be done; valid until the next is appended. */
int edit_add_change(struct edit *edit, enum change_kind kind, enum cstorage_object object, const char *id,
                    struct change **ret);

/* Now, as Go writes it. */
const char *edit_time(char ret[static TIME_TEXT_MAX]);

/* What was to be made in the same transaction will not be. */
int edit_forget(struct edit *edit, enum cstorage_object object, const char *id);

/* edit-users.c: the id of somebody who needs a layer; NULL where nobody does. */
const char *edit_container_of(const struct edit *edit, const char *layer);
const char *edit_child_of(const struct edit *edit, const char *layer);
const char *edit_image_on(const struct edit *edit, const char *layer, bool mapped);
bool image_has_mapped(const struct image *image, const char *layer);

/* -EBUSY, and who it is; only whether it is mounted. */
int edit_check_layer(struct edit *edit, const char *id);
int edit_check_mount(struct edit *edit, const char *layer);

/* edit-drop.c: where the directory of a layer is, or will be. */
enum root edit_layer_root(const struct edit *edit, const char *id);

/* edit-drop.c: remove all records of an id from the files of the store. */
int edit_remove_records(struct edit *edit, enum cstorage_object object, const char *id);

/* edit-drop.c: take a layer with all its records out; also what others left incomplete. */
int edit_drop_layer(struct edit *edit, const char *id);

/* edit-layer.c: the record and the change for a layer that shall be made. */
int edit_make_layer(struct edit *edit, const struct layer *layer, bool is_volatile, bool writable,
                    struct cstorage_stage *stage);

/* The id of what was just made, in memory of the transaction. */
const char *edit_made(const struct edit *edit, enum cstorage_object object, const char *id);

/* Ranges of ids of the caller's, which check_id_maps() has checked. */
struct id_maps id_maps_of(const struct cstorage_id_map *maps, size_t n);
