/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decoding of values other than record objects. */

#include <float.h>
#include <string.h>

#include "format/decode-value.h"
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

int decode_text(struct decoding *d, size_t token, const char *name, const char **ret) {
        int r;

        r = json_string(d->json, token, d->arena, ret);
        if (r == -EBADMSG)
                return decoding_fail(d, token, name, "is no text");
        return r < 0 ? decoding_oom(d) : 0;
}

int decode_time(struct decoding *d, size_t token, const char *name, const char **ret) {
        const struct json_token *t = &d->json->tokens[token];

        /* Go parses the raw bytes between the quotes. */
        if (t->type != JSON_STRING || t->escaped ||
            !time_is_rfc3339(d->json->text + t->start + 1, t->end - t->start - 2))
                return decoding_fail(d, token, name, "is no RFC 3339 time");
        return decode_text(d, token, name, ret);
}

int decode_i64(struct decoding *d, size_t token, const char *name, int64_t *ret) {
        return json_i64(d->json, token, ret) < 0
                       ? decoding_fail(d, token, name, "is no whole number that fits")
                       : 0;
}

int decode_u32(struct decoding *d, size_t token, const char *name, uint32_t *ret) {
        return json_u32(d->json, token, ret) < 0
                       ? decoding_fail(d, token, name, "is no whole number from 0 to 4294967295")
                       : 0;
}

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

int decode_strings(struct decoding *d, size_t token, const char *name, struct strings *ret) {
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

int decode_u32s(struct decoding *d, size_t token, const char *name, struct u32s *ret) {
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

/*
 * Go reads a number in flags into a float64 and cannot load one that is too large. The number of digits is a
 * sufficient bound and does not depend on the locale; it may refuse numbers at the limit that Go can load,
 * but no program writes these.
 */
static bool number_fits_double(const char *at, const char *end) {
        long digits, exponent = 0;
        const char *from;
        bool negative;

        at += *at == '-';
        for (from = at; at < end && *at >= '0' && *at <= '9';)
                at++;
        digits = at - from;
        while (at < end && *at != 'e' && *at != 'E')
                at++;
        if (at == end)
                return digits <= DBL_MAX_10_EXP;

        at++;
        negative = *at == '-';
        for (at += *at == '-' || *at == '+'; at < end; at++)
                exponent = exponent > DBL_MAX_10_EXP ? exponent : exponent * 10 + (*at - '0');
        return digits + (negative ? 0 : exponent) <= DBL_MAX_10_EXP;
}

/* Go skips a number without exponent at any length, but parses one with an exponent. */
static bool number_can_be_skipped(const char *at, const char *end) {
        bool has_exponent = memchr(at, 'e', (size_t) (end - at)) || memchr(at, 'E', (size_t) (end - at));

        return !has_exponent || number_fits_double(at, end);
}

int decode_unknown(const struct decoding *d, uint32_t token) {
        for (uint32_t t = token; t < d->json->tokens[token].next; t++) {
                const struct json_token *part = &d->json->tokens[t];

                if (part->type == JSON_NUMBER &&
                    !number_can_be_skipped(d->json->text + part->start, d->json->text + part->end))
                        return decoding_fail(d, t, NULL, "this number is too large");
        }
        return 0;
}

/* The value is kept as JSON text. */
static int decode_flag(struct decoding *d, uint32_t name, struct flag *ret) {
        const struct json_token *value = &d->json->tokens[name + 1];
        int r;

        r = decode_text(d, name, "flags", &ret->name);
        if (r < 0)
                return r;
        for (uint32_t t = name + 1; t < value->next; t++) {
                const struct json_token *part = &d->json->tokens[t];

                if (part->type == JSON_NUMBER &&
                    !number_fits_double(d->json->text + part->start, d->json->text + part->end))
                        return decoding_fail(d, t, "flags", "has a number that is too large");
        }
        ret->value = arena_text(d->arena, d->json->text + value->start, value->end - value->start);
        return ret->value ? 0 : decoding_oom(d);
}

static int flag_compare(const void *a, const void *b) {
        const struct flag *f = a, *g = b;

        return strcmp(f->name, g->name);
}

int decode_flags(struct decoding *d, size_t token, const char *name, struct flags *ret) {
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
        /* Go writes them sorted. */
        if (n > 1)
                qsort(items, n, sizeof(*items), flag_compare);
        for (size_t i = 1; i < n; i++)
                if (strcmp(items[i - 1].name, items[i].name) == 0)
                        return decoding_fail(d, token, name, "has a member twice");
        *ret = (struct flags){.items = items, .n = n};
        return 0;
}
