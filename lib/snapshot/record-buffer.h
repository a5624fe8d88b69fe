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
 * Records and the text that they were parsed from: those of a whole file, or one record that was made or
 * changed since. Reference-counted, immutable.
 */
struct record_buffer;

/*
 * Parse a list of records, as layers_parse(). text is allocated with malloc(), len bytes and a NUL; the
 * buffer owns it on success only.
 */
int record_buffer_new(enum cstorage_record_file_kind kind, char *text, size_t len, struct record_buffer **ret,
                      struct error *reterr);

struct record_buffer *record_buffer_ref(struct record_buffer *record_buffer);
struct record_buffer *record_buffer_unref(struct record_buffer *record_buffer);
DEFINE_CLEANUP(struct record_buffer *, record_buffer_unref);

/* Make a buffer with one record from its JSON text; -EINVAL if it cannot be parsed. */
int record_buffer_of_json(enum cstorage_record_file_kind kind, const struct text *json,
                          struct record_buffer **ret, struct error *reterr);

/* Make a buffer with an amended copy of a record (format/amend.h). */
int record_buffer_amended(enum cstorage_record_file_kind kind, const void *record,
                          const struct amendment *amendments, size_t n, struct record_buffer **ret,
                          struct error *reterr);

size_t record_buffer_count(const struct record_buffer *record_buffer);
const void *record_buffer_record(const struct record_buffer *record_buffer, size_t index);

/* The id of a record; for a mount, the id of its layer. */
const char *record_id(enum cstorage_record_file_kind kind, const void *record);

/* The text of a record as in its file. */
const struct slice *record_json(enum cstorage_record_file_kind kind, const void *record);
