/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of a run for all users: the reports of their processes, in one of the three forms. */

#include "users/report.h"

#include <inttypes.h>
#include <string.h>

#include "report/journal.h"
#include "report/json-writer.h"
#include "report/report.h"
#include "util/exit-status.h"
#include "util/log.h"

/* The maximum of lines that are printed of the standard error of one user's process. */
#define LINES_MAX 100U

struct run_of_all {
        const struct options *options;
        const struct users *users;
        const struct user_report *reports;
        struct report_style style;
        struct outcome sums; /* the times are those of the whole run, and the longest that locks were held */
};

static bool has_store(const struct user_report *report) {
        return report->wire.facts.graphroot;
}

static struct outcome sum_up(const struct options *options, const struct user_report *reports, size_t n,
                             uint64_t elapsed_us) {
        struct outcome sums = {.dry_run = options->dry_run, .elapsed_us = elapsed_us};

        for (size_t i = 0; i < n; i++) {
                const struct outcome *outcome = &reports[i].wire.outcome;

                for (size_t k = 0; k < RESULT_COUNT; k++)
                        sums.n[k] += outcome->n[k];
                sums.files_freed += outcome->files_freed;
                sums.bytes_freed += outcome->bytes_freed;
                if (outcome->lock_held_us > sums.lock_held_us)
                        sums.lock_held_us = outcome->lock_held_us;
        }
        return sums;
}

/* ---------------------------------------------------------------------------------------------- JSON */

static void put_user(struct json_writer *json, const struct run_of_all *run, size_t i) {
        const struct user_report *report = &run->reports[i];
        const struct user *user = &run->users->users[i];

        json_writer_open(json, NULL, '{');
        json_writer_u64(json, "uid", user->uid);
        json_writer_string(json, "user", user->name);
        json_writer_string(json, "home", user->home);
        json_writer_string(json, "status", user_status_name(user->status));
        json_writer_u64(json, "exit_status", (uint64_t) report->status);
        if (report->messages.s)
                json_writer_string(json, "messages", report->messages.s);
        if (has_store(report)) {
                json_writer_bool(json, "complete", !report->wire.cut);
                report_json_members(json, &report->wire.outcome, &report->wire.problems, &run->style);
        }
        json_writer_close(json, '}');
}

static void print_json(const struct run_of_all *run) {
        struct json_writer json = JSON_WRITER_INIT(stdout);

        json_writer_open(&json, NULL, '{');
        json_writer_u64(&json, "version", REPORT_VERSION);
        json_writer_bool(&json, "dry_run", run->options->dry_run);
        json_writer_open(&json, "users", '[');
        for (size_t i = 0; i < run->users->n; i++)
                put_user(&json, run, i);
        json_writer_close(&json, ']');
        report_json_summary(&json, &run->sums);
        json_writer_close(&json, '}');
        putc('\n', stdout);
}

/* --------------------------------------------------------------------------------------------- text */

/* Whether the user is worth a line without --verbose. */
static bool is_reported(const struct run_of_all *run, size_t i) {
        return has_store(&run->reports[i]) || run->reports[i].status != STATUS_DONE || run->options->verbose;
}

static struct report_part part_of(const struct run_of_all *run, size_t i) {
        return (struct report_part){run->users->users[i].name, &run->reports[i].wire.outcome};
}

static void print_plain(const struct run_of_all *run) {
        for (size_t i = 0; i < run->users->n; i++) {
                const struct report_part part = part_of(run, i);

                if (is_reported(run, i))
                        report_plain_part(stdout, &part, user_status_name(run->users->users[i].status),
                                          &run->style);
        }
        report_plain(stdout, &run->sums, &(struct report_style){0});
}

/* Return false if the table cannot be printed. */
static bool print_table(const struct run_of_all *run) {
        _cleanup_free_ struct report_part *parts = calloc(run->users->n + 1, sizeof(*parts));

        if (!parts)
                return false;
        for (size_t i = 0; i < run->users->n; i++)
                parts[i] = part_of(run, i);
        return report_table_of(stdout, parts, run->users->n, &run->sums, &run->style) >= 0;
}

static void print_report(const struct run_of_all *run) {
        if (run->options->json)
                print_json(run);
        else if (!run->options->quiet && (!isatty(STDOUT_FILENO) || !print_table(run)))
                print_plain(run);
}

/* ------------------------------------------------------------------------------------------------- errors */

/* Most lines are messages of this program, but the user can make the process print anything. */
static void relay(const char *messages) {
        _cleanup_free_ char *copy = strdup(messages);
        const char *own = program_invocation_short_name;
        char *rest = copy, *line;

        for (unsigned i = 0; i < LINES_MAX && (line = strsep(&rest, "\n")); i++) {
                size_t n = strlen(own);

                if (strncmp(line, own, n) == 0 && line[n] == ':')
                        line += n + 1 + strspn(line + n + 1, " ");
                if (*line)
                        log_error("%s", line);
        }
}

/* If the process printed an error itself, that is more precise. */
static void tell_failure(const struct user *user, const struct user_report *report) {
        const struct journal_user name = {.name = user->name, .uid = user->uid};
        const char *text = user_status_text(user->status);
        bool said = report->messages.s && (user->status == USER_FAILED || user->status == USER_LOCKED);

        if (journal_is_stderr())
                journal_failure(report->status, text, &name);
        else if (!said)
                log_error("%s: %s", user_status_name(user->status), text);
}

static void tell_store(const struct user *user, const struct user_report *report) {
        const struct journal_user name = {.name = user->name, .uid = user->uid};

        if (journal_is_stderr())
                journal_report(&report->wire.outcome, &report->wire.problems, &name);
        else
                problems_print(&report->wire.problems, &report->wire.outcome);
        if (report->wire.cut)
                log_error("more was to be reported than is read of one user");
}

static void tell(const struct run_of_all *run, size_t i) {
        const struct user_report *report = &run->reports[i];
        const struct user *user = &run->users->users[i];

        log_set_user(user->name);
        if (report->messages.s)
                relay(report->messages.s);
        if (has_store(report))
                tell_store(user, report);
        if (user_status_text(user->status) && user->status != USER_COLLECTED &&
            (report->status != STATUS_DONE || run->options->verbose))
                tell_failure(user, report);
        log_set_user(NULL);
}

int report_users(const struct options *options, const struct users *users, const struct user_report *reports,
                 uint64_t elapsed_us) {
        const struct run_of_all run = {
                .options = options,
                .users = users,
                .reports = reports,
                .style = {.verbose = options->verbose,
                          .summary = options->summary,
                          .color = color_wanted(options, STDOUT_FILENO)},
                .sums = sum_up(options, reports, users->n, elapsed_us),
        };
        int status = STATUS_DONE;

        print_report(&run);
        if (!flush_report())
                status = STATUS_FAILED;
        for (size_t i = 0; i < users->n; i++) {
                tell(&run, i);
                status = worse_status(status, reports[i].status);
        }
        return status;
}
