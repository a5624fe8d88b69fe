/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/*
 * The row of podman's configuration, found in the bytes of a database that cannot be opened as one: podman's
 * paths are stored as they are. Pure functions, without the library of the database.
 */

/* Bytes of the database; not ended by NUL. Empty: podman had its default. */
struct podman_text {
        const char *s;
        size_t len;
};

struct podman_row {
        struct podman_text graphroot, runroot, driver;
};

/* The first row that begins at or after "from". Returns the place to go on from, or NULL if there is none. */
typedef const char *podman_search(const char *from, const char *end, struct podman_row *ret);

podman_search podman_search_sqlite, podman_search_bolt;

/* The root of a path to a container's data: what is before "/overlay-containers/ID/userdata". */
const char *podman_search_userdata(const char *from, const char *end, struct podman_text *ret);
