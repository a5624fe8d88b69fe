/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Deleting of trees: several threads remove the contents of one top directory, which contains only garbage.
 *
 * Each thread empties one directory at a time. It moves subdirectories up into the top directory under a
 * unique name, for any thread to take. So there is no recursion, no limit of depth and little need for
 * descriptors, and the top directory itself is the list of remaining work. If a run is killed, the next one
 * continues.
 *
 * A btrfs subvolume is removed as a whole and counts as one entry of no bytes, because its exclusive size is
 * unknown. The kernel then does not check for mounts in it, or of it: the caller has checked this before.
 *
 * No other mount is entered or removed, and no link is followed. Immutable and append-only flags are cleared,
 * and restored on a file with other links. An object that cannot be removed stays and is reported, and the
 * others are removed.
 */

/* The threads mostly wait for a disk to read inodes and directories. So many requests at once keep a disk
 * busy; more threads are no faster. */
#define TREE_THREADS_DEFAULT 16U

/* The maximum of entries of the top directory with a result of their own. Further ones count only in the
 * totals. */
#define TREE_SUBJECTS_MAX (64U * 1024)

/* Updated while the threads work, for a progress bar. */
struct tree_progress {
        _Atomic uint64_t entries, bytes;
};

struct tree_options {
        unsigned threads;               /* maximum; 0: the default; 1: only the thread of the caller */
        unsigned max_fds;               /* maximum of open descriptors; 0: half of RLIMIT_NOFILE */
        bool count_bytes;               /* costs one fstatat(2) for each file */
        struct tree_progress *progress; /* NULL: not wanted */
        const atomic_bool *stop;        /* NULL: never. Once true, threads end after their current entry */
};

/* The result of one entry of the top directory and everything below it. */
struct tree_subject {
        char *name;
        uint64_t entries;    /* removed, including the entry itself */
        uint64_t bytes;      /* freed: blocks of inodes whose last link was removed; 0 without count_bytes */
        uint64_t left;       /* objects that could not be removed, without the directories above them */
        struct error *error; /* the first of these; NULL if left is 0 */
};

struct tree_result {
        struct tree_subject *subjects; /* sorted by name */
        size_t n;
        struct tree_subject total; /* name is NULL */
        bool stopped;
};

#define TREE_RESULT_INIT ((struct tree_result){0})

void tree_result_done(struct tree_result *result);
#define _cleanup_tree_result_ _cleanup_(tree_result_done)

/*
 * Remove the contents of the directory open at dirfd, but not that directory. Returns 0 if it is empty now, 1
 * if objects are left (*ret lists them, or the run was stopped), or negative errno if the run could not
 * start. options may be NULL. Signals are blocked in the threads.
 */
int tree_remove(int dirfd, const struct tree_options *options, struct tree_result *ret, struct error *reterr);
