/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The report for programs: one object, with the same members in every run. */

#include "report/json-writer.h"
#include "report/losses.h"
#include "report/orphan-details.h"
#include "report/report.h"
#include "report/totals.h"

static void put_others(struct json_writer *json, const struct outcome *outcome) {
        json_writer_open(json, "other_drivers", '[');
        for (size_t i = 0; i < outcome->n_others; i++)
                json_writer_string(json, NULL, outcome->others[i].name);
        json_writer_close(json, ']');
}

static void put_store(struct json_writer *json, const struct outcome *outcome) {
        const struct facts *facts = outcome->facts;

        json_writer_open(json, "store", '{');
        json_writer_string(json, "graphroot", facts->graphroot);
        json_writer_string(json, "runroot", facts->runroot);
        json_writer_string(json, "imagestore", facts->imagestore);
        json_writer_string(json, "driver", facts->driver);
        json_writer_bool(json, "transient", facts->transient);
        put_others(json, outcome);
        json_writer_close(json, '}');
}

static void put_known(struct json_writer *json, const char *key, const char *value) {
        if (value)
                json_writer_string(json, key, value);
}

static void put_details(struct json_writer *json, const struct outcome *outcome,
                        const struct subject *subject) {
        const struct orphan_detail *detail = orphan_details_find(outcome->details, subject->entry->path);

        if (fact_entry_is_examined(subject->entry) && subject->entry->identity.changed_ns > 0)
                json_writer_u64(json, "changed_us", (uint64_t) subject->entry->identity.changed_ns / 1000);
        if (!detail)
                return;
        put_known(json, "name", detail->name);
        put_known(json, "image", detail->image);
        put_known(json, "layer", detail->layer);
}

static void put_command(struct json_writer *json, const struct subject *subject) {
        _cleanup_text_ struct text command = TEXT_INIT;

        if (losses_add_command(&command, subject) >= 0 && command.s)
                json_writer_string(json, "command", command.s);
}

static void put_subject(struct json_writer *json, const struct outcome *outcome,
                        const struct subject *subject) {
        json_writer_open(json, NULL, '{');
        json_writer_string(json, "kind", fact_kind_name(subject->entry->kind));
        json_writer_string(json, "id", subject->entry->id);
        json_writer_string(json, "path", subject->entry->path);
        json_writer_string(json, "verdict", result_name(subject->result));
        json_writer_string(json, "reason", reason_name(subject->reason));
        if (subject->text)
                json_writer_string(json, "error", subject->text);
        if (subject->measured) {
                json_writer_u64(json, "files", subject->entries);
                json_writer_u64(json, "bytes", subject->bytes);
        }
        put_details(json, outcome, subject);
        put_command(json, subject);
        json_writer_close(json, '}');
}

static void put_subjects(struct json_writer *json, const struct outcome *outcome, bool verbose) {
        struct subject subject;

        json_writer_open(json, "objects", '[');
        for (size_t i = 0; report_next(outcome, verbose, &i, &subject);)
                put_subject(json, outcome, &subject);
        json_writer_close(json, ']');
}

static void put_total(struct json_writer *json, const struct total *total) {
        json_writer_open(json, NULL, '{');
        json_writer_string(json, "verdict", result_name(total->result));
        json_writer_string(json, "reason", reason_name(total->reason));
        json_writer_u64(json, "count", total->count);
        if (total->measured) {
                json_writer_u64(json, "files", total->entries);
                json_writer_u64(json, "bytes", total->bytes);
        }
        json_writer_close(json, '}');
}

static void put_totals(struct json_writer *json, const struct outcome *outcome, bool verbose) {
        const struct total *total;
        struct totals totals;

        totals_count(&totals, outcome, verbose);
        json_writer_open(json, "totals", '[');
        for (size_t i = 0; (total = totals_next(&totals, &i));)
                put_total(json, total);
        json_writer_close(json, ']');
}

static void put_problems(struct json_writer *json, const struct problems *problems) {
        json_writer_open(json, "problems", '[');
        for (size_t i = 0; i < problems->n; i++) {
                json_writer_open(json, NULL, '{');
                json_writer_string(json, "file", problems->problems[i].path);
                json_writer_string(json, "text", problems->problems[i].text.s ?: "");
                json_writer_close(json, '}');
        }
        json_writer_close(json, ']');
}

void report_json_summary(struct json_writer *json, const struct outcome *outcome) {
        json_writer_open(json, "summary", '{');
        json_writer_u64(json, "kept", outcome->n[RESULT_KEPT]);
        json_writer_u64(json, "removed", outcome->n[RESULT_REMOVED]);
        json_writer_u64(json, "repaired", outcome->n[RESULT_REPAIRED]);
        json_writer_u64(json, "refused", outcome->n[RESULT_REFUSED]);
        json_writer_u64(json, "failed", outcome->n[RESULT_FAILED]);
        json_writer_u64(json, "files_freed", outcome->files_freed);
        json_writer_u64(json, "bytes_freed", outcome->bytes_freed);
        json_writer_u64(json, "lock_held_us", outcome->lock_held_us);
        json_writer_u64(json, "elapsed_us", outcome->elapsed_us);
        json_writer_close(json, '}');
}

void report_json_members(struct json_writer *json, const struct outcome *outcome,
                         const struct problems *problems, const struct report_style *style) {
        put_store(json, outcome);
        if (style->summary)
                put_totals(json, outcome, style->verbose);
        else
                put_subjects(json, outcome, style->verbose);
        put_problems(json, problems);
        report_json_summary(json, outcome);
}

void report_json(FILE *out, const struct outcome *outcome, const struct problems *problems,
                 const struct report_style *style) {
        struct json_writer json = JSON_WRITER_INIT(out);

        json_writer_open(&json, NULL, '{');
        json_writer_u64(&json, "version", REPORT_VERSION);
        json_writer_bool(&json, "dry_run", outcome->dry_run);
        report_json_members(&json, outcome, problems, style);
        json_writer_close(&json, '}');
        putc('\n', out);
}
