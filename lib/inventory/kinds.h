/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "inventory/directories.h"

#define ENTRY_PARTS_MAX   3
#define ENTRY_OBJECT_NONE (-1)

/* How the quick check treats an entry. */
enum entry_check {
        ENTRY_CHECK_NEVER,   /* a clean store has no such entry */
        ENTRY_CHECK_RECORD,  /* its id must have a record */
        ENTRY_CHECK_NUMBER,  /* there must be no more of them than layers */
        ENTRY_CHECK_CONTENT, /* it is a record file, and is checked with the others */
};

/* The lock file of an entry. */
enum entry_lock {
        ENTRY_LOCK_NONE,
        ENTRY_LOCK_BESIDE, /* lock-N beside temp-dir-N; it may exist alone, and is listed as the entry then */
        ENTRY_LOCK_INSIDE,
};

/*
 * All entries of a turn are moved to the trash before the next turn begins; within a turn in any order. Other
 * processes cannot load the store before a torn file is reset. The data of a layer, and links to it, are
 * moved before the layer directory: after a crash in between, the next collection removes a layer directory
 * without a record; but it may keep a tar-split file without a layer directory, which is evidence of a
 * foreign image store.
 */
enum trash_turn {
        TRASH_TURN_RESET, /* a record file that is reset, not moved */
        TRASH_TURN_SIDE_FILE,
        TRASH_TURN_REST,
        TRASH_TURNS,
};

/* Whether a full disk can be relieved by the removal of an entry in place. */
enum entry_relief {
        ENTRY_RELIEF_NONE, /* never: others may use it, or need it */
        ENTRY_RELIEF_FILE, /* one small file, which is removed first */
        ENTRY_RELIEF_TREE, /* a directory with any contents, which is removed in parts */
};

/* The library's knowledge of a kind of entries. A new kind needs an element of the table in kinds.c. */
struct entry_kind {
        const char *name;
        enum cstorage_entry_type type; /* of an intact entry */

        unsigned dirs, roots; /* bits of enum store_dir_kind and enum root: where such entries are listed */

        /*
         * The name is an id and this suffix; NULL: the name does not contain an id, or only by chance. Other
         * names of entries of this kind are found by is_name, which may be NULL: there are none. type is
         * that of dirent.h.
         */
        const char *suffix;
        bool (*is_name)(const struct store_dir *place, const char *name, unsigned char type);
        bool is_link; /* the id is that of its target */

        int object; /* enum cstorage_object: the record that refers to it; ENTRY_OBJECT_NONE: never one */
        enum entry_check check;

        /*
         * An entry that is being made, or that a container uses, is as recent as its parts. Each start of a
         * container changes "work", in which the kernel makes its own directory anew, and "userdata", in
         * which the engine writes its files; the first start also changes "diff" and "merged".
         */
        const char *parts[ENTRY_PARTS_MAX + 1]; /* NULL-terminated */
        enum entry_lock lock;
        bool is_used_by_mounts; /* an overlay mount of its id uses it, at any mount point */

        enum trash_turn turn;
        enum entry_relief relief;
};

/* By enum cstorage_entry_kind. */
extern const struct entry_kind entry_kinds[CSTORAGE_ENTRY_KINDS];

/* The directory of a kind that has only one. */
enum store_dir_kind entry_kind_dir(enum cstorage_entry_kind kind);

#define NOT_LISTED (-1)

/*
 * Return the kind of an entry (enum cstorage_entry_kind) from its name and type; NOT_LISTED if Go reserves
 * the name, or it is unknown. The directory and the lock of a temp dir are one entry.
 */
int entry_kind_of(const struct store_dir *place, const char *name, unsigned char type);

/*
 * Both steps of entry_kind_of(): by the rest of a name that begins with an id; and, if that is NOT_LISTED or
 * the name begins with no id, by the whole name.
 */
int entry_kind_by_suffix(const struct store_dir *place, const char *behind);
int entry_kind_by_name(const struct store_dir *place, const char *name, unsigned char type);
