/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "podman/database-files.h"
#include "podman/database.h"

/*
 * Read the row of podman's configuration into *db with SQLite, which completes the copy first: it rolls back
 * an unfinished transaction and reads the write-ahead log. This modifies the copy. Only one thread may call
 * it at a time.
 *
 * Return 1, or 0 if podman has not stored a row yet. -EBADMSG if this is no database or a damaged one, which
 * podman cannot read either; -ELIBACC without SQLite; -EIO if it has another format. The error contains the
 * cause only.
 */
int podman_sqlite_read(struct podman_files *files, struct podman_database *db, struct error *reterr);
