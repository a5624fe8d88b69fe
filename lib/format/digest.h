/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* "<algorithm>:<hex>" of an algorithm that the Go side has: sha256, sha384 or sha512. */
bool digest_is_valid(const char *digest);
