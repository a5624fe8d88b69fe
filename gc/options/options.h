/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cstorage.h>

#include "base/error.h"

/* The command line of cstorage-gc, and nothing that follows from it. Strings are those of argv. */

enum when {
        WHEN_AUTO, /* on a terminal */
        WHEN_ALWAYS,
        WHEN_NEVER,
};

enum switched {
        SWITCH_UNSET, /* as storage.conf has it */
        SWITCH_OFF,
        SWITCH_ON,
};

enum verb {
        VERB_COLLECT, /* the default */
        VERB_CONFIG,  /* print the settings */
        VERB_FACTS,   /* print the input of the decision */
};

struct options {
        enum verb verb;
        const char *root, *runroot, *imagestore, *driver; /* NULL: not given */
        const char **storage_opts;
        size_t n_storage_opts, cap_storage_opts;
        const char *deleter; /* its socket; NULL: the collector deletes itself */
        enum switched transient;
        uint64_t lock_timeout_us;
        enum when progress, color;
        enum cstorage_config_compat rules;
        bool dry_run, json, repair, delete_trash, recent, quiet, verbose;
        bool summary, help, version;
        bool all_users;
        int root_fd; /* of the process of one of them, to the root that started it (users/child.h); else -1 */
};

/* Longer than anybody waits; keeps the sums of times far from overflow. */
#define LOCK_TIMEOUT_MAX_US (7ULL * 24 * 3600 * 1000 * 1000)

/* Half a minute: longer than any sane process holds the locks, shorter than a boot that seems to hang. */
#define LOCK_TIMEOUT_DEFAULT_US (30ULL * 1000 * 1000)

#define OPTIONS_INIT                                                                                         \
        ((struct options){.lock_timeout_us = LOCK_TIMEOUT_DEFAULT_US,                                        \
                          .repair = true,                                                                    \
                          .delete_trash = true,                                                              \
                          .root_fd = -1})

void options_done(struct options *options);
#define _cleanup_options_ _cleanup_(options_done)

/* -EINVAL where it is no proper command line; the text is for the user. */
int options_parse(struct options *options, int argc, char **argv, struct error *reterr);

/* Whether the configuration without options has the runroot of the options, too. */
bool options_runroot_is_configured(const struct options *options);

/*
 * Whether the directories that the options name exist: -EINVAL if one does not, or is no directory. A
 * mistyped runroot has no records, and a store must not be judged by that. The runroot of the configuration,
 * or of a store that the options describe whole, may be absent: each boot begins without it.
 */
int options_check_paths(const struct options *options, struct error *reterr);

/* By their numbers; NULL ends them. */
extern const char *const config_compat_names[];

/* "30", "0.5", "250ms", "2min": a number, with a fraction if need be, of seconds unless a unit follows. 0,
 * -EINVAL or -ERANGE. */
int parse_duration(const char *s, uint64_t *ret_us);

/* Whether a line on standard error is to tell how far it is. */
bool progress_wanted(const struct options *options);

/* Whether text on this stream, standard output or standard error, is printed in colors. In the mode "auto"
 * the variables NO_COLOR and TERM count, as in systemd. */
bool color_wanted(const struct options *options, int fd);

/* Print the help of a command. */
void options_help(FILE *out, enum verb verb);

/*
 * The configuration that the options ask for: what storage.conf says, and the options over it. Where root,
 * runroot and driver are all given, a storage.conf that cannot be read does not matter.
 */
int options_config(const struct options *options, struct cstorage_config **ret, struct error *reterr);
