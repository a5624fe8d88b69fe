/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deleting of trees: setup of a run and its result. */

#include <fcntl.h>
#include <sys/resource.h>

#include "base/fd.h"
#include "tree/delete-run.h"

static void subject_clear(struct tree_subject *subject) {
        free(subject->name);
        free(subject->error);
}

void tree_result_done(struct tree_result *result) {
        for (size_t i = 0; i < result->n; i++)
                subject_clear(&result->subjects[i]);
        free(result->subjects);
        subject_clear(&result->total);
        *result = TREE_RESULT_INIT;
}

static unsigned fds_allowed(const struct tree_options *options) {
        struct rlimit limit;

        if (options->max_fds > 0)
                return options->max_fds;
        if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur / 2 > UINT_MAX)
                return UINT_MAX;
        return (unsigned) limit.rlim_cur / 2;
}

static unsigned threads_allowed(const struct tree_options *options) {
        unsigned n = options->threads > 0 ? options->threads : TREE_THREADS_DEFAULT;
        unsigned fit = fds_allowed(options) / TREE_THREAD_FDS;

        if (fit < 1)
                fit = 1;
        return n < fit ? n : fit;
}

static struct tree_run *run_free(struct tree_run *run) {
        if (!run)
                return NULL;
        subjects_done(run);
        close_fd(run->scan_fd);
        free(run->thread_ids);
        pthread_mutex_destroy(&run->lock);
        pthread_mutex_destroy(&run->links_lock);
        pthread_cond_destroy(&run->wake);
        pthread_cond_destroy(&run->left);
        free(run);
        return NULL;
}

DEFINE_CLEANUP(struct tree_run *, run_free);

static struct tree_run *run_new(int dirfd, const struct tree_options *options) {
        struct tree_run *run = calloc(1, sizeof(*run));

        if (!run)
                return NULL;
        if (options)
                run->options = *options;
        run->top_fd = dirfd;
        run->scan_fd = -1;
        run->work = run_work;
        run->threads = 1;
        run->max_threads = threads_allowed(&run->options);
        pthread_mutex_init(&run->lock, NULL);
        pthread_mutex_init(&run->links_lock, NULL);
        pthread_cond_init(&run->wake, NULL);
        pthread_cond_init(&run->left, NULL);
        return run;
}

/* Directories that an earlier run has moved up keep their names, so new serials start above theirs. */
static int find_serials(struct tree_run *run) {
        _cleanup_free_ struct dir_stream *stream = malloc(sizeof(*stream));
        uint64_t serial, last = 0;
        struct dir_entry entry;
        const char *tag;
        int r;

        if (!stream)
                return -ENOMEM;
        while ((r = dir_stream_fill(stream, run->scan_fd)) > 0)
                while (dir_stream_take(stream, &entry)) {
                        serial = serial_of_name(entry.name, &tag);
                        last = serial > last ? serial : last;
                }
        if (r < 0)
                return r;

        run->next_serial = run->pass_to = last + 1;
        return lseek(run->scan_fd, 0, SEEK_SET) < 0 ? negative_errno() : 0;
}

static int run_prepare(struct tree_run *run) {
        run->thread_ids = calloc(run->max_threads, sizeof(*run->thread_ids));
        if (!run->thread_ids)
                return -ENOMEM;

        run->scan_fd = open_beneath_same_mount(run->top_fd, ".", O_RDONLY | O_DIRECTORY);
        if (run->scan_fd < 0)
                return run->scan_fd;
        return find_serials(run);
}

static unsigned threads_started(struct tree_run *run) {
        unsigned n;

        pthread_mutex_lock(&run->lock);
        n = run->threads - 1;
        pthread_mutex_unlock(&run->lock);
        return n;
}

/* A running thread may start others, so the number grows while this loop joins them. */
static int run_all(struct tree_run *run) {
        _cleanup_free_ struct tree_worker *worker = worker_new(run);

        if (!worker)
                return -ENOMEM;
        run_work(worker);
        for (unsigned i = 0; i < threads_started(run); i++)
                (void) pthread_join(run->thread_ids[i], NULL);
        return 0;
}

int tree_remove(int dirfd, const struct tree_options *options, struct tree_result *ret,
                struct error *reterr) {
        _cleanup_(run_freep) struct tree_run *run = run_new(dirfd, options);
        _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;
        int r;

        if (!run)
                return error_set(reterr, -ENOMEM, "not enough memory to delete");

        r = run_prepare(run);
        if (r < 0)
                return error_errno(reterr, r, "the directory of what is to be deleted cannot be read");
        r = run_all(run);
        if (r >= 0)
                r = subjects_take(run, &result);
        if (r < 0)
                return error_set(reterr, r, "not enough memory to delete");

        result.stopped = run_stopped(run);
        *ret = result;
        result = TREE_RESULT_INIT;
        return ret->total.left > 0 || ret->stopped;
}
