/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "collect/result.h"
#include "util/progress.h"

struct delete_options {
        bool count_bytes;
        struct progress *progress; /* NULL: none is shown */
};

/*
 * From here on SIGINT, SIGTERM and SIGHUP do not end the process but the deleting; those that are ignored
 * stay so. Called before the first thread is made.
 */
int delete_catch_signals(void);

/* One of them came; for those who delete. */
bool delete_is_stopped(void);
const atomic_bool *delete_stop_flag(void);

/*
 * Delete what lies in the trash and was not handed over, and its temp dirs. The locks of the store are gone
 * by now; that of each temp dir is held until it is removed. What stays is noted with its subject, and in
 * outcome->left if the deletion was interrupted. -ENOMEM: nothing was deleted.
 */
int delete_trash(struct outcome *outcome, struct cstorage_trash *trash, const struct delete_options *options);
