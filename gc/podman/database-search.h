/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* Find the row of podman's configuration in the bytes of a database that cannot be opened: podman's paths
 * are stored verbatim. Pure functions that do not use the library of the database. */

/* Bytes of the database, not NUL-terminated. Empty: podman uses its default. */
struct podman_text {
        const char *s;
        size_t len;
};

struct podman_row {
        struct podman_text graphroot, runroot, driver;
};

/* Find the first row that begins at or after "from". Return the position to continue from, or NULL if
 * there is none. */
typedef const char *podman_search(const char *from, const char *end, struct podman_row *ret);

podman_search podman_search_sqlite, podman_search_bolt;

/* Find the root of a path to a container's data: the part before "/overlay-containers/ID/userdata". */
const char *podman_search_userdata(const char *from, const char *end, struct podman_text *ret);
