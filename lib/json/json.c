/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON tokens. No other file uses yajl. One yajl_parse() gets the whole text, so that in a callback
 * yajl_get_bytes_consumed() is the offset behind the current value. The value starts at the end of the value
 * before, after white space, "," and ":". yajl behaves like this but does not document it;
 * tests/unit/test-json.c checks it.
 */

#include <string.h>
#include <yajl/yajl_parse.h>

#include "base/array.h"
#include "json/json.h"
#include "json/pool.h"

struct parser {
        yajl_handle yajl;
        struct json *json;
        size_t len;
        uint32_t at; /* end of the last token */
        bool at_end; /* yajl parses the blank that yajl_complete_parse() appends; its offset restarts there */
        unsigned depth;
        uint32_t open[JSON_DEPTH_MAX];
        int r; /* error of a callback */
        json_element_fn *element;
        void *userdata;
        struct error *reterr;
};

void json_done(struct json *json) {
        free(json->tokens);
        *json = JSON_INIT;
}

/* -------------------------------------------------------------------------------------------- tokens */

static int parser_fail(struct parser *p, size_t offset, const char *what) {
        size_t line = 1, column = 1;

        for (size_t i = 0; i < offset; i++) {
                column = p->json->text[i] == '\n' ? 1 : column + 1;
                line += p->json->text[i] == '\n';
        }
        return error_set(p->reterr, -EBADMSG, "byte %zu (line %zu, column %zu): %s", offset, line, column,
                         what);
}

static int parser_cancel(struct parser *p, int r) {
        p->r = r;
        return 0;
}

static bool is_gap(char c) {
        return c == ',' || c == ':' || c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Skip what separates two tokens. yajl has checked the punctuation, but accepts \v and \f as white space. */
static size_t parser_gap(const struct parser *p) {
        size_t at = p->at;

        while (at < p->len && is_gap(p->json->text[at]))
                at++;
        return at;
}

static uint32_t parser_end(const struct parser *p) {
        return (uint32_t) (p->at_end ? p->len : yajl_get_bytes_consumed(p->yajl));
}

static int parser_room(struct parser *p) {
        struct json *json = p->json;
        int r;

        if (json->n >= JSON_TOKENS_MAX)
                return error_set(p->reterr, -EFBIG, "more than %u values", JSON_TOKENS_MAX);
        r = ARRAY_RESERVE(json->tokens, json->cap, json->n + 1);
        if (r < 0)
                return error_set(p->reterr, r, "out of memory");
        return 0;
}

static int parser_element(struct parser *p) {
        int r = p->element(p->json, p->userdata, p->reterr);

        p->json->n = 0;
        return r < 0 ? parser_cancel(p, r) : 1;
}

static bool parser_in_list(const struct parser *p) {
        return p->element && p->depth == 1;
}

static bool parser_is_gap_sound(const struct parser *p, size_t start) {
        return p->json->text[start] != '\v' && p->json->text[start] != '\f';
}

/* Append a token. If its value is not complete yet, only start and next are set. */
static int parser_put(struct parser *p, enum json_type type, size_t decoded) {
        uint32_t end = parser_end(p), n = (uint32_t) p->json->n;
        size_t start = parser_gap(p);
        int r;

        if (start >= end || !parser_is_gap_sound(p, start))
                return parser_cancel(p, parser_fail(p, start, "this is no white space"));
        if (n == p->json->cap || n >= JSON_TOKENS_MAX) {
                r = parser_room(p);
                if (r < 0)
                        return parser_cancel(p, r);
        }
        /* An escape is always longer than the character that it stands for. */
        p->json->tokens[n] = (struct json_token){
                .start = (uint32_t) start,
                .end = end,
                .next = n + 1,
                .type = type,
                .escaped = type == JSON_STRING && decoded != end - start - 2,
        };
        p->json->n++;
        p->at = end;
        return 1;
}

static int parser_scalar(struct parser *p, enum json_type type, size_t decoded) {
        if (p->element && p->depth == 0 && type != JSON_NULL)
                return parser_cancel(p, parser_fail(p, parser_gap(p), "this is no list"));
        if (!parser_put(p, type, decoded))
                return 0;
        return parser_in_list(p) ? parser_element(p) : 1;
}

static int parser_open(struct parser *p, enum json_type type) {
        uint32_t n = (uint32_t) p->json->n;

        if (p->depth >= JSON_DEPTH_MAX)
                return parser_cancel(p, parser_fail(p, parser_gap(p), "values lie too deep in each other"));
        if (p->element && p->depth == 0 && type != JSON_ARRAY)
                return parser_cancel(p, parser_fail(p, parser_gap(p), "this is no list"));
        if (!parser_put(p, type, 0))
                return 0;

        p->open[p->depth++] = n;
        if (parser_in_list(p))
                p->json->n = 0; /* json_each() does not return the array itself */
        return 1;
}

static int parser_close(struct parser *p) {
        size_t bracket = parser_gap(p);
        struct json_token *token;

        if (!parser_is_gap_sound(p, bracket))
                return parser_cancel(p, parser_fail(p, bracket, "this is no white space"));

        p->at = parser_end(p);
        p->depth--;
        if (p->element && p->depth == 0)
                return 1;

        token = &p->json->tokens[p->open[p->depth]];
        token->end = p->at;
        token->next = (uint32_t) p->json->n;
        return parser_in_list(p) ? parser_element(p) : 1;
}

/* ------------------------------------------------------------------------------------ yajl's callbacks */

static int on_null(void *ctx) {
        return parser_scalar(ctx, JSON_NULL, 0);
}

static int on_boolean(void *ctx, int value) {
        return parser_scalar(ctx, value ? JSON_TRUE : JSON_FALSE, 0);
}

static int on_number(void *ctx, const char *text, size_t n) {
        (void) text;
        return parser_scalar(ctx, JSON_NUMBER, n);
}

static int on_string(void *ctx, const unsigned char *text, size_t n) {
        (void) text;
        return parser_scalar(ctx, JSON_STRING, n);
}

static int on_name(void *ctx, const unsigned char *text, size_t n) {
        (void) text;
        return parser_put(ctx, JSON_STRING, n);
}

static int on_object(void *ctx) {
        return parser_open(ctx, JSON_OBJECT);
}

static int on_array(void *ctx) {
        return parser_open(ctx, JSON_ARRAY);
}

static int on_end(void *ctx) {
        return parser_close(ctx);
}

static const yajl_callbacks callbacks = {
        .yajl_null = on_null,
        .yajl_boolean = on_boolean,
        .yajl_number = on_number,
        .yajl_string = on_string,
        .yajl_map_key = on_name,
        .yajl_start_map = on_object,
        .yajl_end_map = on_end,
        .yajl_start_array = on_array,
        .yajl_end_array = on_end,
};

static void *pool_alloc(void *ctx, size_t n) {
        return json_pool_alloc(ctx, n);
}

static void *pool_realloc(void *ctx, void *old, size_t n) {
        return json_pool_realloc(ctx, old, n);
}

static void pool_free(void *ctx, void *bytes) {
        (void) ctx;
        (void) bytes;
}

static int parser_judge(struct parser *p, yajl_status status) {
        size_t offset;

        if (status == yajl_status_client_canceled)
                return p->r;
        if (status == yajl_status_ok)
                return 0;

        if (p->at_end)
                return parser_fail(p, p->len, p->len == 0 ? "there is nothing" : "the text ends too early");

        /* yajl stops within or behind the invalid token; the start of the token is a better position for the
         * message. */
        offset = yajl_get_bytes_consumed(p->yajl);
        if (offset > parser_gap(p))
                offset = parser_gap(p);
        return parser_fail(p, offset, "this is not JSON");
}

static int parser_feed(struct parser *p) {
        size_t rest;
        int r;

        r = parser_judge(p, yajl_parse(p->yajl, (const unsigned char *) p->json->text, p->len));
        if (r < 0)
                return r;
        p->at_end = true;
        r = parser_judge(p, yajl_complete_parse(p->yajl));
        if (r < 0)
                return r;

        rest = parser_gap(p);
        return rest < p->len ? parser_fail(p, rest, "this is no white space") : 0;
}

/* yajl_free() is not needed: all memory of yajl is from the pool. */
static int parser_run(struct parser *p, const char *text, size_t len) {
        _cleanup_json_pool_ struct json_pool pool = JSON_POOL_INIT;
        yajl_alloc_funcs funcs = {pool_alloc, pool_realloc, pool_free, &pool};

        p->json->text = text;
        p->json->n = 0;
        p->len = len;
        if (len > JSON_BYTES_MAX)
                return error_set(p->reterr, -EFBIG, "larger than %u bytes", JSON_BYTES_MAX);

        if (json_pool_init(&pool, len) >= 0)
                p->yajl = yajl_alloc(&callbacks, &funcs, p);
        if (!p->yajl)
                return error_set(p->reterr, -ENOMEM, "out of memory");
        yajl_config(p->yajl, yajl_dont_validate_strings, 1); /* json_string() is stricter */
        return parser_feed(p);
}

int json_parse(struct json *json, const char *text, size_t len, struct error *reterr) {
        struct parser p = {.json = json, .reterr = reterr};

        return parser_run(&p, text, len);
}

int json_each(const char *text, size_t len, json_element_fn *element, void *userdata, struct error *reterr) {
        _cleanup_json_ struct json json = JSON_INIT;
        struct parser p = {.json = &json, .element = element, .userdata = userdata, .reterr = reterr};

        return parser_run(&p, text, len);
}
