/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether ids are mapped, so that who is root here is not root of the machine. Where /proc does not tell: no.
 */
bool in_user_namespace(void);

/* The user id that root of this user namespace has outside of it; outside of any, that of this process. */
uint32_t uid_outside(void);
