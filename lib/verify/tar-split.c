/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of a tar-split file. */

#include <endian.h>
#include <string.h>

#include "base/array.h"
#include "verify/base64.h"
#include "verify/gunzip.h"
#include "verify/tar-split.h"
#include "json/json.h"

/* A read of this size contains some hundred lines. */
#define READ_BYTES (256U * 1024)

struct tar_split {
        struct gunzip *gunzip;
        char *buffer;
        size_t cap, from, to; /* the bytes from "from" to "to" are not parsed yet */
        uint64_t n_bytes, n_lines;
        bool at_end;
        struct json json;
        struct arena arena; /* the text of escaped strings of this line */
};

int tar_split_new(int fd, struct tar_split **ret, struct error *reterr) {
        _cleanup_(tar_split_freep) struct tar_split *split = calloc(1, sizeof(*split));
        int r;

        if (!split)
                return -ENOMEM;
        r = ARRAY_RESERVE(split->buffer, split->cap, READ_BYTES);
        if (r >= 0)
                r = gunzip_new(fd, &split->gunzip, reterr);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(split);
        return 0;
}

struct tar_split *tar_split_free(struct tar_split *split) {
        if (!split)
                return NULL;
        gunzip_free(split->gunzip);
        free(split->buffer);
        json_done(&split->json);
        arena_done(&split->arena);
        free(split);
        return NULL;
}

/* --------------------------------------------------------------------------------------------- lines */

/* Make room for READ_BYTES behind the bytes that are not parsed yet. */
static int make_room(struct tar_split *split, struct error *reterr) {
        size_t kept = split->to - split->from;

        if (kept > TAR_SPLIT_LINE_MAX || split->n_bytes > TAR_SPLIT_BYTES_MAX)
                return error_set(reterr, -EFBIG, "line %ju is too long", (uintmax_t) split->n_lines + 1);
        if (split->from > 0)
                memmove(split->buffer, split->buffer + split->from, kept);
        split->from = 0;
        split->to = kept;
        return ARRAY_RESERVE(split->buffer, split->cap, kept + READ_BYTES);
}

static int read_more(struct tar_split *split, struct error *reterr) {
        ssize_t n;
        int r;

        r = make_room(split, reterr);
        if (r < 0)
                return r;
        n = gunzip_read(split->gunzip, split->buffer + split->to, split->cap - split->to, reterr);
        if (n < 0)
                return (int) n;
        split->to += (size_t) n;
        split->n_bytes += (uint64_t) n;
        split->at_end = n == 0;
        return 0;
}

/* Returns 1 with a line, without its newline; 0 at the end. */
static int next_line(struct tar_split *split, const char **ret, size_t *ret_n, struct error *reterr) {
        size_t searched = 0;
        const char *newline;
        int r;

        for (;;) {
                const char *line = split->buffer + split->from;
                size_t n = split->to - split->from;

                newline = n > searched ? memchr(line + searched, '\n', n - searched) : NULL;
                if (newline || (split->at_end && n > 0)) {
                        *ret = line;
                        *ret_n = newline ? (size_t) (newline - line) : n;
                        split->from += *ret_n + (newline != NULL);
                        split->n_lines++;
                        return 1;
                }
                if (split->at_end)
                        return 0;
                searched = n;
                r = read_more(split, reterr);
                if (r < 0)
                        return r;
        }
}

/* ------------------------------------------------------------------------------------------- members */

/* The members of a line, as tokens; 0: missing or null. */
struct members {
        size_t type, name, name_raw, size, payload;
};

static bool is_named(const struct json *json, size_t token, const char *name) {
        const struct json_token *t = &json->tokens[token];
        size_t n = strlen(name);

        return t->end - t->start == n + 2 && memcmp(json->text + t->start + 1, name, n) == 0;
}

static void note_member(const struct json *json, size_t token, struct members *ret) {
        size_t value = json->tokens[token + 1].type == JSON_NULL ? 0 : token + 1;

        if (is_named(json, token, "type"))
                ret->type = value;
        else if (is_named(json, token, "name"))
                ret->name = value;
        else if (is_named(json, token, "name_raw"))
                ret->name_raw = value;
        else if (is_named(json, token, "size"))
                ret->size = value;
        else if (is_named(json, token, "payload"))
                ret->payload = value;
}

static int find_members(const struct json *json, struct members *ret) {
        const struct json_token *object = &json->tokens[0];

        *ret = (struct members){0};
        if (object->type != JSON_OBJECT)
                return -EBADMSG;
        for (size_t i = 1; i < object->next; i = json->tokens[i + 1].next)
                note_member(json, i, ret);
        return 0;
}

/* --------------------------------------------------------------------------------------------- values */

/* The text of a string, in the line if it has no escapes. */
static int text_of(struct tar_split *split, size_t token, const char **ret, size_t *ret_n) {
        const struct json_token *t = &split->json.tokens[token];
        int r;

        if (t->type != JSON_STRING)
                return -EBADMSG;
        if (!t->escaped) {
                *ret = split->json.text + t->start + 1;
                *ret_n = t->end - t->start - 2;
                return 0;
        }
        r = json_string(&split->json, token, &split->arena, ret);
        if (r >= 0)
                *ret_n = strlen(*ret);
        return r;
}

/* The bytes of a base64 string, followed by a NUL; no bytes for a missing one. */
static ssize_t bytes_of(struct tar_split *split, size_t token, char **ret) {
        const char *text = "";
        size_t n = 0;
        ssize_t k;
        int r = 0;

        if (token > 0)
                r = text_of(split, token, &text, &n);
        if (r < 0)
                return r;
        *ret = arena_bytes(&split->arena, BASE64_DECODED_MAX(n) + 1);
        if (!*ret)
                return -ENOMEM;
        k = base64_decode(text, n, *ret);
        if (k >= 0)
                (*ret)[k] = '\0';
        return k;
}

/* entry.go:GetName */
static int read_name(struct tar_split *split, const struct members *members, const char **ret) {
        char *raw;
        ssize_t n = bytes_of(split, members->name_raw, &raw);

        if (n < 0)
                return (int) n;
        if (n == 0)
                return members->name > 0 ? json_string(&split->json, members->name, &split->arena, ret)
                                         : -EBADMSG;
        *ret = raw;
        return strlen(raw) == (size_t) n ? 0 : -EBADMSG;
}

static int read_crc(struct tar_split *split, size_t token, struct tar_split_entry *ret) {
        char *bytes;
        ssize_t n = bytes_of(split, token, &bytes);
        uint64_t crc;

        if (n < 0)
                return (int) n;
        if (n != 0 && n != sizeof(crc))
                return -EBADMSG;
        ret->has_crc = n > 0;
        if (ret->has_crc) {
                memcpy(&crc, bytes, sizeof(crc));
                ret->crc = be64toh(crc);
        }
        return 0;
}

static int read_file(struct tar_split *split, const struct members *members, struct tar_split_entry *ret) {
        int64_t size = 0;
        int r;

        r = members->size > 0 ? json_i64(&split->json, members->size, &size) : 0;
        if (r < 0 || size < 0)
                return -EBADMSG;
        ret->size = (uint64_t) size;
        r = read_name(split, members, &ret->name);
        return r < 0 ? r : read_crc(split, members->payload, ret);
}

static int read_segment(struct tar_split *split, const struct members *members, struct tar_split_entry *ret) {
        char *bytes;
        ssize_t n = bytes_of(split, members->payload, &bytes);

        if (n < 0)
                return (int) n;
        ret->bytes = (const uint8_t *) bytes;
        ret->n_bytes = (size_t) n;
        return 0;
}

static int read_entry(struct tar_split *split, const struct members *members, struct tar_split_entry *ret) {
        int64_t type;
        int r;

        r = members->type > 0 ? json_i64(&split->json, members->type, &type) : -EBADMSG;
        if (r < 0)
                return r;

        *ret = (struct tar_split_entry){.type = (enum tar_split_type) type};
        if (type == TAR_SPLIT_FILE)
                return read_file(split, members, ret);
        return type == TAR_SPLIT_SEGMENT ? read_segment(split, members, ret) : -EBADMSG;
}

int tar_split_next(struct tar_split *split, struct tar_split_entry *ret, struct error *reterr) {
        struct members members;
        const char *line;
        size_t n;
        int r;

        r = next_line(split, &line, &n, reterr);
        if (r <= 0)
                return r;

        arena_done(&split->arena);
        r = json_parse(&split->json, line, n, NULL);
        if (r >= 0)
                r = find_members(&split->json, &members);
        if (r >= 0)
                r = read_entry(split, &members, ret);
        if (r < 0)
                return error_errno(reterr, r, "line %ju is invalid", (uintmax_t) split->n_lines);
        return 1;
}
