/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Enter the user and the mount namespace that podman keeps for all containers of this user, by a process that
 * does nothing else: what is mounted for them is seen nowhere else. Negative errno, and nothing changed;
 * -ENOENT where there is none, as before the first container after a boot.
 */
int podman_pause_join(void);
