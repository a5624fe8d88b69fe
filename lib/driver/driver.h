/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strlist.h"
#include "cstorage.h"
#include "format/name.h"

/* The ids of the lowers of a layer, nearest first. */
struct overlay_lower {
        char **ids; /* NULL-terminated; one block of memory with the ids: free() */
        size_t n;
};

#define LOWERS_MAX 500U /* overlay.go:maxDepth is 500, which also limits the file "lower" */

/*
 * The driver homes that contain layers: that of the graphroot, of the image store and of the additional image
 * stores, in the order of the search (overlay.go:dir2). -1: there is none. Only layers in the first one are
 * mounted in place and writable.
 */
struct homes {
        const int *fds;
        size_t n;
        int runroot_fd;            /* has the mount points of all other layers; -1: there is none */
        const char *mount_options; /* mountopt in the configuration, separated by commas; NULL: none */
        bool shares_mounts;        /* skip_mount_home in the configuration */
};

/* A layer to create. */
struct new_layer {
        const char *id;
        const char *link;           /* an unused short link, for drivers with short links */
        const char *const *parents; /* ids of all lowers, nearest first, NULL-terminated; NULL: none */
        uint32_t uid, gid;          /* of root in the layer (idtools.GetRootUIDGID), or OWNER_OF_PARENT */
        bool content_follows;       /* put_content() follows, so no initial content is needed */
};

/* A layer to mount. */
struct layer_mount {
        const char *id;
        const char *const *parents; /* as in struct new_layer */
        const char *const *options; /* NULL-terminated; NULL or empty: those of the configuration */
        const char *label;          /* SELinux context; NULL or "": none */
        bool read_only;
        bool is_volatile; /* may be lost in a crash, so it is never synced */
};

/* A layer above another one: the index of its home, and the position of the other in its lowers, from 0. */
struct layer_above {
        const char *id;
        size_t home, position;
};

/* A layer that has a record and a directory. */
struct recorded_layer {
        const char *id;
        size_t home;                /* index of the home that has the directory */
        const char *const *parents; /* as in struct new_layer; NULL: unknown, one has no record */
        const struct layer_above *above;
        size_t n_above; /* all layers above it, to repair its link or short link; else 0 */
};

/* The result of a repair: the bits of the parts that were made anew, and the names that were moved aside. */
struct layer_repair {
        uint64_t done;
        struct strlist aside;
};

/* The interface of a driver. Each driver has one constant table. */
struct driver {
        const char *name;

        /* The parent of the layer directories, relative to the driver home; "." is the home itself. */
        const char *layers_dir;

        /* Also relative to the home; NULL if the driver has no such directory. */
        const char *links_dir;
        const char *temp_root;
        const char *staging_dir;
        const char *quotas_dir; /* files named after layers, with their size limits */

        /* Does the entry of layers_dir belong to the driver, so that it is never a layer? Includes feature
         * probes. */
        bool (*is_own_name)(const char *name);

        /* Is it a feature probe? NULL if the driver has none. */
        bool (*is_probe_name)(const char *name);

        /*
         * Read the lowers of the layer id in home_fd. NULL if layers of this driver have no lowers. -ENOENT
         * if the layer has no directory, -EBADMSG if its file is invalid, so that the lowers are unknown. A
         * layer without parent has an empty list. other_home_fd is the home of the image store for a layer of
         * the graphroot, and vice versa; -1: there is none. Short links are searched in both homes
         * (overlay.go:get), and a dangling one is skipped.
         */
        int (*read_lowers)(int home_fd, int other_home_fd, const char *id, struct overlay_lower *ret,
                           struct error *reterr);

        /* The short link of a layer. NULL if the driver has none. -ENOENT if the layer has none, -EBADMSG if
         * its file contains something else. */
        int (*read_link)(int home_fd, const char *id, char ret_link[static LINK_ID_LENGTH + 1]);

        /* Is the layer a split layer, with one directory in each of two stores, as releases 1.47 to 1.52
         * created with an image store? 1, 0, or negative errno. NULL if the driver never had split layers. */
        int (*is_split_layer)(int home_fd, const char *id);

        /*
         * Examine all parts of a recorded layer but its directory: fill in parts, repairable and split. diff
         * is repairable if it is known to be empty, which the caller decides. NULL if a layer has no other
         * parts; then repair_layer is NULL too.
         */
        int (*examine_layer)(const struct homes *homes, const struct recorded_layer *layer,
                             struct cstorage_layer_stat *ret, struct error *reterr);

        /* Examine the directory of short links. NULL if the driver has none. */
        int (*examine_links)(int home_fd, enum cstorage_part_state *ret);

        /*
         * The functions below change a store, so the caller holds its locks, except for make_content. The
         * functions that create and mount layers are all NULL if the driver does not support this: see
         * driver_check_makes().
         *
         * Create the home of a graphroot or image store, and its fixed entries, if missing. Returns a
         * descriptor of the home.
         */
        int (*make_home)(int root_fd, struct error *reterr);

        /*
         * Create a layer in the home: empty or, if the driver has no lowers, as a copy of its parent. A stale
         * layer of the same id is removed first; -EBUSY if something is mounted in it. -ENOENT if no home has
         * the parent, -EEXIST if the short link is in use. On failure, nothing is left behind; after a kill,
         * a stale layer of this id.
         */
        int (*create_layer)(const struct homes *homes, int home_fd, const struct new_layer *layer,
                            struct error *reterr);

        /*
         * Create a directory for the content of a layer that is created later, with the owner and mode of
         * that content. If the driver has no lowers, it is a copy of the parent. parent NULL: none. Returns a
         * descriptor of it. On failure, a part of it may stay.
         */
        int (*make_content)(const struct homes *homes, const char *parent, int dirfd, const char *name,
                            struct error *reterr);

        /* Replace the empty content of a new layer by that directory, with one rename. -ENOTEMPTY if the
         * content is not empty. */
        int (*put_content)(int home_fd, const char *id, int dirfd, const char *name, struct error *reterr);

        /* Open the content of a layer for reading: its difference to its lowers or, if the driver has none,
         * all of it. -ENOENT if no home has the layer. */
        int (*open_content)(const struct homes *homes, const char *id, struct error *reterr);

        /*
         * Repair these parts, which are damaged and repairable according to stat; cstorage.h describes how.
         * The result is added to ret, also on failure.
         */
        int (*repair_layer)(const struct homes *homes, const struct recorded_layer *layer,
                            const struct cstorage_layer_stat *stat, uint64_t parts, struct layer_repair *ret,
                            struct error *reterr);

        /*
         * Make the directory of short links anew if it is missing or no directory. The file that is in its
         * place is deleted. Returns 1 if it did so, 0 if there was no damage. NULL if the driver has none.
         */
        int (*repair_links)(int home_fd, struct error *reterr);

        /* The mount point of a layer that exists or is created later, in fresh memory. in_graphroot: the
         * layer is in the first home. -ENOENT if the parent directory is missing. */
        int (*mount_path)(const struct homes *homes, bool in_graphroot, const char *id, char **ret);

        /*
         * Mount a layer. Returns 0 also if it is already mounted: then the arguments are ignored, as in the
         * Go library. -EINVAL if the caller may not set an option or the kernel does not know it, -EBUSY if
         * something else is mounted there.
         */
        int (*mount)(const struct homes *homes, const struct layer_mount *mount, struct error *reterr);

        /* Unmount a layer, or do nothing if it is not mounted. A process that uses it keeps its view of it
         * (MNT_DETACH). */
        int (*unmount)(const struct homes *homes, const char *id, struct error *reterr);
};

/* Also listed in registry.c. */
extern const struct driver driver_overlay, driver_vfs, driver_btrfs;
