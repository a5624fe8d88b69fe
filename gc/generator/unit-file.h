/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"
#include "base/text.h"

/* How paths are written in the unit files of systemd. */

/*
 * An absolute path without "//", "." and a "/" at its end, fresh memory. -EINVAL, in words, where it is none,
 * goes up (".." behind a link leads elsewhere than it reads), or has control characters: no unit file can
 * hold these, and a line break in one would be a line of the file.
 */
int unit_path_normalise(const char *path, char **ret, struct error *reterr);

/*
 * Add a line "setting=path", the path so that systemd reads just that: quoted, and % doubled. before goes in
 * front of it, within the quotes: "-" for what need not be there. The path is a normalised one.
 */
int unit_add_path(struct text *unit, const char *setting, const char *before, const char *path);

/*
 * Add the name of the unit for a normalised path, ".mount" or another type, as systemd-escape(1) writes it.
 */
int unit_add_name(struct text *unit, const char *path, const char *type);
