/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "options.h"

/*
 * Is this store where podman has it? 0; -EREMCHG where a database of podman's says something else and nobody
 * said by an option what is right: its records may lie in a runroot that was not looked at; or why it cannot
 * be read.
 */
int podman_check(const struct options *options, const struct cstorage_store *store, struct error *reterr);
