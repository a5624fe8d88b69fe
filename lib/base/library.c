/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loading of shared libraries on demand. */

#include <dlfcn.h>
#include <string.h>

#include "base/library.h"

bool library_load(const char *soname, const char *const *names, size_t n, void *pointers) {
        void *handle = dlopen(soname, RTLD_NOW | RTLD_LOCAL);

        for (size_t i = 0; handle && i < n; i++) {
                void *function = dlsym(handle, names[i]);

                if (!function)
                        return false;
                memcpy((char *) pointers + i * sizeof(function), &function, sizeof(function));
        }
        return handle;
}
