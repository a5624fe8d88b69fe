/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Enter the user and mount namespaces that podman 6 keeps for all containers of this user without a process:
 * it saves file handles of both (podman pkg/rootless/rootless_linux.c:set_ns_handles). On a negative errno
 * nothing was changed; except on -ENOTRECOVERABLE: only the first of them was entered.
 */
int podman_ns_handles_join(void);
