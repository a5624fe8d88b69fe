/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Amend any record: members that the amendment does not name are unchanged and in the same order, and the
 * named one has the new value. The input is four lines: kind of record, member, key or nothing, JSON or
 * nothing; and after them the record.
 */

#include <string.h>

#include "format/amend.h"
#include "format/container.h"
#include "format/image.h"
#include "format/layer.h"
#include "fuzz.h"
#include "json/fold.h"
#include "json/utf8.h"

#define INPUT_MAX (64U * 1024) /* larger inputs cost time and find no more */

struct input {
        const struct record_type *type;
        struct amendment amendment;
        struct slice record;
};

/* ----------------------------------------------------------------------------------- the input */

/* Terminate the next line with a NUL, and return it; NULL if there is none. */
static char *next_line(char **at, char *end) {
        char *line = *at, *newline = memchr(line, '\n', (size_t) (end - line));

        if (!newline)
                return NULL;
        *newline = '\0';
        *at = newline + 1;
        return line;
}

static const struct record_type *find_type(const char *kind) {
        if (strcmp(kind, "layer") == 0)
                return &layer_record;
        if (strcmp(kind, "image") == 0)
                return &image_record;
        return strcmp(kind, "container") == 0 ? &container_record : NULL;
}

static const struct member *find_known(const struct record_type *type, const char *name) {
        for (size_t i = 0; i < type->n_members; i++)
                if (strcmp(type->members[i].name, name) == 0)
                        return &type->members[i];
        return NULL;
}

static bool is_map(const struct member *member) {
        return member->kind == MEMBER_FLAGS || member->kind == MEMBER_BIG_SIZES ||
               member->kind == MEMBER_BIG_DIGESTS;
}

static bool read_input(char *at, char *end, struct input *ret) {
        char *lines[4];

        for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
                lines[i] = next_line(&at, end);
                if (!lines[i])
                        return false;
        }
        *ret = (struct input){
                .type = find_type(lines[0]),
                .amendment = {.member = lines[1],
                              .key = *lines[2] ? lines[2] : NULL,
                              .json = *lines[3] ? lines[3] : NULL},
                .record = {.at = at, .len = (size_t) (end - at)},
        };
        if (!ret->type || !find_known(ret->type, lines[1]))
                return false;
        return utf8_valid(lines[2], strlen(lines[2])) &&
               (!ret->amendment.key || is_map(find_known(ret->type, lines[1])));
}

/* ------------------------------------------------------------------------------- invariants */

/* An object, and the one member of it that may differ. */
struct scan {
        struct json json;
        uint32_t object, member; /* tokens; that of the name, 0 if it is missing */
};

static void view_open(struct scan *view, const char *text, size_t n) {
        FUZZ_ASSERT(json_parse(&view->json, text, n, NULL) >= 0 && view->json.tokens[0].type == JSON_OBJECT);
}

/* The case of members is ignored, that of keys is not. */
static bool is_called(const char *text, const char *name, bool key) {
        return key ? strcmp(text, name) == 0 : fold_equal(text, strlen(text), name, strlen(name), FOLD_BOTH);
}

static void view_find(struct scan *view, const char *name, bool key) {
        const struct json_token *tokens = view->json.tokens;
        _cleanup_arena_ struct arena arena = ARENA_INIT;

        view->member = 0;
        for (uint32_t t = view->object + 1; t < tokens[view->object].next; t = tokens[t + 1].next) {
                const char *text;

                if (json_string(&view->json, t, &arena, &text) >= 0 && is_called(text, name, key))
                        view->member = t;
        }
}

static struct slice token_bytes(const struct scan *view, uint32_t token) {
        const struct json_token *t = &view->json.tokens[token];

        return (struct slice){.at = view->json.text + t->start, .len = t->end - t->start};
}

static bool same_bytes(struct slice a, struct slice b) {
        return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

/* The next member from the token on, without the one that may differ; 0 at the end. */
static uint32_t next_other(const struct scan *view, uint32_t t) {
        if (t == view->member && t != 0)
                t = view->json.tokens[t + 1].next;
        return t < view->json.tokens[view->object].next ? t : 0;
}

static void check_others(const struct scan *before, const struct scan *after) {
        uint32_t b = next_other(before, before->object + 1), a = next_other(after, after->object + 1);

        while (b && a) {
                FUZZ_ASSERT(same_bytes(token_bytes(before, b), token_bytes(after, a)));
                FUZZ_ASSERT(same_bytes(token_bytes(before, b + 1), token_bytes(after, a + 1)));
                b = next_other(before, before->json.tokens[b + 1].next);
                a = next_other(after, after->json.tokens[a + 1].next);
        }
        FUZZ_ASSERT(!b && !a);
}

static void check_value(const struct scan *after, const char *json) {
        struct scan value = {.json = JSON_INIT};

        FUZZ_ASSERT(!json == !after->member);
        if (!json)
                return;
        FUZZ_ASSERT(json_parse(&value.json, json, strlen(json), NULL) >= 0);
        FUZZ_ASSERT(same_bytes(token_bytes(&value, 0), token_bytes(after, after->member + 1)));
        json_done(&value.json);
}

/* The map within the record. */
static void check_key(struct scan *before, struct scan *after, const struct amendment *a) {
        bool had_map = before->member && before->json.tokens[before->member + 1].type == JSON_OBJECT;
        bool has_map = after->member && after->json.tokens[after->member + 1].type == JSON_OBJECT;

        FUZZ_ASSERT(has_map || !a->json);
        before->object = before->member + 1;
        after->object = after->member + 1;
        if (had_map)
                view_find(before, a->key, true);
        if (has_map) {
                view_find(after, a->key, true);
                check_value(after, a->json);
        }
        if (had_map && has_map)
                check_others(before, after);
        if (had_map && !has_map)
                FUZZ_ASSERT(next_other(before, before->object + 1) == 0);
}

static void check_amended(const struct input *input, const struct text *amended) {
        struct scan before = {.json = JSON_INIT}, after = {.json = JSON_INIT};
        const struct amendment *a = &input->amendment;

        view_open(&before, input->record.at, input->record.len);
        view_open(&after, amended->s, amended->len);
        view_find(&before, a->member, false);
        view_find(&after, a->member, false);
        check_others(&before, &after);
        if (a->key)
                check_key(&before, &after, a);
        else
                check_value(&after, a->json);
        json_done(&before.json);
        json_done(&after.json);
}

static void check_same_again(const struct input *input, const struct text *amended) {
        struct slice record = {.at = amended->s, .len = amended->len};
        _cleanup_text_ struct text again = TEXT_INIT;

        FUZZ_ASSERT(record_amend(input->type, record, &input->amendment, 1, &again, NULL) >= 0);
        FUZZ_ASSERT(again.len == amended->len && memcmp(again.s, amended->s, again.len) == 0);
}

/* A list with this record only. */
static bool is_record(const struct input *input) {
        _cleanup_arena_ struct arena arena = ARENA_INIT;
        _cleanup_text_ struct text list = TEXT_INIT;
        _cleanup_free_ void *items = NULL;
        size_t n;

        FUZZ_ASSERT(text_adds(&list, "[") >= 0);
        FUZZ_ASSERT(text_add(&list, input->record.at, input->record.len) >= 0);
        FUZZ_ASSERT(text_adds(&list, "]") >= 0);
        return records_parse(input->type, list.s, list.len, &arena, &items, &n, NULL) >= 0 && n == 1;
}

static bool is_json(const char *text) {
        _cleanup_json_ struct json json = JSON_INIT;

        return json_parse(&json, text, strlen(text), NULL) >= 0;
}

static void fuzz_amend(const struct input *input) {
        _cleanup_text_ struct text amended = TEXT_INIT;
        struct error e = {0};
        int r;

        r = record_amend(input->type, input->record, &input->amendment, 1, &amended, &e);
        if (r < 0) {
                FUZZ_ASSERT(!amended.s && e.code == r && *e.text);
                FUZZ_ASSERT((r == -EINVAL) == (input->amendment.json && !is_json(input->amendment.json)) ||
                            !is_record(input));
                FUZZ_ASSERT(r == -EINVAL || ((r == -EBADMSG || r == -EFBIG) && !is_record(input)));
                return;
        }
        check_amended(input, &amended);
        check_same_again(input, &amended);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_free_ char *text = malloc(size + 1);
        struct input input;

        if (size > INPUT_MAX)
                return 0;
        FUZZ_ASSERT(text);
        memcpy(text, data, size);
        if (read_input(text, text + size, &input))
                fuzz_amend(&input);
        return 0;
}
