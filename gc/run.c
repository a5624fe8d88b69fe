/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A run: scan, plan and, if an entry is to be removed or repaired, take the locks, scan again if a record
 * changed, move the entries to the trash, release the locks, delete the trash, report. All that takes time is
 * done while no lock is held.
 */

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "collect/delete.h"
#include "collect/disk-usage.h"
#include "collect/execute.h"
#include "collect/handover.h"
#include "collect/other-drivers.h"
#include "finish.h"
#include "podman/check.h"
#include "report/journal.h"
#include "report/liveness-messages.h"
#include "report/orphan-details.h"
#include "report/report.h"
#include "report/show-config.h"
#include "run.h"
#include "userns/userns.h"
#include "users/child.h"
#include "users/wire.h"
#include "util/clock.h"
#include "util/exit-status.h"
#include "util/log.h"

DEFINE_CLEANUP(struct cstorage_config *, cstorage_config_free);
DEFINE_CLEANUP(struct cstorage_store *, cstorage_store_unref);
DEFINE_CLEANUP(struct cstorage_txn *, cstorage_txn_free);
DEFINE_CLEANUP(struct cstorage_trash *, cstorage_trash_free);
DEFINE_CLEANUP(struct progress *, progress_stop);

#define ERROR_NONE ((struct error){0})

/*
 * Another process created or removed a directory of the store during the scan. For example, the first podman
 * command of a boot creates the runroot.
 */
#define STATUS_STALE (-1)
#define STALE_TRIES  8

struct run {
        const struct options *options;
        const struct cstorage_config *config;
        uint64_t started_us;
        struct policy policy;
        bool last_try;
};

static int out_of_memory(const char *what) {
        log_error("cannot make %s: out of memory. Free memory and run this again", what);
        return STATUS_FAILED;
}

static int log_failure(int status, const char *text) {
        if (journal_is_stderr())
                journal_failure(status, text, NULL);
        else
                log_error("%s", text);
        return status;
}

static int status_of(int code) {
        switch (code) {
        case -ETIMEDOUT:
                return STATUS_TIMEOUT;
        case -EOPNOTSUPP: /* a driver that the library does not know */
        case -ENOTUNIQ:   /* two configurations, see config_choose() */
                return STATUS_REFUSED;
        default:
                return STATUS_FAILED;
        }
}

/* Some errors have no text: a lack of memory, for example. */
static int failed(const struct run *run, int r, const struct error *error) {
        if (r == -ESTALE && !run->last_try)
                return STATUS_STALE;

        return log_failure(status_of(r), error->text[0] ? error->text : strerror(-r));
}

/* Report the status of a user to the root process that counts them. */
static int finish_without_look(enum user_status status) {
        wire_write_status(stdout, status);
        return flush_report() ? STATUS_DONE : STATUS_FAILED;
}

/* The detailed forms of the report also list the stores of other drivers. */
static int finish_run(const struct run *run, struct outcome *outcome) {
        _cleanup_other_drivers_ struct other_drivers others = OTHER_DRIVERS_INIT;

        if ((run->options->json || run->options->verbose) && other_drivers_find(&others, run->config) < 0)
                return out_of_memory("the report");

        outcome->others = others.entries;
        outcome->n_others = others.n;
        return finish(run->options, run->started_us, outcome);
}

static struct facts facts_of(const struct cstorage_config *config) {
        return (struct facts){
                .graphroot = cstorage_config_get_graphroot(config),
                .runroot = cstorage_config_get_runroot(config),
                .imagestore = cstorage_config_get_imagestore(config),
                .driver = cstorage_config_get_driver(config),
                .transient = cstorage_config_get_transient(config),
        };
}

/* Without a store there is nothing to do: the machine has never run a container. */
static int finish_without_store(const struct run *run, const struct error *error) {
        const struct facts facts = facts_of(run->config);
        struct outcome outcome = {.facts = &facts, .dry_run = run->options->dry_run};

        if (run->options->root_fd >= 0)
                return finish_without_look(USER_NO_STORE);
        if (journal_is_stderr())
                journal_no_store(facts.graphroot, error->text);
        else if (!run->options->quiet && !run->options->json)
                log_notice("nothing to do: %s", error->text);
        if (!run->options->json)
                return STATUS_DONE;
        return finish_run(run, &outcome);
}

/* A store of an unsupported driver is reported as a whole. */
static int finish_refused(const struct run *run, const struct error *error) {
        _cleanup_other_drivers_ struct other_drivers others = OTHER_DRIVERS_INIT;
        _cleanup_outcome_ struct outcome outcome = OUTCOME_INIT;
        struct facts facts = facts_of(run->config);
        const struct fact_entry *store;

        if (run->options->verb == VERB_FACTS ||
            other_drivers_refused(&others, run->config, error->text, &store) < 0)
                return failed(run, -EOPNOTSUPP, error);

        facts.driver = store->name;
        if (outcome_refuse(&outcome, &facts, store) < 0)
                return out_of_memory("the report");
        outcome.dry_run = run->options->dry_run;
        return finish_run(run, &outcome);
}

static int print_facts(const struct scan *view) {
        _cleanup_text_ struct text text = TEXT_INIT;

        if (facts_write(&view->facts, &text) < 0)
                return out_of_memory("the facts");

        (void) fwrite(text.s ?: "", 1, text.len, stdout);
        return flush_report() ? STATUS_DONE : STATUS_FAILED;
}

static bool has_work(const struct plan *plan) {
        return plan->n_remove > 0 || plan->n_repair > 0;
}

/* Report the plan: the run changes nothing. */
static int preview_only(const struct run *run, const struct scan *view,
                        const struct orphan_details *details) {
        _cleanup_outcome_ struct outcome outcome = OUTCOME_INIT;
        bool wanted = run->options->json || run->options->summary ||
                      (isatty(STDOUT_FILENO) && !run->options->quiet);

        if (outcome_fill(&outcome, view) < 0)
                return out_of_memory("the report");

        outcome.dry_run = run->options->dry_run || run->options->verb == VERB_CHECK;
        outcome.details = details;
        if (wanted)
                measure(&outcome);
        return finish_run(run, &outcome);
}

static void delete_with_progress(const struct run *run, struct outcome *outcome,
                                 struct cstorage_trash *trash) {
        _cleanup_(progress_stopp) struct progress *progress = NULL;

        if (progress_wanted(run->options))
                (void) progress_start(&progress); /* if it fails, there is no progress line */
        if (delete_trash(outcome, trash,
                         &(struct delete_options){.count_bytes = !run->options->quiet,
                                                  .progress = progress}) < 0) {
                log_error("cannot delete what was removed from the store: not enough memory");
                outcome->left = true;
        }
}

/* After an interruption, print what is still there and what deletes it. */
static void tell_left(struct cstorage_trash *trash) {
        struct cstorage_trash_dir *dir = NULL;
        struct stat st;

        while ((dir = cstorage_trash_next_dir(trash, dir)))
                if (fstat(cstorage_trash_dir_get_fd(dir), &st) >= 0 && st.st_nlink > 0)
                        log_error("interrupted: %s is not deleted completely; the next run deletes the rest",
                                  cstorage_trash_dir_get_path(dir));
}

/* If the deleter is missing, or cannot take everything, the collector deletes the rest itself. */
static void hand_over(const struct run *run, struct cstorage_trash *trash) {
        struct error error = ERROR_NONE;

        int r = handover_send(trash, run->options->deleter, &error);

        /* Without CAP_SYS_RESOURCE the kernel limits the descriptors that sockets contain (RLIMIT_NOFILE). */
        if (r < 0 && r != -ETOOMANYREFS)
                log_error("%s", error.text);
}

/* After the locks. The trash is NULL if the second scan found nothing to remove. */
static int dispose(const struct run *run, struct outcome *outcome, struct cstorage_trash *trash) {
        if (!trash)
                return finish_run(run, outcome);

        execute_apply(outcome, trash);
        if (run->options->deleter)
                hand_over(run, trash);
        if (run->options->delete_trash)
                delete_with_progress(run, outcome, trash);
        if (outcome->left)
                tell_left(trash);
        return finish_run(run, outcome);
}

static bool wants_damage(const struct options *options) {
        return options->verb == VERB_CHECK || options->verb == VERB_REPAIR;
}

static struct scan_depth depth_of(const struct run *run) {
        return (struct scan_depth){
                .uses = run->policy.recent ? USES_ALL : USES_CONTAINERS,
                .damage = wants_damage(run->options),
                .content_percent = run->options->content_percent,
        };
}

static int begin(const struct run *run, struct cstorage_store *store, struct cstorage_txn **ret,
                 struct error *reterr) {
        const struct cstorage_txn_options options = {
                .size = sizeof(options),
                .timeout_us = run->options->lock_timeout_us,
        };

        return cstorage_txn_begin(store, &options, ret, (struct cstorage_error *) reterr);
}

/* Under the locks. The first plan is used if nothing was written since; else the store is scanned again. */
static int decide(const struct run *run, struct cstorage_txn *txn, struct cstorage_store *store,
                  struct scan *preview, struct scan *again, struct scan **ret, struct error *reterr) {
        int r;

        r = cstorage_txn_is_current(txn, preview->snapshot);
        if (r < 0)
                return error_errno(reterr, r, "cannot compare the records of %s", preview->facts.graphroot);
        if (r > 0) {
                *ret = preview;
                return 0;
        }

        r = scan_make(again, store, &run->policy, depth_of(run), reterr);
        if (r < 0)
                return r;

        *ret = again;
        return 0;
}

/* The part under the locks. execute() releases them, or the caller if nothing is to be removed. */
static int change(const struct run *run, struct cstorage_txn *txn, struct cstorage_store *store,
                  struct scan **view, struct scan *again, struct cstorage_trash **ret, struct error *reterr) {
        int r;

        r = delete_catch_signals();
        if (r < 0)
                return error_errno(reterr, r, "cannot catch signals");

        r = decide(run, txn, store, *view, again, view, reterr);
        if (r < 0)
                return r;

        if (!has_work(&(*view)->plan))
                return 0;
        if (delete_is_stopped())
                return error_set(reterr, -ECANCELED, "interrupted; nothing was changed");

        return execute(txn, *view, ret, reterr);
}

static int collect(const struct run *run, struct cstorage_store *store, struct scan *preview,
                   const struct orphan_details *details) {
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        _cleanup_outcome_ struct outcome outcome = OUTCOME_INIT;
        _cleanup_scan_ struct scan again = SCAN_INIT;
        struct scan *view = preview;
        struct error error = ERROR_NONE;
        int r;

        r = begin(run, store, &txn, &error);
        if (r < 0)
                return failed(run, r, &error);

        r = change(run, txn, store, &view, &again, &trash, &error);
        outcome.lock_held_us = cstorage_txn_get_held_us(txn);
        txn = cstorage_txn_free(txn);
        if (r < 0)
                return failed(run, r, &error);

        if (outcome_fill(&outcome, view) < 0)
                return out_of_memory("the report");

        outcome.details = details;
        return dispose(run, &outcome, trash);
}

/* Whether the report shows details of orphans. */
static bool wants_details(const struct options *options) {
        return options->root_fd < 0 && !options->summary && !options->quiet &&
               (options->json || isatty(STDOUT_FILENO));
}

/* Before the locks are taken, and before the directories are in the trash. */
static int act(const struct run *run, struct cstorage_store *store, struct scan *view) {
        _cleanup_orphan_details_ struct orphan_details details = ORPHAN_DETAILS_INIT;

        if (wants_details(run->options) && orphan_details_read(&details, view) < 0)
                return out_of_memory("the report");
        if (run->options->dry_run || run->options->verb == VERB_CHECK || !has_work(&view->plan))
                return preview_only(run, view, &details);
        return collect(run, store, view, &details);
}

/* Whether the store is clean, which is the common case. --verbose, and all commands but collect, need the
 * full scan. */
static bool is_accounted_for(const struct run *run, const struct cstorage_store *store,
                             uint64_t *ret_entries) {
        return run->options->verb == VERB_COLLECT && !run->options->verbose &&
               cstorage_store_is_clean(store, ret_entries) > 0;
}

static int finish_accounted_for(const struct run *run, const struct cstorage_store *store, uint64_t entries) {
        _cleanup_facts_ struct facts facts = FACTS_INIT;
        struct outcome outcome = {.facts = &facts, .n_accounted = entries, .dry_run = run->options->dry_run};

        scan_store(&facts, store);
        return finish_run(run, &outcome);
}

static int run_store(const struct run *run, struct cstorage_store *store) {
        _cleanup_scan_ struct scan view = SCAN_INIT;
        struct error error = ERROR_NONE;
        uint64_t entries;
        int r;

        if (is_accounted_for(run, store, &entries))
                return finish_accounted_for(run, store, entries);
        if (run->options->verb == VERB_FACTS) {
                r = scan_read(&view, store, depth_of(run), &error);
                return r < 0 ? failed(run, r, &error) : print_facts(&view);
        }

        r = scan_make(&view, store, &run->policy, depth_of(run), &error);
        if (r < 0)
                return failed(run, r, &error);
        if (!run->options->quiet)
                liveness_print_recent(&view, run->policy.recent);
        liveness_print_unexplained(&view);
        if (has_work(&view.plan) && podman_check(run->options, store, &error) < 0)
                return log_failure(STATUS_REFUSED, error.text);
        return act(run, store, &view);
}

/* Enter the user namespace only if there is a store, since most users have none. */
static int go_inside(const struct run *run) {
        struct error error = ERROR_NONE;
        int r;

        r = userns_enter(run->options->root_fd, &error);
        return r < 0 ? failed(run, r, &error) : STATUS_STALE;
}

/* --root names a directory without a store, so another one was meant. */
static int refuse_root(const struct error *error) {
        _cleanup_text_ struct text text = TEXT_INIT;

        if (text_addf(&text,
                      "--root: %s. Name the graphroot that \"podman info\" prints, or mount its file system",
                      error->text) < 0)
                return out_of_memory("a message");
        return log_failure(STATUS_USAGE, text.s);
}

static int run_once(const struct run *run) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        struct error error = ERROR_NONE;
        int r;

        r = cstorage_store_open(run->config, &store, (struct cstorage_error *) &error);
        if (r == -ENOENT && run->options->root)
                return refuse_root(&error);
        if (r == -ENOENT)
                return finish_without_store(run, &error);
        if (r == -EOPNOTSUPP)
                return finish_refused(run, &error);
        if (r < 0)
                return failed(run, r, &error);
        if (userns_is_wanted())
                return go_inside(run);

        return run_store(run, store);
}

/* STATUS_STALE: the run goes on. */
static int look_for_root(const struct run *run) {
        struct error error = ERROR_NONE;
        enum user_status status;
        int r;

        r = user_child_look(&status, &error);
        if (r < 0)
                return failed(run, r, &error);
        return status == USER_WAITING ? STATUS_STALE : finish_without_look(status);
}

int run(const struct options *options) {
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = NULL;
        struct run run = {.options = options, .started_us = now_us(), .policy = POLICY_DEFAULT};
        struct error error = ERROR_NONE;
        int r;

        run.policy.repair = options->repair;
        run.policy.recent = options->recent;
        run.policy.only_repairs = wants_damage(options);
        if (options->root_fd >= 0) {
                r = look_for_root(&run);
                if (r != STATUS_STALE)
                        return r;
        }
        r = options_config(options, &config, &error);
        if (r < 0)
                return failed(&run, r, &error);
        if (options->verb == VERB_CONFIG)
                return show_config(options, config);
        r = options_check_paths(options, &error);
        if (r < 0)
                return r == -EINVAL ? log_failure(STATUS_USAGE, error.text) : failed(&run, r, &error);

        run.config = config;
        for (int i = 1; i < STALE_TRIES; i++) {
                r = run_once(&run);
                if (r != STATUS_STALE)
                        return r;
        }
        run.last_try = true;
        return run_once(&run);
}
