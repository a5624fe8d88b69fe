/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "collect/result.h"
#include "util/progress.h"

struct delete_options {
        bool count_bytes;
        struct progress *progress; /* NULL: show none */
};

/* From now on SIGINT, SIGTERM and SIGHUP do not end the process but stop the deletion; signals that are
 * ignored stay ignored. Call it before the first thread is created. */
int delete_catch_signals(void);

/* Whether one of these signals was received. */
bool delete_is_stopped(void);
const atomic_bool *delete_stop_flag(void);

/*
 * Delete the trash that was not handed over, and its temp dirs. The locks of the store are released already;
 * the lock of each temp dir is held until it is removed. An item that cannot be deleted is noted in its
 * subject. outcome->left is set if the deletion was interrupted. On -ENOMEM nothing was deleted.
 */
int delete_trash(struct outcome *outcome, struct cstorage_trash *trash, const struct delete_options *options);
