/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Create a lock file with mode 0600, as os.CreateTemp does, and lock it before it gets its name, so that no
 * other process can lock it first. If the file system does not support this, it is locked right after its
 * creation. Returns the descriptor; -EEXIST if the name is taken, or if another process took the lock first.
 */
int lock_file_make(int dirfd, const char *name);
