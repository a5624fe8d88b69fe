/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A mount namespace for each test program that mounts: the ids of layers are the same in all of them, and a
 * layer that is mounted anywhere in sight counts as in use. Who may not have one may not mount either.
 */

#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>

static __attribute__((constructor)) void be_alone(void) {
        if (unshare(CLONE_NEWNS) >= 0)
                (void) mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL);
}
