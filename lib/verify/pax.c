/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Extended headers: records "<length> <key>=<value>\n", in which the length includes itself and the newline.
 */

#include <string.h>

#include "base/cleanup.h"
#include "verify/pax.h"

struct record {
        const char *key, *value;
        size_t n_key, n_value;
};

void pax_done(struct pax *pax) {
        free(pax->link);
        *pax = PAX_INIT;
}

/* Decimal digits in exactly n bytes. */
static int parse_number(const char *at, size_t n, uint64_t *ret) {
        uint64_t value = 0;

        if (n == 0)
                return -EBADMSG;
        for (size_t i = 0; i < n; i++)
                if (at[i] < '0' || at[i] > '9' || __builtin_mul_overflow(value, 10, &value) ||
                    __builtin_add_overflow(value, (uint64_t) (at[i] - '0'), &value))
                        return -EBADMSG;
        *ret = value;
        return 0;
}

/* Take one record off the front. Returns its length, or -EBADMSG. */
static ssize_t parse_record(const char *at, size_t n, struct record *ret) {
        const char *space = memchr(at, ' ', n), *equals, *end;
        uint64_t length;

        if (!space || parse_number(at, (size_t) (space - at), &length) < 0)
                return -EBADMSG;
        if (length > n || length < (size_t) (space - at) + 2 || at[length - 1] != '\n')
                return -EBADMSG;

        end = at + length - 1;
        equals = memchr(space + 1, '=', (size_t) (end - space - 1));
        if (!equals)
                return -EBADMSG;
        *ret = (struct record){
                .key = space + 1,
                .n_key = (size_t) (equals - space - 1),
                .value = equals + 1,
                .n_value = (size_t) (end - equals - 1),
        };
        return (ssize_t) length;
}

static bool has_key(const struct record *record, const char *key) {
        return record->n_key == strlen(key) && memcmp(record->key, key, record->n_key) == 0;
}

static int take_link(struct pax *pax, const struct record *record) {
        char *link;

        if (memchr(record->value, '\0', record->n_value))
                return -EBADMSG;
        link = strndup(record->value, record->n_value);
        if (!link)
                return -ENOMEM;
        free(pax->link);
        pax->link = link;
        return 0;
}

/* An empty value means that of the header (archive/tar/reader.go:mergePAX). */
static int take_record(struct pax *pax, const struct record *record) {
        if (record->n_value == 0)
                return 0;
        if (has_key(record, "linkpath"))
                return take_link(pax, record);
        if (has_key(record, "size")) {
                pax->has_size = true;
                return parse_number(record->value, record->n_value, &pax->size);
        }
        return 0;
}

int pax_parse(struct pax *pax, const char *data, size_t n) {
        while (n > 0) {
                struct record record;
                ssize_t length = parse_record(data, n, &record);
                int r = length < 0 ? (int) length : take_record(pax, &record);

                if (r < 0)
                        return r;
                data += length;
                n -= (size_t) length;
        }
        return 0;
}
