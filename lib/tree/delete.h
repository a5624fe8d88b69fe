/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Deleting trees: all that is in one directory, which holds nothing but garbage, is removed by several
 * threads.
 *
 * Each thread empties one directory at a time. What it finds in it that is a directory again it moves up into
 * the top directory under a name of its own, where another thread takes it; so nothing recurses, no tree is
 * too deep, few descriptors are open, and the top directory itself is the list of what is left to do. A run
 * that is killed leaves a top directory which the next run empties.
 *
 * A subvolume of btrfs goes whole, and counts as one entry, of no bytes: what it alone held nobody knows.
 * What is mounted in it, or of it, the kernel does not mind then: that there is no such mount the caller has
 * seen.
 *
 * Nothing on another mount is entered or removed, no link is followed. Immutable and append-only flags are
 * cleared, and given back to a file that has other links. What cannot be removed stays, is reported, and
 * stops nothing else.
 */

/* Most of the time goes by in waiting for a disk to read inodes and directories; so many requests at once
 * keep one busy, and more threads find no more. */
#define TREE_THREADS_DEFAULT 16U

/* Entries of the top directory that are told apart in a result; those beyond only count in its totals. */
#define TREE_SUBJECTS_MAX (64U * 1024)

/* Counted on while the threads work; for a progress bar. */
struct tree_progress {
        _Atomic uint64_t entries, bytes;
};

struct tree_options {
        unsigned threads;               /* at most; 0 is the default; one is the caller's own */
        unsigned max_fds;               /* descriptors to have open at once; 0 is half of RLIMIT_NOFILE */
        bool count_bytes;               /* costs an fstatat(2) for each file */
        struct tree_progress *progress; /* NULL: nobody looks */
        const atomic_bool *stop;        /* NULL: never. Once true, threads end after the entry they are at */
};

/* What became of one entry of the top directory and all below it. */
struct tree_subject {
        char *name;
        uint64_t entries;    /* removed, the entry itself included */
        uint64_t bytes;      /* freed by that: blocks of inodes whose last link went; 0 without count_bytes */
        uint64_t left;       /* objects that could not be removed; directories above them are not counted */
        struct error *error; /* the first of these; NULL where left is 0 */
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
 * Remove all that is in the directory open at dirfd, but not that directory. 0 where it is empty now, 1 where
 * something is left: *ret says what (or that it was stopped). Negative errno where it could not even begin.
 * options may be NULL. Signals are blocked in the threads.
 */
int tree_remove(int dirfd, const struct tree_options *options, struct tree_result *ret, struct error *reterr);
