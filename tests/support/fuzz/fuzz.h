/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* What libFuzzer and fuzz-main.c call. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold of every input. */
#define FUZZ_ASSERT(x)                                                                                       \
        do {                                                                                                 \
                if (!(x))                                                                                    \
                        abort();                                                                             \
        } while (0)
