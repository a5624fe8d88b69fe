/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Why an open /proc may not show every process of the machine, a sentence without full stop; NULL if it shows
 * them all.
 */
const char *proc_view_hides(int proc_fd);
