/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Write JSON, one value after the other. The output is always valid UTF-8, whatever bytes the strings
 * contain: a backslash in a string becomes two, and a byte that belongs to no UTF-8 character becomes \xHH
 * (four characters; JSON escapes the backslash again). The reverse yields the original bytes.
 *
 * Errors are kept in the stream: see ferror(3).
 */
struct json_writer {
        FILE *file;
        bool comma; /* the next value is preceded by a comma */
};

#define JSON_WRITER_INIT(f) ((struct json_writer){.file = (f)})

/* key is NULL inside of an array and at the top level. */
void json_writer_open(struct json_writer *json, const char *key, char bracket);
void json_writer_close(struct json_writer *json, char bracket);
void json_writer_string(struct json_writer *json, const char *key, const char *value); /* NULL: null */
void json_writer_u64(struct json_writer *json, const char *key, uint64_t value);
void json_writer_bool(struct json_writer *json, const char *key, bool value);
