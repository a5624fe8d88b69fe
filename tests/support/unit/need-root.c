/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For test programs that give files to others. Distributions build, and test, as another user than root, in
 * root directories where no user namespace can be had.
 */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { EXIT_SKIP = 77 };

static __attribute__((constructor)) void need_root(void) {
        if (geteuid() == 0)
                return;

        puts("1..0 # SKIP only root can do this");
        exit(EXIT_SKIP);
}
