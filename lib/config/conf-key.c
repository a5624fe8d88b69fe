/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of storage.conf (types/options.go:TomlConfig, pkg/config/config.go:OptionsConfig). */

#include "config/conf-key.h"

#define STORAGE "storage"
#define OPTIONS "storage.options"
#define BTRFS   "storage.options.btrfs"
#define OVERLAY "storage.options.overlay"
#define VFS     "storage.options.vfs"
#define ZFS     "storage.options.zfs"

/* clang-format off */
static const struct conf_key_info keys[_CONF_KEY_MAX] = {
        [CONF_DRIVER]                      = {STORAGE, "driver", CONF_TYPE_STRING, NULL},
        [CONF_DRIVER_PRIORITY]             = {STORAGE, "driver_priority", CONF_TYPE_STRINGS, NULL},
        [CONF_GRAPHROOT]                   = {STORAGE, "graphroot", CONF_TYPE_STRING, NULL},
        [CONF_RUNROOT]                     = {STORAGE, "runroot", CONF_TYPE_STRING, NULL},
        [CONF_IMAGESTORE]                  = {STORAGE, "imagestore", CONF_TYPE_STRING, NULL},
        [CONF_ROOTLESS_STORAGE_PATH]       = {STORAGE, "rootless_storage_path", CONF_TYPE_STRING, NULL},
        [CONF_TRANSIENT_STORE]             = {STORAGE, "transient_store", CONF_TYPE_BOOLEAN, NULL},
        [CONF_ADDITIONAL_IMAGE_STORES]     = {OPTIONS, "additionalimagestores", CONF_TYPE_STRINGS, "imagestore"},
        [CONF_ADDITIONAL_LAYER_STORES]     = {OPTIONS, "additionallayerstores", CONF_TYPE_STRINGS, "additionallayerstore"},
        [CONF_SIZE]                        = {OPTIONS, "size", CONF_TYPE_STRING, "size"},
        [CONF_MOUNT_PROGRAM]               = {OPTIONS, "mount_program", CONF_TYPE_STRING, "mount_program"},
        [CONF_SKIP_MOUNT_HOME]             = {OPTIONS, "skip_mount_home", CONF_TYPE_STRING, "skip_mount_home"},
        [CONF_IGNORE_CHOWN_ERRORS]         = {OPTIONS, "ignore_chown_errors", CONF_TYPE_STRING, "ignore_chown_errors"},
        [CONF_FORCE_MASK]                  = {OPTIONS, "force_mask", CONF_TYPE_UINT32, "force_mask"},
        [CONF_MOUNTOPT]                    = {OPTIONS, "mountopt", CONF_TYPE_STRING, "mountopt"},
        [CONF_OPTIONS_IMAGESTORE]          = {OPTIONS, "imagestore", CONF_TYPE_STRING, NULL},
        [CONF_USE_COMPOSEFS]               = {OPTIONS, "use_composefs", CONF_TYPE_STRING, NULL},
        [CONF_ROOT_AUTO_USERNS_USER]       = {OPTIONS, "root-auto-userns-user", CONF_TYPE_STRING, NULL},
        [CONF_AUTO_USERNS_MIN_SIZE]        = {OPTIONS, "auto-userns-min-size", CONF_TYPE_UINT32, NULL},
        [CONF_AUTO_USERNS_MAX_SIZE]        = {OPTIONS, "auto-userns-max-size", CONF_TYPE_UINT32, NULL},
        [CONF_DISABLE_VOLATILE]            = {OPTIONS, "disable-volatile", CONF_TYPE_BOOLEAN, NULL},
        [CONF_PULL_OPTIONS]                = {OPTIONS, "pull_options", CONF_TYPE_MAP, NULL},
        [CONF_BTRFS_MIN_SPACE]             = {BTRFS, "min_space", CONF_TYPE_STRING, "btrfs.min_space"},
        [CONF_BTRFS_SIZE]                  = {BTRFS, "size", CONF_TYPE_STRING, "btrfs.size"},
        [CONF_OVERLAY_IGNORE_CHOWN_ERRORS] = {OVERLAY, "ignore_chown_errors", CONF_TYPE_STRING, "overlay.ignore_chown_errors"},
        [CONF_OVERLAY_MOUNT_PROGRAM]       = {OVERLAY, "mount_program", CONF_TYPE_STRING, "overlay.mount_program"},
        [CONF_OVERLAY_MOUNTOPT]            = {OVERLAY, "mountopt", CONF_TYPE_STRING, "overlay.mountopt"},
        [CONF_OVERLAY_SIZE]                = {OVERLAY, "size", CONF_TYPE_STRING, "overlay.size"},
        [CONF_OVERLAY_INODES]              = {OVERLAY, "inodes", CONF_TYPE_STRING, "overlay.inodes"},
        [CONF_OVERLAY_SKIP_MOUNT_HOME]     = {OVERLAY, "skip_mount_home", CONF_TYPE_STRING, "overlay.skip_mount_home"},
        [CONF_OVERLAY_FORCE_MASK]          = {OVERLAY, "force_mask", CONF_TYPE_STRING, "overlay.force_mask"},
        [CONF_OVERLAY_USE_COMPOSEFS]       = {OVERLAY, "use_composefs", CONF_TYPE_STRING, "overlay.use_composefs"},
        [CONF_OVERLAY_SYNC]                = {OVERLAY, "sync", CONF_TYPE_STRING, "overlay.sync"},
        [CONF_VFS_IGNORE_CHOWN_ERRORS]     = {VFS, "ignore_chown_errors", CONF_TYPE_STRING, "vfs.ignore_chown_errors"},
        [CONF_VFS_SYNC]                    = {VFS, "sync", CONF_TYPE_STRING, "vfs.sync"},
        [CONF_ZFS_FSNAME]                  = {ZFS, "fsname", CONF_TYPE_STRING, "zfs.fsname"},
        [CONF_ZFS_MOUNTOPT]                = {ZFS, "mountopt", CONF_TYPE_STRING, "zfs.mountopt"},
        [CONF_ZFS_SIZE]                    = {ZFS, "size", CONF_TYPE_STRING, "zfs.size"},
};
/* clang-format on */

const struct conf_key_info *conf_key_info(enum conf_key key) {
        assert(key < _CONF_KEY_MAX);
        return &keys[key];
}

const char *conf_key_table(enum conf_key key) {
        return conf_key_info(key)->table;
}

const char *conf_key_name(enum conf_key key) {
        return conf_key_info(key)->name;
}
