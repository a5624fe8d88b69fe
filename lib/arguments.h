/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * A struct of options of the caller's, before anything else in it is read: -EINVAL where it is of another
 * size than this library's, or has a flag that it does not know; what are they options of?
 */
int check_options(size_t size, size_t known_size, uint64_t flags, uint64_t known_flags, const char *what,
                  struct error *reterr);
int check_flags(uint64_t flags, uint64_t known_flags, const char *what, struct error *reterr);
