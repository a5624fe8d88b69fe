/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>

#include "base/error.h"
#include "base/strlist.h"

/* Directories of podman's that containers.conf(5) may move: those of its database. */
struct podman_conf {
        struct strlist static_dirs, tmp_dirs;
};

#define PODMAN_CONF_INIT ((struct podman_conf){0})

void podman_conf_done(struct podman_conf *conf);
#define _cleanup_podman_conf_ _cleanup_(podman_conf_done)

/*
 * What any containers.conf of this user sets, and not what counts in the end: releases differ in what they
 * read and in the order, and to look into one directory too many costs nothing. -EBADMSG if a file that may
 * set one of them cannot be understood.
 */
int podman_conf_read(struct podman_conf *conf, struct error *reterr);

/* The id of this user outside of the user namespace that podman made. */
uid_t podman_uid(void);
