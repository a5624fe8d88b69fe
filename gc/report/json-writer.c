/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A JSON writer for file names: they are bytes, but JSON is UTF-8. */

#include <inttypes.h>

#include "report/json-writer.h"

static unsigned char continuation(const char *s, unsigned i) {
        unsigned char c = (unsigned char) s[i];

        return (c & 0xc0) == 0x80 ? c : 0;
}

/* Valid are only the forms of RFC 3629: not overlong, no surrogates, nothing above U+10FFFF. */
unsigned json_utf8_length(const char *s) {
        unsigned char c = (unsigned char) s[0], second;

        if (c < 0x80)
                return c > 0;
        second = continuation(s, 1);
        if (c < 0xc2 || c > 0xf4 || second == 0)
                return 0;
        if (c < 0xe0)
                return 2;
        if ((c == 0xe0 && second < 0xa0) || (c == 0xed && second > 0x9f) || !continuation(s, 2))
                return 0;
        if (c < 0xf0)
                return 3;
        if ((c == 0xf0 && second < 0x90) || (c == 0xf4 && second > 0x8f) || !continuation(s, 3))
                return 0;
        return 4;
}

static void put_ascii(FILE *f, unsigned char c) {
        if (c == '"')
                fputs("\\\"", f);
        else if (c == '\\')
                fputs("\\\\\\\\", f);
        else if (c == '\n')
                fputs("\\n", f);
        else if (c == '\t')
                fputs("\\t", f);
        else if (c < 0x20 || c == 0x7f)
                fprintf(f, "\\u%04x", c);
        else
                putc(c, f);
}

static void put_text(FILE *f, const char *s) {
        putc('"', f);
        while (*s) {
                unsigned n = json_utf8_length(s);

                if (n == 0)
                        fprintf(f, "\\\\x%02x", (unsigned char) *s);
                else if (n == 1)
                        put_ascii(f, (unsigned char) *s);
                else
                        (void) fwrite(s, 1, n, f);
                s += n == 0 ? 1 : n;
        }
        putc('"', f);
}

static void put_key(struct json_writer *json, const char *key) {
        if (json->comma)
                putc(',', json->file);
        json->comma = true;
        if (key)
                fprintf(json->file, "\"%s\":", key);
}

void json_writer_open(struct json_writer *json, const char *key, char bracket) {
        put_key(json, key);
        putc(bracket, json->file);
        json->comma = false;
}

void json_writer_close(struct json_writer *json, char bracket) {
        putc(bracket, json->file);
        json->comma = true;
}

void json_writer_string(struct json_writer *json, const char *key, const char *value) {
        if (!value) {
                json_writer_null(json, key);
                return;
        }
        put_key(json, key);
        put_text(json->file, value);
}

void json_writer_u64(struct json_writer *json, const char *key, uint64_t value) {
        put_key(json, key);
        fprintf(json->file, "%" PRIu64, value);
}

void json_writer_bool(struct json_writer *json, const char *key, bool value) {
        put_key(json, key);
        fputs(value ? "true" : "false", json->file);
}

void json_writer_null(struct json_writer *json, const char *key) {
        put_key(json, key);
        fputs("null", json->file);
}
