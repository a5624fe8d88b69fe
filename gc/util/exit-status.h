/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How a run ended. Where more than one fits: that which comes first here, but for the usage. */
enum {
        STATUS_DONE = 0,
        STATUS_FAILED = 1,
        STATUS_USAGE = 2,
        STATUS_REFUSED = 3,
        STATUS_TIMEOUT = 4, /* nothing was done at all */
};
