/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "options/options.h"

/*
 * Compare each of podman's databases with this store. Return 0; -EREMCHG if one of them contains other paths
 * and no option confirms those of the store, since the records of running containers may be in another
 * runroot.
 *
 * A database that cannot be opened is searched for the row of podman's paths. If the row is not found, the
 * cause decides. If podman may be able to read the database (a library is missing, BoltDB, another process
 * writes), it may contain other paths: -EREMCHG unless --runroot is given. If podman cannot read it either,
 * podman cannot have started a container since. Then a warning is enough, unless the config.json of a
 * container of the store contains another runroot.
 */
int podman_check(const struct options *options, const struct cstorage_store *store, struct error *reterr);
