/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"
#include "users/users.h"

/* This process, which is root's, has from now on the rights of the user, and never more. Where it fails, it
 * must end. */
int user_credentials_take(const struct user *user, struct error *reterr);
