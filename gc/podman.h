/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "options.h"

/*
 * Is this store where podman has it? 0; -EREMCHG where a database of podman's says something else and nobody
 * said by an option what is right: its records may lie in a runroot that was not looked at; or why it cannot
 * be read.
 *
 * A database that cannot be read is searched for the row of podman's paths. Without it, podman may know more
 * than this run if it can read the database (a library is missing, BoltDB, another process writes): -EREMCHG
 * until --runroot is given. If podman cannot read it either, it uses no store at all by now. Then a warning
 * is enough, unless a container of the store names another runroot.
 */
int podman_check(const struct options *options, const struct cstorage_store *store, struct error *reterr);
