/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "api/public.h"
#include "format/amend.h"
#include "format/container.h"
#include "format/image.h"
#include "format/layer.h"
#include "format/mounts.h"

#define FILE_KINDS (CSTORAGE_RECORD_FILE_MOUNTS + 1)

/*
 * Records and the bytes they were read from, shared by all who point at them: those of a whole file, or a
 * single one that was made or changed since. Immutable.
 */
struct record_buffer;

/*
 * Read a list of records of this kind; text (malloc'ed, of len bytes and a NUL) is taken over on success
 * only. As layers_parse().
 */
int record_buffer_new(enum cstorage_record_file_kind kind, char *text, size_t len, struct record_buffer **ret,
                      struct error *reterr);

struct record_buffer *record_buffer_ref(struct record_buffer *record_buffer);
struct record_buffer *record_buffer_unref(struct record_buffer *record_buffer);
DEFINE_CLEANUP(struct record_buffer *, record_buffer_unref);

/* One record that the JSON text is; -EINVAL where it is none that could be read. */
int record_buffer_of_json(enum cstorage_record_file_kind kind, const struct text *json,
                          struct record_buffer **ret, struct error *reterr);

/* What becomes of a record by amendments (format/amend.h). */
int record_buffer_amended(enum cstorage_record_file_kind kind, const void *record,
                          const struct amendment *amendments, size_t n, struct record_buffer **ret,
                          struct error *reterr);

size_t record_buffer_count(const struct record_buffer *record_buffer);
const void *record_buffer_record(const struct record_buffer *record_buffer, size_t index);

/* The id of a record of this kind; of a mount that of its layer. */
const char *record_id(enum cstorage_record_file_kind kind, const void *record);

/* The bytes of a record as they stand in its file. */
const struct slice *record_json(enum cstorage_record_file_kind kind, const void *record);
