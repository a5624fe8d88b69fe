/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <pthread.h>
#include <stddef.h>

/* Enough for functions with a path or two on the stack, and for the C library. */
#define THREAD_STACK_SMALL ((size_t) 256 * 1024)

/* Start a thread in which all signals are blocked, so that the threads of the caller handle them. stack_bytes
 * 0: the default of the C library. Negative errno (pthread_create(3)). */
int thread_start(pthread_t *ret, size_t stack_bytes, void *(*run)(void *), void *userdata);
