/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/thread.h"

#include <assert.h>
#include <signal.h>

int thread_start(pthread_t *ret, size_t stack_bytes, void *(*run)(void *), void *userdata) {
        pthread_attr_t attr;
        sigset_t all, before;
        int r;

        assert(ret && run);

        r = pthread_attr_init(&attr);
        if (r != 0)
                return -r;
        if (stack_bytes > 0)
                (void) pthread_attr_setstacksize(&attr, stack_bytes);
        (void) sigfillset(&all);
        (void) pthread_sigmask(SIG_SETMASK, &all, &before);
        r = pthread_create(ret, &attr, run, userdata);
        (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
        (void) pthread_attr_destroy(&attr);
        return -r;
}
