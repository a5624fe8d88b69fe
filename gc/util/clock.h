/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/* Microseconds of the monotonic clock. */
uint64_t now_us(void);
