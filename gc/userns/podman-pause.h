/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Enter the user and mount namespaces of podman's pause process, which keeps them open for all containers of
 * this user: the mounts of the containers are visible only there. On a negative errno nothing was changed;
 * -ENOENT if there is no such process, for example before the first container after a boot.
 */
int podman_pause_join(void);
