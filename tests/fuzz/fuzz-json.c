/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The JSON tape on any bytes: the tokens are nested like the text, and a walk through the elements finds the
 * same tokens as the whole tape. */

#include <string.h>

#include "fuzz.h"
#include "json/json.h"
#include "json/utf8.h"

#define INPUT_MAX (64U * 1024) /* larger inputs cost time and find no more */

static void check_token(const struct json *json, size_t i, size_t size) {
        static const char first[] = {
                [JSON_NULL] = 'n',   [JSON_FALSE] = 'f', [JSON_TRUE] = 't',   [JSON_NUMBER] = 0,
                [JSON_STRING] = '"', [JSON_ARRAY] = '[', [JSON_OBJECT] = '{',
        };
        const struct json_token *t = &json->tokens[i];
        char c = json->text[t->start], last = json->text[t->end - 1];

        FUZZ_ASSERT(t->start < t->end && t->end <= size);
        FUZZ_ASSERT(t->next > i && t->next <= json->n);
        FUZZ_ASSERT(t->type == JSON_NUMBER ? c == '-' || (c >= '0' && c <= '9') : c == first[t->type]);
        FUZZ_ASSERT(t->type == JSON_ARRAY || t->type == JSON_OBJECT || t->next == i + 1);
        FUZZ_ASSERT(t->type != JSON_ARRAY || last == ']');
        FUZZ_ASSERT(t->type != JSON_OBJECT || last == '}');
        FUZZ_ASSERT(t->type != JSON_STRING || last == '"');
        for (size_t child = i + 1; child < t->next; child = json->tokens[child].next) {
                FUZZ_ASSERT(json->tokens[child].start > t->start && json->tokens[child].end < t->end);
                FUZZ_ASSERT(json->tokens[child].next <= t->next);
        }
        if (t->next < json->n)
                FUZZ_ASSERT(json->tokens[t->next].start >= t->end);
}

static void check_values(const struct json *json, size_t i, struct arena *arena) {
        const struct json_token *t = &json->tokens[i];
        const char *text = NULL;
        int64_t number;
        uint32_t u32;

        if (json_string(json, i, arena, &text) >= 0) {
                FUZZ_ASSERT(t->type == JSON_STRING && utf8_valid(text, strlen(text)));
                FUZZ_ASSERT(t->escaped == (memchr(json->text + t->start, '\\', t->end - t->start) != NULL));
                FUZZ_ASSERT(t->escaped || strlen(text) == t->end - t->start - 2);
        }
        if (json_u32(json, i, &u32) >= 0)
                FUZZ_ASSERT(json_i64(json, i, &number) >= 0 && number == u32);
}

struct walk {
        const struct json *json;
        size_t at;
};

static int walk_element(const struct json *element, void *userdata, struct error *reterr) {
        struct walk *walk = userdata;
        const struct json_token *whole;

        (void) reterr;
        /* If the rest of the text is invalid, there is no tape to compare with. */
        if (walk->at >= walk->json->n)
                return 0;
        whole = &walk->json->tokens[walk->at];
        FUZZ_ASSERT(whole->start == element->tokens[0].start && whole->end == element->tokens[0].end);
        FUZZ_ASSERT(whole->next - walk->at == element->n);
        walk->at = whole->next;
        return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_json_ struct json json = JSON_INIT;
        _cleanup_arena_ struct arena arena = ARENA_INIT;
        struct walk walk = {.json = &json, .at = 1};
        struct error e = {0};
        int r;

        if (size > INPUT_MAX)
                return 0;
        r = json_parse(&json, (const char *) data, size, &e);
        if (r < 0) {
                FUZZ_ASSERT(r == -EBADMSG && e.code == r && strncmp(e.text, "byte ", 5) == 0);
                json.n = 0;
        } else {
                FUZZ_ASSERT(json.n > 0 && json.tokens[0].next == json.n);
                for (size_t i = 0; i < json.n; i++) {
                        check_token(&json, i, size);
                        check_values(&json, i, &arena);
                }
        }

        if (json_each((const char *) data, size, walk_element, &walk, &e) >= 0)
                FUZZ_ASSERT(json.n > 0 && (json.tokens[0].type == JSON_NULL || walk.at == json.n));
        else
                FUZZ_ASSERT(r < 0 || json.tokens[0].type != JSON_ARRAY);
        return 0;
}
