/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* storage.conf: its keys, and the merged values of several files. */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/strlist.h"

/* The known keys, in the order in which Go converts them to driver options (types/options.go:
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

/* A string and its position. */
struct conf_text {
        const char *text;
        const char *name; /* the key of a pull option, else NULL */
        const char *file;
        unsigned line;
};

/* The merged value of one key. Only the members that fit its type are set. */
struct conf_value {
        bool set;
        const char *file; /* the last file that set it, and the line there */
        unsigned line;
        const char *text;
        uint64_t number; /* a boolean as 0 or 1 */
        struct conf_text *items;
        size_t n_items, cap;
        bool append; /* {append = true}: the array of the next file is appended */
};

struct conf {
        struct conf_value values[_CONF_KEY_MAX];
        struct arena arena;
};

#define CONF_INIT ((struct conf){0})

void conf_done(struct conf *conf);
#define _cleanup_conf_ _cleanup_(conf_done)

/*
 * Merge one file into conf. Its scalars replace those of earlier files, and so do its arrays, unless one
 * contains {append = true}. Unknown keys are ignored. -EBADMSG if the file is not TOML or a value has the
 * wrong type, or -ENOMEM; then conf must not be used.
 */
int conf_merge(struct conf *conf, const char *file, const char *text, size_t len, struct error *reterr);

/* Reset a key to unset. */
void conf_forget(struct conf *conf, enum conf_key key);

/* A non-empty string, else NULL. */
const char *conf_get_text(const struct conf *conf, enum conf_key key);
bool conf_get_flag(const struct conf *conf, enum conf_key key);

/* For example, "storage.options.overlay" and "mountopt". */
const char *conf_key_table(enum conf_key key);
const char *conf_key_name(enum conf_key key);

/* Append all driver options, as "[driver.]key=value". */
int conf_add_driver_options(const struct conf *conf, struct strlist *options);
