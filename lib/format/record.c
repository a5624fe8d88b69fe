/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records from JSON, by a table of their members. What Go (json-iterator) could not load fails here too, and
 * so does what it would understand otherwise than a plain reading: Go finds members whatever their case and
 * takes the last of several, so a member that is there twice, or is known but for its case, makes a record
 * nobody should act upon.
 */

#include <string.h>

#include "base/array.h"
#include "format/bigdata.h"
#include "format/record.h"
#include "format/timestamp.h"

int decoding_fail(const struct decoding *d, size_t token, const char *name, const char *what) {
        size_t at = d->json->tokens[token].start, number = d->number + 1;

        if (!name)
                return error_set(d->reterr, -EBADMSG, "record %zu, byte %zu: %s", number, at, what);
        return error_set(d->reterr, -EBADMSG, "record %zu, byte %zu: \"%s\" %s", number, at, name, what);
}

int decoding_oom(const struct decoding *d) {
        return error_set(d->reterr, -ENOMEM, "out of memory");
}

struct slice decoding_slice(const struct decoding *d) {
        const struct json_token *t = &d->json->tokens[0];

        return (struct slice){.at = d->json->text + t->start, .len = t->end - t->start};
}

/* --------------------------------------------------------------------------------------- names of members */

/* The character of ASCII that Go takes the one at *at for, whose length goes to ret_length; 0 for none. Three
 * characters beyond ASCII become one of it (unicode.ToLower, encoding/json's folding). */
static char fold(const char *at, size_t n, size_t *ret_length) {
        static const struct {
                char bytes[4], as;
        } beyond[] = {{"\xc4\xb0", 'i'}, {"\xc5\xbf", 's'}, {"\xe2\x84\xaa", 'k'}};

        *ret_length = 1;
        if (*at >= 'A' && *at <= 'Z')
                return (char) (*at - 'A' + 'a');
        for (size_t i = 0; i < ARRAY_SIZE(beyond); i++) {
                size_t length = strlen(beyond[i].bytes);

                if (n >= length && memcmp(at, beyond[i].bytes, length) == 0) {
                        *ret_length = length;
                        return beyond[i].as;
                }
        }
        return *at;
}

static bool same_but_for_case(const char *name, size_t n, const char *known) {
        size_t length;

        for (size_t at = 0; at < n; at += length)
                if (!*known || fold(name + at, n - at, &length) != *known++)
                        return false;
        return !*known;
}

/* The text of a member's name: where it stands, if it has no escapes. */
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

/* Which of the n members this is, n where it is none of them. Go writes them in the order of the table, so
 * the one after the last is tried first. */
static int member_find(struct decoding *d, size_t token, const struct member *members, size_t n,
                       size_t *next) {
        struct slice name;
        int r;

        r = member_name(d, token, &name);
        if (r < 0)
                return r;

        for (size_t i = *next; i < n; i++)
                if (member_is(&members[i], &name))
                        return (int) i;
        for (size_t i = 0; i < *next; i++)
                if (member_is(&members[i], &name))
                        return (int) i;
        for (size_t i = 0; i < n; i++)
                if (same_but_for_case(name.at, name.len, members[i].name))
                        return decoding_fail(d, token, members[i].name, "is spelled in another case");
        return (int) n;
}

/* -------------------------------------------------------------------------------------- kinds of members */

int decode_text(struct decoding *d, size_t token, const char *name, const char **ret) {
        int r;

        r = json_string(d->json, token, d->arena, ret);
        if (r == -EBADMSG)
                return decoding_fail(d, token, name, "is no text");
        return r < 0 ? decoding_oom(d) : 0;
}

static int decode_time(struct decoding *d, size_t token, const char *name, const char **ret) {
        const struct json_token *t = &d->json->tokens[token];

        /* Go reads the bytes between the quotes as they are. */
        if (t->type != JSON_STRING || t->escaped ||
            !time_is_rfc3339(d->json->text + t->start + 1, t->end - t->start - 2))
                return decoding_fail(d, token, name, "is no RFC 3339 time");
        return decode_text(d, token, name, ret);
}

static int decode_i64(struct decoding *d, size_t token, const char *name, int64_t *ret) {
        return json_i64(d->json, token, ret) < 0
                       ? decoding_fail(d, token, name, "is no whole number that fits")
                       : 0;
}

static int decode_u32(struct decoding *d, size_t token, const char *name, uint32_t *ret) {
        return json_u32(d->json, token, ret) < 0
                       ? decoding_fail(d, token, name, "is no whole number from 0 to 4294967295")
                       : 0;
}

/* Memory for the elements of an array or the members of an object: as many as there could be. */
int decode_room(struct decoding *d, size_t token, const char *name, enum json_type type, size_t size,
                void *ret) {
        const struct json_token *t = &d->json->tokens[token];
        size_t most = t->next - token - 1;
        void *room = NULL;

        if (t->type != type)
                return decoding_fail(d, token, name, type == JSON_ARRAY ? "is no list" : "is no object");
        if (type == JSON_OBJECT)
                most /= 2;
        if (most > RECORD_LIST_MAX)
                return error_set(d->reterr, -EFBIG, "record %zu: \"%s\" has more than %u elements",
                                 d->number + 1, name, RECORD_LIST_MAX);
        if (most > 0) {
                room = arena_alloc(d->arena, most * size);
                if (!room)
                        return decoding_oom(d);
        }
        memcpy(ret, &room, sizeof(room));
        return 0;
}

static int decode_strings(struct decoding *d, size_t token, const char *name, struct strings *ret) {
        const char **items;
        size_t n = 0;
        int r;

        r = decode_room(d, token, name, JSON_ARRAY, sizeof(*items), &items);
        if (r < 0)
                return r;
        for (uint32_t t = (uint32_t) token + 1; t < d->json->tokens[token].next;
             t = d->json->tokens[t].next) {
                r = decode_text(d, t, name, &items[n++]);
                if (r < 0)
                        return r;
        }
        *ret = (struct strings){.items = items, .n = n};
        return 0;
}

static int decode_u32s(struct decoding *d, size_t token, const char *name, struct u32s *ret) {
        uint32_t *items;
        size_t n = 0;
        int r;

        r = decode_room(d, token, name, JSON_ARRAY, sizeof(*items), &items);
        if (r < 0)
                return r;
        for (uint32_t t = (uint32_t) token + 1; t < d->json->tokens[token].next;
             t = d->json->tokens[t].next) {
                r = decode_u32(d, t, name, &items[n++]);
                if (r < 0)
                        return r;
        }
        *ret = (struct u32s){.items = items, .n = n};
        return 0;
}

/* The value as JSON text. Its numbers must fit what Go reads them into. */
static int decode_flag(struct decoding *d, uint32_t name, struct flag *ret) {
        const struct json_token *value = &d->json->tokens[name + 1];
        int r;

        r = decode_text(d, name, "flags", &ret->name);
        if (r < 0)
                return r;
        ret->value = arena_text(d->arena, d->json->text + value->start, value->end - value->start);
        return ret->value ? 0 : decoding_oom(d);
}

static int flag_compare(const void *a, const void *b) {
        const struct flag *f = a, *g = b;

        return strcmp(f->name, g->name);
}

static int decode_flags(struct decoding *d, size_t token, const char *name, struct flags *ret) {
        struct flag *items;
        size_t n = 0;
        int r;

        r = decode_room(d, token, name, JSON_OBJECT, sizeof(*items), &items);
        if (r < 0)
                return r;
        for (uint32_t t = (uint32_t) token + 1; t < d->json->tokens[token].next;
             t = d->json->tokens[t + 1].next) {
                r = decode_flag(d, t, &items[n++]);
                if (r < 0)
                        return r;
        }
        /* Sorted, as Go writes them. */
        if (n > 1)
                qsort(items, n, sizeof(*items), flag_compare);
        for (size_t i = 1; i < n; i++)
                if (strcmp(items[i - 1].name, items[i].name) == 0)
                        return decoding_fail(d, token, name, "has a member twice");
        *ret = (struct flags){.items = items, .n = n};
        return 0;
}

static int decode_object(struct decoding *d, size_t token, const struct member *members, size_t n, void *ret);

static const struct member id_map_members[] = {
        {"container_id", MEMBER_U32, offsetof(struct id_map, container_id)},
        {"host_id", MEMBER_U32, offsetof(struct id_map, host_id)},
        {"size", MEMBER_U32, offsetof(struct id_map, size)},
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
                r = decode_object(d, t, id_map_members, ARRAY_SIZE(id_map_members), &items[n++]);
                if (r < 0)
                        return r;
        }
        *ret = (struct id_maps){.items = items, .n = n};
        return 0;
}

static int decode_member(struct decoding *d, uint32_t token, const struct member *m, void *ret) {
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

/* ------------------------------------------------------------------------------------------------ objects */

/* ret is zeroed memory. Nests once: an id map in a record. */
static int decode_object(struct decoding *d, size_t token, const struct member *members, size_t n,
                         void *ret) {
        const struct json_token *tokens = d->json->tokens;
        uint32_t seen = 0;
        size_t next = 0;
        int r;

        if (tokens[token].type != JSON_OBJECT)
                return decoding_fail(d, token, NULL, "this is no object");
        for (uint32_t t = (uint32_t) token + 1; t < tokens[token].next; t = tokens[t + 1].next) {
                int i = member_find(d, t, members, n, &next);

                if (i < 0)
                        return i;
                if ((size_t) i == n)
                        continue;
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

/* Text that is absent is "", and only an id must not be. */
static void record_init(const struct record_type *type, void *record) {
        memset(record, 0, type->size);
        for (size_t i = 0; i < type->n_members; i++) {
                const struct member *m = &type->members[i];

                if (m->kind == MEMBER_ID || m->kind == MEMBER_TEXT || m->kind == MEMBER_TIME)
                        *(const char **) ((char *) record + m->offset) = "";
        }
}

static int record_check(struct decoding *d, const struct record_type *type, void *record) {
        int r;

        for (size_t i = 0; i < type->n_members; i++) {
                const struct member *m = &type->members[i];

                if (m->kind == MEMBER_ID && !**(const char **) ((char *) record + m->offset))
                        return decoding_fail(d, 0, m->name, "is missing or empty");
                if (m->kind == MEMBER_BIG_NAMES) {
                        r = big_data_join(d, (struct big_data *) ((char *) record + m->offset));
                        if (r < 0)
                                return r;
                }
        }
        return type->finish ? type->finish(d, record) : 0;
}

/* ------------------------------------------------------------------------------------------------ the file
 */

struct list {
        const struct record_type *type;
        struct arena *arena;
        char *items;
        size_t n, cap;
};

static int list_add(const struct json *json, void *userdata, struct error *reterr) {
        struct list *list = userdata;
        const struct record_type *type = list->type;
        struct decoding d = {.json = json, .arena = list->arena, .number = list->n, .reterr = reterr};
        void *record;
        int r;

        if (list->n >= RECORDS_MAX)
                return error_set(reterr, -EFBIG, "more than %u records", RECORDS_MAX);
        r = array_reserve((void *) &list->items, &list->cap, list->n + 1, type->size);
        if (r < 0)
                return decoding_oom(&d);

        record = list->items + list->n * type->size;
        record_init(type, record);
        r = decode_object(&d, 0, type->members, type->n_members, record);
        if (r < 0)
                return r;
        r = record_check(&d, type, record);
        if (r < 0)
                return r;
        list->n++;
        return 0;
}

int records_parse(const struct record_type *type, const char *text, size_t len, struct arena *arena,
                  void *ret_items, size_t *ret_n, struct error *reterr) {
        struct list list = {.type = type, .arena = arena};
        int r;

        assert(type->n_members <= 32);

        r = json_each(text, len, list_add, &list, reterr);
        if (r < 0) {
                free(list.items);
                return r;
        }
        memcpy(ret_items, &list.items, sizeof(list.items));
        *ret_n = list.n;
        return 0;
}
