/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A JSON writer for file names: they are bytes, but JSON is UTF-8. */

#include <inttypes.h>
#include <string.h>

#include "report/json-writer.h"
#include "json/utf8.h"

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
                size_t n = utf8_length(s, strnlen(s, UTF8_LENGTH_MAX));

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
        put_key(json, key);
        if (value)
                put_text(json->file, value);
        else
                fputs("null", json->file);
}

void json_writer_u64(struct json_writer *json, const char *key, uint64_t value) {
        put_key(json, key);
        fprintf(json->file, "%" PRIu64, value);
}

void json_writer_bool(struct json_writer *json, const char *key, bool value) {
        put_key(json, key);
        fputs(value ? "true" : "false", json->file);
}
