/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deletion of temp dirs with their contents. */

#include "disk/temp-dir.h"
#include "tree/delete.h"

void temp_dir_discard(struct temp_dir *temp) {
        static const struct tree_options options = {.threads = 1};
        _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;

        if (temp->lock_fd < 0)
                return;
        if (temp->dir_fd >= 0)
                (void) tree_remove(temp->dir_fd, &options, &result, NULL);
        (void) temp_dir_remove(temp, NULL);
        temp_dir_done(temp);
}
