/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Find podman's paths in the raw bytes of its databases. */

#include "podman/database-search.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static const char *find(const char *from, const char *end, const char *text) {
        return memmem(from, (size_t) (end - from), text, strlen(text));
}

static bool is_path(const struct podman_text *text) {
        return text->len == 0 ||
               (text->len < PATH_MAX && *text->s == '/' && !memchr(text->s, '\0', text->len));
}

/* ---------------------------------------------------------------------------------------------- SQLite */

/*
 * https://www.sqlite.org/fileformat2.html#record_format: a record is a header, of its own size and the type
 * of each column, and the columns. The row of DBConfig (libpod/sqlite_state_internal.go:createSQLiteTables)
 * has the id, which is the key and so stored as NULL; the number of the schema, 1 without a byte or another
 * in one byte; "linux"; and six texts.
 */
#define OS          "linux"
#define OS_TYPE     (13 + 2 * (sizeof(OS) - 1))
#define FIRST_TYPES 4U /* the size, the id, the schema, the system: one byte each */
#define TEXTS       6U
#define HEADER_MIN  (FIRST_TYPES + TEXTS)
#define HEADER_MAX  (FIRST_TYPES + 2 * TEXTS)

/* The texts in the order of the columns. */
enum { STATIC_DIR, TMP_DIR, GRAPHROOT, RUNROOT, DRIVER, VOLUME_DIR };

/* A longer row overflows its page of 4096 bytes and is not contiguous. */
#define ROW_MAX 4061U

/* Decode a type of one or two bytes: a text of up to 8185 bytes. */
static const uint8_t *read_type(const uint8_t *at, size_t *ret) {
        *ret = *at & 0x7f;
        if (*at++ & 0x80) {
                if (*at & 0x80)
                        return NULL;
                *ret = *ret << 7 | *at++;
        }
        return at;
}

/* Get the lengths of the texts. Return false if the types do not fill the header. */
static bool read_types(const uint8_t *header, size_t size, struct podman_text texts[static TEXTS]) {
        const uint8_t *at = header + FIRST_TYPES;

        for (size_t i = 0; i < TEXTS; i++) {
                size_t type;

                if (at >= header + size)
                        return false;
                at = read_type(at, &type);
                if (!at || type < 13 || type % 2 == 0)
                        return false;
                texts[i].len = (type - 13) / 2;
        }
        return at == header + size;
}

static bool take_texts(const char *from, const char *end, struct podman_text texts[static TEXTS]) {
        for (size_t i = 0; i < TEXTS; i++) {
                if (texts[i].len > (size_t) (end - from))
                        return false;
                texts[i].s = from;
                from += texts[i].len;
                if (i != DRIVER && !is_path(&texts[i]))
                        return false;
        }
        return true;
}

/* Whether the record has a header of this size, and this number of integer bytes before the name of the
 * system. */
static bool read_record(const char *os, size_t size, size_t integers, const char *end,
                        struct podman_row *ret) {
        const uint8_t *header = (const uint8_t *) os - integers - size;
        struct podman_text texts[TEXTS];
        const char *first = os + strlen(OS);

        if (header[0] != size || header[1] != 0 || header[3] != OS_TYPE ||
            header[2] != (integers == 0 ? 9 : 1) || !read_types(header, size, texts) ||
            !take_texts(first, end, texts) ||
            (size_t) (texts[VOLUME_DIR].s + texts[VOLUME_DIR].len - (const char *) header) > ROW_MAX)
                return false;
        *ret = (struct podman_row){texts[GRAPHROOT], texts[RUNROOT], texts[DRIVER]};
        return true;
}

static bool read_record_around(const char *from, const char *os, const char *end, struct podman_row *ret) {
        for (size_t integers = 0; integers <= 1; integers++)
                for (size_t size = HEADER_MIN; size <= HEADER_MAX; size++)
                        if ((size_t) (os - from) >= size + integers &&
                            read_record(os, size, integers, end, ret))
                                return true;
        return false;
}

const char *podman_search_sqlite(const char *from, const char *end, struct podman_row *ret) {
        const char *start = from;

        for (const char *os; (os = find(from, end, OS)); from = os + 1)
                if (read_record_around(start, os, end, ret))
                        return os + 1;
        return NULL;
}

/* ------------------------------------------------------------------------------------------------ Bolt */

/*
 * The keys of a bucket are sorted, each followed by its value (bbolt, node.go:write). These are in a row
 * (libpod/boltdb_state_internal.go): graph-driver-name, graph-root, os, run-root, static-dir.
 */
#define DRIVER_MAX 64U

/* The bytes between the end of a key and the next key, if they are at most max. */
static const char *take_value(const char *from, const char *end, const char *next, size_t max,
                              struct podman_text *ret) {
        const char *at;

        if ((size_t) (end - from) > max + strlen(next))
                end = from + max + strlen(next);
        at = find(from, end, next);
        if (!at)
                return NULL;
        *ret = (struct podman_text){from, (size_t) (at - from)};
        return at + strlen(next);
}

static bool read_bucket(const char *from, const char *end, struct podman_row *ret) {
        from = take_value(from, end, "graph-root", DRIVER_MAX, &ret->driver);
        if (from)
                from = take_value(from, end, "os" OS "run-root", PATH_MAX, &ret->graphroot);
        if (from)
                from = take_value(from, end, "static-dir", PATH_MAX, &ret->runroot);
        return from && is_path(&ret->graphroot) && is_path(&ret->runroot);
}

const char *podman_search_bolt(const char *from, const char *end, struct podman_row *ret) {
        static const char key[] = "graph-driver-name";

        for (const char *at; (at = find(from, end, key)); from = at + 1)
                if (read_bucket(at + strlen(key), end, ret))
                        return at + strlen(key);
        return NULL;
}

/* ------------------------------------------------------------------------------------------------ paths */

#define CONTAINERS "-containers/"
#define USERDATA   "/userdata"
#define ID_LENGTH  64U

static bool is_userdata(const char *id, const char *end) {
        if ((size_t) (end - id) < ID_LENGTH + strlen(USERDATA))
                return false;
        for (size_t i = 0; i < ID_LENGTH; i++)
                if (!memchr("0123456789abcdef", id[i], 16))
                        return false;
        return memcmp(id + ID_LENGTH, USERDATA, strlen(USERDATA)) == 0;
}

/* In the JSON text and in the strings in it, these characters delimit a path. */
static bool is_in_path(char c) {
        return (unsigned char) c > ' ' && !strchr("\",=:", c);
}

/* Go back from "-containers" over the name of the driver to the start of the path. */
static bool take_root(const char *start, const char *at, struct podman_text *ret) {
        const char *slash = memrchr(start, '/', (size_t) (at - start)), *first = slash;

        if (!slash)
                return false;
        while (first > start && is_in_path(first[-1]))
                first--;
        *ret = (struct podman_text){first, (size_t) (slash - first)};
        return ret->len > 0 && is_path(ret);
}

const char *podman_search_userdata(const char *from, const char *end, struct podman_text *ret) {
        const char *start = from;

        for (const char *at; (at = find(from, end, CONTAINERS)); from = at + 1)
                if (is_userdata(at + strlen(CONTAINERS), end) && take_root(start, at, ret))
                        return at + strlen(CONTAINERS);
        return NULL;
}
