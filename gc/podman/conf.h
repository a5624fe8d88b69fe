/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>

#include "base/error.h"
#include "base/strlist.h"

/* The directories of podman's database that containers.conf(5) may set. */
struct podman_conf {
        struct strlist static_dirs, tmp_dirs;
};

#define PODMAN_CONF_INIT ((struct podman_conf){0})

void podman_conf_done(struct podman_conf *conf);
#define _cleanup_podman_conf_ _cleanup_(podman_conf_done)

/*
 * Get the values in all containers.conf files of this user, not only those that take effect: the files and
 * their order differ between releases, and an unneeded directory costs nothing. -EBADMSG if a file that may
 * contain one of the settings cannot be parsed.
 */
int podman_conf_read(struct podman_conf *conf, struct error *reterr);

/* The uid of this user outside of podman's user namespace. */
uid_t podman_uid(void);
