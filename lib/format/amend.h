/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/text.h"
#include "format/decode.h"

/* One member of a record that changes. */
struct amendment {
        const char *member; /* one of the type's */
        const char *key;    /* NULL: all of it; else this one member, in UTF-8, of the map that it is */
        const char *json;   /* the value it gets, one JSON value; NULL: it goes */
};

/*
 * Add to the text what becomes of the bytes of a record: all that no amendment names stays as it stands,
 * white space, unknown members and the writing of numbers included. What is new comes where the Go side would
 * write it: a member behind the last one that is before it in the table, a key of a map behind the last one
 * that sorts before it. The amendments apply one after the other. What is to go and is not there is no error,
 * and a map that loses its last key goes itself.
 *
 * -EINVAL where the JSON of an amendment is none, -EBADMSG where the record is not one that its parser takes,
 * or -ENOMEM; then nothing was added.
 */
int record_amend(const struct record_type *type, struct slice record, const struct amendment *amendments,
                 size_t n, struct text *ret, struct error *reterr);
