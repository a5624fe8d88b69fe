/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changing a record without rewriting it. Each amendment replaces one range of the record's bytes, found by
 * the offsets of its tokens. No other byte changes, so nothing else can be lost. */

#include <string.h>

#include "format/amend.h"
#include "format/encode-value.h"

/* A range of bytes and its replacement. */
struct splice {
        size_t from, to;
        struct text text;
};

static void splice_done(struct splice *splice) {
        text_done(&splice->text);
}

/* The position of a member in an object, or the one for a new member. The fields are tokens of member names;
 * 0 means none. */
struct spot {
        uint32_t object;
        uint32_t found;
        uint32_t before; /* if found: the member before it in the text */
        uint32_t behind; /* the last member that sorts before it */
};

/* --------------------------------------------------------------------------------------- finding */

static uint32_t next_member(const struct json *json, uint32_t name) {
        return json->tokens[name + 1].next;
}

static uint32_t object_end(const struct json *json, const struct spot *spot) {
        return json->tokens[spot->object].next;
}

static bool is_object_empty(const struct json *json, const struct spot *spot) {
        return object_end(json, spot) == spot->object + 1;
}

/* order: how the member at the token compares to the wanted member. */
static int spot_see(struct decoding *d, struct spot *spot, uint32_t token, uint32_t before, int order) {
        if (order < 0)
                spot->behind = token;
        if (order != 0)
                return 0;
        if (spot->found)
                return decoding_fail(d, token, NULL, "a member is there twice");
        spot->found = token;
        spot->before = before;
        return 0;
}

static int find_member(struct decoding *d, const struct record_type *type, size_t index, struct spot *ret) {
        struct spot spot = {.object = 0};
        uint32_t before = 0;
        int r;

        if (d->json->tokens[0].type != JSON_OBJECT)
                return decoding_fail(d, 0, NULL, "this is no object");
        for (uint32_t t = 1; t < object_end(d->json, &spot); before = t, t = next_member(d->json, t)) {
                int i = decode_name(d, t, type->members, type->n_members, 0);

                if (i < 0)
                        return i;
                if ((size_t) i == type->n_members)
                        continue;
                r = spot_see(d, &spot, t, before, i - (int) index);
                if (r < 0)
                        return r;
        }
        *ret = spot;
        return 0;
}

static int find_key(struct decoding *d, uint32_t object, const char *key, struct spot *ret) {
        struct spot spot = {.object = object};
        uint32_t before = 0;
        int r;

        for (uint32_t t = object + 1; t < object_end(d->json, &spot);
             before = t, t = next_member(d->json, t)) {
                const char *name;

                r = decode_text(d, t, key, &name);
                if (r < 0)
                        return r;
                r = spot_see(d, &spot, t, before, strcmp(name, key));
                if (r < 0)
                        return r;
        }
        *ret = spot;
        return 0;
}

/* -------------------------------------------------------------------------------------- splicing */

/* Remove the member with one of the commas beside it. */
static void cut(const struct json *json, const struct spot *spot, struct splice *ret) {
        const struct json_token *tokens = json->tokens;
        uint32_t next = next_member(json, spot->found);

        ret->from = tokens[spot->found].start;
        ret->to = tokens[spot->found + 1].end;
        if (next < object_end(json, spot))
                ret->to = tokens[next].start;
        else if (spot->before)
                ret->from = tokens[spot->before + 1].end;
}

static int insert(const struct json *json, const struct spot *spot, const char *name,
                  const struct slice *value, struct splice *ret) {
        bool comma_behind = !spot->behind && !is_object_empty(json, spot);
        int r;

        if (spot->behind)
                ret->from = json->tokens[spot->behind + 1].end;
        else if (comma_behind)
                ret->from = json->tokens[spot->object + 1].start;
        else
                ret->from = json->tokens[spot->object].start + 1;
        ret->to = ret->from;

        r = encode_name(&ret->text, !spot->behind, name);
        if (r >= 0)
                r = text_add(&ret->text, value->at, value->len);
        return r < 0 || !comma_behind ? r : text_adds(&ret->text, ",");
}

/* If value->at is NULL, remove the member. */
static int put(const struct json *json, const struct spot *spot, const char *name, const struct slice *value,
               struct splice *ret) {
        if (!spot->found)
                return value->at ? insert(json, spot, name, value, ret) : 0;
        if (!value->at) {
                cut(json, spot, ret);
                return 0;
        }
        ret->from = json->tokens[spot->found + 1].start;
        ret->to = json->tokens[spot->found + 1].end;
        return text_add(&ret->text, value->at, value->len);
}

/* Add a key to a map that is missing or null. */
static int put_map(const struct json *json, const struct spot *spot, const struct amendment *a,
                   const struct slice *value, struct splice *ret) {
        _cleanup_text_ struct text map = TEXT_INIT;
        int r;

        if (!value->at)
                return 0;
        r = text_adds(&map, "{");
        if (r >= 0)
                r = encode_name(&map, /* first= */ true, a->key);
        if (r >= 0)
                r = text_add(&map, value->at, value->len);
        if (r >= 0)
                r = text_adds(&map, "}");
        return r < 0 ? r : put(json, spot, a->member, &(struct slice){.at = map.s, .len = map.len}, ret);
}

static int put_key(struct decoding *d, const struct spot *spot, const struct amendment *a,
                   const struct slice *value, struct splice *ret) {
        uint32_t map = spot->found + 1;
        struct spot key;
        int r;

        if (!spot->found || d->json->tokens[map].type == JSON_NULL)
                return put_map(d->json, spot, a, value, ret);
        if (d->json->tokens[map].type != JSON_OBJECT)
                return decoding_fail(d, map, a->member, "is no object");

        r = find_key(d, map, a->key, &key);
        if (r < 0)
                return r;
        if (!value->at && key.found == map + 1 &&
            next_member(d->json, key.found) == object_end(d->json, &key))
                return put(d->json, spot, a->member, value, ret);
        return put(d->json, &key, a->key, value, ret);
}

/* ----------------------------------------------------------------------------------- one by one */

static size_t member_index(const struct record_type *type, const char *name) {
        size_t i = 0;

        while (i < type->n_members && strcmp(type->members[i].name, name) != 0)
                i++;
        assert(i < type->n_members);
        return i;
}

/* The bytes of the value, without the white space around them. */
static int check_value(const struct amendment *a, struct slice *ret, struct error *reterr) {
        _cleanup_json_ struct json json = JSON_INIT;
        struct error why = {0};
        int r;

        *ret = (struct slice){0};
        if (!a->json)
                return 0;
        r = json_parse(&json, a->json, strlen(a->json), &why);
        if (r == -EBADMSG || r == -EFBIG)
                return error_set(reterr, -EINVAL, "the value for \"%s\": %s", a->key ? a->key : a->member,
                                 why.text);
        if (r < 0)
                return error_set(reterr, r, "%s", why.text);

        *ret = (struct slice){.at = a->json + json.tokens[0].start,
                              .len = json.tokens[0].end - json.tokens[0].start};
        return 0;
}

static int find_splice(struct decoding *d, const struct record_type *type, const struct amendment *a,
                       struct splice *ret) {
        struct slice value;
        struct spot spot;
        int r;

        r = check_value(a, &value, d->reterr);
        if (r < 0)
                return r;
        r = find_member(d, type, member_index(type, a->member), &spot);
        if (r < 0)
                return r;
        r = a->key ? put_key(d, &spot, a, &value, ret) : put(d->json, &spot, a->member, &value, ret);
        return r == -ENOMEM ? decoding_oom(d) : r;
}

/* Apply one amendment to the text. */
static int amend(struct text *text, const struct record_type *type, const struct amendment *a,
                 struct error *reterr) {
        _cleanup_json_ struct json json = JSON_INIT;
        _cleanup_arena_ struct arena arena = ARENA_INIT;
        _cleanup_(splice_done) struct splice splice = {0};
        _cleanup_text_ struct text amended = TEXT_INIT;
        struct decoding d = {.json = &json, .arena = &arena, .reterr = reterr};
        int r;

        r = json_parse(&json, text->s, text->len, reterr);
        if (r < 0)
                return r;
        r = find_splice(&d, type, a, &splice);
        if (r < 0)
                return r;

        r = text_add(&amended, text->s, splice.from);
        if (r >= 0)
                r = text_add(&amended, splice.text.s, splice.text.len);
        if (r >= 0)
                r = text_add(&amended, text->s + splice.to, text->len - splice.to);
        if (r < 0)
                return decoding_oom(&d);

        text_done(text);
        *text = amended;
        amended = TEXT_INIT;
        return 0;
}

int record_amend(const struct record_type *type, struct slice record, const struct amendment *amendments,
                 size_t n, struct text *ret, struct error *reterr) {
        _cleanup_text_ struct text text = TEXT_INIT;
        int r;

        r = text_add(&text, record.at, record.len);
        if (r < 0)
                return error_set(reterr, r, "out of memory");
        for (size_t i = 0; i < n; i++) {
                r = amend(&text, type, &amendments[i], reterr);
                if (r < 0)
                        return r;
        }
        r = text_add(ret, text.s, text.len);
        return r < 0 ? error_set(reterr, r, "out of memory") : 0;
}
