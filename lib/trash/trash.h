/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "disk/temp-dir.h"
#include "format/name.h"
#include "inventory/inventory.h"

struct cstorage_trash_dir {
        struct cstorage_trash_dir *next;
        struct temp_dir temp;
        char *path;
        const struct cstorage_trash_item *left; /* another process left the temp dir; locked on demand */
        int base_fd; /* contains the temp dirs; -1: another process left the temp dir */
        char root[PATH_LENGTH_MAX];
        unsigned count; /* number of the next name in it */
};

/* The link of a layer, moved into a temp dir with the layer. */
struct short_name {
        int fd; /* of its former directory; -1: there is no link */
        char name[LINK_ID_LENGTH + 1];
        char *moved;
};

#define SHORT_NAME_INIT ((struct short_name){.fd = -1})

struct cstorage_trash_item {
        const struct cstorage_entry *entry; /* its inventory is referenced */
        void *userdata;                     /* the caller's */
        struct cstorage_entry_stat seen;
        bool done;
        bool removed;       /* an empty directory, removed in place */
        struct error error; /* code is 0 on success */
        struct cstorage_trash_dir *dir;
        char *name;
        struct short_name link;
};

#define TRASH_ITEM_INIT ((struct cstorage_trash_item){.link = SHORT_NAME_INIT})

/* Release what the item holds, and its reference to the inventory. */
void trash_item_done(struct cstorage_trash_item *item);

/* A repair that was requested, and its result. */
struct cstorage_repair {
        char *id; /* of the layer; NULL: the directory of short links */
        bool in_imagestore;
        uint64_t parts;
        struct layer_repair result;
        struct error error; /* code is 0 on success */
};

void repair_done(struct cstorage_repair *repair);

struct cstorage_trash {
        struct cstorage_trash_item *items;
        size_t n, cap;
        struct cstorage_repair *repairs;
        size_t n_repairs, cap_repairs;
        struct cstorage_trash_dir *dirs, *last;
};

DEFINE_CLEANUP(struct cstorage_trash *, cstorage_trash_free);

/* Move an item into the trash; the result is in the item. */
void trash_move(struct cstorage_trash *trash, struct cstorage_trash_item *item,
                const struct mountinfo *mounts);

/* Undo trash_move(), as far as possible. */
void trash_restore(struct cstorage_trash_item *item);

/*
 * Remove some garbage to free space; an item that is removed whole is done. False if nothing could be
 * removed.
 */
bool trash_free_space(struct cstorage_trash *trash, const struct mountinfo *mounts);

static inline bool is_full(int code) {
        return code == -ENOSPC || code == -EDQUOT;
}
