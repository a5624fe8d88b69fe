/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/* A thread that calls a short function periodically. */
struct ticker;

/* Call tick(data) every every_ns nanoseconds, the first time after one period. -ENOMEM, or the error of
 * pthread_create(3). */
int ticker_start(struct ticker **ret, uint64_t every_ns, void (*tick)(void *data), void *data);

/* Stop the thread: after the return, tick() is not called any more. ticker may be NULL. */
struct ticker *ticker_stop(struct ticker *ticker);
