/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Make a lock file of mode 0600, as os.CreateTemp does, that nobody else can ever have locked: it gets its
 * name when it is locked already. Where the file system cannot do that it is locked right after it was made.
 * Returns the descriptor; -EEXIST where the name is taken, or was while we were at it.
 */
int lock_file_make(int dirfd, const char *name);
