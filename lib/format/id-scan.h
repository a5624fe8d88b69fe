/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hexids.h"
#include "format/decode.h"

#define ID_SCAN_MEMBERS_MAX 32U

/* With the quote and the colon behind it, a name has 24 bytes at most. */
#define ID_SCAN_NAME_WORDS 3U

/* Bytes behind the text that must be readable, the first of them NUL: a guess at the length of a string that
 * begins with the last byte looks so far ahead. */
#define ID_SCAN_SLACK 80U

enum id_scan_state {
        ID_SCAN_START,
        ID_SCAN_FIRST, /* behind the bracket */
        ID_SCAN_RECORD,
        ID_SCAN_BEHIND, /* a record */
        ID_SCAN_END,
};

/* A record file, as the Go side writes it, is read in pieces, and only the ids are kept. */
struct id_scan {
        struct hexids *ids;
        enum id_scan_state state;
        size_t n_members;
        struct {
                size_t length;
                uint64_t name[ID_SCAN_NAME_WORDS],
                        mask[ID_SCAN_NAME_WORDS]; /* of what stands up to the value */
                const char *(*skip)(const char *value);
        } members[ID_SCAN_MEMBERS_MAX];
};

void id_scan_init(struct id_scan *scan, const struct record_type *type, struct hexids *ids);

/*
 * Go on with a piece of the file: 1, or 0 if a closer look is needed, -ENOMEM. Whatever Go cannot load needs
 * one: each record must have the form in which Go writes it, with members of the right types. *ret_used is
 * how far the piece was read: what is behind it must be given again, with more.
 */
int id_scan(struct id_scan *scan, const char *bytes, size_t n, size_t *ret_used);

/* Whether the list was seen to its end. */
bool id_scan_is_complete(const struct id_scan *scan);
