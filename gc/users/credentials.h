/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"
#include "users/users.h"

/* Give this process, which has root's rights, the rights of the user for good. If that fails, the process
 * must exit. */
int user_credentials_take(const struct user *user, struct error *reterr);
