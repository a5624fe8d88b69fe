/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lowers of an overlay layer. A file that a power cut truncated or filled with NULs must never look like
 * one with fewer layers, so only the exact form that the Go library writes is accepted. */

#include <string.h>

#include "base/text.h"
#include "driver/overlay-lower.h"

/* One block of memory: the pointers and their NULL, then the names, with ROOM bytes for each. */
#define ROOM (ID_LENGTH + 1U)

int overlay_lower_new(struct overlay_lower *ret, size_t n) {
        char **ids;

        assert(n <= LOWERS_MAX);

        ids = calloc(1, (n + 1) * sizeof(*ids) + n * ROOM);
        if (!ids)
                return -ENOMEM;

        for (size_t i = 0; i < n; i++)
                ids[i] = (char *) (ids + n + 1) + i * ROOM;
        *ret = (struct overlay_lower){.ids = ids};
        return 0;
}

void overlay_lower_add(struct overlay_lower *lowers, const char *name, size_t len) {
        char *room = lowers->ids[lowers->n];

        assert(room && len < ROOM);

        memcpy(room, name, len);
        room[len] = '\0';
        lowers->n++;
}

static size_t count_names(const char *text, size_t len) {
        size_t n = 1;

        for (size_t i = 0; i < len; i++)
                n += text[i] == ':';
        return n;
}

struct shape {
        const char *prefix;
        bool (*is_valid)(const char *name);
};

static int add_name(struct overlay_lower *lowers, const char *name, size_t len, const struct shape *shape) {
        size_t skip = strlen(shape->prefix);
        const char *added;

        if (len < skip || len - skip >= ROOM || memcmp(name, shape->prefix, skip) != 0)
                return -EBADMSG;

        added = lowers->ids[lowers->n];
        overlay_lower_add(lowers, name + skip, len - skip);
        return strlen(added) == len - skip && shape->is_valid(added) ? 0 : -EBADMSG;
}

static int parse(const char *text, size_t len, const struct shape *shape, struct overlay_lower *ret) {
        _cleanup_free_ char **owner = NULL;
        struct overlay_lower lowers;
        size_t n = count_names(text, len);
        int r;

        if (n > LOWERS_MAX)
                return -EBADMSG;
        r = overlay_lower_new(&lowers, n);
        if (r < 0)
                return r;
        owner = lowers.ids;

        for (const char *at = text, *end = text + len; at;) {
                const char *colon = memchr(at, ':', (size_t) (end - at));

                r = add_name(&lowers, at, (size_t) ((colon ? colon : end) - at), shape);
                if (r < 0)
                        return r;
                at = colon ? colon + 1 : NULL;
        }

        *ret = lowers;
        TAKE_PTR(owner);
        return 0;
}

int overlay_lower_parse_ids(const char *text, size_t len, struct overlay_lower *ret) {
        static const struct shape shape = {"", name_is_id};

        return parse(text, len, &shape, ret);
}

int overlay_lower_parse_links(const char *text, size_t len, struct overlay_lower *ret) {
        static const struct shape shape = {"l/", name_is_link_id};

        return parse(text, len, &shape, ret);
}

const char *overlay_lower_link_target_id(const char *target) {
        static const char end[] = "/diff";
        size_t len = strlen(target);
        const char *id;

        if (!has_suffix(target, end) || len < 1 + ID_LENGTH + strlen(end))
                return NULL;

        id = target + len - strlen(end) - ID_LENGTH;
        return id[-1] == '/' && name_starts_with_id(id) ? id : NULL;
}
