/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/*
 * Whether ids are mapped, so that who is root here is not root of the machine. Where /proc does not tell: no.
 */
bool in_user_namespace(void);
