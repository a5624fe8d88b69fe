/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Comparing the files "lower" and "lower-layers" of an overlay layer with the recorded parents. */

#include <string.h>

#include "base/fd.h"
#include "base/text.h"
#include "driver/layer-dir.h"
#include "driver/overlay-examine.h"
#include "driver/overlay-lower.h"
#include "driver/overlay.h"

/* Reads a part of a list; the text of the file has a valid form. */
#define LOWER_FILE_MAX LOWERS_BYTES_MAX

/* ------------------------------------------------------------------------------- both files */

/* A layer without parent has neither file; a file of a valid form contradicts the record. */
static enum cstorage_part_state without_parents(enum cstorage_part_state state) {
        if (state == CSTORAGE_STATE_MISSING)
                return CSTORAGE_STATE_NONE;
        return state == CSTORAGE_STATE_OK ? CSTORAGE_STATE_ELSEWHERE : state;
}

static size_t count_parents(const char *const *parents) {
        size_t n = 0;

        while (parents[n])
                n++;
        return n;
}

/* ------------------------------------------------------------------------------- lower-layers */

/* A list that is cut off at the end of an id is damage, not another list. */
static enum cstorage_part_state compare_ids(const struct overlay_lower *ids, const char *const *parents) {
        size_t n = count_parents(parents);

        for (size_t i = 0; i < ids->n; i++)
                if (i >= n || strcmp(ids->ids[i], parents[i]) != 0)
                        return CSTORAGE_STATE_ELSEWHERE;
        return ids->n == n ? CSTORAGE_STATE_OK : CSTORAGE_STATE_INVALID;
}

static int compare_id_list(const struct recorded_layer *layer, const char *text, size_t len,
                           enum cstorage_part_state *ret) {
        struct overlay_lower ids = {0};
        int r;

        r = overlay_lower_parse_ids(text, len, &ids);
        if (r == -EBADMSG)
                *ret = CSTORAGE_STATE_INVALID;
        else if (r < 0)
                return r;
        else if (!layer->parents)
                *ret = CSTORAGE_STATE_UNKNOWN;
        else
                *ret = layer->parents[0] ? compare_ids(&ids, layer->parents)
                                         : without_parents(CSTORAGE_STATE_OK);
        free(ids.ids);
        return 0;
}

/* Releases up to 1.62 do not write the file. */
int overlay_examine_lower_layers(const struct recorded_layer *layer, int layer_fd,
                                 enum cstorage_part_state *ret) {
        _cleanup_free_ char *text = NULL;
        size_t len;
        int r;

        r = overlay_examine_file(layer_fd, "lower-layers", LOWER_FILE_MAX, ret, &text, &len);
        if (r < 0)
                return r;
        if (*ret == CSTORAGE_STATE_MISSING)
                *ret = CSTORAGE_STATE_NONE;
        return *ret == CSTORAGE_STATE_OK ? compare_id_list(layer, text, len, ret) : 0;
}

/* ------------------------------------------------------------------------------- lower */

/* Read "lower" of the parent, in the home that has it; NULL if there is none. */
static int read_lower_of(const struct homes *homes, const char *id, char **ret) {
        char path[LAYER_PATH_MAX];
        size_t len;
        int r = -ENOENT;

        (void) driver_layer_path(OVERLAY_LAYERS_DIR, id, "/lower", path);
        for (size_t i = 0; i < homes->n && r == -ENOENT; i++)
                if (homes->fds[i] >= 0)
                        r = read_file_at(homes->fds[i], path, LOWER_FILE_MAX, ret, &len, NULL);
        return r;
}

/*
 * The usual case needs two reads, however many parents there are: the file is "l/<link of the parent>",
 * and behind it "lower" of the parent, which is examined with the parent.
 */
static int equals_parent(const struct homes *homes, const struct recorded_layer *layer, const char *text) {
        _cleanup_text_ struct text wanted = TEXT_INIT;
        _cleanup_free_ char *rest = NULL;
        char link[LINK_ID_LENGTH + 1];
        int r;

        if (overlay_find_link(homes, layer->parents[0], link) < 0)
                return 0;
        if (layer->parents[1] && read_lower_of(homes, layer->parents[0], &rest) < 0)
                return 0;
        r = text_addf(&wanted, OVERLAY_LINKS_DIR "/%s%s%s", link, rest ? ":" : "", rest ? rest : "");
        return r < 0 ? r : strcmp(wanted.s, text) == 0;
}

/* Find the layer that a short link leads to, in the homes that can have it. Returns 1 or 0. */
static int find_target(const struct homes *homes, const char *link, const char *parent,
                       enum cstorage_part_state *ret) {
        char target_id[ID_LENGTH + 1];

        *ret = CSTORAGE_STATE_MISSING;
        for (size_t i = 0; i < homes->n && *ret == CSTORAGE_STATE_MISSING; i++) {
                int r = homes->fds[i] < 0
                                ? 0
                                : overlay_examine_short_link(homes->fds[i], link, parent, ret, target_id);

                if (r < 0)
                        return r;
        }
        return 0;
}

/*
 * A name is right if it is that in "link" of the parent, or if the short link leads to the parent. If neither
 * can be examined, "lower" is the only file that contains the name of the parent.
 */
static int compare_name(const struct homes *homes, const char *name, const char *parent,
                        enum cstorage_part_state *ret) {
        char link[LINK_ID_LENGTH + 1];
        int found, r;

        found = overlay_find_link(homes, parent, link);
        if (found < 0 && found != -ENOENT && found != -EBADMSG)
                return found;
        if (found >= 0 && strcmp(link, name) == 0) {
                *ret = CSTORAGE_STATE_OK;
                return 0;
        }
        r = find_target(homes, name, parent, ret);
        if (r < 0 || *ret == CSTORAGE_STATE_OK || *ret == CSTORAGE_STATE_ELSEWHERE)
                return r;
        *ret = found < 0 ? CSTORAGE_STATE_OK : CSTORAGE_STATE_INVALID;
        return 0;
}

static int compare_names(const struct homes *homes, const struct overlay_lower *names,
                         const char *const *parents, enum cstorage_part_state *ret) {
        size_t n = count_parents(parents);
        int r = 0;

        *ret = CSTORAGE_STATE_OK;
        for (size_t i = 0; i < names->n && i < n && *ret == CSTORAGE_STATE_OK && r >= 0; i++)
                r = compare_name(homes, names->ids[i], parents[i], ret);
        if (*ret == CSTORAGE_STATE_OK && names->n != n)
                *ret = names->n < n ? CSTORAGE_STATE_INVALID : CSTORAGE_STATE_ELSEWHERE;
        return r;
}

static int compare_with_parents(const struct homes *homes, const struct recorded_layer *layer,
                                const char *text, const struct overlay_lower *names,
                                enum cstorage_part_state *ret) {
        int r = 0;

        if (names->n == count_parents(layer->parents))
                r = equals_parent(homes, layer, text);
        if (r != 0) {
                *ret = CSTORAGE_STATE_OK;
                return r < 0 ? r : 0;
        }
        return compare_names(homes, names, layer->parents, ret);
}

static int compare_list(const struct homes *homes, const struct recorded_layer *layer, const char *text,
                        size_t len, enum cstorage_part_state *ret) {
        struct overlay_lower names = {0};
        int r;

        r = overlay_lower_parse_links(text, len, &names);
        if (r == -EBADMSG) {
                *ret = CSTORAGE_STATE_INVALID;
                return 0;
        }
        if (r < 0)
                return r;

        if (!layer->parents)
                *ret = CSTORAGE_STATE_UNKNOWN;
        else if (!layer->parents[0])
                *ret = without_parents(CSTORAGE_STATE_OK);
        else
                r = compare_with_parents(homes, layer, text, &names, ret);
        free(names.ids);
        return r;
}

int overlay_examine_lower(const struct homes *homes, const struct recorded_layer *layer, int layer_fd,
                          enum cstorage_part_state *ret) {
        _cleanup_free_ char *text = NULL;
        size_t len;
        int r;

        r = overlay_examine_file(layer_fd, "lower", LOWER_FILE_MAX, ret, &text, &len);
        if (r < 0)
                return r;
        if (*ret == CSTORAGE_STATE_OK)
                return compare_list(homes, layer, text, len, ret);
        if (*ret == CSTORAGE_STATE_MISSING && !layer->parents)
                *ret = CSTORAGE_STATE_UNKNOWN;
        else if (*ret == CSTORAGE_STATE_MISSING && !layer->parents[0])
                *ret = CSTORAGE_STATE_NONE;
        return 0;
}
