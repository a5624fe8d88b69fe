/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A small store in a temporary directory, written file by file in the format of Go. */

#include <cstorage.h>

struct fixture {
        char *top; /* graphroot and runroot are directories in it */
        int fd;
        struct cstorage_config *config;
};

/* An id of 64 hex digits with this prefix. */
const char *fixture_id(const char *digits);

/* Make an overlay store without layers; transient if STORAGE_TRANSIENT is set. For cmocka. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Paths are below the top; missing parent directories are made. */
void fixture_mkdir(struct fixture *fixture, const char *path);
void fixture_write(struct fixture *fixture, const char *path, const char *content);
void fixture_symlink(struct fixture *fixture, const char *target, const char *path);
bool fixture_exists(struct fixture *fixture, const char *path);

/* Make the directory of an overlay layer and its link, without a record. */
void fixture_add_layer_dir(struct fixture *fixture, const char *id, const char *link);

struct cstorage_store *fixture_open(struct fixture *fixture);
