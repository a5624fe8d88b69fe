/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Making "link" and the short link of a layer. The short link is made first, then "lower" of the layers above
 * is changed if it contains another name, and "link" is written last: after a crash, the next repair finds
 * the short link, and completes the rest.
 */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/dir.h"
#include "base/fd.h"
#include "base/newfile.h"
#include "base/owner.h"
#include "base/text.h"
#include "disk/id-random.h"
#include "driver/layer-dir.h"
#include "driver/overlay-examine.h"
#include "driver/overlay-lower.h"
#include "driver/overlay-repair.h"
#include "driver/overlay.h"

/* overlay.go:create */
#define LINKS_MODE 0755

/* Names are random: so many collisions are no accident. */
#define NEW_NAME_TRIES 16

/* The new short link gets this name in the directory of the layer, where nothing looks for it, and is then
 * renamed. */
#define TEMP_LINK NEWFILE_PREFIX "short-link"

/* ------------------------------------------------------------------------------- candidates */

static int examine(const struct overlay_repair *repair, const char *name, enum cstorage_part_state *ret,
                   char ret_target_id[static ID_LENGTH + 1]) {
        return overlay_examine_short_link(repair->home_fd, name, repair->layer->id, ret, ret_target_id);
}

/* Whether another layer has this name in its "link". */
static int is_taken(const struct overlay_repair *repair, const char *name, const char *other_id) {
        char link[LINK_ID_LENGTH + 1];
        int r;

        r = overlay_read_link(repair->home_fd, other_id, link);
        return r < 0 ? 0 : strcmp(link, name) == 0;
}

/* Whether the layer can have this name: 1 or 0. A name that is no link cannot be replaced without a loss. */
static int is_usable(const struct overlay_repair *repair, const char *name, enum cstorage_part_state *ret) {
        char target_id[ID_LENGTH + 1];
        int r;

        r = examine(repair, name, ret, target_id);
        if (r < 0)
                return r;
        if (*ret == CSTORAGE_STATE_ELSEWHERE)
                return !is_taken(repair, name, target_id);
        return *ret != CSTORAGE_STATE_WRONG_TYPE;
}

/* The name that "lower" of a layer above contains at its position. -ENOENT if the file is of no use. */
static int read_names_above(const struct overlay_repair *repair, const struct layer_above *above,
                            struct overlay_lower *ret) {
        _cleanup_free_ char *text = NULL;
        char path[LAYER_PATH_MAX];
        size_t len;
        int r;

        (void) driver_layer_path(OVERLAY_LAYERS_DIR, above->id, "/lower", path);
        r = read_file_at(repair->homes->fds[above->home], path, LOWERS_BYTES_MAX, &text, &len, NULL);
        if (r >= 0)
                r = overlay_lower_parse_links(text, len, ret);
        if (r < 0)
                return r == -ENOMEM ? r : -ENOENT;
        if (above->position < ret->n)
                return 0;
        free(ret->ids);
        return -ENOENT;
}

/* A name whose short link leads to the layer is better than one without short link. */
static int find_above(const struct overlay_repair *repair, char ret[static LINK_ID_LENGTH + 1]) {
        bool found = false;

        for (size_t i = 0; i < repair->layer->n_above; i++) {
                const struct layer_above *above = &repair->layer->above[i];
                enum cstorage_part_state state = CSTORAGE_STATE_MISSING;
                struct overlay_lower names = {0};
                int r;

                r = read_names_above(repair, above, &names);
                if (r == -ENOENT)
                        continue;
                if (r < 0)
                        return r;
                r = is_usable(repair, names.ids[above->position], &state);
                if (r > 0 && (!found || state == CSTORAGE_STATE_OK))
                        memcpy(ret, names.ids[above->position], LINK_ID_LENGTH + 1);
                found = found || r > 0;
                free(names.ids);
                if (r < 0 || (r > 0 && state == CSTORAGE_STATE_OK))
                        return r;
        }
        return found;
}

/* Search the directory of short links for one that leads to the layer. */
static int find_leading_here(const struct overlay_repair *repair, char ret[static LINK_ID_LENGTH + 1]) {
        _cleanup_close_ int links_fd = open_dir_beneath(repair->home_fd, OVERLAY_LINKS_DIR);
        _cleanup_dir_list_ struct dir_list list = DIR_LIST_INIT;
        char target_id[ID_LENGTH + 1];
        int r;

        if (links_fd < 0)
                return links_fd == -ENOENT ? 0 : links_fd;
        r = dir_list_read(&list, links_fd);
        for (size_t i = 0; r >= 0 && i < list.n; i++) {
                enum cstorage_part_state state;

                if (!name_is_link_id(list.entries[i].name))
                        continue;
                r = examine(repair, list.entries[i].name, &state, target_id);
                if (r >= 0 && state == CSTORAGE_STATE_OK) {
                        memcpy(ret, list.entries[i].name, LINK_ID_LENGTH + 1);
                        return 1;
                }
        }
        return r < 0 ? r : 0;
}

static int make_name(const struct overlay_repair *repair, char ret[static LINK_ID_LENGTH + 1]) {
        char target_id[ID_LENGTH + 1];

        for (int i = 0; i < NEW_NAME_TRIES; i++) {
                enum cstorage_part_state state;
                int r;

                r = link_id_make(ret);
                if (r >= 0)
                        r = examine(repair, ret, &state, target_id);
                if (r < 0 || state == CSTORAGE_STATE_MISSING)
                        return r;
        }
        return -EEXIST;
}

/* The name in "link", else that in a layer above, else that of a short link, else a new one. */
static int choose_name(const struct overlay_repair *repair, char ret[static LINK_ID_LENGTH + 1]) {
        enum cstorage_part_state state = CSTORAGE_STATE_MISSING;
        int r = 0;

        if (repair->states[CSTORAGE_PART_LINK] == CSTORAGE_STATE_OK) {
                r = overlay_read_link(repair->home_fd, repair->layer->id, ret);
                if (r >= 0)
                        r = is_usable(repair, ret, &state);
        }
        if (r == 0)
                r = find_above(repair, ret);
        if (r == 0)
                r = find_leading_here(repair, ret);
        return r != 0 ? r : make_name(repair, ret);
}

/* ------------------------------------------------------------------------------- short link */

/* Returns a descriptor. */
static int open_links(const struct overlay_repair *repair) {
        int fd = open_dir_beneath(repair->home_fd, OVERLAY_LINKS_DIR);

        if (fd != -ENOENT)
                return fd;
        if (owned_mkdirat(repair->home_fd, OVERLAY_LINKS_DIR, LINKS_MODE) < 0 && errno != EEXIST)
                return negative_errno();
        return open_dir_beneath(repair->home_fd, OVERLAY_LINKS_DIR);
}

/* A short link to another layer, or with an invalid target, is replaced in one step. */
static int replace(const struct overlay_repair *repair, int links_fd, const char *target, const char *name) {
        if (unlinkat(repair->layer_fd, TEMP_LINK, 0) < 0 && errno != ENOENT)
                return negative_errno();
        if (owned_symlinkat(target, repair->layer_fd, TEMP_LINK) < 0)
                return negative_errno();
        if (renameat(repair->layer_fd, TEMP_LINK, links_fd, name) >= 0)
                return 0;

        int r = negative_errno();

        (void) unlinkat(repair->layer_fd, TEMP_LINK, 0);
        return r;
}

static int put_link(const struct overlay_repair *repair, int links_fd, const char *name,
                    enum cstorage_part_state state) {
        char target[LAYER_PATH_MAX];
        int r;

        (void) snprintf(target, sizeof(target), "../%s/diff", repair->layer->id);
        if (state == CSTORAGE_STATE_MISSING)
                r = owned_symlinkat(target, links_fd, name) < 0 ? negative_errno() : 0;
        else
                r = replace(repair, links_fd, target, name);
        if (r >= 0 && fsync(links_fd) < 0 && errno != EINVAL)
                r = negative_errno();
        if (r >= 0)
                repair->result->done |= CSTORAGE_PART_BIT(CSTORAGE_PART_SHORT_LINK);
        return r;
}

static int make_short_link(const struct overlay_repair *repair, const char *name) {
        _cleanup_close_ int links_fd = open_links(repair);
        enum cstorage_part_state state;
        char target_id[ID_LENGTH + 1];
        int r;

        if (links_fd < 0)
                return links_fd;
        r = examine(repair, name, &state, target_id);
        if (r < 0 || state == CSTORAGE_STATE_OK)
                return r;
        return put_link(repair, links_fd, name, state);
}

/* ------------------------------------------------------------------------------- layers above */

static int write_names(int dirfd, const struct overlay_lower *names) {
        _cleanup_text_ struct text text = TEXT_INIT;
        struct iovec piece;
        int r = 0;

        for (size_t i = 0; i < names->n && r >= 0; i++)
                r = text_addf(&text, "%s" OVERLAY_LINKS_DIR "/%s", i > 0 ? ":" : "", names->ids[i]);
        if (r < 0)
                return r;
        piece = (struct iovec){text.s, text.len};
        return newfile_write(dirfd, "lower", &piece, 1, OVERLAY_FILE_MODE, /* durable= */ true, NULL);
}

static int rename_in(const struct overlay_repair *repair, const struct layer_above *above, const char *name) {
        struct overlay_lower names = {0};
        int fd, r;

        r = read_names_above(repair, above, &names);
        if (r < 0)
                return r == -ENOENT ? 0 : r;
        if (strcmp(names.ids[above->position], name) != 0) {
                memcpy(names.ids[above->position], name, LINK_ID_LENGTH + 1);
                fd = open_dir_beneath(repair->homes->fds[above->home], above->id);
                r = fd < 0 ? fd : write_names(fd, &names);
                close_fd(fd);
        }
        free(names.ids);
        return r;
}

static int rename_above(const struct overlay_repair *repair, const char *name) {
        for (size_t i = 0; i < repair->layer->n_above; i++) {
                const struct layer_above *above = &repair->layer->above[i];
                int r = rename_in(repair, above, name);

                if (r < 0)
                        return error_errno(repair->reterr, r, "cannot change the lowers of layer %s",
                                           above->id);
        }
        return 0;
}

/* ------------------------------------------------------------------------------- both */

static int write_link(const struct overlay_repair *repair, const char *name) {
        enum cstorage_part_state state;
        char link[LINK_ID_LENGTH + 1];
        int r;

        r = overlay_examine_link(repair->layer_fd, &state, link);
        if (r < 0 || (state == CSTORAGE_STATE_OK && strcmp(link, name) == 0))
                return r;
        r = overlay_repair_write(repair, state, "link", name);
        if (r >= 0)
                repair->result->done |= CSTORAGE_PART_BIT(CSTORAGE_PART_LINK);
        return r;
}

int overlay_repair_link(const struct overlay_repair *repair) {
        char name[LINK_ID_LENGTH + 1];
        int r;

        r = choose_name(repair, name);
        if (r >= 0)
                r = make_short_link(repair, name);
        if (r < 0)
                return overlay_repair_error(repair, r, "cannot make the short link of", "");
        r = rename_above(repair, name);
        if (r >= 0)
                r = write_link(repair, name);
        return r;
}
