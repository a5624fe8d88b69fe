/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "verify/look.h"
#include "verify/mismatch.h"

/*
 * Decide whether an entry of the archive and what is in its place match, except for the content of files. The
 * texts in *ret are those of the arguments. Not compared: owners and attributes, which depend on id maps and
 * on the user namespace of the process that made the layer; times; the mode of the root directory, which the
 * driver sets; a device that does not exist, because unprivileged processes make none.
 */
bool judge_entry(const struct archive_entry *entry, const struct sight *sight, bool keeps_lower,
                 struct mismatch *ret);
