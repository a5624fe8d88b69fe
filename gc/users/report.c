/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of a run for all users: what each of their processes told, in one of the three forms. */

#include "users/report.h"

#include <inttypes.h>
#include <string.h>

#include "report/journal.h"
#include "report/json-writer.h"
#include "report/report.h"
#include "util/exit-status.h"
#include "util/log.h"

/* Of what one user's process said on standard error. Nobody reads more. */
#define LINES_MAX 100U

struct run_of_all {
        const struct options *options;
        const struct users *users;
        const struct user_report *reports;
        struct report_style style;
        struct outcome sums; /* of the times, that of the whole, and the longest that locks were held */
};

static bool has_store(const struct user_report *report) {
        return report->told.facts.graphroot;
}

static struct outcome sum_up(const struct options *options, const struct user_report *reports, size_t n,
                             uint64_t elapsed_us) {
        struct outcome sums = {.dry_run = options->dry_run, .elapsed_us = elapsed_us};

        for (size_t i = 0; i < n; i++) {
                const struct outcome *outcome = &reports[i].told.outcome;

                for (size_t k = 0; k < FATE_COUNT; k++)
                        sums.n[k] += outcome->n[k];
                sums.entries_freed += outcome->entries_freed;
                sums.bytes_freed += outcome->bytes_freed;
                if (outcome->lock_held_us > sums.lock_held_us)
                        sums.lock_held_us = outcome->lock_held_us;
        }
        return sums;
}

/* ---------------------------------------------------------------------------------------------- JSON */

static void put_user(struct json_out *json, const struct run_of_all *run, size_t i) {
        const struct user_report *report = &run->reports[i];
        const struct user *user = &run->users->users[i];

        json_out_open(json, NULL, '{');
        json_out_u64(json, "uid", user->uid);
        json_out_string(json, "user", user->name);
        json_out_string(json, "home", user->home);
        json_out_string(json, "status", user_fate_name(user->fate));
        json_out_u64(json, "exit_status", (uint64_t) report->status);
        if (report->messages.s)
                json_out_string(json, "messages", report->messages.s);
        if (has_store(report)) {
                json_out_bool(json, "complete", !report->told.cut);
                report_json_members(json, &report->told.outcome, &report->told.problems, &run->style);
        }
        json_out_close(json, '}');
}

static void print_json(const struct run_of_all *run) {
        struct json_out json = JSON_OUT_INIT(stdout);

        json_out_open(&json, NULL, '{');
        json_out_u64(&json, "version", REPORT_VERSION);
        json_out_bool(&json, "dry_run", run->options->dry_run);
        json_out_open(&json, "users", '[');
        for (size_t i = 0; i < run->users->n; i++)
                put_user(&json, run, i);
        json_out_close(&json, ']');
        report_json_summary(&json, &run->sums);
        json_out_close(&json, '}');
        putc('\n', stdout);
}

/* --------------------------------------------------------------------------------------------- text */

/* What is worth a word without being asked for. */
static bool is_told(const struct run_of_all *run, size_t i) {
        return has_store(&run->reports[i]) || run->reports[i].status != STATUS_DONE || run->options->verbose;
}

static struct report_part part_of(const struct run_of_all *run, size_t i) {
        return (struct report_part){run->users->users[i].name, &run->reports[i].told.outcome};
}

static void print_plain(const struct run_of_all *run) {
        for (size_t i = 0; i < run->users->n; i++) {
                const struct report_part part = part_of(run, i);

                if (is_told(run, i))
                        report_plain_part(stdout, &part, user_fate_name(run->users->users[i].fate),
                                          &run->style);
        }
        report_plain(stdout, &run->sums, &(struct report_style){0});
}

/* False where there can be none. */
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

/* ----------------------------------------------------------------------------------- what is wrong */

/* Each line is one of this program's, but for what it was made to say. */
static void relay(const char *messages) {
        _cleanup_free_ char *copy = strdup(messages);
        const char *own = program_invocation_short_name;
        char *rest = copy, *line;

        for (unsigned i = 0; i < LINES_MAX && (line = strsep(&rest, "\n")); i++) {
                size_t n = strlen(own);

                if (strncmp(line, own, n) == 0 && line[n] == ':')
                        line += n + 1 + strspn(line + n + 1, " ");
                if (*line)
                        complain("%s", line);
        }
}

/* What the process said itself says more, and is there already. */
static void tell_failure(const struct user *user, const struct user_report *report) {
        const struct journal_user name = {.name = user->name, .uid = user->uid};
        const char *text = user_fate_text(user->fate);
        bool said = report->messages.s && (user->fate == USER_FAILED || user->fate == USER_LOCKED);

        if (journal_is_stderr())
                journal_failure(report->status, text, &name);
        else if (!said)
                complain("%s: %s", user_fate_name(user->fate), text);
}

static void tell_store(const struct user *user, const struct user_report *report) {
        const struct journal_user name = {.name = user->name, .uid = user->uid};

        if (journal_is_stderr())
                journal_report(&report->told.outcome, &report->told.problems, &name);
        else
                problems_print(&report->told.problems, &report->told.outcome);
        if (report->told.cut)
                complain("more was to be reported than is read of one user");
}

static void tell(const struct run_of_all *run, size_t i) {
        const struct user_report *report = &run->reports[i];
        const struct user *user = &run->users->users[i];

        complain_of(user->name);
        if (report->messages.s)
                relay(report->messages.s);
        if (has_store(report))
                tell_store(user, report);
        if (user_fate_text(user->fate) && user->fate != USER_COLLECTED &&
            (report->status != STATUS_DONE || run->options->verbose))
                tell_failure(user, report);
        complain_of(NULL);
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
