/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Run a process for each user. */

#include "users/pool.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "collect/delete.h"
#include "util/clock.h"
#include "util/progress.h"

/* Each process deletes with several threads. More processes would not be faster; with fewer, all could be
 * blocked at the same time. */
#define AT_ONCE 8U

/* In addition to the time to wait for locks. If a deletion takes longer, the next run continues it. */
#define RUN_US (60ULL * 1000 * 1000)

/*
 * The limits of the report of one user's process: ten thousand subjects and more fit; the sum for all users
 * is limited, since a parsed report may need seven times as much; and so is the minimum for one user.
 */
#define WIRE_BYTES_MAX (4U << 20)
#define WIRE_BYTES_ALL (64U << 20)
#define WIRE_BYTES_MIN (64U << 10)

/* How late a signal is noticed that arrived outside of poll(). */
#define TICK_US (500U * 1000)

#define PROGRAM "/proc/self/exe"

struct pool {
        const struct options *options;
        struct users *users;
        struct user_report *reports;
        size_t next; /* index of the next user to start */
        size_t n_waiting, n_done;
        size_t wire_max;

        struct worker workers[AT_ONCE];
        size_t n_running;
        int program_fd;
        struct strlist args;
};

struct user_report *user_reports_new(size_t n) {
        return calloc(n + 1, sizeof(struct user_report));
}

void user_reports_free(struct user_report *reports, size_t n) {
        for (size_t i = 0; reports && i < n; i++) {
                wire_done(&reports[i].wire);
                text_done(&reports[i].messages);
        }
        free(reports);
}

static void pool_done(struct pool *pool) {
        assert(pool->n_running == 0);
        close_fd(pool->program_fd);
        strlist_done(&pool->args);
}

/* ------------------------------------------------------------------------------------------ beginning */

/* The arguments of each process: the options of this run, and --json if sizes are printed. */
static int compose(struct strlist *args, const struct options *options) {
        bool sizes = options->json || options->summary || (isatty(STDOUT_FILENO) && !options->quiet);
        const char *const words[] = {
                "cstorage-gc",
                "--progress=never",
                options->dry_run ? "--dry-run" : NULL,
                options->recent ? "--recent" : NULL,
                options->repair ? NULL : "--no-repair",
                options->delete_trash ? NULL : "--no-delete",
                options->verbose ? "--verbose" : NULL,
                options->quiet ? "--quiet" : NULL,
                sizes ? "--json" : NULL,
        };
        int r = 0;

        for (size_t i = 0; i < ARRAY_SIZE(words) && r >= 0; i++)
                r = words[i] ? strlist_add(args, words[i]) : 0;
        if (r >= 0)
                r = strlist_addf(args, "--config-compat=%s", config_compat_names[options->rules]);
        if (r >= 0)
                r = strlist_addf(args, "--lock-timeout=%" PRIu64 "us", options->lock_timeout_us);
        if (r >= 0)
                r = ARRAY_RESERVE(args->s, args->cap, args->n + 1);
        if (r >= 0)
                args->s[args->n] = NULL;
        return r;
}

static size_t share(size_t n) {
        size_t even = WIRE_BYTES_ALL / (n + 1);

        return even > WIRE_BYTES_MAX ? WIRE_BYTES_MAX : even < WIRE_BYTES_MIN ? WIRE_BYTES_MIN : even;
}

static int begin(struct pool *pool) {
        int r;

        for (size_t i = 0; i < pool->users->n; i++)
                pool->n_waiting += pool->users->users[i].status == USER_WAITING;
        pool->wire_max = share(pool->n_waiting);
        r = compose(&pool->args, pool->options);
        if (r < 0)
                return r;
        pool->program_fd = open(PROGRAM, O_PATH | O_CLOEXEC);
        return pool->program_fd < 0 ? negative_errno() : delete_catch_signals();
}

/* ------------------------------------------------------------------------------------------- running */

static struct worker *find_free(struct pool *pool) {
        for (size_t i = 0; i < AT_ONCE; i++)
                if (!pool->workers[i].user)
                        return &pool->workers[i];
        return NULL;
}

/* The process for root is trusted, and has no time limit. */
static uint64_t time_limit(const struct pool *pool, const struct user *user) {
        return user->uid == 0 ? UINT64_MAX : now_us() + pool->options->lock_timeout_us + RUN_US;
}

static void start_one(struct pool *pool, struct worker *worker, size_t i) {
        *worker = (struct worker){
                .user = &pool->users->users[i],
                .report = &pool->reports[i],
                .process = USER_PROCESS_INIT,
                .wire = TEXT_INIT,
                .wire_max = pool->wire_max,
        };
        worker->report->wire.outcome.dry_run = pool->options->dry_run;
        if (worker_start(worker, pool->program_fd, pool->args.s, time_limit(pool, worker->user)))
                pool->n_running++;
        else
                pool->n_done++;
}

/* After a request to stop, no more processes are started. */
static void start_more(struct pool *pool) {
        struct worker *worker;

        while (pool->next < pool->users->n && (worker = find_free(pool))) {
                struct user *user = &pool->users->users[pool->next];

                if (user->status == USER_WAITING && delete_is_stopped()) {
                        user->status = USER_INTERRUPTED;
                        pool->reports[pool->next].status = user_status_exit_status(USER_INTERRUPTED);
                } else if (user->status == USER_WAITING) {
                        start_one(pool, worker, pool->next);
                }
                pool->next++;
        }
}

static int timeout_ms(const struct pool *pool) {
        uint64_t now = now_us(), until = now + TICK_US;

        for (size_t i = 0; i < AT_ONCE; i++)
                if (pool->workers[i].user && pool->workers[i].until_us < until)
                        until = pool->workers[i].until_us;
        return until > now ? (int) ((until - now) / 1000 + 1) : 0;
}

static bool is_over(const struct worker *worker, uint64_t now) {
        return now >= worker->until_us || (delete_is_stopped() && worker->urge == URGE_NONE);
}

/* Signals and time limits are checked even if poll() fails. */
static void step(struct pool *pool) {
        struct pollfd fds[AT_ONCE * WORKER_FDS];
        bool ready;
        uint64_t now;

        for (size_t i = 0; i < AT_ONCE; i++)
                worker_fill(&pool->workers[i], &fds[i * WORKER_FDS]);
        ready = poll(fds, ARRAY_SIZE(fds), timeout_ms(pool)) > 0;
        now = now_us();
        for (size_t i = 0; i < AT_ONCE; i++) {
                struct worker *worker = &pool->workers[i];
                bool ended = false;

                if (!worker->user)
                        continue;
                if (ready)
                        ended = worker_handle(worker, &fds[i * WORKER_FDS]);
                if (!ended && is_over(worker, now))
                        ended = worker_urge(worker, delete_is_stopped() ? USER_INTERRUPTED : USER_TOO_LONG,
                                            now);
                pool->n_running -= ended;
                pool->n_done += ended;
        }
}

static void show_progress(const struct pool *pool, bool wanted) {
        char line[64];

        if (!wanted)
                return;
        (void) snprintf(line, sizeof(line), "users: %zu of %zu", pool->n_done, pool->n_waiting);
        progress_show(line);
}

int user_pool_run(const struct options *options, struct users *users, struct user_report *reports,
                  struct error *reterr) {
        _cleanup_(pool_done) struct pool pool = {
                .options = options,
                .users = users,
                .reports = reports,
                .program_fd = -1,
        };
        bool wanted = progress_wanted(options);
        int r;

        r = begin(&pool);
        if (r < 0)
                return error_errno(reterr, r, "beginning");

        for (start_more(&pool); pool.n_running > 0; start_more(&pool)) {
                show_progress(&pool, wanted);
                step(&pool);
        }
        if (wanted)
                progress_show("");
        return 0;
}
