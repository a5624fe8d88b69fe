/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Driver options: "[driver.]key=value". */

#include "base/strlist.h"

/* Append the options in the value of STORAGE_OPTS, separated by commas; an empty value has none. Returns 0 or
 * -ENOMEM. */
int conf_split_options(const char *text, struct strlist *options);

/* If an option names additional image stores for a driver (NULL: for any), append their paths. -EINVAL if it
 * is not an option or a path is not absolute, or -ENOMEM. */
int conf_add_image_stores(const char *option, const char *driver, struct strlist *stores);

/* The value that an option sets for this key of this driver, in fresh memory. -ENOENT if it sets another key,
 * -EINVAL if it is not an option, or -ENOMEM. */
int conf_option_value(const char *option, const char *driver, const char *key, char **ret);
