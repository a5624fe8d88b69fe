/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/*
 * Whether it is proven that no container of this boot is alive: systemd has not reached basic.target yet, and
 * no container engine has left a trace in this boot. Neither a unit's name nor an option proves it, since a
 * unit can be started at any time; after a soft reboot containers may have survived, and their traces with
 * them.
 *
 * To be asked after the directories of the store were listed: what was listed is then older than the proof.
 */
bool boot_stage_is_before_containers(const char *runroot, const char *driver);
