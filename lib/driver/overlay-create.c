/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Creation of overlay layers (overlay.go:create): an empty directory, and the files that list its lowers. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/owner.h"
#include "base/text.h"
#include "driver/content.h"
#include "driver/layer-dir.h"
#include "driver/overlay-lower.h"
#include "driver/overlay.h"
#include "driver/stale-layer.h"

/* Also of the directory of short links: users without any root privileges may read an image store. */
#define HOME_MODE 0755

#define LAYER_MODE 0700
#define FILE_MODE  0644

/* All entries of a new layer, in the order in which undo() removes them. */
static const struct {
        const char *name;
        int flags; /* of unlinkat(2) */
} new_names[] = {
        {"lower-layers", 0},    {"lower", 0}, {"empty", AT_REMOVEDIR}, {"merged", AT_REMOVEDIR},
        {"work", AT_REMOVEDIR}, {"link", 0},  {"diff", AT_REMOVEDIR},
};

static int create_error(struct error *reterr, int code, int dirfd, const char *name, const char *what) {
        _cleanup_free_ char *path = path_below(dirfd, name);

        return error_errno(reterr, code, "%s %s", what, path ? path : name);
}

/* --------------------------------------------------------------------------------------------- home */

static int make_dir(int dirfd, const char *name, struct error *reterr) {
        if (owned_mkdirat(dirfd, name, HOME_MODE) < 0 && errno != EEXIST)
                return create_error(reterr, negative_errno(), dirfd, name, "cannot make");
        return 0;
}

int overlay_make_home(int root_fd, struct error *reterr) {
        _cleanup_close_ int fd = -1;
        int r;

        r = make_dir(root_fd, OVERLAY_NAME, reterr);
        if (r < 0)
                return r;
        fd = open_dir_beneath(root_fd, OVERLAY_NAME);
        if (fd < 0)
                return create_error(reterr, fd, root_fd, OVERLAY_NAME, "cannot open");

        r = make_dir(fd, OVERLAY_LINKS_DIR, reterr);
        return r < 0 ? r : TAKE_FD(fd);
}

/* -------------------------------------------------------------------------------------------- lower */

/* The properties that a layer inherits from its parent. */
struct heritage {
        struct dir_access access; /* of the content */
        struct text lower, ids;   /* its files lower and lower-layers; empty without parent */
};

static void heritage_done(struct heritage *heritage) {
        text_done(&heritage->lower);
        text_done(&heritage->ids);
}

static int read_access(int layer_fd, struct dir_access *ret) {
        _cleanup_close_ int fd = open_beneath(layer_fd, "diff", O_PATH | O_DIRECTORY);

        return fd < 0 ? fd : content_access(fd, ret);
}

static int add_ids(struct text *ids, const char *const *parents) {
        int r = 0;

        for (size_t i = 0; parents[i] && r >= 0; i++)
                r = text_addf(ids, "%s%s", i > 0 ? ":" : "", parents[i]);
        return r;
}

/* The short link of the parent; add_lower() adds those of the parent's lowers. */
static int add_link(struct text *lower, int parent_fd) {
        _cleanup_free_ char *link = NULL;
        size_t len;
        int r;

        r = read_file_at(parent_fd, "link", LINK_ID_LENGTH, &link, &len, NULL);
        if (r < 0)
                return r == -EFBIG ? -EBADMSG : r;
        if (strlen(link) != len || !name_is_link_id(link))
                return -EBADMSG;
        return text_addf(lower, OVERLAY_LINKS_DIR "/%s", link);
}

static int add_lower(struct text *lower, int parent_fd) {
        _cleanup_free_ char *text = NULL, *owner = NULL;
        struct overlay_lower links = {0};
        size_t len;
        int r;

        r = read_file_at(parent_fd, "lower", LOWERS_BYTES_MAX, &text, &len, NULL);
        if (r >= 0)
                r = overlay_lower_parse_links(text, len, &links);
        owner = (char *) links.ids;
        if (r < 0)
                return r == -EFBIG ? -EBADMSG : r;

        r = text_adds(lower, ":");
        return r < 0 ? r : text_add(lower, text, len);
}

static int heritage_error(struct error *reterr, int code, int parent_fd, const char *name) {
        _cleanup_free_ char *path = path_below(parent_fd, name);

        if (code == -EBADMSG)
                return error_set(reterr, code, "%s does not hold what it must: no layer can be made on it",
                                 path ? path : name);
        return error_errno(reterr, code, "cannot read %s", path ? path : name);
}

static int inherit_from(struct heritage *heritage, int parent_fd, const char *const *parents,
                        struct error *reterr) {
        int r;

        r = read_access(parent_fd, &heritage->access);
        if (r < 0)
                return heritage_error(reterr, r, parent_fd, "diff");
        r = add_link(&heritage->lower, parent_fd);
        if (r < 0)
                return heritage_error(reterr, r, parent_fd, "link");
        r = parents[1] ? add_lower(&heritage->lower, parent_fd) : 0;
        if (r < 0)
                return heritage_error(reterr, r, parent_fd, "lower");
        return add_ids(&heritage->ids, parents);
}

static bool is_too_deep(const char *const *parents) {
        size_t n = 0;

        while (n <= LOWERS_MAX && parents[n])
                n++;
        return n > LOWERS_MAX;
}

static int inherit(struct heritage *heritage, const struct homes *homes, const struct new_layer *layer,
                   struct error *reterr) {
        _cleanup_close_ int parent_fd = -1;
        size_t index;

        if (!layer->parents || !layer->parents[0]) {
                heritage->access = (struct dir_access){CONTENT_MODE, layer->uid, layer->gid};
                return 0;
        }
        if (is_too_deep(layer->parents))
                return error_set(reterr, -E2BIG, "layer %s would lie on more than %u others", layer->id,
                                 LOWERS_MAX);

        parent_fd = driver_open_layer(OVERLAY_LAYERS_DIR, homes, layer->parents[0], &index, reterr);
        return parent_fd < 0 ? parent_fd : inherit_from(heritage, parent_fd, layer->parents, reterr);
}

/* -------------------------------------------------------------------------------------------- layer */

static int write_all(int fd, const char *bytes, size_t n) {
        while (n > 0) {
                ssize_t k = write(fd, bytes, n);

                if (k < 0 && errno == EINTR)
                        continue;
                if (k < 0)
                        return negative_errno();
                bytes += k;
                n -= (size_t) k;
        }
        return 0;
}

static int put_file(int layer_fd, const char *name, const char *text, size_t len) {
        _cleanup_close_ int fd = create_beneath(layer_fd, name, O_WRONLY | O_EXCL, FILE_MODE);

        return fd < 0 ? fd : write_all(fd, text, len);
}

/* Only the first layer in a home must create the directory of short links. */
static int put_link(int home_fd, const struct new_layer *layer) {
        char target[LAYER_PATH_MAX], path[sizeof(OVERLAY_LINKS_DIR) + 1 + LINK_ID_LENGTH];

        (void) snprintf(path, sizeof(path), OVERLAY_LINKS_DIR "/%s", layer->link);
        (void) snprintf(target, sizeof(target), "../%s/diff", layer->id);
        if (owned_symlinkat(target, home_fd, path) == 0)
                return 0;
        if (errno != ENOENT)
                return negative_errno();

        if (owned_mkdirat(home_fd, OVERLAY_LINKS_DIR, HOME_MODE) < 0 && errno != EEXIST)
                return negative_errno();
        return owned_symlinkat(target, home_fd, path) < 0 ? negative_errno() : 0;
}

static void drop_link(int home_fd, const struct new_layer *layer) {
        char path[sizeof(OVERLAY_LINKS_DIR) + 1 + LINK_ID_LENGTH];

        (void) snprintf(path, sizeof(path), OVERLAY_LINKS_DIR "/%s", layer->link);
        (void) unlinkat(home_fd, path, 0);
}

static int put_lowers(int layer_fd, const struct heritage *heritage) {
        int r;

        r = put_file(layer_fd, "lower", heritage->lower.s, heritage->lower.len);
        return r < 0 ? r : put_file(layer_fd, "lower-layers", heritage->ids.s, heritage->ids.len);
}

/* Create the other entries in the order of the Go library: then a process that finds an unfinished layer sees
 * the same state as with one of the Go library. */
static int fill(int layer_fd, const struct new_layer *layer, const struct heritage *heritage) {
        const struct dir_access private = {LAYER_MODE, heritage->access.uid, heritage->access.gid};
        int r;

        r = put_file(layer_fd, "link", layer->link, LINK_ID_LENGTH);
        if (r >= 0)
                r = dir_make_with(layer_fd, "work", &private);
        if (r >= 0)
                r = dir_make_with(layer_fd, "merged", &private);
        if (r >= 0)
                r = heritage->ids.len > 0 ? put_lowers(layer_fd, heritage)
                                          : dir_make_with(layer_fd, "empty", &private);
        return r;
}

static int fill_and_link(int home_fd, int layer_fd, const struct new_layer *layer,
                         const struct heritage *heritage) {
        int r;

        r = dir_make_with(layer_fd, "diff", &heritage->access);
        if (r >= 0)
                r = put_link(home_fd, layer);
        if (r < 0)
                return r;

        r = fill(layer_fd, layer, heritage);
        if (r < 0)
                drop_link(home_fd, layer);
        return r;
}

static void undo(int home_fd, int layer_fd, const char *id) {
        for (size_t i = 0; layer_fd >= 0 && i < ARRAY_SIZE(new_names); i++)
                (void) unlinkat(layer_fd, new_names[i].name, new_names[i].flags);
        (void) unlinkat(home_fd, id, AT_REMOVEDIR);
}

static const struct leftover_dirs leftover_dirs = {
        .layers_dir = OVERLAY_LAYERS_DIR,
        .links_dir = OVERLAY_LINKS_DIR,
        .temp_root = OVERLAY_TEMP_ROOT,
        .read_link = overlay_read_link,
};

static int make_layer_dir(int home_fd, const struct new_layer *layer, struct error *reterr) {
        const struct dir_access access = {LAYER_MODE, layer->uid, layer->gid};
        int r;

        r = dir_make_with(home_fd, layer->id, &access);
        if (r == -EEXIST) {
                r = stale_layer_remove(&leftover_dirs, home_fd, layer->id, reterr);
                if (r < 0)
                        return r;
                r = dir_make_with(home_fd, layer->id, &access);
        }
        return r < 0 ? create_error(reterr, r, home_fd, layer->id, "cannot make") : 0;
}

static int make_layer(int home_fd, const struct new_layer *layer, const struct heritage *heritage,
                      struct error *reterr) {
        _cleanup_close_ int layer_fd = -1;
        int r;

        r = make_layer_dir(home_fd, layer, reterr);
        if (r < 0)
                return r;

        layer_fd = open_dir_beneath(home_fd, layer->id);
        r = layer_fd < 0 ? layer_fd : fill_and_link(home_fd, layer_fd, layer, heritage);
        if (r < 0) {
                (void) create_error(reterr, r, home_fd, layer->id, "cannot make all of layer");
                undo(home_fd, layer_fd, layer->id);
        }
        return r;
}

int overlay_create_layer(const struct homes *homes, int home_fd, const struct new_layer *layer,
                         struct error *reterr) {
        _cleanup_(heritage_done) struct heritage heritage = {0};
        int r;

        assert(name_is_link_id(layer->link));

        r = inherit(&heritage, homes, layer, reterr);
        return r < 0 ? r : make_layer(home_fd, layer, &heritage, reterr);
}
