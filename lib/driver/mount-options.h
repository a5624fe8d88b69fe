/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"
#include "base/text.h"

/* The options of a mount, without its paths. No function here makes a system call. */
struct mount_options {
        unsigned long flags; /* MS_* */
        struct text text;    /* file system options, separated by commas */
        const char *without; /* an unsupported option to leave out; NULL: none */
};

#define MOUNT_OPTIONS_INIT ((struct mount_options){0})

void mount_options_done(struct mount_options *data);
#define _cleanup_mount_options_ _cleanup_(mount_options_done)

/*
 * Add one or more options, separated by commas; they are parsed as in the Go library (pkg/mount/flags.go:
 * ParseOptions). -EINVAL for options that change the kind of the mount: directories of a layer, bind, remount
 * and so on.
 */
int mount_options_add(struct mount_options *data, const char *options, struct error *reterr);

/* Add the SELinux context of all files in the mount. -EINVAL if it is not a label. */
int mount_options_add_label(struct mount_options *data, const char *label, struct error *reterr);

/* Is name one of the options, which are separated by commas? options may be NULL. */
bool mount_options_have(const char *options, const char *name);
