/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The report for logs: fields with a blank between, the path last, since it alone may hold blanks. */

#include <inttypes.h>
#include <string.h>

#include "report.h"

static const char *word(enum fate fate, bool dry_run) {
        switch (fate) {
        case FATE_KEPT:
                return "kept";
        case FATE_REMOVED:
                return dry_run ? "would-remove" : "removed";
        case FATE_HEALED:
                return dry_run ? "would-heal" : "healed";
        case FATE_REFUSED:
                return "refused";
        case FATE_FAILED:
        case FATE_COUNT:
                return "failed";
        }
        return "failed";
}

static void put_subject(FILE *out, const struct outcome *outcome, const struct subject *subject) {
        _cleanup_text_ struct text path = TEXT_INIT;

        (void) text_add_escaped(&path, subject->entry->path, strlen(subject->entry->path));
        fprintf(out, "%s %s %s ", word(subject->fate, outcome->dry_run), fact_kind_name(subject->entry->kind),
                reason_name(subject->reason));
        if (subject->measured)
                fprintf(out, "%" PRIu64 " %" PRIu64 " ", subject->entries, subject->bytes);
        else
                fputs("- - ", out);
        fprintf(out, "%s\n", path.s ?: "");
}

void report_plain(FILE *out, const struct outcome *outcome, bool verbose) {
        struct subject subject;

        for (size_t i = 0; report_next(outcome, verbose, &i, &subject);)
                put_subject(out, outcome, &subject);

        fprintf(out,
                "summary %s=%zu refused=%zu failed=%zu kept=%zu %s=%zu entries=%" PRIu64 " bytes=%" PRIu64
                " lock_held_us=%" PRIu64 " elapsed_us=%" PRIu64 "\n",
                word(FATE_REMOVED, outcome->dry_run), outcome->n[FATE_REMOVED], outcome->n[FATE_REFUSED],
                outcome->n[FATE_FAILED], outcome->n[FATE_KEPT], word(FATE_HEALED, outcome->dry_run),
                outcome->n[FATE_HEALED], outcome->entries_freed, outcome->bytes_freed, outcome->lock_held_us,
                outcome->elapsed_us);
}
