/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Write the report of a user's process. The sums come first: if the report is cut off, they are not lost. */

#include <inttypes.h>
#include <string.h>

#include "report/report.h"
#include "users/wire-text.h"
#include "users/wire.h"

/* If out of memory, the field stays empty. */
static void put(FILE *out, const char *value) {
        _cleanup_text_ struct text text = TEXT_INIT;

        if (value)
                (void) text_add_escaped(&text, value, strlen(value));
        fprintf(out, "\t%s", value ? text.s ?: "" : WIRE_NULL);
}

static void put_number(FILE *out, uint64_t number) {
        fprintf(out, "\t%" PRIu64, number);
}

static void put_store(FILE *out, const struct facts *facts) {
        fputs(WIRE_STORE, out);
        put(out, facts->graphroot);
        put(out, facts->runroot);
        put(out, facts->imagestore);
        put(out, facts->driver);
        put_number(out, facts->transient);
        putc('\n', out);
}

static void put_sum(FILE *out, const struct outcome *outcome) {
        fputs(WIRE_SUM, out);
        for (size_t i = 0; i < RESULT_COUNT; i++)
                put_number(out, outcome->n[i]);
        put_number(out, outcome->files_freed);
        put_number(out, outcome->bytes_freed);
        put_number(out, outcome->lock_held_us);
        put_number(out, outcome->elapsed_us);
        putc('\n', out);
}

static void put_subject(FILE *out, const struct subject *subject) {
        fputs(WIRE_SUBJECT, out);
        put(out, fact_kind_name(subject->entry->kind));
        put(out, result_name(subject->result));
        put(out, reason_name(subject->reason));
        put_number(out, subject->entry->imagestore);
        put(out, subject->entry->id);
        put(out, subject->entry->path);
        put(out, subject->text);
        put_number(out, subject->measured);
        put_number(out, subject->entries);
        put_number(out, subject->bytes);
        putc('\n', out);
}

void wire_write_status(FILE *out, enum user_status status) {
        fputs(WIRE_STATUS, out);
        put(out, user_status_name(status));
        fputs("\n" WIRE_END "\n", out);
}

void wire_write(FILE *out, const struct outcome *outcome, const struct problems *problems, bool verbose) {
        struct subject subject;

        fputs(WIRE_STATUS, out);
        put(out, user_status_name(USER_COLLECTED));
        putc('\n', out);
        put_store(out, outcome->facts);
        put_sum(out, outcome);
        for (size_t i = 0; i < problems->n; i++) {
                fputs(WIRE_PROBLEM, out);
                put(out, problems->problems[i].path);
                put(out, problems->problems[i].text.s ?: "");
                putc('\n', out);
        }
        for (size_t i = 0; report_next(outcome, verbose, &i, &subject);)
                put_subject(out, &subject);
        fputs(WIRE_END "\n", out);
}
