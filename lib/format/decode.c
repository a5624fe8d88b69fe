/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decoding of objects by a table of their members, with one function for each kind of member. Go ignores the
 * case of a member's name and takes the last one of several. Here an object is refused if a member is there
 * twice, or if releases differ in whether a name folds to that of a member.
 */

#include <string.h>

#include "format/big-data.h"
#include "format/decode.h"
#include "json/fold.h"

/* The text of a member's name; if it has no escapes, its bytes in the file. */
static int member_name(struct decoding *d, size_t token, struct slice *ret) {
        const struct json_token *t = &d->json->tokens[token];
        const char *text;
        int r;

        *ret = (struct slice){.at = d->json->text + t->start + 1, .len = t->end - t->start - 2};
        if (!t->escaped)
                return 0;
        r = json_string(d->json, token, d->arena, &text);
        if (r == -EBADMSG)
                return decoding_fail(d, token, NULL, "the name of a member is no text");
        if (r < 0)
                return decoding_oom(d);
        *ret = (struct slice){.at = text, .len = strlen(text)};
        return 0;
}

static bool member_is(const struct member *m, const struct slice *name) {
        return strncmp(m->name, name->at, name->len) == 0 && m->name[name->len] == '\0';
}

static size_t find_folded(const struct member *members, size_t n, const struct slice *name, enum fold fold) {
        size_t i = 0;

        while (i < n && !fold_equal(name->at, name->len, members[i].name, strlen(members[i].name), fold))
                i++;
        return i;
}

int decode_name(struct decoding *d, size_t token, const struct member *members, size_t n, size_t next) {
        struct slice name;
        size_t i;
        int r;

        r = member_name(d, token, &name);
        if (r < 0)
                return r;

        for (i = next; i < n; i++)
                if (member_is(&members[i], &name))
                        return (int) i;
        for (i = 0; i < next; i++)
                if (member_is(&members[i], &name))
                        return (int) i;

        i = find_folded(members, n, &name, FOLD_BOTH);
        if (i < n)
                return (int) i;
        i = find_folded(members, n, &name, FOLD_ALL);
        if (i < n)
                return decoding_fail(d, token, members[i].name, "is spelled as only some releases read it");
        return (int) n;
}

/* The recursion has one level: an id map in a record. */
int decode_object(struct decoding *d, size_t token, const struct member *members, size_t n, void *ret) {
        const struct json_token *tokens = d->json->tokens;
        uint32_t seen = 0;
        size_t next = 0;
        int r;

        if (tokens[token].type != JSON_OBJECT)
                return decoding_fail(d, token, NULL, "this is no object");
        for (uint32_t t = (uint32_t) token + 1; t < tokens[token].next; t = tokens[t + 1].next) {
                int i = decode_name(d, t, members, n, next);

                if (i < 0)
                        return i;
                if ((size_t) i == n) {
                        r = decode_unknown(d, t + 1);
                        if (r < 0)
                                return r;
                        continue;
                }
                if (seen & 1U << i)
                        return decoding_fail(d, t, members[i].name, "is there twice");
                seen |= 1U << i;
                next = (size_t) i + 1;
                if (tokens[t + 1].type == JSON_NULL)
                        continue;
                r = decode_member(d, t + 1, &members[i], (char *) ret + members[i].offset);
                if (r < 0)
                        return r;
        }
        return 0;
}

const struct member id_map_members[ID_MAP_MEMBERS] = {
        {"container_id", MEMBER_U32, offsetof(struct id_map, container_id), .always = true},
        {"host_id", MEMBER_U32, offsetof(struct id_map, host_id), .always = true},
        {"size", MEMBER_U32, offsetof(struct id_map, size), .always = true},
};

static int decode_id_maps(struct decoding *d, size_t token, const char *name, struct id_maps *ret) {
        struct id_map *items;
        size_t n = 0;
        int r;

        r = decode_room(d, token, name, JSON_ARRAY, sizeof(*items), &items);
        if (r < 0)
                return r;
        for (uint32_t t = (uint32_t) token + 1; t < d->json->tokens[token].next;
             t = d->json->tokens[t].next) {
                items[n] = (struct id_map){0};
                r = decode_object(d, t, id_map_members, ID_MAP_MEMBERS, &items[n++]);
                if (r < 0)
                        return r;
        }
        *ret = (struct id_maps){.items = items, .n = n};
        return 0;
}

int decode_member(struct decoding *d, uint32_t token, const struct member *m, void *ret) {
        switch (m->kind) {
        case MEMBER_ID:
        case MEMBER_TEXT:
                return decode_text(d, token, m->name, ret);
        case MEMBER_TIME:
                return decode_time(d, token, m->name, ret);
        case MEMBER_I64:
                return decode_i64(d, token, m->name, ret);
        case MEMBER_U32:
                return decode_u32(d, token, m->name, ret);
        case MEMBER_STRINGS:
                return decode_strings(d, token, m->name, ret);
        case MEMBER_U32S:
                return decode_u32s(d, token, m->name, ret);
        case MEMBER_ID_MAPS:
                return decode_id_maps(d, token, m->name, ret);
        case MEMBER_FLAGS:
                return decode_flags(d, token, m->name, ret);
        case MEMBER_BIG_NAMES:
                return decode_strings(d, token, m->name, &d->big_names);
        case MEMBER_BIG_SIZES:
                return big_data_decode_sizes(d, token, m->name, &d->big_sizes);
        case MEMBER_BIG_DIGESTS:
                return big_data_decode_digests(d, token, m->name, &d->big_digests);
        }
        return -EINVAL;
}
