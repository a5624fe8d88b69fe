/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/*
 * Whether it is proven that no container of this boot is running: systemd has not reached basic.target yet,
 * and no container engine has left a trace in this boot. The name of a unit or an option is no proof, since a
 * unit can be started at any time. After a soft reboot containers may still run, and their traces still
 * exist.
 *
 * Call it after the directories of the store were listed: the listing is then older than the proof.
 */
bool boot_stage_is_before_containers(const char *runroot, const char *driver);
