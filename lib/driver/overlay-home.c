/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The entries of the overlay driver's home (drivers/overlay/overlay.go), and the lowers of its layers. */

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "driver/layer-dir.h"
#include "driver/overlay-lower.h"
#include "driver/overlay.h"

static const char *const own_names[] = {
        OVERLAY_LINKS_DIR,
        OVERLAY_STAGING_DIR,
        OVERLAY_TEMP_ROOT,
        "backingFsBlockDev", /* drivers/quota/projectquota_supported.go:makeBackingFsDev */
        "backingFsBlockDev.tmp",
        ".has-mount-program",
        "lost+found", /* if the home is the root of a file system */
};

/* A short-lived file, whose name ends in digits (pkg/fsutils/fsutils_linux.go). */
#define DUMMY_PREFIX "fsutils-dummy"

/* Prefixes of names that end in digits (os.MkdirTemp): directories with active mounts, which are created
 * under other locks than those of layers, or none (overlay.go:supportsOverlay, check.go). */
static const char *const probe_prefixes[] = {
        "compat",
        "metacopy-check",
        "opaque-bug-check",
        "volatile-check",
};

bool overlay_is_probe_name(const char *name) {
        for (size_t i = 0; i < ARRAY_SIZE(probe_prefixes); i++)
                if (name_number_after(name, probe_prefixes[i]))
                        return true;
        return false;
}

bool overlay_is_own_name(const char *name) {
        for (size_t i = 0; i < ARRAY_SIZE(own_names); i++)
                if (strcmp(name, own_names[i]) == 0)
                        return true;
        return name_number_after(name, DUMMY_PREFIX) || overlay_is_probe_name(name);
}

/* Append the layer that a short link leads to. Returns 1, or 0 if the link is missing or leads elsewhere. */
static int add_link(int links_fd, const char *link, struct overlay_lower *lowers) {
        _cleanup_free_ char *target = NULL;
        const char *id;
        int r;

        r = links_fd < 0 ? -ENOENT : readlink_alloc_at(links_fd, link, &target);
        if (r == -ENOENT || r == -EINVAL)
                return 0;
        if (r < 0)
                return r;

        id = overlay_lower_link_target_id(target);
        if (!id)
                return 0;
        overlay_lower_add(lowers, id, ID_LENGTH);
        return 1;
}

static int add_links(int links_fd, int other_links_fd, const struct overlay_lower *links,
                     struct overlay_lower *lowers) {
        for (size_t i = 0; i < links->n; i++) {
                int r = add_link(links_fd, links->ids[i], lowers);

                if (r == 0)
                        r = add_link(other_links_fd, links->ids[i], lowers);
                if (r < 0)
                        return r;
        }
        return 0;
}

/*
 * Read a file in a layer directory with a single path lookup, because there may be many layers and some are
 * read with the locks of the store held. -ENOENT may mean the file or the directory; the caller finds out
 * which. A file that is too large is invalid.
 */
static int read_layer_file(int home_fd, const char *id, const char *name, size_t max, char **ret,
                           size_t *ret_len) {
        char path[NAME_MAX + sizeof("/lower-layers")];
        int r;

        if (snprintf(path, sizeof(path), "%s/%s", id, name) >= (int) sizeof(path))
                return -ENAMETOOLONG;

        r = read_file_at(home_fd, path, max, ret, ret_len, NULL);
        return r == -EFBIG ? -EBADMSG : r;
}

/* 1.64 and later. The Go library prefers this file as well. */
static int read_ids(int home_fd, const char *id, struct overlay_lower *ret) {
        _cleanup_free_ char *text = NULL;
        size_t len;
        int r;

        r = read_layer_file(home_fd, id, "lower-layers", LOWERS_BYTES_MAX, &text, &len);
        return r < 0 ? r : overlay_lower_parse_ids(text, len, ret);
}

/* Read the file "lower". -ENOENT if it is missing. */
static int read_links(int home_fd, const char *id, struct overlay_lower *ret) {
        _cleanup_free_ char *text = NULL;
        size_t len;
        int r;

        r = read_layer_file(home_fd, id, "lower", LOWERS_BYTES_MAX, &text, &len);
        return r < 0 ? r : overlay_lower_parse_links(text, len, ret);
}

static int links_error(struct error *reterr, int code, int home_fd) {
        _cleanup_free_ char *path = path_below(home_fd, OVERLAY_LINKS_DIR);

        return error_errno(reterr, code, "cannot read %s", path ? path : OVERLAY_LINKS_DIR);
}

/* *ret is -1 if there are none. */
static int open_links(int home_fd, int *ret, struct error *reterr) {
        int fd = home_fd < 0 ? -ENOENT : open_dir_beneath(home_fd, OVERLAY_LINKS_DIR);

        if (fd < 0 && fd != -ENOENT)
                return links_error(reterr, fd, home_fd);
        *ret = fd < 0 ? -1 : fd;
        return 0;
}

static int resolve_links(int home_fd, int other_home_fd, const struct overlay_lower *links,
                         struct overlay_lower *ret, struct error *reterr) {
        _cleanup_close_ int links_fd = -1, other_links_fd = -1;
        struct overlay_lower lowers;
        int r;

        r = open_links(home_fd, &links_fd, reterr);
        if (r >= 0)
                r = open_links(other_home_fd, &other_links_fd, reterr);
        if (r >= 0)
                r = overlay_lower_new(&lowers, links->n);
        if (r < 0)
                return r;

        r = add_links(links_fd, other_links_fd, links, &lowers);
        if (r < 0) {
                free(lowers.ids);
                return links_error(reterr, r, home_fd);
        }
        lowers.ids[lowers.n] = NULL;
        *ret = lowers;
        return 0;
}

static int lower_error(struct error *reterr, int code, int home_fd, const char *id, const char *name) {
        _cleanup_free_ char *path = path_below(home_fd, id);

        if (code == -EBADMSG)
                return error_set(reterr, code,
                                 "%s/%s does not hold what it must: the lowers of the layer are unknown",
                                 path ? path : id, name);
        return error_errno(reterr, code, "cannot read %s/%s", path ? path : id, name);
}

/* Neither file exists: the layer has no lowers, or there is no layer. */
static int without_lowers(int home_fd, const char *id, struct overlay_lower *ret, struct error *reterr) {
        _cleanup_close_ int layer_fd = open_beneath(home_fd, id, O_PATH | O_DIRECTORY);
        _cleanup_free_ char *path = NULL;

        if (layer_fd >= 0)
                return overlay_lower_new(ret, 0);

        path = path_below(home_fd, id);
        return error_errno(reterr, layer_fd, "cannot read %s", path ? path : id);
}

static int follow_lower(int home_fd, int other_home_fd, const char *id, struct overlay_lower *ret,
                        struct error *reterr) {
        struct overlay_lower links = {0};
        int r;

        r = read_links(home_fd, id, &links);
        if (r == -ENOENT)
                return without_lowers(home_fd, id, ret, reterr);
        if (r < 0)
                return lower_error(reterr, r, home_fd, id, "lower");

        r = resolve_links(home_fd, other_home_fd, &links, ret, reterr);
        free(links.ids);
        return r;
}

int overlay_read_lowers(int home_fd, int other_home_fd, const char *id, struct overlay_lower *ret,
                        struct error *reterr) {
        int r;

        r = read_ids(home_fd, id, ret);
        if (r == -ENOENT)
                return follow_lower(home_fd, other_home_fd, id, ret, reterr);
        return r < 0 ? lower_error(reterr, r, home_fd, id, "lower-layers") : 0;
}

int overlay_read_link(int home_fd, const char *id, char ret_link[static LINK_ID_LENGTH + 1]) {
        _cleanup_free_ char *text = NULL;
        size_t len;
        int r;

        r = read_layer_file(home_fd, id, "link", LINK_ID_LENGTH, &text, &len);
        if (r < 0)
                return r;
        if (strlen(text) != len || !name_is_link_id(text))
                return -EBADMSG;

        memcpy(ret_link, text, LINK_ID_LENGTH + 1);
        return 0;
}

/* 1, 0, or negative errno. */
static int has_entry(int home_fd, const char *id, const char *name) {
        char path[LAYER_PATH_MAX];
        int fd;

        fd = open_beneath(home_fd, driver_layer_path(OVERLAY_LAYERS_DIR, id, name, path), O_PATH);
        if (fd < 0)
                return fd == -ENOENT ? 0 : fd;
        close_fd(fd);
        return 1;
}

/* A complete layer gets a diff before its link, and its link before a work directory (overlay.go:create). */
int overlay_is_split_layer(int home_fd, const char *id) {
        int link = has_entry(home_fd, id, "/link"), r;

        if (link <= 0)
                return link < 0 ? link : has_entry(home_fd, id, "/work");
        r = has_entry(home_fd, id, "/diff");
        return r < 0 ? r : !r;
}
