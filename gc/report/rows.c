/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The rows of the table for a terminal. */

#include "report/rows.h"

#include <inttypes.h>
#include <string.h>

#include "base/array.h"
#include "report/orphan-details.h"
#include "report/totals.h"

void rows_done(struct rows *rows) {
        for (size_t i = 0; i < rows->n; i++)
                text_done(&rows->rows[i].what);
        free(rows->rows);
        *rows = ROWS_INIT;
}

static struct row *add_row(struct rows *rows, const struct report_part *part) {
        struct row *row;

        if (ARRAY_RESERVE(rows->rows, rows->cap, rows->n + 1) < 0)
                return NULL;
        row = &rows->rows[rows->n++];
        *row = (struct row){.dry_run = part->outcome->dry_run, .what = TEXT_INIT, .user = part->user};
        return row;
}

/* -------------------------------------------------------------------------------------------- subjects */

/* Ids are cut to twelve digits, as in podman. */
#define ID_SHOWN 12

static bool is_hex(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static size_t id_length(const char *s) {
        size_t n = 0;

        while (is_hex(s[n]))
                n++;
        return n == 64 ? n : 0;
}

static int add_short(struct text *text, const char *s) {
        int r = 0;

        while (*s && r >= 0) {
                size_t n = id_length(s);

                r = text_add(text, s, n > 0 ? ID_SHOWN : 1);
                s += n > 0 ? n : 1;
        }
        return r;
}

/* The path relative to its root. libsmartcols escapes terminal control sequences. */
static int add_path(struct text *text, const struct facts *facts, const struct fact_entry *entry) {
        const char *root = entry->imagestore && facts->imagestore ? facts->imagestore : facts->graphroot;
        const char *s = entry->path;
        size_t n = strlen(root);

        if (strncmp(s, root, n) == 0 && s[n] == '/')
                s += n + 1;
        return add_short(text, s);
}

static int add_pair(struct text *text, const struct fact_entry *container, const struct fact_entry *layer) {
        int r;

        r = text_adds(text, "container ");
        if (r >= 0)
                r = add_short(text, container->name);
        if (r >= 0)
                r = text_adds(text, ", layer ");
        return r < 0 ? r : add_short(text, layer->name);
}

/* If there are two directories, the age is that of the later change. */
static void set_age(struct row *row, const struct facts *facts, const struct fact_entry *entry) {
        int64_t age_ns = facts->now_ns - entry->identity.changed_ns;
        uint64_t age_s = age_ns > 0 ? (uint64_t) age_ns / 1000000000 : 0;

        if (!fact_entry_is_examined(entry) || fact_entry_is_gone(entry))
                return;
        row->age_s = row->has_age && row->age_s < age_s ? row->age_s : age_s;
        row->has_age = true;
}

/* A container and its layer are one row if all columns are the same. */
static bool is_one_row(const struct subject *a, const struct subject *b) {
        return a && b && a->result == b->result && a->reason == b->reason && a->measured == b->measured;
}

static int add_subject(struct rows *rows, const struct report_part *part, const struct subject *subject,
                       const struct subject *layer) {
        const struct outcome *outcome = part->outcome;
        const struct orphan_detail *detail = orphan_details_find(outcome->details, subject->entry->path);
        struct row *row = add_row(rows, part);

        if (!row)
                return -ENOMEM;
        row->result = subject->result;
        row->reason = subject->reason;
        row->name = detail ? detail->name : NULL;
        row->image = detail ? detail->image : NULL;
        row->measured = subject->measured;
        row->entries = subject->entries + (layer ? layer->entries : 0);
        row->bytes = subject->bytes + (layer ? layer->bytes : 0);
        set_age(row, outcome->facts, subject->entry);
        if (!layer)
                return add_path(&row->what, outcome->facts, subject->entry);
        set_age(row, outcome->facts, layer->entry);
        return add_pair(&row->what, subject->entry, layer->entry);
}

/* The subject of each detail; NULL if there is none. */
static const struct subject **match(const struct outcome *outcome) {
        const struct orphan_details *details = outcome->details;
        const struct subject **subjects = calloc(details ? details->n + 1 : 1, sizeof(struct subject *));

        for (size_t i = 0; subjects && i < outcome->n_subjects; i++) {
                const struct orphan_detail *detail =
                        orphan_details_find(details, outcome->subjects[i].entry->path);

                if (detail)
                        subjects[detail - details->details] = &outcome->subjects[i];
        }
        return subjects;
}

static const struct subject *find_other(const struct outcome *outcome, const struct subject **subjects,
                                        const struct subject *subject) {
        const struct orphan_detail *detail = orphan_details_find(outcome->details, subject->entry->path);
        const struct subject *other =
                detail && detail->other ? subjects[detail->other - outcome->details->details] : NULL;

        return is_one_row(subject, other) ? other : NULL;
}

static int add_subjects(struct rows *rows, const struct report_part *part, bool verbose) {
        _cleanup_free_ const struct subject **subjects = match(part->outcome);
        struct subject subject;
        int r = subjects ? 0 : -ENOMEM;

        for (size_t i = 0; r >= 0 && report_next(part->outcome, verbose, &i, &subject);) {
                const struct subject *other = find_other(part->outcome, subjects, &subject);

                if (!other || subject.entry->kind == CSTORAGE_ENTRY_CONTAINER_DIR)
                        r = add_subject(rows, part, &subject, other);
        }
        return r;
}

/* --------------------------------------------------------------------------------------------- summary */

static int add_totals(struct rows *rows, const struct report_part *part, bool verbose) {
        const struct total *total;
        struct totals totals;
        int r = 0;

        totals_count(&totals, part->outcome, verbose);
        for (size_t i = 0; r >= 0 && (total = totals_next(&totals, &i));) {
                struct row *row = add_row(rows, part);

                if (!row)
                        return -ENOMEM;
                row->result = total->result;
                row->reason = total->reason;
                row->measured = total->measured;
                row->entries = total->entries;
                row->bytes = total->bytes;
                r = text_addf(&row->what, "%" PRIu64, total->count);
        }
        return r;
}

int rows_add(struct rows *rows, const struct report_part *part, const struct report_style *style) {
        return style->summary ? add_totals(rows, part, style->verbose)
                              : add_subjects(rows, part, style->verbose);
}
