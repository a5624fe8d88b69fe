/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing files of a layer in one step, and moving aside what must not be lost. */

#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "base/newfile.h"
#include "driver/overlay-examine.h"
#include "driver/overlay-repair.h"

#define ASIDE ".aside"

/* So many are there only if a program makes them. */
#define ASIDE_MAX 1000

int overlay_repair_error(const struct overlay_repair *repair, int code, const char *what, const char *name) {
        _cleanup_free_ char *path = path_below(repair->layer_fd, name);

        if (repair->reterr && repair->reterr->code == code && repair->reterr->text[0])
                return code;
        return error_errno(repair->reterr, code, "%s %s", what, path ? path : name);
}

static int find_free_name(int layer_fd, const char *name, char **ret) {
        for (int i = 1; i <= ASIDE_MAX; i++) {
                _cleanup_free_ char *aside = NULL;
                struct identity there;
                int r;

                r = i == 1 ? asprintf(&aside, "%s" ASIDE, name) : asprintf(&aside, "%s" ASIDE ".%d", name, i);
                if (r < 0) {
                        aside = NULL;
                        return -ENOMEM;
                }
                r = identity_at(layer_fd, aside, &there);
                if (r == -ENOENT) {
                        *ret = TAKE_PTR(aside);
                        return 0;
                }
                if (r < 0)
                        return r;
        }
        return -EEXIST;
}

/* The name is added first: then a failed rename is the only one without a report. */
int overlay_repair_move_aside(const struct overlay_repair *repair, const char *name) {
        _cleanup_free_ char *aside = NULL;
        int r;

        r = find_free_name(repair->layer_fd, name, &aside);
        if (r >= 0)
                r = strlist_add(&repair->result->aside, aside);
        if (r < 0)
                return overlay_repair_error(repair, r, "cannot move aside", name);
        if (renameat(repair->layer_fd, name, repair->layer_fd, aside) >= 0)
                return 0;

        r = negative_errno();
        strlist_drop_last(&repair->result->aside);
        return overlay_repair_error(repair, r, "cannot move aside", name);
}

int overlay_repair_write(const struct overlay_repair *repair, enum cstorage_part_state state,
                         const char *name, const char *text) {
        const struct iovec piece = {(void *) text, strlen(text)};
        int r = 0;

        if (state == CSTORAGE_STATE_WRONG_TYPE)
                r = overlay_repair_move_aside(repair, name);
        if (r < 0)
                return r;

        r = newfile_write(repair->layer_fd, name, &piece, 1, OVERLAY_FILE_MODE, /* durable= */ true, NULL);
        return r < 0 ? overlay_repair_error(repair, r, "cannot write", name) : 0;
}
