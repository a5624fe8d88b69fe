/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Writes JSON, one value after the other. What is written is always valid UTF-8, whatever the strings hold:
 * in each string a backslash becomes two, and a byte that belongs to no UTF-8 character becomes \xHH (four
 * characters, of which JSON again escapes the backslash). Undoing that gives the bytes back.
 *
 * Errors stay with the stream: see ferror(3).
 */
struct json_writer {
        FILE *file;
        bool comma; /* something stands before the next value */
};

#define JSON_WRITER_INIT(f) ((struct json_writer){.file = (f)})

/* The key is NULL inside of an array and at the top. */
void json_writer_open(struct json_writer *json, const char *key, char bracket);
void json_writer_close(struct json_writer *json, char bracket);
void json_writer_string(struct json_writer *json, const char *key, const char *value); /* NULL: null */
void json_writer_u64(struct json_writer *json, const char *key, uint64_t value);
void json_writer_bool(struct json_writer *json, const char *key, bool value);
void json_writer_null(struct json_writer *json, const char *key);

/* The bytes of the UTF-8 character at s, 1 to 4; 0 where there is none. s ends in NUL. */
unsigned json_utf8_length(const char *s);
