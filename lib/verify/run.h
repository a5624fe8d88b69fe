/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Internal interface of cstorage_layer_verify(): one run, its passes and its threads. */

#include <pthread.h>
#include <stdatomic.h>

#include "verify/look.h"
#include "verify/mismatch.h"

/* More threads than a disk has use for. Each has a descriptor and a buffer. */
#define VERIFY_THREADS_MAX 16U

/* Files that wait for a thread. */
#define VERIFY_JOBS_MAX 256U

/* A file to read. Owns its path. */
struct verify_job {
        uint64_t index;
        char *path;
        uint64_t size, crc;
};

struct verify_run {
        int split_fd; /* the caller's */
        struct layer_content content;
        unsigned threads;
        bool sizes_only;
        uint64_t deadline_ns; /* CLOCK_MONOTONIC; 0: none */
        int (*progress)(const struct cstorage_verify_result *so_far, void *userdata);
        void *userdata;
        uint64_t next_progress_ns;

        pthread_t thread_ids[VERIFY_THREADS_MAX];
        unsigned n_started; /* besides the caller's */

        atomic_bool stop; /* an error, the deadline, or too many mismatches */

        /* All below belongs to the lock while there are several threads. */
        pthread_mutex_t lock;
        pthread_cond_t wake, left;
        struct verify_job jobs[VERIFY_JOBS_MAX]; /* a ring */
        size_t first_job, n_jobs;
        bool no_more_jobs;
        unsigned n_threads; /* that have not ended */
        int r;              /* the first error */
        struct mismatches mismatches;
        struct cstorage_verify_result result;
};

int verify_run_init(struct verify_run *run);
void verify_run_done(struct verify_run *run);

/* Compare types, sizes, modes and links. Negative errno. */
int verify_entries(struct verify_run *run, struct error *reterr);

/* Compare contents, several files at once. Negative errno. */
int verify_contents(struct verify_run *run, struct error *reterr);

/* Mark the mismatches of entries that a later entry replaces. Negative errno. */
int verify_later_entries(struct verify_run *run, struct error *reterr);

/* run-state.c, for any thread */

/* Note a mismatch, and stop if there are too many. */
int run_add(struct verify_run *run, const struct archive_entry *entry, const struct mismatch *mismatch);

/* Whether to stop: checks the deadline. */
bool run_stopped(struct verify_run *run);

/* Note an error and stop. */
void run_fail(struct verify_run *run, int r);

/* For the thread of the caller: also calls progress. */
bool run_poll(struct verify_run *run);

/* run-file.c: read a file and compare its sum. The buffer has VERIFY_BUFFER_BYTES. is_caller: call progress.
 */
#define VERIFY_BUFFER_BYTES (256U * 1024)

void run_file(struct verify_run *run, const struct verify_job *job, void *buffer, bool is_caller);
