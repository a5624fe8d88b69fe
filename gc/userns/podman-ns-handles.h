/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Enter the user and the mount namespace that podman 6 keeps for all containers of this user without a
 * process: it saves file handles of both (podman pkg/rootless/rootless_linux.c:set_ns_handles). Negative
 * errno, and nothing changed; but -ENOTRECOVERABLE if only the first of them could be entered.
 */
int podman_ns_handles_join(void);
