/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "podman/database-files.h"
#include "podman/database.h"

/*
 * Read the row of podman's configuration into *db with SQLite, which completes the copy first: it rolls back
 * an unfinished transaction and reads the write-ahead log. The copy is changed by that. To be called by one
 * thread at a time.
 *
 * 1, or 0 if podman has not stored a row yet. -EBADMSG if this is no database or a damaged one, which podman
 * cannot read either; -ELIBACC without SQLite; -EIO if it has another form. The text is the cause alone.
 */
int podman_sqlite_read(struct podman_files *files, struct podman_database *db, struct error *reterr);
