/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The end of every run: the report, the errors, and the exit status. */

#include <stdio.h>
#include <string.h>

#include "finish.h"
#include "report/journal.h"
#include "report/problems.h"
#include "report/report.h"
#include "users/wire.h"
#include "util/clock.h"
#include "util/exit-status.h"
#include "util/log.h"

static void print_report(const struct options *options, const struct outcome *outcome,
                         const struct problems *problems) {
        const struct report_style style = {.verbose = options->verbose,
                                           .summary = options->summary,
                                           .color = color_wanted(options, STDOUT_FILENO)};

        if (options->root_fd >= 0)
                wire_write(stdout, outcome, problems, style.verbose);
        else if (options->json)
                report_json(stdout, outcome, problems, &style);
        else if (options->quiet)
                return;
        else if (!isatty(STDOUT_FILENO) || report_table(stdout, outcome, &style) < 0)
                report_plain(stdout, outcome, &style);
}

static void tell(const struct outcome *outcome, const struct problems *problems) {
        if (journal_is_stderr())
                journal_report(outcome, problems, NULL);
        else
                problems_print(problems, outcome);
}

static int status_of(const struct options *options, const struct outcome *outcome,
                     const struct problems *problems) {
        size_t n_damaged = outcome->n[RESULT_REPAIRED] + outcome->n[RESULT_REMOVED];

        if (outcome->left || outcome->n[RESULT_FAILED] > 0)
                return STATUS_FAILED;
        if (outcome->n[RESULT_REFUSED] > 0 || problems->n > 0)
                return STATUS_REFUSED;
        if (options->verb == VERB_CHECK && n_damaged > 0)
                return STATUS_REFUSED;
        return STATUS_DONE;
}

int finish(const struct options *options, uint64_t started_us, struct outcome *outcome) {
        _cleanup_problems_ struct problems problems = PROBLEMS_INIT;

        if (problems_collect(&problems, outcome) < 0)
                log_error("cannot report all problems: out of memory");

        outcome_count(outcome);
        outcome->elapsed_us = now_us() - started_us;
        print_report(options, outcome, &problems);
        if (!flush_report())
                return STATUS_FAILED;

        if (options->root_fd < 0)
                tell(outcome, &problems);
        return status_of(options, outcome, &problems);
}
