/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The report for programs: one object, the same members in every run. */

#include "report/json-writer.h"
#include "report/orphan-details.h"
#include "report/report.h"
#include "report/totals.h"

static void put_others(struct json_out *json, const struct outcome *outcome) {
        json_out_open(json, "other_drivers", '[');
        for (size_t i = 0; i < outcome->n_others; i++)
                json_out_string(json, NULL, outcome->others[i].name);
        json_out_close(json, ']');
}

static void put_store(struct json_out *json, const struct outcome *outcome) {
        const struct facts *facts = outcome->facts;

        json_out_open(json, "store", '{');
        json_out_string(json, "graphroot", facts->graphroot);
        json_out_string(json, "runroot", facts->runroot);
        json_out_string(json, "imagestore", facts->imagestore);
        json_out_string(json, "driver", facts->driver);
        json_out_bool(json, "transient", facts->transient);
        put_others(json, outcome);
        json_out_close(json, '}');
}

static void put_known(struct json_out *json, const char *key, const char *value) {
        if (value)
                json_out_string(json, key, value);
}

static void put_details(struct json_out *json, const struct outcome *outcome, const struct subject *subject) {
        const struct orphan_detail *detail = orphan_details_find(outcome->details, subject->entry->path);

        if (fact_entry_is_examined(subject->entry) && subject->entry->identity.changed_ns > 0)
                json_out_u64(json, "changed_us", (uint64_t) subject->entry->identity.changed_ns / 1000);
        if (!detail)
                return;
        put_known(json, "name", detail->name);
        put_known(json, "image", detail->image);
        put_known(json, "layer", detail->layer);
}

static void put_subject(struct json_out *json, const struct outcome *outcome, const struct subject *subject) {
        json_out_open(json, NULL, '{');
        json_out_string(json, "kind", fact_kind_name(subject->entry->kind));
        json_out_string(json, "id", subject->entry->id);
        json_out_string(json, "path", subject->entry->path);
        json_out_string(json, "verdict", fate_name(subject->fate));
        json_out_string(json, "reason", reason_name(subject->reason));
        if (subject->text)
                json_out_string(json, "error", subject->text);
        if (subject->measured) {
                json_out_u64(json, "entries", subject->entries);
                json_out_u64(json, "bytes", subject->bytes);
        }
        put_details(json, outcome, subject);
        json_out_close(json, '}');
}

static void put_subjects(struct json_out *json, const struct outcome *outcome, bool verbose) {
        struct subject subject;

        json_out_open(json, "subjects", '[');
        for (size_t i = 0; report_next(outcome, verbose, &i, &subject);)
                put_subject(json, outcome, &subject);
        json_out_close(json, ']');
}

static void put_total(struct json_out *json, const struct total *total) {
        json_out_open(json, NULL, '{');
        json_out_string(json, "verdict", fate_name(total->fate));
        json_out_string(json, "reason", reason_name(total->reason));
        json_out_u64(json, "count", total->count);
        if (total->measured) {
                json_out_u64(json, "entries", total->entries);
                json_out_u64(json, "bytes", total->bytes);
        }
        json_out_close(json, '}');
}

static void put_totals(struct json_out *json, const struct outcome *outcome, bool verbose) {
        const struct total *total;
        struct totals totals;

        totals_count(&totals, outcome, verbose);
        json_out_open(json, "totals", '[');
        for (size_t i = 0; (total = totals_next(&totals, &i));)
                put_total(json, total);
        json_out_close(json, ']');
}

static void put_problems(struct json_out *json, const struct problems *problems) {
        json_out_open(json, "problems", '[');
        for (size_t i = 0; i < problems->n; i++) {
                json_out_open(json, NULL, '{');
                json_out_string(json, "file", problems->problems[i].path);
                json_out_string(json, "text", problems->problems[i].text.s ?: "");
                json_out_close(json, '}');
        }
        json_out_close(json, ']');
}

void report_json_summary(struct json_out *json, const struct outcome *outcome) {
        json_out_open(json, "summary", '{');
        json_out_u64(json, "kept", outcome->n[FATE_KEPT]);
        json_out_u64(json, "removed", outcome->n[FATE_REMOVED]);
        json_out_u64(json, "healed", outcome->n[FATE_HEALED]);
        json_out_u64(json, "refused", outcome->n[FATE_REFUSED]);
        json_out_u64(json, "failed", outcome->n[FATE_FAILED]);
        json_out_u64(json, "entries_freed", outcome->entries_freed);
        json_out_u64(json, "bytes_freed", outcome->bytes_freed);
        json_out_u64(json, "lock_held_us", outcome->lock_held_us);
        json_out_u64(json, "elapsed_us", outcome->elapsed_us);
        json_out_close(json, '}');
}

void report_json_members(struct json_out *json, const struct outcome *outcome,
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
        struct json_out json = JSON_OUT_INIT(out);

        json_out_open(&json, NULL, '{');
        json_out_u64(&json, "version", REPORT_VERSION);
        json_out_bool(&json, "dry_run", outcome->dry_run);
        report_json_members(&json, outcome, problems, style);
        json_out_close(&json, '}');
        putc('\n', out);
}
