/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parsing of record files. A file is refused if Go (json-iterator) cannot load it, or if Go reads it in an
 * unexpected way. */

#include <string.h>

#include "base/array.h"
#include "format/big-data.h"
#include "format/decode.h"
#include "format/torn-file.h"

/* An absent text is "". Only an id is required. */
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

/* -------------------------------------------------------------------------------------------- the file */

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

        r = json_each(text, text_list_length(text, len), list_add, &list, reterr);
        if (r < 0) {
                free(list.items);
                return r;
        }
        memcpy(ret_items, &list.items, sizeof(list.items));
        *ret_n = list.n;
        return 0;
}

bool strings_contain(const struct strings *strings, const char *s) {
        for (size_t i = 0; i < strings->n; i++)
                if (strcmp(strings->items[i], s) == 0)
                        return true;
        return false;
}
