/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of the files of an overlay layer, and of its short link. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "driver/layer-dir.h"
#include "driver/overlay-examine.h"
#include "driver/overlay.h"

/* ------------------------------------------------------------------------------- files */

static bool is_blank(const char *text, size_t len) {
        for (size_t i = 0; i < len; i++)
                if (text[i] != '\0')
                        return false;
        return true;
}

/* Errors of an open or a read that show another type of file than a regular one. */
static bool is_wrong_type(int code) {
        return code == -EBADF || code == -ELOOP || code == -ENXIO || code == -EISDIR || code == -ENODEV;
}

int overlay_examine_file(int layer_fd, const char *name, size_t max, enum cstorage_part_state *ret,
                         char **ret_text, size_t *ret_len) {
        _cleanup_free_ char *text = NULL;
        size_t len = 0;
        int r;

        r = read_file_at(layer_fd, name, max, &text, &len, NULL);
        if (r == -ENOENT)
                *ret = CSTORAGE_STATE_MISSING;
        else if (is_wrong_type(r))
                *ret = CSTORAGE_STATE_WRONG_TYPE;
        else if (r == -EFBIG)
                *ret = CSTORAGE_STATE_INVALID;
        else if (r < 0)
                return r;
        else
                *ret = is_blank(text, len) ? CSTORAGE_STATE_BLANK : CSTORAGE_STATE_OK;
        *ret_text = TAKE_PTR(text);
        *ret_len = len;
        return 0;
}

int overlay_examine_link(int layer_fd, enum cstorage_part_state *ret,
                         char ret_link[static LINK_ID_LENGTH + 1]) {
        _cleanup_free_ char *text = NULL;
        size_t len;
        int r;

        r = overlay_examine_file(layer_fd, "link", LINK_ID_LENGTH, ret, &text, &len);
        if (r < 0 || *ret != CSTORAGE_STATE_OK)
                return r;
        if (strlen(text) != len || !name_is_link_id(text)) {
                *ret = CSTORAGE_STATE_INVALID;
                return 0;
        }
        memcpy(ret_link, text, LINK_ID_LENGTH + 1);
        return 0;
}

int overlay_find_link(const struct homes *homes, const char *id, char ret_link[static LINK_ID_LENGTH + 1]) {
        int r = -ENOENT;

        if (!driver_is_layer_id(id))
                return -ENOENT;
        for (size_t i = 0; i < homes->n && r == -ENOENT; i++)
                if (homes->fds[i] >= 0)
                        r = overlay_read_link(homes->fds[i], id, ret_link);
        return is_wrong_type(r) ? -EBADMSG : r;
}

/* ------------------------------------------------------------------------------- short link */

int overlay_examine_links(int home_fd, enum cstorage_part_state *ret) {
        struct identity there;
        int r;

        r = identity_at(home_fd, OVERLAY_LINKS_DIR, &there);
        if (r < 0 && r != -ENOENT)
                return r;
        if (r < 0)
                *ret = CSTORAGE_STATE_MISSING;
        else
                *ret = S_ISDIR(there.mode) ? CSTORAGE_STATE_OK : CSTORAGE_STATE_WRONG_TYPE;
        return 0;
}

static enum cstorage_part_state state_of_target(const char *target, const char *id,
                                                char ret_target_id[static ID_LENGTH + 1]) {
        char wanted[LAYER_PATH_MAX];

        (void) snprintf(wanted, sizeof(wanted), "../%s/diff", id);
        if (strcmp(target, wanted) == 0)
                return CSTORAGE_STATE_OK;
        if (*target == '\0')
                return CSTORAGE_STATE_BLANK;
        return name_link_target(target, ret_target_id) >= 0 ? CSTORAGE_STATE_ELSEWHERE
                                                            : CSTORAGE_STATE_INVALID;
}

int overlay_examine_short_link(int home_fd, const char *link, const char *id, enum cstorage_part_state *ret,
                               char ret_target_id[static ID_LENGTH + 1]) {
        _cleanup_close_ int links_fd = open_beneath(home_fd, OVERLAY_LINKS_DIR, O_PATH | O_DIRECTORY);
        _cleanup_free_ char *target = NULL;
        int r;

        if (links_fd < 0 && links_fd != -ENOENT && links_fd != -ENOTDIR && links_fd != -ELOOP)
                return links_fd;

        r = links_fd < 0 ? -ENOENT : readlink_alloc_at(links_fd, link, &target);
        if (r == -ENOENT)
                *ret = CSTORAGE_STATE_MISSING;
        else if (r == -EINVAL)
                *ret = CSTORAGE_STATE_WRONG_TYPE;
        else if (r < 0)
                return r;
        else
                *ret = state_of_target(target, id, ret_target_id);
        return 0;
}
