/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/text.h"
#include "format/decode.h"

/* A change of one member of a record. */
struct amendment {
        const char *member; /* the name of a member of the type */
        const char *key;    /* NULL: the whole member; else this member, in UTF-8, of the map in it */
        const char *json;   /* the new value, one JSON value; NULL: remove it */
};

/*
 * Append the amended record to the text. Everything that no amendment names keeps its bytes, including white
 * space, unknown members and the form of numbers. A new member is inserted behind the last member that
 * precedes it in the table, a new key of a map behind the last key that sorts before it, as the Go library
 * orders them. The amendments apply one after the other. Removing a missing member is not an error, and a map
 * that loses its last key is removed.
 *
 * -EINVAL if the JSON of an amendment is invalid, -EBADMSG if the parser of the type refuses the record, or
 * -ENOMEM; then nothing was appended.
 */
int record_amend(const struct record_type *type, struct slice record, const struct amendment *amendments,
                 size_t n, struct text *ret, struct error *reterr);
