/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A small store in a temporary directory, written file by file as the Go side would. */

#include <cstorage.h>

struct fixture {
        char *top; /* graphroot and runroot are directories in it */
        int fd;
        struct cstorage_config *config;
};

/* An id of 64 hex digits that starts with these. */
const char *fixture_id(const char *digits);

/* An overlay store without layers; transient as STORAGE_TRANSIENT in the environment says. For cmocka. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Below the top; directories on the way are made. content "" is an empty file. */
void fixture_mkdir(struct fixture *fixture, const char *path);
void fixture_write(struct fixture *fixture, const char *path, const char *content);
void fixture_symlink(struct fixture *fixture, const char *target, const char *path);
bool fixture_exists(struct fixture *fixture, const char *path);

/* An overlay layer's directory with a link; not recorded. */
void fixture_add_layer_dir(struct fixture *fixture, const char *id, const char *link);

struct cstorage_store *fixture_open(struct fixture *fixture);
