/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/* A thread that does something small again and again, so that those who work do nothing but count. */
struct ticker;

/* tick(data) every so many nanoseconds, the first time after the first of them. -ENOMEM, or what
 * pthread_create says. */
int ticker_start(struct ticker **ret, uint64_t every_ns, void (*tick)(void *data), void *data);

/* Once this has returned there is no tick any more. NULL is fine. */
struct ticker *ticker_stop(struct ticker *ticker);
