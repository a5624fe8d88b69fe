/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "format/name.h"

/* The ids of layers below another one, nearest first. */
struct overlay_lower {
        char **ids; /* NULL-terminated, one piece of memory together with the ids: free() */
        size_t n;
};

#define LOWERS_MAX 500U /* overlay.go:maxDepth is 500, and so is what its lower file may hold */

/*
 * Where layers may lie: the driver's homes of the graphroot, of the image store, of the additional stores, in
 * the order in which they are looked through (overlay.go:dir2). -1: there is none. Only layers of the first
 * one are mounted where they lie, and may be written to.
 */
struct homes {
        const int *fds;
        size_t n;
        int runroot_fd;            /* where layers of all the others are mounted; -1: there is none */
        const char *mount_options; /* of the configuration (mountopt), between commas; NULL: none */
        bool shares_mounts;        /* the configuration says so (skip_mount_home) */
};

/* A layer that shall be. */
struct new_layer {
        const char *id;
        const char *link;           /* a short name that is not taken, for drivers that have such a thing */
        const char *const *parents; /* ids of all it lies on, nearest first, NULL-terminated; NULL: nothing */
        uint32_t uid, gid;          /* of root in it (idtools.GetRootUIDGID), or OWNER_OF_PARENT */
        bool content_follows;       /* its content is put in place next: what it begins with is not wanted */
};

/* A layer that shall be mounted. */
struct layer_mount {
        const char *id;
        const char *const *parents; /* as in struct new_layer */
        const char *const *options; /* NULL-terminated; NULL or none: those of the configuration */
        const char *label;          /* SELinux context; NULL or "": none */
        bool read_only;
        bool is_volatile; /* need not survive a crash: never synced */
};

/* What differs between the drivers: a constant table each. */
struct driver {
        const char *name;

        /* Where the layers' directories are, below the driver's home; "." is the home itself. */
        const char *layers_dir;

        /* Below the home too; NULL where the driver has no such thing. */
        const char *links_dir;
        const char *temp_root;
        const char *staging_dir;
        const char *quotas_dir; /* of files that are called after the layers whose limits they hold */

        /* Is this entry of layers_dir the driver's own, and never a layer? Feature probes included. */
        bool (*is_own_name)(const char *name);

        /* Is it a feature probe? NULL where the driver has none. */
        bool (*is_probe_name)(const char *name);

        /*
         * NULL where layers do not lie on each other. home_fd, id of a layer: -ENOENT where its directory is
         * not there; none where it lies on nothing; -EBADMSG where its file makes no sense, so that what it
         * lies on is not known. other_home_fd is the home of the image store, for a layer of the graphroot,
         * and the other way round; -1: there is none. Links are looked for in both (overlay.go:get), and one
         * that leads nowhere is left out.
         */
        int (*read_lowers)(int home_fd, int other_home_fd, const char *id, struct overlay_lower *ret,
                           struct error *reterr);

        /* NULL where there are no links. The short name of a layer; -ENOENT where it has none, -EBADMSG where
         * its file holds something else. */
        int (*read_link)(int home_fd, const char *id, char ret_link[static LINK_ID_LENGTH + 1]);

        /* NULL where no layer ever had two. Whether a layer's directory is but one of the two that releases
         * 1.47 to 1.52 made where there was an image store: 1, 0, or negative errno. */
        int (*is_half)(int home_fd, const char *id);

        /*
         * All below changes a store, and wants its locks held, except for make_content. What makes and mounts
         * layers is NULL, all of it, where that is left to others: driver_check_makes() says so.
         *
         * Make the home and what it always has in a graphroot or image store, where it is missing. Returns a
         * descriptor of it.
         */
        int (*make_home)(int root_fd, struct error *reterr);

        /*
         * Make a layer in the home: empty, or as its parent where layers do not lie on each other. A leftover
         * of the same id is removed first; -EBUSY where something is mounted in it. -ENOENT where the parent
         * is in none of the homes, -EEXIST where the short name is taken. On failure nothing is left behind;
         * killed, a leftover of this id.
         */
        int (*create_layer)(const struct homes *homes, int home_fd, const struct new_layer *layer,
                            struct error *reterr);

        /*
         * Make a directory for the content of a layer that will be, with the owner and mode that the layer's
         * will have; where layers do not lie on each other, a copy of the parent's. parent NULL: none.
         * Returns a descriptor of it. On failure something may be left of it.
         */
        int (*make_content)(const struct homes *homes, const char *parent, int dirfd, const char *name,
                            struct error *reterr);

        /* Put that in the place of the empty content of a layer just created: one rename. -ENOTEMPTY where
         * there is something in it. */
        int (*put_content)(int home_fd, const char *id, int dirfd, const char *name, struct error *reterr);

        /* A descriptor of the directory of a layer's content, to read: what it adds to those it lies on, or
         * all of it. -ENOENT where the layer is in none of the homes. */
        int (*open_content)(const struct homes *homes, const char *id, struct error *reterr);

        /* Where a layer is or will be mounted; fresh memory. in_graphroot: it lies, or will lie, in the first
         * of the homes. -ENOENT where the directory for that is not there. */
        int (*mount_path)(const struct homes *homes, bool in_graphroot, const char *id, char **ret);

        /*
         * Mount a layer. 0 where it was mounted before: what was asked for this time does not matter then, as
         * on the Go side. -EINVAL an option that is not the caller's to set or not known to the kernel,
         * -EBUSY where something else is mounted there.
         */
        int (*mount)(const struct homes *homes, const struct layer_mount *mount, struct error *reterr);

        /* The reverse; one that is not mounted is none (0). Who still uses it keeps it until then. */
        int (*unmount)(const struct homes *homes, const char *id, struct error *reterr);
};

/* A table each, and one line in registry.c. */
extern const struct driver driver_overlay, driver_vfs, driver_btrfs;
