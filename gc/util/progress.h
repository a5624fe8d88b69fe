/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "tree/delete.h"

/* The progress line of a deletion, on standard error. A separate thread draws it ten times a second. It
 * appears after a delay, so that a short deletion shows none, and is erased at the end. */
struct progress;

/* -ENOMEM, or the error of pthread_create(3). */
int progress_start(struct progress **ret);

/* The counters, which the deleting threads increment. */
struct tree_progress *progress_counters(struct progress *progress);

/* Erase the line and end the thread. progress may be NULL. */
struct progress *progress_stop(struct progress *progress);

/* Draw another line, or with "" none. Only without a drawing thread. */
void progress_show(const char *line);

/* Format the line, shorter than width columns and NUL-terminated. Return its length. */
size_t progress_line(char *buffer, size_t size, unsigned width, uint64_t entries, uint64_t bytes);
