/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A mount namespace for each test program that mounts: all of them use the same layer ids, and a layer with a
 * visible mount counts as in use. A process that cannot have a namespace cannot mount, either.
 */

#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>

static __attribute__((constructor)) void be_alone(void) {
        if (unshare(CLONE_NEWNS) >= 0)
                (void) mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL);
}
