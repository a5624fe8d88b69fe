/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Delete the trash. This is slow, but no process waits for it: the locks of the store are released. If the
 * collector is killed, the next Go process or the next run deletes the rest of the temp dirs. */

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "collect/delete.h"
#include "collect/execute.h"
#include "tree/delete.h"

/* Set by the signals; the deleting threads check it after each entry. */
static atomic_bool stop;

static void on_signal(int signal) {
        (void) signal;
        atomic_store(&stop, true);
}

int delete_catch_signals(void) {
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

const atomic_bool *delete_stop_flag(void) {
        return &stop;
}

bool delete_is_stopped(void) {
        return atomic_load(&stop);
}

static int compare_names(const void *name, const void *subject) {
        const struct tree_subject *s = subject;

        return strcmp(name, s->name);
}

/* The counts of one item; NULL if they are not known. A temp dir of another process is one item as a
 * whole. */
static const struct tree_subject *find_result(const struct tree_result *result, const char *name) {
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

/* An item that needed no temp dir was removed at once and is one entry. */
static void note_removed_at_once(struct outcome *outcome, const struct cstorage_trash *trash) {
        static const struct tree_subject one = {.entries = 1};
        const struct cstorage_trash_item *item = NULL;

        while ((item = cstorage_trash_next_item(trash, item))) {
                struct subject *subject = outcome_find(outcome, cstorage_trash_item_get_userdata(item));

                if (subject && subject->result == RESULT_REMOVED && !cstorage_trash_item_get_dir(item))
                        note(subject, &one);
        }
}

/* ------------------------------------------------------------------------------- items by their temp dir */

/* Items sorted by directory: there may be thousands of both. */
struct deletion {
        struct outcome *outcome;
        const struct cstorage_trash_item **items;
        size_t n;
        struct tree_options tree;
};

static void deletion_done(struct deletion *deletion) {
        free(deletion->items);
}

static int compare_addresses(const void *a, const void *b) {
        uintptr_t x = (uintptr_t) a, y = (uintptr_t) b;

        return x < y ? -1 : x > y;
}

static int compare_items(const void *a, const void *b) {
        const struct cstorage_trash_item *const *x = a, *const *y = b;

        return compare_addresses(cstorage_trash_item_get_dir(*x), cstorage_trash_item_get_dir(*y));
}

static int sort_items(struct deletion *deletion, const struct cstorage_trash *trash) {
        const struct cstorage_trash_item *item = NULL;
        size_t n = 0;

        while ((item = cstorage_trash_next_item(trash, item)))
                n++;
        deletion->items = calloc(n + 1, sizeof(*deletion->items));
        if (!deletion->items)
                return -ENOMEM;
        while ((item = cstorage_trash_next_item(trash, item)))
                deletion->items[deletion->n++] = item;
        qsort(deletion->items, n, sizeof(*deletion->items), compare_items);
        return 0;
}

static size_t first_item(const struct deletion *deletion, const struct cstorage_trash_dir *dir) {
        size_t low = 0, high = deletion->n;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (compare_addresses(cstorage_trash_item_get_dir(deletion->items[middle]), dir) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

/* The next item of the directory that is to be reported as removed. *at is moved behind it. */
static struct subject *next_removed(const struct deletion *deletion, const struct cstorage_trash_dir *dir,
                                    size_t *at, const struct cstorage_trash_item **ret) {
        while (*at < deletion->n && cstorage_trash_item_get_dir(deletion->items[*at]) == dir) {
                const struct cstorage_trash_item *item = deletion->items[(*at)++];
                struct subject *subject =
                        outcome_find(deletion->outcome, cstorage_trash_item_get_userdata(item));

                if (subject && subject->result == RESULT_REMOVED) {
                        *ret = item;
                        return subject;
                }
        }
        return NULL;
}

static void note_result(const struct deletion *deletion, const struct cstorage_trash_dir *dir,
                        const struct tree_result *result) {
        const struct cstorage_trash_item *item;
        size_t at = first_item(deletion, dir);
        struct subject *subject;

        while ((subject = next_removed(deletion, dir, &at, &item))) {
                const struct tree_subject *seen = find_result(result, cstorage_trash_item_get_name(item));

                if (seen)
                        note(subject, seen);
        }
}

/* Note an error of the whole directory for each of its items. */
static void note_error(const struct deletion *deletion, const struct cstorage_trash_dir *dir,
                       const struct error *error) {
        const struct cstorage_trash_item *item;
        size_t at = first_item(deletion, dir);
        struct subject *subject;

        while ((subject = next_removed(deletion, dir, &at, &item)))
                subject_apply(subject, error->code, error->text);
}

/* If a temp dir is itself an item, the directory counts as one more entry. */
static void note_dir_itself(const struct deletion *deletion, const struct cstorage_trash_dir *dir) {
        const struct cstorage_trash_item *item;
        size_t at = first_item(deletion, dir);
        struct subject *subject;

        while ((subject = next_removed(deletion, dir, &at, &item)))
                if (!cstorage_trash_item_get_name(item)) {
                        subject->measured = true;
                        subject->entries++;
                }
}

static const struct error interrupted = {
        .code = -EINTR, .text = "interrupted while it was deleted. The next run deletes the rest"};

/* Items that still exist are not reported as removed. */
static void note_interrupted(const struct deletion *deletion, const struct cstorage_trash_dir *dir) {
        const struct cstorage_trash_item *item;
        size_t at = first_item(deletion, dir);
        struct subject *subject;

        while ((subject = next_removed(deletion, dir, &at, &item))) {
                const char *name = cstorage_trash_item_get_name(item);

                if (!name || faccessat(cstorage_trash_dir_get_fd(dir), name, F_OK, AT_SYMLINK_NOFOLLOW) >= 0)
                        subject_apply(subject, interrupted.code, interrupted.text);
        }
}

/* -------------------------------------------------------------------------------------------- deleting */

/* Return 0 if the directory is empty now. */
static int empty_dir(const struct deletion *deletion, const struct cstorage_trash_dir *dir) {
        _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;
        int fd = cstorage_trash_dir_get_fd(dir), r;
        struct error error = {0};

        if (fd < 0) /* only its lock file is left */
                return 0;
        r = tree_remove(fd, &deletion->tree, &result, &error);
        if (r < 0)
                note_error(deletion, dir, &error);
        else
                note_result(deletion, dir, &result);
        if (r >= 0 && result.stopped) {
                deletion->outcome->left = true;
                note_interrupted(deletion, dir);
        }
        return r;
}

static void delete_locked(const struct deletion *deletion, struct cstorage_trash_dir *dir) {
        struct error error = {0};

        if (empty_dir(deletion, dir) != 0)
                return;
        if (cstorage_trash_dir_remove(dir, (struct cstorage_error *) &error) < 0)
                note_error(deletion, dir, &error);
        else
                note_dir_itself(deletion, dir);
}

/* Only a directory that is being deleted has open descriptors. After an interruption the lock is held
 * until the process exits. */
static void delete_dir(const struct deletion *deletion, struct cstorage_trash_dir *dir) {
        struct error error = {0};
        int r = cstorage_trash_dir_lock(dir, (struct cstorage_error *) &error);

        if (r < 0)
                note_error(deletion, dir, &error);
        else if (r > 0)
                delete_locked(deletion, dir);
        if (!delete_is_stopped())
                cstorage_trash_dir_unlock(dir);
}

/* The directory is not deleted in this run; the next run deletes it. */
static void leave_dir(const struct deletion *deletion, struct cstorage_trash_dir *dir) {
        bool was_locked = cstorage_trash_dir_get_lock_fd(dir) >= 0;

        if (cstorage_trash_dir_lock(dir, NULL) <= 0)
                return;
        deletion->outcome->left = true;
        note_error(deletion, dir, &interrupted);
        if (!was_locked)
                cstorage_trash_dir_unlock(dir);
}

int delete_trash(struct outcome *outcome, struct cstorage_trash *trash,
                 const struct delete_options *options) {
        _cleanup_(deletion_done) struct deletion deletion = {
                .outcome = outcome,
                .tree =
                        {
                                .count_bytes = options->count_bytes,
                                .progress = options->progress ? progress_counters(options->progress) : NULL,
                                .stop = &stop,
                        },
        };
        struct cstorage_trash_dir *dir = NULL;

        if (sort_items(&deletion, trash) < 0)
                return -ENOMEM;
        note_removed_at_once(outcome, trash);
        while ((dir = cstorage_trash_next_dir(trash, dir)))
                if (delete_is_stopped())
                        leave_dir(&deletion, dir);
                else
                        delete_dir(&deletion, dir);
        return 0;
}
