/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

/*
 * Small numbers for strings: equal strings get equal numbers, so that what is asked often about ids is an
 * array away. Add all of them, number them once, then read numbers[] in the order of adding.
 */
struct numbers {
        const char **strings; /* borrowed */
        uint32_t *numbers;
        size_t n, cap;
        uint32_t n_distinct;
};

#define NUMBER_NONE  UINT32_MAX /* of NULL and "" */
#define NUMBERS_INIT ((struct numbers){0})

void numbers_done(struct numbers *numbers);
#define _cleanup_numbers_ _cleanup_(numbers_done)

int numbers_add(struct numbers *numbers, const char *string);
int numbers_assign(struct numbers *numbers);
