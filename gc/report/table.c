/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The report for a terminal. */

#include <inttypes.h>
#include <libsmartcols.h>
#include <string.h>

#include "base/library.h"
#include "report/report.h"
#include "report/totals.h"
#include "util/color.h"
#include "util/human.h"

/* Most runs have no terminal. */
#define LIBSMARTCOLS_NAME "libsmartcols.so.1"
LIBRARY_NOTE(libsmartcols, LIBSMARTCOLS_NAME, "table", "the table on a terminal", "required");

#define LIBSMARTCOLS_FUNCTIONS(F)                                                                            \
        F(scols_cell_set_color)                                                                              \
        F(scols_column_get_header)                                                                           \
        F(scols_line_get_cell)                                                                               \
        F(scols_line_set_data)                                                                               \
        F(scols_new_table)                                                                                   \
        F(scols_print_table)                                                                                 \
        F(scols_table_enable_colors)                                                                         \
        F(scols_table_get_nlines)                                                                            \
        F(scols_table_new_column)                                                                            \
        F(scols_table_new_line)                                                                              \
        F(scols_table_set_stream)                                                                            \
        F(scols_unref_table)

static struct { LIBSMARTCOLS_FUNCTIONS(LIBRARY_POINTER) } libsmartcols;

static const char *const libsmartcols_names[] = {LIBSMARTCOLS_FUNCTIONS(LIBRARY_NAME)};

static struct libscols_table *table_unref(struct libscols_table *table) {
        if (table)
                libsmartcols.scols_unref_table(table);
        return NULL;
}

DEFINE_CLEANUP(struct libscols_table *, table_unref);

/* The user's comes last here, so that the others have the same numbers without it. */
enum {
        COLUMN_FATE,
        COLUMN_WHAT,
        COLUMN_WHY,
        COLUMN_ENTRIES,
        COLUMN_SIZE,
        COLUMN_USER,
        COLUMN_COUNT,
};

static const struct column {
        const char *name;
        double hint;
        int flags;
} columns[COLUMN_COUNT] = {
        [COLUMN_FATE] = {"FATE", 6, 0},
        [COLUMN_WHAT] = {"WHAT", 0.5, SCOLS_FL_TRUNC},
        [COLUMN_WHY] = {"WHY", 0.2, 0},
        [COLUMN_ENTRIES] = {"ENTRIES", 7, SCOLS_FL_RIGHT},
        [COLUMN_SIZE] = {"SIZE", 5, SCOLS_FL_RIGHT},
        [COLUMN_USER] = {"USER", 8, 0},
};

static const char *word(enum fate fate, bool dry_run) {
        static const char *const done[FATE_COUNT] = {[FATE_KEPT] = "kept",
                                                     [FATE_REMOVED] = "removed",
                                                     [FATE_HEALED] = "healed",
                                                     [FATE_REFUSED] = "refused",
                                                     [FATE_FAILED] = "failed"};

        return dry_run ? fate_name(fate) : done[fate];
}

static const char *color_of(enum fate fate) {
        static const char *const colors[FATE_COUNT] = {[FATE_KEPT] = COLOR_GREY,
                                                       [FATE_REMOVED] = COLOR_YELLOW,
                                                       [FATE_HEALED] = COLOR_GREEN,
                                                       [FATE_REFUSED] = COLOR_BOLD_RED,
                                                       [FATE_FAILED] = COLOR_BOLD_RED};

        return colors[fate];
}

static int set_fate(struct libscols_line *line, enum fate fate, bool dry_run) {
        int r = libsmartcols.scols_line_set_data(line, COLUMN_FATE, word(fate, dry_run));

        return r < 0 ? r
                     : libsmartcols.scols_cell_set_color(libsmartcols.scols_line_get_cell(line, COLUMN_FATE),
                                                         color_of(fate));
}

/* Ids are cut to the twelve digits that podman shows. */
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

/* The path below the root it lies in. libsmartcols escapes what a terminal might obey. */
static int add_path(struct text *text, const struct facts *facts, const struct fact_entry *entry) {
        const char *root = entry->imagestore && facts->imagestore ? facts->imagestore : facts->graphroot;
        const char *s = entry->path;
        size_t n = strlen(root);
        int r = 0;

        if (strncmp(s, root, n) == 0 && s[n] == '/')
                s += n + 1;
        while (*s && r >= 0) {
                n = id_length(s);
                r = text_add(text, s, n > 0 ? ID_SHOWN : 1);
                s += n > 0 ? n : 1;
        }
        return r;
}

static int set_numbers(struct libscols_line *line, uint64_t n_entries, uint64_t n_bytes) {
        char entries[HUMAN_MAX], size[HUMAN_MAX];
        int r;

        (void) snprintf(entries, sizeof(entries), "%" PRIu64, n_entries);
        r = libsmartcols.scols_line_set_data(line, COLUMN_ENTRIES, entries);
        if (r < 0)
                return r;
        return libsmartcols.scols_line_set_data(line, COLUMN_SIZE, human_bytes(size, n_bytes));
}

struct row {
        enum fate fate;
        enum reason reason;
        const char *what;
        bool measured;
        uint64_t entries, bytes;
};

static int add_row(struct libscols_table *table, const struct report_part *part, const struct row *row) {
        struct libscols_line *line = libsmartcols.scols_table_new_line(table, NULL);
        int r;

        if (!line)
                return -ENOMEM;

        r = set_fate(line, row->fate, part->outcome->dry_run);
        if (r >= 0)
                r = libsmartcols.scols_line_set_data(line, COLUMN_WHAT, row->what);
        if (r >= 0)
                r = libsmartcols.scols_line_set_data(line, COLUMN_WHY, reason_name(row->reason));
        if (r >= 0 && row->measured)
                r = set_numbers(line, row->entries, row->bytes);
        if (r >= 0 && part->user)
                r = libsmartcols.scols_line_set_data(line, COLUMN_USER, part->user);
        return r;
}

static int add_subject(struct libscols_table *table, const struct report_part *part,
                       const struct subject *subject) {
        _cleanup_text_ struct text path = TEXT_INIT;
        int r = add_path(&path, part->outcome->facts, subject->entry);

        return r < 0 ? r
                     : add_row(table, part,
                               &(struct row){subject->fate, subject->reason, path.s, subject->measured,
                                             subject->entries, subject->bytes});
}

static int add_subjects(struct libscols_table *table, const struct report_part *part, bool verbose) {
        struct subject subject;
        int r = 0;

        for (size_t i = 0; r >= 0 && report_next(part->outcome, verbose, &i, &subject);)
                r = add_subject(table, part, &subject);
        return r;
}

static int add_totals(struct libscols_table *table, const struct report_part *part, bool verbose) {
        const struct total *total;
        struct totals totals;
        char count[HUMAN_MAX];
        int r = 0;

        totals_count(&totals, part->outcome, verbose);
        for (size_t i = 0; r >= 0 && (total = totals_next(&totals, &i));) {
                (void) snprintf(count, sizeof(count), "%" PRIu64, total->count);
                r = add_row(table, part,
                            &(struct row){total->fate, total->reason, count, total->measured, total->entries,
                                          total->bytes});
        }
        return r;
}

static int add_column(struct libscols_table *table, const struct column *info) {
        struct libscols_column *column =
                libsmartcols.scols_table_new_column(table, info->name, info->hint, info->flags);

        if (!column)
                return -ENOMEM;
        return libsmartcols.scols_cell_set_color(libsmartcols.scols_column_get_header(column), COLOR_BOLD);
}

static int add_columns(struct libscols_table *table, bool users, bool summary) {
        static const struct column count = {"COUNT", 5, SCOLS_FL_RIGHT};
        int r = 0;

        for (size_t i = 0; r >= 0 && i < (users ? COLUMN_COUNT : COLUMN_USER); i++)
                r = add_column(table, summary && i == COLUMN_WHAT ? &count : &columns[i]);
        return r;
}

static void put_summary(FILE *out, const struct outcome *o) {
        char size[HUMAN_MAX], held[HUMAN_MAX], elapsed[HUMAN_MAX];

        fprintf(out, "%zu %s, %zu refused, %zu failed, %zu kept", o->n[FATE_REMOVED],
                o->dry_run ? "would be removed" : "removed", o->n[FATE_REFUSED], o->n[FATE_FAILED],
                o->n[FATE_KEPT]);
        if (o->n[FATE_HEALED] > 0)
                fprintf(out, ", %zu %s", o->n[FATE_HEALED], o->dry_run ? "would be healed" : "healed");
        if (o->n[FATE_REMOVED] + o->n[FATE_FAILED] > 0 && outcome_is_measured(o))
                fprintf(out, "; %" PRIu64 " entries, %s", o->entries_freed,
                        human_bytes(size, o->bytes_freed));
        if (o->lock_held_us > 0)
                fprintf(out, "; locks held %s", human_time(held, o->lock_held_us));
        fprintf(out, "; %s\n", human_time(elapsed, o->elapsed_us));
}

static int print(FILE *out, struct libscols_table *table) {
        int r = libsmartcols.scols_table_set_stream(table, out);

        if (r < 0 || libsmartcols.scols_table_get_nlines(table) == 0)
                return r;
        return libsmartcols.scols_print_table(table);
}

int report_table_of(FILE *out, const struct report_part *parts, size_t n, const struct outcome *sums,
                    const struct report_style *style) {
        _cleanup_(table_unrefp) struct libscols_table *table = NULL;
        int r;

        if (!library_load(LIBSMARTCOLS_NAME, libsmartcols_names, ARRAY_SIZE(libsmartcols_names),
                          &libsmartcols))
                return -ELIBACC;

        table = libsmartcols.scols_new_table();
        if (!table)
                return -ENOMEM;

        r = libsmartcols.scols_table_enable_colors(table, style->color);
        if (r >= 0)
                r = add_columns(table, n > 0 && parts[0].user, style->summary);
        for (size_t i = 0; r >= 0 && i < n; i++)
                r = style->summary ? add_totals(table, &parts[i], style->verbose)
                                   : add_subjects(table, &parts[i], style->verbose);
        if (r >= 0)
                r = print(out, table);
        if (r >= 0)
                put_summary(out, sums);
        return r;
}

int report_table(FILE *out, const struct outcome *outcome, const struct report_style *style) {
        return report_table_of(out, &(struct report_part){.outcome = outcome}, 1, outcome, style);
}
