/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "disk/temp-dir.h"
#include "format/name.h"
#include "inventory/inventory.h"

struct cstorage_trash_dir {
        struct cstorage_trash_dir *next;
        struct temp_dir temp;
        char *path;
        const struct cstorage_trash_item *left; /* another process left it: it is locked when it is needed */
        int base_fd; /* where we made it, and takes more; -1: one that others left */
        char root[PATH_LENGTH_MAX];
        unsigned count; /* of what was put into it: the next name's number */
};

/* The short name of a layer, on its way into a temp dir. */
struct short_name {
        int fd; /* of the directory it stood in; -1: there was none */
        char name[LINK_ID_LENGTH + 1];
        char *moved;
};

#define SHORT_NAME_INIT ((struct short_name){.fd = -1})

struct cstorage_trash_item {
        const struct cstorage_entry *entry; /* its inventory is referenced */
        struct cstorage_entry_stat seen;
        bool done;
        bool removed;       /* an empty directory that was removed where it was */
        struct error error; /* code is 0 where it went well */
        struct cstorage_trash_dir *dir;
        char *name;
        struct short_name link;
};

#define TRASH_ITEM_INIT ((struct cstorage_trash_item){.link = SHORT_NAME_INIT})

/* Lets go of what it holds; its entry's inventory is referenced. */
void trash_item_done(struct cstorage_trash_item *item);

struct cstorage_trash {
        struct cstorage_trash_item *items;
        size_t n, cap;
        struct cstorage_trash_dir *dirs, *last;
};

DEFINE_CLEANUP(struct cstorage_trash *, cstorage_trash_free);

/* Take this item out of the store; its result is in it. */
void trash_move(struct cstorage_trash *trash, struct cstorage_trash_item *item,
                const struct mountinfo *mounts);

/* Put back what trash_move() took out, as far as that can be done. */
void trash_restore(struct cstorage_trash_item *item);

/* False where nothing was found that could be removed; an item that is gone for it is done. */
bool trash_free_space(struct cstorage_trash *trash, const struct mountinfo *mounts);

static inline bool is_full(int code) {
        return code == -ENOSPC || code == -EDQUOT;
}

/* Whether it is a directory, with whatever in it. */
bool entry_is_tree(const struct cstorage_entry *entry);
