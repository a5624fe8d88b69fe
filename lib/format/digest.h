/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* "<algorithm>:<hex>" with an algorithm that Go programs support: sha256, sha384 or sha512.
 * (containers-storage itself is built without the last two.) */
bool digest_is_valid(const char *digest);
