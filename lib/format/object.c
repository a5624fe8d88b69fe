/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Objects by a table of their members. Go finds a member whatever its case and takes the last of several; one
 * that is there twice makes an object that is acted upon by nothing. So does one that is a member or not by
 * the way in which a release folds names.
 */

#include <string.h>

#include "format/decode.h"
#include "json/fold.h"

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
