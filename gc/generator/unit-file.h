/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"
#include "base/text.h"

/* Paths in the syntax of systemd's unit files. */

/*
 * Return a copy of an absolute path without "//", "." and a trailing "/". -EINVAL and an error if the path is
 * not absolute, contains ".." (behind a link it leads to another directory than the text) or control
 * characters: a unit file cannot contain these, and a line break would begin a new line of the file.
 */
int unit_path_normalise(const char *path, char **ret, struct error *reterr);

/* Add a line "setting=path", with the path quoted and % doubled for systemd. The path must be normalised.
 * before is inserted in front of it, within the quotes: "-" for a path that need not exist. */
int unit_add_path(struct text *unit, const char *setting, const char *before, const char *path);

/* Add the name of the unit for a normalised path, ".mount" or another type, as systemd-escape(1) prints
 * it. */
int unit_add_name(struct text *unit, const char *path, const char *type);
