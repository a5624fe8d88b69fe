/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hexids.h"
#include "format/decode.h"

#define IDSCAN_MEMBERS_MAX 32U

/* With the quote and the colon behind it, a name has 24 bytes at most. */
#define IDSCAN_NAME_WORDS 3U

/* Bytes behind the text that must be readable, the first of them NUL: a guess at the length of a string that
 * begins with the last byte looks so far ahead. */
#define IDSCAN_SLACK 80U

enum idscan_state {
        IDSCAN_START,
        IDSCAN_FIRST, /* behind the bracket */
        IDSCAN_RECORD,
        IDSCAN_BEHIND, /* a record */
        IDSCAN_END,
};

/* A record file, as the Go side writes it, is read in pieces, and only the ids are kept. */
struct idscan {
        struct hexids *ids;
        enum idscan_state state;
        size_t n_members;
        struct {
                size_t length;
                uint64_t name[IDSCAN_NAME_WORDS],
                        mask[IDSCAN_NAME_WORDS]; /* of what stands up to the value */
                const char *(*skip)(const char *value);
        } members[IDSCAN_MEMBERS_MAX];
};

void idscan_init(struct idscan *scan, const struct record_type *type, struct hexids *ids);

/*
 * Go on with a piece of the file: 1, or 0 if a closer look is needed, -ENOMEM. Whatever Go cannot load needs
 * one: each record must have the form in which Go writes it, with members of the right types. *ret_used is
 * how far the piece was read: what is behind it must be given again, with more.
 */
int idscan(struct idscan *scan, const char *bytes, size_t n, size_t *ret_used);

/* Whether the list was seen to its end. */
bool idscan_is_complete(const struct idscan *scan);
