/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "tree/delete.h"

/*
 * A line on standard error that tells how far the deleting is: drawn by a thread of its own ten times a
 * second, first after a moment, so that what is quick shows nothing; gone when it ends.
 */
struct progress;

/* -ENOMEM, or what pthread_create says. */
int progress_start(struct progress **ret);

/* Counted on by those who delete. */
struct tree_progress *progress_counters(struct progress *progress);

/* Erase the line and end the thread. NULL is fine. */
struct progress *progress_stop(struct progress *progress);

/* Put another line there, or with "" none; where no thread draws. */
void progress_show(const char *line);

/* The line itself, shorter than width columns and ending in NUL; returns its length. */
size_t progress_line(char *buffer, size_t size, unsigned width, uint64_t entries, uint64_t bytes);
