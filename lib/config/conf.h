/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* storage.conf: what its keys are, and what several files of it say together. */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/strlist.h"

/* The keys that are known, in the order in which Go turns them into driver options (types/options.go:
 * LoadStoreOptions, pkg/config/config.go:GetGraphDriverOptions). */
enum conf_key {
        CONF_DRIVER,
        CONF_DRIVER_PRIORITY,
        CONF_GRAPHROOT,
        CONF_RUNROOT,
        CONF_IMAGESTORE,
        CONF_ROOTLESS_STORAGE_PATH,
        CONF_TRANSIENT_STORE,
        CONF_ADDITIONAL_IMAGE_STORES,
        CONF_ADDITIONAL_LAYER_STORES,
        CONF_SIZE,
        CONF_MOUNT_PROGRAM,
        CONF_SKIP_MOUNT_HOME,
        CONF_IGNORE_CHOWN_ERRORS,
        CONF_FORCE_MASK,
        CONF_MOUNTOPT,
        CONF_OPTIONS_IMAGESTORE,
        CONF_USE_COMPOSEFS,
        CONF_ROOT_AUTO_USERNS_USER,
        CONF_AUTO_USERNS_MIN_SIZE,
        CONF_AUTO_USERNS_MAX_SIZE,
        CONF_DISABLE_VOLATILE,
        CONF_PULL_OPTIONS,
        CONF_BTRFS_MIN_SPACE,
        CONF_BTRFS_SIZE,
        CONF_OVERLAY_IGNORE_CHOWN_ERRORS,
        CONF_OVERLAY_MOUNT_PROGRAM,
        CONF_OVERLAY_MOUNTOPT,
        CONF_OVERLAY_SIZE,
        CONF_OVERLAY_INODES,
        CONF_OVERLAY_SKIP_MOUNT_HOME,
        CONF_OVERLAY_FORCE_MASK,
        CONF_OVERLAY_USE_COMPOSEFS,
        CONF_OVERLAY_SYNC,
        CONF_VFS_IGNORE_CHOWN_ERRORS,
        CONF_VFS_SYNC,
        CONF_ZFS_FSNAME,
        CONF_ZFS_MOUNTOPT,
        CONF_ZFS_SIZE,
        _CONF_KEY_MAX,
};

/* One string and where it stands. */
struct conf_text {
        const char *text;
        const char *name; /* of a pull option its key, else NULL */
        const char *file;
        unsigned line;
};

/* What the files so far say of one key. Only what fits its type is filled in. */
struct conf_value {
        bool set;
        const char *file; /* the last one that set it, and the line there */
        unsigned line;
        const char *text;
        uint64_t number; /* a boolean is 0 or 1 */
        struct conf_text *items;
        size_t n_items, cap;
        bool append; /* an array said so: the next file's is added to it */
};

struct conf {
        struct conf_value values[_CONF_KEY_MAX];
        struct arena arena;
};

#define CONF_INIT ((struct conf){0})

void conf_done(struct conf *conf);
#define _cleanup_conf_ _cleanup_(conf_done)

/*
 * Merge one file over what is there: its scalars go before those of earlier files, its arrays too, unless an
 * array says {append = true}. -EBADMSG where it is no TOML or a value not of its key's type, -ENOMEM; conf is
 * of no use then. Keys that are not known are passed over.
 */
int conf_merge(struct conf *conf, const char *file, const char *text, size_t len, struct error *reterr);

/* As if no file had said anything of it. */
void conf_forget(struct conf *conf, enum conf_key key);

/* A string that is set and not empty, else NULL. */
const char *conf_get_text(const struct conf *conf, enum conf_key key);
bool conf_get_flag(const struct conf *conf, enum conf_key key);

/* "storage.options.overlay" and "mountopt". */
const char *conf_key_table(enum conf_key key);
const char *conf_key_name(enum conf_key key);

/* Everything of it that is for a driver, as "[driver.]key=value". */
int conf_add_driver_options(const struct conf *conf, struct strlist *options);
