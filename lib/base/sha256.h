/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

#include "base/error.h"

#define SHA256_TEXT_MAX sizeof("sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")

/* "sha256:" and the digest of n bytes in hexadecimal digits. -ELIBACC if libmd is missing. */
int sha256_text(const void *bytes, size_t n, char ret[static SHA256_TEXT_MAX], struct error *reterr);
