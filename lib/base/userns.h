/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Returns true if this process runs in a user namespace that maps ids, so that uid 0 is not root of the
 * machine. Returns false if /proc is missing. */
bool in_user_namespace(void);

/* In a user namespace, the user id that its uid 0 has outside of it; else the user id of this process. */
uint32_t uid_outside(void);
