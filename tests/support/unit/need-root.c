/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For test programs that change owners. Distributions build and test as an unprivileged user, often without
 * user namespaces.
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
