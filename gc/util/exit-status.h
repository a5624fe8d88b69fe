/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The exit status of a run. If several apply, the first in this list is returned, except for the usage
 * error. */
enum {
        STATUS_DONE = 0,
        STATUS_FAILED = 1,
        STATUS_USAGE = 2,
        STATUS_REFUSED = 3,
        STATUS_TIMEOUT = 4, /* nothing was done at all */
};
