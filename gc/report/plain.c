/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The report for logs: fields separated by a blank. The path is last, since it may contain blanks. */

#include <inttypes.h>
#include <string.h>

#include "report/report.h"
#include "report/totals.h"

static void put_escaped(FILE *out, const char *s) {
        _cleanup_text_ struct text text = TEXT_INIT;

        (void) text_add_escaped(&text, s, strlen(s));
        fputs(text.s ?: "", out);
}

static void put_user(FILE *out, const struct report_part *part) {
        if (!part->user)
                return;
        put_escaped(out, part->user);
        putc(' ', out);
}

/* An unknown number is not printed as 0. */
static void put_numbers(FILE *out, bool measured, uint64_t entries, uint64_t bytes) {
        if (measured)
                fprintf(out, "%" PRIu64 " %" PRIu64, entries, bytes);
        else
                fputs("- -", out);
}

static void put_subject(FILE *out, const struct outcome *outcome, const struct subject *subject) {
        fprintf(out, "%s %s %s ", result_word(subject->result, outcome->dry_run),
                fact_kind_name(subject->entry->kind), reason_name(subject->reason));
        put_numbers(out, subject->measured, subject->entries, subject->bytes);
        putc(' ', out);
        put_escaped(out, subject->entry->path);
        putc('\n', out);
}

static void put_subjects(FILE *out, const struct report_part *part, const struct report_style *style) {
        struct subject subject;

        for (size_t i = 0; report_next(part->outcome, style->verbose, &i, &subject);) {
                put_user(out, part);
                put_subject(out, part->outcome, &subject);
        }
}

static void put_totals(FILE *out, const struct report_part *part, const struct report_style *style) {
        const struct total *total;
        struct totals totals;

        totals_count(&totals, part->outcome, style->verbose);
        for (size_t i = 0; (total = totals_next(&totals, &i));) {
                put_user(out, part);
                fprintf(out, "%s %s %" PRIu64 " ", result_word(total->result, part->outcome->dry_run),
                        reason_name(total->reason), total->count);
                put_numbers(out, total->measured, total->entries, total->bytes);
                putc('\n', out);
        }
}

static void put_rows(FILE *out, const struct report_part *part, const struct report_style *style) {
        if (style->summary)
                put_totals(out, part, style);
        else
                put_subjects(out, part, style);
}

static void put_sizes(FILE *out, const struct outcome *outcome) {
        if (outcome_is_measured(outcome))
                fprintf(out, " files=%" PRIu64 " bytes=%" PRIu64, outcome->files_freed, outcome->bytes_freed);
        else
                fputs(" files=- bytes=-", out);
}

static void put_sums(FILE *out, const struct outcome *outcome) {
        fprintf(out, " %s=%zu refused=%zu failed=%zu kept=%zu %s=%zu",
                result_word(RESULT_REMOVED, outcome->dry_run), outcome->n[RESULT_REMOVED],
                outcome->n[RESULT_REFUSED], outcome->n[RESULT_FAILED], outcome->n[RESULT_KEPT],
                result_word(RESULT_REPAIRED, outcome->dry_run), outcome->n[RESULT_REPAIRED]);
        put_sizes(out, outcome);
        fprintf(out, " lock_held_us=%" PRIu64 " elapsed_us=%" PRIu64 "\n", outcome->lock_held_us,
                outcome->elapsed_us);
}

void report_plain_part(FILE *out, const struct report_part *part, const char *status,
                       const struct report_style *style) {
        put_rows(out, part, style);
        put_user(out, part);
        fprintf(out, "summary status=%s", status);
        if (part->outcome->facts && part->outcome->facts->graphroot)
                put_sums(out, part->outcome);
        else
                putc('\n', out);
}

void report_plain(FILE *out, const struct outcome *outcome, const struct report_style *style) {
        put_rows(out, &(struct report_part){.outcome = outcome}, style);
        fputs("summary", out);
        put_sums(out, outcome);
}
