/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Objects by a table of their members. Go finds a member whatever its case and takes the last of several; one
 * that is there twice, or is known but for its case, makes an object that nobody should act upon.
 */

#include <string.h>

#include "format/decode.h"

/* What Go makes of the character at *at before it compares names. Three characters beyond ASCII become one of
 * it (unicode.ToLower, encoding/json's folding). */
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

int decode_name(struct decoding *d, size_t token, const struct member *members, size_t n, size_t next) {
        struct slice name;
        int r;

        r = member_name(d, token, &name);
        if (r < 0)
                return r;

        for (size_t i = next; i < n; i++)
                if (member_is(&members[i], &name))
                        return (int) i;
        for (size_t i = 0; i < next; i++)
                if (member_is(&members[i], &name))
                        return (int) i;
        for (size_t i = 0; i < n; i++)
                if (same_but_for_case(name.at, name.len, members[i].name))
                        return decoding_fail(d, token, members[i].name, "is spelled in another case");
        return (int) n;
}

/* ret is zeroed memory. Nests once: an id map in a record. */
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
