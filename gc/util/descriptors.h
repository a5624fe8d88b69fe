/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Raise the limit of open descriptors to the hard limit, since each temp dir needs two until it is handed
 * over: a shell starts programs with a limit of 1024. If the limit cannot be raised, the calls that exceed it
 * fail.
 */
void descriptors_allow(void);
