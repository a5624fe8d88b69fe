/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report/journal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

#include "util/log.h"
#include "util/systemd.h"

/* The boot waits for each record, about 30 us. Up to this number there is a record for each subject; above
 * it, only the sums. */
#define SUBJECTS_MAX 1000U

#define FIELDS_MAX 16U

enum message {
        MESSAGE_COLLECTED,
        MESSAGE_REMOVED,
        MESSAGE_REPAIRED,
        MESSAGE_REFUSED,
        MESSAGE_FAILED,
        MESSAGE_PROBLEM,
        MESSAGE_NOT_RUN,
        MESSAGE_NO_STORE,
        MESSAGE_DELETED,
};

/* The ids are also in the catalog, units/cstorage-gc.catalog. */
static const struct {
        const char *id;
        int priority;
} messages[] = {
        [MESSAGE_COLLECTED] = {"167ec5d4f97145e0b338766bbd8593fb", LOG_INFO},
        [MESSAGE_REMOVED] = {"695314aa8b6b4ababb0c9c37e19f2721", LOG_INFO},
        [MESSAGE_REPAIRED] = {"68b916f1e2084dd0b2e34450578fbd05", LOG_NOTICE},
        [MESSAGE_REFUSED] = {"ece03540b14d4b0889d4cbdd9904b89b", LOG_WARNING},
        [MESSAGE_FAILED] = {"6692e1b60b2b4e28ba65daec96be287b", LOG_ERR},
        [MESSAGE_PROBLEM] = {"132f5cbe24784036a9fe9260b8e50b8d", LOG_WARNING},
        [MESSAGE_NOT_RUN] = {"6add58f770514bd0874ba652ac6d7e54", LOG_ERR},
        [MESSAGE_NO_STORE] = {"729ef2244e1645ffa8972dc5aaf2e865", LOG_INFO},
        [MESSAGE_DELETED] = {"c683c7098fa8414e959d9fd9e2897425", LOG_INFO},
};

bool journal_is_stderr(void) {
        const char *stream = getenv("JOURNAL_STREAM");
        unsigned long long dev, ino;
        struct stat st;

        /* systemd.exec(5): compare the device and inode numbers, since child processes inherit the
         * variable. */
        return stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 && fstat(STDERR_FILENO, &st) >= 0 &&
               st.st_dev == dev && st.st_ino == ino;
}

/* ---------------------------------------------------------------------------------------- a record */

struct record {
        char *fields[FIELDS_MAX];
        size_t n;
};

static void record_done(struct record *record) {
        for (size_t i = 0; i < record->n; i++)
                free(record->fields[i]);
}

#define _cleanup_record_ _cleanup_(record_done)

/* If out of memory, the field is omitted. */
static void _printf_(2, 3) add(struct record *record, const char *format, ...) {
        va_list args;

        assert(record->n < FIELDS_MAX);

        va_start(args, format);
        if (vasprintf(&record->fields[record->n], format, args) >= 0)
                record->n++;
        va_end(args);
}

static void begin(struct record *record, enum message message, const struct journal_user *user) {
        add(record, "MESSAGE_ID=%s", messages[message].id);
        add(record, "PRIORITY=%d", messages[message].priority);
        add(record, "SYSLOG_IDENTIFIER=%s", program_invocation_short_name);
        if (user) {
                add(record, "CSTORAGE_UID=%" PRIu32, user->uid);
                add(record, "CSTORAGE_USER=%s", user->name);
        }
}

static void add_path(struct record *record, const char *path) {
        if (path)
                add(record, "CSTORAGE_PATH=%s", path);
}

static void add_sizes(struct record *record, uint64_t entries, uint64_t bytes) {
        add(record, "CSTORAGE_FILES=%" PRIu64, entries);
        add(record, "CSTORAGE_BYTES=%" PRIu64, bytes);
}

/* If the journal does not accept the record, print a line of text instead. */
static void end(struct record *record, const char *message, const struct journal_user *user) {
        struct iovec fields[FIELDS_MAX];

        add(record, "MESSAGE=%s%s%s", user ? user->name : "", user ? ": " : "", message);
        for (size_t i = 0; i < record->n; i++)
                fields[i] = (struct iovec){record->fields[i], strlen(record->fields[i])};
        if (systemd_journal(fields, record->n) < 0)
                log_error("%s", message);
}

/* ------------------------------------------------------------------------------------------------- events */

static enum message message_of(enum result result) {
        switch (result) {
        case RESULT_REPAIRED:
                return MESSAGE_REPAIRED;
        case RESULT_REFUSED:
                return MESSAGE_REFUSED;
        case RESULT_FAILED:
                return MESSAGE_FAILED;
        case RESULT_KEPT:
        case RESULT_REMOVED:
        case RESULT_COUNT:
                break;
        }
        return MESSAGE_REMOVED;
}

static void tell_subject(const struct subject *subject, const struct journal_user *user) {
        static const char *const words[] = {[MESSAGE_REMOVED] = "Removed",
                                            [MESSAGE_REPAIRED] = "Repaired",
                                            [MESSAGE_REFUSED] = "Refused",
                                            [MESSAGE_FAILED] = "Failed on"};
        enum message message = message_of(subject->result);
        _cleanup_record_ struct record record = {0};
        _cleanup_text_ struct text text = TEXT_INIT;
        const struct fact_entry *entry = subject->entry;
        const char *why = subject->text ?: reason_text(subject->reason);

        begin(&record, message, user);
        add(&record, "CSTORAGE_KIND=%s", fact_kind_name(entry->kind));
        add(&record, "CSTORAGE_REASON=%s", reason_name(subject->reason));
        add_path(&record, entry->path);
        if (entry->id)
                add(&record, "CSTORAGE_ID=%s", entry->id);
        if (subject->measured)
                add_sizes(&record, subject->entries, subject->bytes);
        (void) text_addf(&text, "%s %s: %s", words[message], entry->path, why);
        end(&record, text.s ?: words[message], user);
}

static void tell_problem(const struct problem *problem, const struct journal_user *user) {
        _cleanup_record_ struct record record = {0};
        _cleanup_text_ struct text text = TEXT_INIT;

        begin(&record, MESSAGE_PROBLEM, user);
        add_path(&record, problem->path);
        (void) text_addf(&text, "%s: %s", problem->path, problem->text.s ?: "");
        end(&record, text.s ?: problem->path, user);
}

static void tell_sum(const struct outcome *outcome, const struct journal_user *user) {
        _cleanup_record_ struct record record = {0};
        _cleanup_text_ struct text text = TEXT_INIT;

        begin(&record, MESSAGE_COLLECTED, user);
        add(&record, "CSTORAGE_GRAPHROOT=%s", outcome->facts->graphroot);
        add(&record, "CSTORAGE_KEPT=%zu", outcome->n[RESULT_KEPT]);
        add(&record, "CSTORAGE_REMOVED=%zu", outcome->n[RESULT_REMOVED]);
        add(&record, "CSTORAGE_REPAIRED=%zu", outcome->n[RESULT_REPAIRED]);
        add(&record, "CSTORAGE_REFUSED=%zu", outcome->n[RESULT_REFUSED]);
        add(&record, "CSTORAGE_FAILED=%zu", outcome->n[RESULT_FAILED]);
        add_sizes(&record, outcome->files_freed, outcome->bytes_freed);
        add(&record, "CSTORAGE_LOCK_HELD_USEC=%" PRIu64, outcome->lock_held_us);
        add(&record, "CSTORAGE_ELAPSED_USEC=%" PRIu64, outcome->elapsed_us);
        (void) text_addf(&text, "%s: %zu removed, %zu repaired, %zu refused, %zu failed, %zu kept",
                         outcome->facts->graphroot, outcome->n[RESULT_REMOVED], outcome->n[RESULT_REPAIRED],
                         outcome->n[RESULT_REFUSED], outcome->n[RESULT_FAILED], outcome->n[RESULT_KEPT]);
        end(&record, text.s ?: "collected", user);
}

void journal_report(const struct outcome *outcome, const struct problems *problems,
                    const struct journal_user *user) {
        size_t n_logged = 0;

        for (size_t i = 0; i < outcome->n_subjects && n_logged < SUBJECTS_MAX; i++)
                if (outcome->subjects[i].result != RESULT_KEPT) {
                        tell_subject(&outcome->subjects[i], user);
                        n_logged++;
                }
        for (size_t i = 0; i < problems->n; i++)
                tell_problem(&problems->problems[i], user);
        tell_sum(outcome, user);
}

/* ----------------------------------------------------------------------------------------- other messages */

void journal_failure(int status, const char *text, const struct journal_user *user) {
        _cleanup_record_ struct record record = {0};

        begin(&record, MESSAGE_NOT_RUN, user);
        add(&record, "EXIT_STATUS=%d", status);
        end(&record, text, user);
}

void journal_no_store(const char *graphroot, const char *text) {
        _cleanup_record_ struct record record = {0};

        begin(&record, MESSAGE_NO_STORE, NULL);
        if (graphroot)
                add(&record, "CSTORAGE_GRAPHROOT=%s", graphroot);
        end(&record, text, NULL);
}

void journal_deleted(uint64_t entries, uint64_t bytes, size_t left, uint64_t elapsed_us) {
        _cleanup_record_ struct record record = {0};
        _cleanup_text_ struct text text = TEXT_INIT;

        begin(&record, MESSAGE_DELETED, NULL);
        add_sizes(&record, entries, bytes);
        add(&record, "CSTORAGE_LEFT=%zu", left);
        add(&record, "CSTORAGE_ELAPSED_USEC=%" PRIu64, elapsed_us);
        (void) text_addf(&text,
                         "Deleted %" PRIu64 " files, %" PRIu64 " bytes; %zu directories are left to others",
                         entries, bytes, left);
        end(&record, text.s ?: "deleted", NULL);
}
