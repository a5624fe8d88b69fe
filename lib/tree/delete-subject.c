/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Subjects, the entries of the top directory, and their results. The name of a directory that was moved up
 * contains the name of its subject, so that the next run can resume after a kill. */

#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tree/delete-run.h"

/* "%<serial in hex>%<name of the subject>"; the name is cut off so that the whole fits into NAME_MAX. */
#define MARK          '%'
#define SERIAL_DIGITS 12U /* limit, so that no existing name makes the next serial overflow */
#define TAG_MAX       (NAME_MAX - SERIAL_DIGITS - 2U)

void job_name(const struct tree_job *job, char name[static NAME_MAX + 1]) {
        const char *subject = job->subject->name ? job->subject->name : "";

        if (job->serial == 0)
                (void) snprintf(name, NAME_MAX + 1, "%s", subject);
        else
                (void) snprintf(name, NAME_MAX + 1, "%c%" PRIx64 "%c%.*s", MARK, job->serial, MARK,
                                (int) TAG_MAX, subject);
}

/* Accepts only the exact form, so that no two names stand for the same directory. */
uint64_t serial_of_name(const char *name, const char **ret_tag) {
        uint64_t serial = 0;
        size_t n = 1;

        if (name[0] != MARK || name[1] == '0')
                return 0;
        for (; n <= SERIAL_DIGITS && hex_digit(name[n]) >= 0; n++)
                serial = serial << 4 | (uint64_t) hex_digit(name[n]);
        if (n == 1 || name[n] != MARK || strlen(name + n + 1) > TAG_MAX)
                return 0;

        *ret_tag = name + n + 1;
        return serial;
}

/*
 * Names that differ only behind the first TAG_MAX bytes are one subject, because a tag does not contain more.
 */
static int compare_subjects(const void *a, const void *b) {
        return strncmp(((const struct subject *) a)->name, ((const struct subject *) b)->name, TAG_MAX);
}

static struct subject *subject_free(struct subject *subject) {
        if (!subject)
                return NULL;
        free(subject->name);
        free(subject->error);
        free(subject);
        return NULL;
}

DEFINE_CLEANUP(struct subject *, subject_free);

static struct subject *subject_new(const char *name) {
        _cleanup_(subject_freep) struct subject *subject = calloc(1, sizeof(*subject));

        if (!subject)
                return NULL;
        subject->name = strdup(name);
        return subject->name ? TAKE_PTR(subject) : NULL;
}

static struct subject *find_or_add(struct tree_run *run, const char *name) {
        const struct subject key = {.name = (char *) name};
        struct subject **found = tfind(&key, &run->subjects, compare_subjects);
        _cleanup_(subject_freep) struct subject *added = NULL;

        if (found)
                return *found;
        if (run->n_subjects >= TREE_SUBJECTS_MAX)
                return &run->others;

        added = subject_new(name);
        if (!added || !tsearch(added, &run->subjects, compare_subjects))
                return &run->others;
        run->n_subjects++;
        return TAKE_PTR(added);
}

struct subject *subject_of_name(struct tree_run *run, const char *name, uint64_t *ret_serial) {
        const char *tag = name;
        struct subject *subject;

        *ret_serial = serial_of_name(name, &tag);
        pthread_mutex_lock(&run->lock);
        subject = find_or_add(run, tag);
        pthread_mutex_unlock(&run->lock);
        return subject;
}

static void count(_Atomic uint64_t *counter, uint64_t n) {
        atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

void subject_removed(struct tree_run *run, struct subject *subject, uint64_t bytes) {
        count(&subject->entries, 1);
        count(&subject->bytes, bytes);
        if (run->options.progress) {
                count(&run->options.progress->entries, 1);
                count(&run->options.progress->bytes, bytes);
        }
}

static const char *why_not(int code) {
        switch (code) {
        case -EBUSY:
        case -EXDEV:
                return "cannot be removed: something is mounted there";
        case -ENOTEMPTY:
                return "cannot be removed: something is being written to it";
        case -ENOBUFS:
                return "too much in it cannot be removed";
        default:
                return NULL;
        }
}

static struct error *describe(int code, const char *name) {
        _cleanup_text_ struct text printable = TEXT_INIT;
        struct error *e = calloc(1, sizeof(*e));
        const char *why = why_not(code);

        if (!e)
                return NULL;
        if (text_add_escaped(&printable, name, strlen(name)) < 0)
                (void) text_adds(&printable, "?");
        if (why)
                (void) error_set(e, code, "%.160s: %s", printable.s ? printable.s : "", why);
        else
                (void) error_errno(e, code, "%.160s: cannot be removed", printable.s ? printable.s : "");
        return e;
}

void subject_left(struct tree_run *run, struct subject *subject, int code, const char *name) {
        count(&subject->left, 1);
        pthread_mutex_lock(&run->lock);
        if (!subject->error)
                subject->error = describe(code, name);
        pthread_mutex_unlock(&run->lock);
}

static void report(struct tree_subject *ret, struct subject *subject) {
        *ret = (struct tree_subject){
                .name = TAKE_PTR(subject->name),
                .entries = subject->entries,
                .bytes = subject->bytes,
                .left = subject->left,
                .error = TAKE_PTR(subject->error),
        };
}

static void add_total(struct tree_subject *total, const struct tree_subject *subject) {
        total->entries += subject->entries;
        total->bytes += subject->bytes;
        total->left += subject->left;
        if (subject->error && !total->error) {
                total->error = malloc(sizeof(*total->error));
                if (total->error)
                        *total->error = *subject->error;
        }
}

static int compare_names(const void *a, const void *b) {
        return strcmp(((const struct tree_subject *) a)->name, ((const struct tree_subject *) b)->name);
}

/* Remove the smallest subject until none is left: tsearch(3) has no other way without a global variable. */
static struct subject *take_any(struct tree_run *run) {
        struct subject *subject = run->subjects ? *(struct subject **) run->subjects : NULL;

        if (subject)
                tdelete(subject, &run->subjects, compare_subjects);
        return subject;
}

int subjects_take(struct tree_run *run, struct tree_result *ret) {
        struct tree_subject others;
        struct subject *s;

        ret->subjects = calloc(run->n_subjects + 1, sizeof(*ret->subjects));
        if (!ret->subjects)
                return -ENOMEM;

        while ((s = take_any(run))) {
                _cleanup_(subject_freep) struct subject *subject = s;

                report(&ret->subjects[ret->n], subject);
                ret->n++;
        }
        qsort(ret->subjects, ret->n, sizeof(*ret->subjects), compare_names);

        for (size_t i = 0; i < ret->n; i++)
                add_total(&ret->total, &ret->subjects[i]);
        report(&others, &run->others);
        add_total(&ret->total, &others);
        free(others.error);
        return 0;
}

void subjects_done(struct tree_run *run) {
        struct subject *s;

        while ((s = take_any(run)))
                subject_free(s);
        free(run->others.error);
}
