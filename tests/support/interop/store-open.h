/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <cstorage.h>

/* Open the store DRIVER GRAPHROOT RUNROOT by cstorage_store_open() or cstorage_store_create(). */
int store_open(char **words, bool transient,
               int (*how)(const struct cstorage_config *, struct cstorage_store **, struct cstorage_error *),
               struct cstorage_store **ret, struct cstorage_error *reterr);
