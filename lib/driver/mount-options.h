/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"
#include "base/text.h"

/* What mount(2) takes apart from paths, as values: no system call is made here. */
struct mount_options {
        unsigned long flags; /* MS_* */
        struct text text;    /* for the file system, between commas */
        const char *without; /* an option that cannot be had, and is left out; NULL: none */
};

#define MOUNT_OPTIONS_INIT ((struct mount_options){0})

void mount_options_done(struct mount_options *data);
#define _cleanup_mount_options_ _cleanup_(mount_options_done)

/*
 * Add options, several of them between commas too, as the Go side takes them apart (pkg/mount/flags.go:
 * ParseOptions). -EINVAL for those that would make it another mount than was asked for: directories of a
 * layer, bind, remount and the like.
 */
int mount_options_add(struct mount_options *data, const char *options, struct error *reterr);

/* SELinux: what all that is in it appears to be labelled with. -EINVAL for what is no label. */
int mount_options_add_label(struct mount_options *data, const char *label, struct error *reterr);

/* Is this one of the options between commas? options may be NULL. */
bool mount_options_have(const char *options, const char *name);
