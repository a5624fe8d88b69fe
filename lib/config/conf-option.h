/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Driver options: "[driver.]key=value". */

#include "base/strlist.h"

/* Add what STORAGE_OPTS says: options between commas; none where it is empty. 0 or -ENOMEM. */
int conf_split_options(const char *text, struct strlist *options);

/*
 * Where an option names additional image stores for a driver (NULL: for any), add their paths. -EINVAL where
 * it is no option at all or a path is not absolute, -ENOMEM.
 */
int conf_add_image_stores(const char *option, const char *driver, struct strlist *stores);

/*
 * The value that an option gives this key of this driver: a copy where it is about that, -ENOENT where it is
 * about something else, -EINVAL where it is no option at all, -ENOMEM.
 */
int conf_option_value(const char *option, const char *driver, const char *key, char **ret);
