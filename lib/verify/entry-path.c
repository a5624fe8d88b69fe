/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "verify/entry-path.h"

const char *entry_basename(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

/* Remove the last component of the n bytes at path. Returns the new length. */
static size_t drop_last(const char *path, size_t n) {
        while (n > 0 && path[n - 1] != '/')
                n--;
        return n > 0 ? n - 1 : 0;
}

static size_t append(char *path, size_t n, const char *component, size_t length) {
        if (n > 0)
                path[n++] = '/';
        memcpy(path + n, component, length);
        return n + length;
}

static bool is(const char *component, size_t length, const char *name) {
        return length == strlen(name) && memcmp(component, name, length) == 0;
}

int entry_path(const char *name, char **ret) {
        _cleanup_free_ char *path = NULL;
        size_t n = 0;

        if (strlen(name) >= PATH_MAX)
                return -EBADMSG;
        path = malloc(strlen(name) + 2);
        if (!path)
                return -ENOMEM;

        for (const char *at = name; *at;) {
                size_t length = strcspn(at, "/");

                if (is(at, length, "..")) {
                        if (n == 0 && *name != '/')
                                return -EBADMSG;
                        n = drop_last(path, n);
                } else if (length > 0 && !is(at, length, "."))
                        n = append(path, n, at, length);
                at += length + (at[length] == '/');
        }
        if (n == 0)
                path[n++] = '.';
        path[n] = '\0';
        *ret = TAKE_PTR(path);
        return 0;
}
