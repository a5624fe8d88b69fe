/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* cmocka.h and the headers that it requires. The name of a case is a sentence of the contract. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define assert_ok(expression) assert_true((expression) >= 0)
