/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* "1.2G", "4K", "512B"; at most HUMAN_MAX bytes with the NUL. */
#define HUMAN_MAX 24
const char *human_bytes(char buffer[HUMAN_MAX], uint64_t bytes);

/* "850us", "12.3ms", "4.56s" */
const char *human_age(char buffer[HUMAN_MAX], uint64_t s);
const char *human_time(char buffer[HUMAN_MAX], uint64_t us);
