/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hexids.h"
#include "format/decode.h"

#define ID_SCAN_MEMBERS_MAX 32U

/* The longest name, with the quote and the colon behind it, has 24 bytes. */
#define ID_SCAN_NAME_WORDS 3U

/* The number of readable bytes that must follow the text, the first of which is a NUL: the guess at the
 * length of a string that begins with the last byte reads so far ahead. */
#define ID_SCAN_SLACK 80U

enum id_scan_state {
        ID_SCAN_START,
        ID_SCAN_FIRST, /* behind the opening bracket */
        ID_SCAN_RECORD,
        ID_SCAN_BEHIND, /* behind a record */
        ID_SCAN_END,
};

/* The state of a scan. It reads a record file in pieces, in the form that the Go library writes, and keeps
 * only the ids. */
struct id_scan {
        struct hexids *ids;
        enum id_scan_state state;
        size_t n_members;
        struct {
                size_t length;
                uint64_t name[ID_SCAN_NAME_WORDS],
                        mask[ID_SCAN_NAME_WORDS]; /* of the bytes up to the value */
                const char *(*skip)(const char *value);
        } members[ID_SCAN_MEMBERS_MAX];
};

void id_scan_init(struct id_scan *scan, const struct record_type *type, struct hexids *ids);

/*
 * Scan the next piece of the file. Returns 1, 0 if the parser must read the file, or -ENOMEM. Returns 0 for
 * every file that Go cannot load: each record must have the form that Go writes, with members of the right
 * types. *ret_used is the number of bytes used; the caller passes the rest again, with more behind it.
 */
int id_scan(struct id_scan *scan, const char *bytes, size_t n, size_t *ret_used);

/* Was the end of the list reached? */
bool id_scan_is_complete(const struct id_scan *scan);
