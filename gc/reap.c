/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Deleting what was retired. Slow, and nobody waits for it: the store's locks are gone, and should this be
 * killed, whoever comes next (a Go process or another run) takes the temp dirs up where they were left.
 */

#include <signal.h>
#include <string.h>

#include "base/tree.h"
#include "reap.h"

/* Set by the signals; the deleting threads look at it after each entry. */
static atomic_bool stop;

static void on_signal(int signal) {
        (void) signal;
        atomic_store(&stop, true);
}

int reap_catch_signals(void) {
        static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
        struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

        (void) sigemptyset(&action.sa_mask);
        for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
                struct sigaction before;

                if (sigaction(signals[i], NULL, &before) < 0)
                        return negative_errno();
                if (before.sa_handler == SIG_IGN) /* nohup(1) */
                        continue;
                if (sigaction(signals[i], &action, NULL) < 0)
                        return negative_errno();
        }
        return 0;
}

const atomic_bool *reap_stop_flag(void) {
        return &stop;
}

bool reap_stopped(void) {
        return atomic_load(&stop);
}

static int compare_names(const void *name, const void *subject) {
        const struct tree_subject *s = subject;

        return strcmp(name, s->name);
}

/*
 * What the deletion tells of one item; NULL where it lost count of it. A temp dir of others is an item whole.
 */
static const struct tree_subject *result_of(const struct tree_result *result, const char *name) {
        if (!name)
                return &result->total;

        return bsearch(name, result->subjects, result->n, sizeof(*result->subjects), compare_names);
}

static void note(struct subject *subject, const struct tree_subject *seen) {
        subject->measured = true;
        subject->entries += seen->entries;
        subject->bytes += seen->bytes;
        if (seen->left > 0)
                subject_fail(subject, seen->error ? seen->error->text : "not all of it could be removed");
}

/* Over all items of a directory. The error, where there is one, is that of the whole directory. */
static void note_dir(struct outcome *outcome, const struct cstorage_trash *trash,
                     const struct cstorage_trash_dir *dir, const struct tree_result *result,
                     const struct error *error) {
        const struct cstorage_trash_item *item = NULL;

        while ((item = cstorage_trash_next_item(trash, item))) {
                struct subject *subject = outcome_find(outcome, cstorage_trash_item_get_entry(item));
                const struct tree_subject *seen;

                if (!subject || subject->fate != FATE_REMOVED || cstorage_trash_item_get_dir(item) != dir)
                        continue;
                if (error) {
                        subject_fail(subject, error->text);
                        continue;
                }
                seen = result_of(result, cstorage_trash_item_get_name(item));
                if (seen)
                        note(subject, seen);
        }
}

/* What needed no temp dir went at once, and was one entry. */
static void note_removed_at_once(struct outcome *outcome, const struct cstorage_trash *trash) {
        static const struct tree_subject one = {.entries = 1};
        const struct cstorage_trash_item *item = NULL;

        while ((item = cstorage_trash_next_item(trash, item))) {
                struct subject *subject = outcome_find(outcome, cstorage_trash_item_get_entry(item));

                if (subject && subject->fate == FATE_REMOVED && !cstorage_trash_item_get_dir(item))
                        note(subject, &one);
        }
}

/* Of a temp dir that is an item itself, the directory is one entry more than what was in it. */
static void note_dir_itself(struct outcome *outcome, const struct cstorage_trash *trash,
                            const struct cstorage_trash_dir *dir) {
        const struct cstorage_trash_item *item = NULL;

        while ((item = cstorage_trash_next_item(trash, item))) {
                struct subject *subject = outcome_find(outcome, cstorage_trash_item_get_entry(item));

                if (subject && cstorage_trash_item_get_dir(item) == dir &&
                    !cstorage_trash_item_get_name(item))
                        subject->entries++;
        }
}

static void reap_dir(struct outcome *outcome, struct cstorage_trash *trash, struct cstorage_trash_dir *dir,
                     const struct tree_options *options) {
        _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;
        struct error error = {0};
        int r;

        r = tree_remove(cstorage_trash_dir_get_fd(dir), options, &result, &error);
        note_dir(outcome, trash, dir, &result, r < 0 ? &error : NULL);
        if (r >= 0 && result.stopped)
                outcome->left = true;
        if (r != 0)
                return;

        r = cstorage_trash_dir_remove(dir, (struct cstorage_error *) &error);
        if (r < 0)
                note_dir(outcome, trash, dir, NULL, &error);
        else
                note_dir_itself(outcome, trash, dir);
}

void reap(struct outcome *outcome, struct cstorage_trash *trash, const struct reap_options *options) {
        const struct tree_options tree_options = {
                .count_bytes = options->count_bytes,
                .progress = options->progress ? progress_counters(options->progress) : NULL,
                .stop = &stop,
        };
        struct cstorage_trash_dir *dir = NULL;

        note_removed_at_once(outcome, trash);
        while ((dir = cstorage_trash_next_dir(trash, dir)))
                if (cstorage_trash_dir_get_lock_fd(dir) >= 0) /* else another process has it by now */
                        reap_dir(outcome, trash, dir, &tree_options);
}
