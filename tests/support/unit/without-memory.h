/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* For a test program that is linked with memory_dep: one of its allocations fails. */

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

static unsigned allocations_left; /* 0: no limit */

static bool fails(void) {
        if (allocations_left == 0 || --allocations_left > 0)
                return false;
        errno = ENOMEM;
        return true;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_reallocarray(void *p, size_t n, size_t size);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);

void *__wrap_malloc(size_t n) {
        return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size) {
        return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_reallocarray(void *p, size_t n, size_t size) {
        return fails() ? NULL : __real_reallocarray(p, n, size);
}
