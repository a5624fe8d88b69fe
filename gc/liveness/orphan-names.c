/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The orphans that a text refers to. */

#include "liveness/orphan-names.h"

#include <string.h>

#include "base/array.h"

#define ID_DIGITS   64U /* pkg/stringid/stringid.go:ValidateID */
#define LINK_DIGITS 26U /* overlay.go:generateID */

void orphan_names_done(struct orphan_names *names) {
        idset_done(&names->ids);
        free(names->links);
        *names = ORPHAN_NAMES_INIT;
}

static int compare_links(const void *a, const void *b) {
        return strcmp(((const struct orphan_link *) a)->name, ((const struct orphan_link *) b)->name);
}

static int take_link(struct orphan_names *names, const struct fact_entry *entry) {
        int r;

        if (!entry->id || strlen(entry->name) != LINK_DIGITS)
                return 0;
        r = ARRAY_RESERVE(names->links, names->cap_links, names->n_links + 1);
        if (r < 0)
                return r;

        names->links[names->n_links++] = (struct orphan_link){entry->name, entry->id};
        return 0;
}

/* Entries with a record were not examined. */
static int take_entry(struct orphan_names *names, const struct fact_entry *entry) {
        if (!entry->examined)
                return 0;
        if (entry->kind == CSTORAGE_ENTRY_LINK)
                return take_link(names, entry);
        if (entry->kind == CSTORAGE_ENTRY_LAYER_DIR || entry->kind == CSTORAGE_ENTRY_CONTAINER_DIR)
                return idset_add(&names->ids, entry->id);
        return 0;
}

int orphan_names_take(struct orphan_names *names, const struct facts *facts) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < facts->n_entries; i++)
                r = take_entry(names, &facts->entries[i]);
        if (r < 0)
                return r;

        idset_seal(&names->ids);
        if (names->n_links > 0)
                qsort(names->links, names->n_links, sizeof(*names->links), compare_links);
        return 0;
}

static const char *find_id(const struct orphan_names *names, const char *word) {
        char id[ID_DIGITS + 1];

        memcpy(id, word, ID_DIGITS);
        id[ID_DIGITS] = '\0';
        return idset_find(&names->ids, id);
}

static const char *find_link(const struct orphan_names *names, const char *word) {
        char name[LINK_DIGITS + 1];
        const struct orphan_link *link, wanted = {.name = name};

        memcpy(name, word, LINK_DIGITS);
        name[LINK_DIGITS] = '\0';
        link = names->n_links == 0
                       ? NULL
                       : bsearch(&wanted, names->links, names->n_links, sizeof(wanted), compare_links);
        return link ? link->id : NULL;
}

static bool is_word(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/*
 * Find the next word of at least the length of a link name. at must not be inside a word. A word that long
 * which begins before the last character of a link name would also contains that character: if that character
 * is not part of a word, all characters before it are skipped unread.
 */
static bool find_word(const char *text, size_t len, size_t at, size_t *ret_begin, size_t *ret_end) {
        for (; len - at >= LINK_DIGITS; at += LINK_DIGITS) {
                size_t begin = at + LINK_DIGITS - 1, end = at + LINK_DIGITS;

                if (!is_word(text[begin]))
                        continue;
                while (begin > at && is_word(text[begin - 1]))
                        begin--;
                while (end < len && is_word(text[end]))
                        end++;
                *ret_begin = begin;
                *ret_end = end;
                return true;
        }
        return false;
}

const char *orphan_names_next(const struct orphan_names *names, const char *text, size_t len, size_t *at) {
        const char *found = NULL;
        size_t begin, end;

        while (!found && find_word(text, len, *at, &begin, &end)) {
                if (end - begin == ID_DIGITS)
                        found = find_id(names, text + begin);
                else if (end - begin == LINK_DIGITS)
                        found = find_link(names, text + begin);
                *at = end;
        }
        return found;
}
