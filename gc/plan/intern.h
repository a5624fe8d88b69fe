/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

/* Small numbers for strings: equal strings get equal numbers, so that a lookup by id is an array access.
 * Add all strings, number them once, then read numbers[] in the order of adding. */
struct intern {
        const char **strings; /* borrowed */
        uint32_t *numbers;
        size_t n, cap;
        uint32_t n_distinct;
};

#define INTERN_NONE UINT32_MAX /* the number of NULL and "" */
#define INTERN_INIT ((struct intern){0})

void intern_done(struct intern *numbers);
#define _cleanup_intern_ _cleanup_(intern_done)

int intern_add(struct intern *numbers, const char *string);
int intern_assign(struct intern *numbers);
