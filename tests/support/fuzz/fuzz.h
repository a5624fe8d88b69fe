/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* libFuzzer and fuzz-main.c call it. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Abort if an invariant does not hold. */
#define FUZZ_ASSERT(x)                                                                                       \
        do {                                                                                                 \
                if (!(x))                                                                                    \
                        abort();                                                                             \
        } while (0)
