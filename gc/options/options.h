/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cstorage.h>

#include "base/error.h"

/* The command line of cstorage-gc, and the defaults of its options. Strings are borrowed from argv. */

enum when {
        WHEN_AUTO, /* on a terminal */
        WHEN_ALWAYS,
        WHEN_NEVER,
};

enum switched {
        SWITCH_UNSET, /* as in storage.conf */
        SWITCH_OFF,
        SWITCH_ON,
};

enum verb {
        VERB_COLLECT, /* the default */
        VERB_CHECK,   /* print the damage */
        VERB_REPAIR,  /* repair the damage, remove nothing else */
        VERB_CONFIG,  /* print the settings */
        VERB_FACTS,   /* print the input of the decision */
};

struct options {
        enum verb verb;
        const char *root, *runroot, *imagestore, *driver; /* NULL: not given */
        const char **storage_opts;
        size_t n_storage_opts, cap_storage_opts;
        const char *deleter; /* path of its socket; NULL: the collector deletes the trash */
        enum switched transient;
        uint64_t lock_timeout_us;
        unsigned content_percent; /* of the layers whose content check verifies; 0: none */
        enum when progress, color;
        enum cstorage_config_compat rules;
        bool dry_run, json, repair, delete_trash, recent, quiet, verbose;
        bool summary, help, version;
        bool all_users;
        int root_fd; /* in the process of a user: connection to root's process (users/child.h); else -1 */
};

/* Longer than a user waits; keeps the sums of times far from overflow. */
#define LOCK_TIMEOUT_MAX_US (7ULL * 24 * 3600 * 1000 * 1000)

/* Longer than a process usually holds the locks; shorter than the time after which a boot seems to hang. */
#define LOCK_TIMEOUT_DEFAULT_US (30ULL * 1000 * 1000)

#define OPTIONS_INIT                                                                                         \
        ((struct options){.lock_timeout_us = LOCK_TIMEOUT_DEFAULT_US,                                        \
                          .repair = true,                                                                    \
                          .delete_trash = true,                                                              \
                          .root_fd = -1})

void options_done(struct options *options);
#define _cleanup_options_ _cleanup_(options_done)

/* -EINVAL and an error for the user if the command line is invalid. */
int options_parse(struct options *options, int argc, char **argv, struct error *reterr);

/* Whether the runroot of the options is also that of the configuration without options. */
bool options_runroot_is_configured(const struct options *options);

/*
 * Check that the directories in the options exist. -EINVAL if one does not, or is no directory: a mistyped
 * runroot contains no records, so running containers would look like orphans. The runroot of the
 * configuration, or of a store that the options fully describe, may be absent, as after each boot.
 */
int options_check_paths(const struct options *options, struct error *reterr);

/* The names of enum cstorage_config_compat, by value; NULL-terminated. */
extern const char *const config_compat_names[];

/* Parse "30", "0.5", "250ms", "2min": a number, which may have a fraction, and a unit; by default seconds.
 * Return 0, -EINVAL or -ERANGE. */
int parse_duration(const char *s, uint64_t *ret_us);

/* Whether the run prints a progress line on standard error. */
bool progress_wanted(const struct options *options);

/* Whether text on this stream, standard output or standard error, is printed in colors. In the mode "auto"
 * the variables NO_COLOR and TERM count, as in systemd. */
bool color_wanted(const struct options *options, int fd);

/* Print the help of a command. */
void options_help(FILE *out, enum verb verb);

/*
 * The configuration of storage.conf, overridden by the options. If root, runroot and driver are all given, an
 * error in storage.conf is ignored.
 */
int options_config(const struct options *options, struct cstorage_config **ret, struct error *reterr);
