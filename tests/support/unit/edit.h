/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Change the store of a fixture. */

#include <string.h>

#include "base/cleanup.h"
#include "fixture.h"
#include "unit.h"

#define LAYER     CSTORAGE_OBJECT_LAYER
#define IMAGE     CSTORAGE_OBJECT_IMAGE
#define CONTAINER CSTORAGE_OBJECT_CONTAINER

DEFINE_CLEANUP(struct cstorage_store *, cstorage_store_unref);
DEFINE_CLEANUP(struct cstorage_snapshot *, cstorage_snapshot_unref);
DEFINE_CLEANUP(struct cstorage_txn *, cstorage_txn_free);
DEFINE_CLEANUP(struct cstorage_trash *, cstorage_trash_free);

/* The call passes "reterr", and the message there contains the text. */
#define assert_refused(wanted_code, wanted_text, call)                                                       \
        do {                                                                                                 \
                struct cstorage_error refused = {0};                                                         \
                struct cstorage_error *reterr = &refused;                                                    \
                                                                                                             \
                assert_int_equal(call, wanted_code);                                                         \
                assert_int_equal(refused.code, wanted_code);                                                 \
                if (!strstr(refused.text, wanted_text))                                                      \
                        fail_msg("\"%s\" does not contain \"%s\"", refused.text, wanted_text);               \
        } while (0)

struct cstorage_txn *begin(struct fixture *f);
void commit(struct cstorage_txn *txn);
void add_layer(struct cstorage_txn *txn, const char *id, const char *name, const char *parent);
int try_image(struct cstorage_txn *txn, const char *id, const char *name, const char *layer,
              struct cstorage_error *reterr);
int try_container(struct cstorage_txn *txn, const char *id, const char *name, const char *image,
                  uint64_t flags, struct cstorage_error *reterr);

/* Make two layers, an image of them, and a container. */
void fill(struct fixture *f);
struct cstorage_snapshot *records(struct fixture *f);

/* The results are valid until the next call. */
char *read_text(struct fixture *f, const char *path);
const char *layer_path(const char *id, const char *below);
const char *volatile_file(const char *kind);

bool has_token(struct fixture *f, const char *path);
bool has(struct fixture *f, const char *path, const char *text);
bool is_transient(void);
