/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "userns/subids.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define UID_TEXT_MAX 16 /* ten digits and more */

/* ---------------------------------------------------------------------------------------- reading */

static int parse_id(const char *s, uint32_t *ret) {
        uint64_t id;

        if (!s || parse_u64(s, &id) < 0 || id > UINT32_MAX)
                return -EBADMSG;
        *ret = (uint32_t) id;
        return 0;
}

/* "START:COUNT" */
static int parse_range(char *s, struct subid_range *ret) {
        char *start = strsep(&s, ":");

        if (parse_id(start, &ret->start) < 0 || parse_id(s, &ret->count) < 0 || ret->count == 0)
                return -EBADMSG;
        return 0;
}

static bool is_user(const char *owner, const char *name, const char *uid) {
        return (name && strcmp(owner, name) == 0) || strcmp(owner, uid) == 0;
}

static int compare_ranges(const void *a, const void *b) {
        const struct subid_range *x = a, *y = b;

        return (x->start > y->start) - (x->start < y->start);
}

int subids_parse(char *text, const char *name, uint32_t uid, struct subids *ret, struct error *reterr) {
        char *line, *owner, decimal[UID_TEXT_MAX];

        (void) snprintf(decimal, sizeof(decimal), "%" PRIu32, uid);
        ret->n = 0;
        for (unsigned number = 1; (line = strsep(&text, "\n")); number++) {
                owner = strsep(&line, ":");
                if (!line || !is_user(owner, name, decimal))
                        continue;
                if (ret->n == SUBIDS_MAX)
                        return error_set(reterr, -E2BIG,
                                         "line %u: the user has more ranges than the kernel can map", number);
                if (parse_range(line, &ret->ranges[ret->n]) < 0)
                        return error_set(reterr, -EBADMSG, "line %u: not a range of ids (USER:FIRST:COUNT)",
                                         number);
                ret->n++;
        }
        qsort(ret->ranges, ret->n, sizeof(ret->ranges[0]), compare_ranges);
        return 0;
}

/* ---------------------------------------------------------------------------------------- the map */

static int add_line(struct strlist *args, uint32_t inside, uint32_t outside, uint32_t count) {
        int r;

        r = strlist_addf(args, "%" PRIu32, inside);
        if (r >= 0)
                r = strlist_addf(args, "%" PRIu32, outside);
        if (r >= 0)
                r = strlist_addf(args, "%" PRIu32, count);
        return r;
}

static int add_lines(const struct subids *subids, uint32_t own, struct strlist *args) {
        uint32_t inside = 1;
        int r;

        r = add_line(args, 0, own, 1);
        for (size_t i = 0; i < subids->n && r >= 0; i++) {
                uint32_t count = subids->ranges[i].count;

                if (count > UINT32_MAX - inside)
                        return -ERANGE;
                r = add_line(args, inside, subids->ranges[i].start, count);
                inside += count;
        }
        return r;
}

int subids_map(const struct subids *subids, uint32_t own, struct strlist *args) {
        size_t before = args->n;
        int r;

        r = add_lines(subids, own, args);
        while (r < 0 && args->n > before)
                strlist_drop_last(args);
        return r;
}
