/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The report for a terminal. */

#include <inttypes.h>
#include <libsmartcols.h>
#include <string.h>

#include "base/library.h"
#include "report/report.h"
#include "report/rows.h"
#include "util/color.h"
#include "util/human.h"

/* The library is loaded on demand: most runs have no terminal. */
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

enum {
        COLUMN_RESULT,
        COLUMN_OBJECT,
        COLUMN_NAME,
        COLUMN_IMAGE,
        COLUMN_AGE,
        COLUMN_REASON,
        COLUMN_FILES,
        COLUMN_SIZE,
        COLUMN_USER,
        COLUMN_COUNT,
};

static const struct column {
        const char *name;
        double hint;
        int flags;
} columns[COLUMN_COUNT] = {
        [COLUMN_RESULT] = {"RESULT", 6, 0},
        [COLUMN_OBJECT] = {"OBJECT", 0.5, SCOLS_FL_TRUNC},
        [COLUMN_NAME] = {"NAME", 0.1, SCOLS_FL_TRUNC},
        [COLUMN_IMAGE] = {"IMAGE", 0.1, SCOLS_FL_TRUNC},
        [COLUMN_AGE] = {"AGE", 3, SCOLS_FL_RIGHT},
        [COLUMN_REASON] = {"REASON", 0.2, 0},
        [COLUMN_FILES] = {"FILES", 5, SCOLS_FL_RIGHT},
        [COLUMN_SIZE] = {"SIZE", 5, SCOLS_FL_RIGHT},
        [COLUMN_USER] = {"USER", 8, 0},
};

/* The number of objects, instead of their paths. */
static const struct column count_column = {"COUNT", 5, SCOLS_FL_RIGHT};

/* Empty columns are omitted; the columns behind them then have smaller numbers. */
struct sheet {
        struct libscols_table *table;
        bool has[COLUMN_COUNT];
        size_t number[COLUMN_COUNT];
};

static const char *word(enum result result, bool dry_run) {
        return dry_run ? result_name(result) : result_word(result, false);
}

static const char *color_of(enum result result) {
        static const char *const colors[RESULT_COUNT] = {[RESULT_KEPT] = COLOR_GREY,
                                                         [RESULT_REMOVED] = COLOR_YELLOW,
                                                         [RESULT_REPAIRED] = COLOR_GREEN,
                                                         [RESULT_REFUSED] = COLOR_BOLD_RED,
                                                         [RESULT_FAILED] = COLOR_BOLD_RED};

        return colors[result];
}

static int set(const struct sheet *sheet, struct libscols_line *line, size_t column, const char *value) {
        if (!sheet->has[column] || !value)
                return 0;
        return libsmartcols.scols_line_set_data(line, sheet->number[column], value);
}

static int set_result(const struct sheet *sheet, struct libscols_line *line, const struct row *row) {
        int r = set(sheet, line, COLUMN_RESULT, word(row->result, row->dry_run));

        return r < 0 ? r
                     : libsmartcols.scols_cell_set_color(
                               libsmartcols.scols_line_get_cell(line, sheet->number[COLUMN_RESULT]),
                               color_of(row->result));
}

static int set_numbers(const struct sheet *sheet, struct libscols_line *line, const struct row *row) {
        char age[HUMAN_MAX], entries[HUMAN_MAX], size[HUMAN_MAX];
        int r = 0;

        if (row->has_age)
                r = set(sheet, line, COLUMN_AGE, human_age(age, row->age_s));
        if (r < 0 || !row->measured)
                return r;
        (void) snprintf(entries, sizeof(entries), "%" PRIu64, row->entries);
        r = set(sheet, line, COLUMN_FILES, entries);
        return r < 0 ? r : set(sheet, line, COLUMN_SIZE, human_bytes(size, row->bytes));
}

static int add_line(const struct sheet *sheet, const struct row *row) {
        struct libscols_line *line = libsmartcols.scols_table_new_line(sheet->table, NULL);
        int r;

        if (!line)
                return -ENOMEM;

        r = set_result(sheet, line, row);
        if (r >= 0)
                r = set(sheet, line, COLUMN_OBJECT, row->what.s);
        if (r >= 0)
                r = set(sheet, line, COLUMN_NAME, row->name);
        if (r >= 0)
                r = set(sheet, line, COLUMN_IMAGE, row->image);
        if (r >= 0)
                r = set(sheet, line, COLUMN_REASON, reason_name(row->reason));
        if (r >= 0)
                r = set_numbers(sheet, line, row);
        return r < 0 ? r : set(sheet, line, COLUMN_USER, row->user);
}

static int add_column(struct sheet *sheet, const struct column *info) {
        struct libscols_column *column =
                libsmartcols.scols_table_new_column(sheet->table, info->name, info->hint, info->flags);

        if (!column)
                return -ENOMEM;
        return libsmartcols.scols_cell_set_color(libsmartcols.scols_column_get_header(column), COLOR_BOLD);
}

static void choose_columns(struct sheet *sheet, const struct rows *rows, bool users) {
        for (size_t i = 0; i < COLUMN_COUNT; i++)
                sheet->has[i] = i != COLUMN_NAME && i != COLUMN_IMAGE && i != COLUMN_AGE;
        sheet->has[COLUMN_USER] = users;
        for (size_t i = 0; i < rows->n; i++) {
                sheet->has[COLUMN_NAME] |= rows->rows[i].name != NULL;
                sheet->has[COLUMN_IMAGE] |= rows->rows[i].image != NULL;
                sheet->has[COLUMN_AGE] |= rows->rows[i].has_age;
        }
}

static int add_columns(struct sheet *sheet, bool summary) {
        size_t n = 0;
        int r = 0;

        for (size_t i = 0; r >= 0 && i < COLUMN_COUNT; i++)
                if (sheet->has[i]) {
                        sheet->number[i] = n++;
                        r = add_column(sheet, summary && i == COLUMN_OBJECT ? &count_column : &columns[i]);
                }
        return r;
}

static int add_lines(const struct sheet *sheet, const struct rows *rows) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < rows->n; i++)
                r = add_line(sheet, &rows->rows[i]);
        return r;
}

static void put_summary(FILE *out, const struct outcome *o) {
        char size[HUMAN_MAX], held[HUMAN_MAX], elapsed[HUMAN_MAX];

        fprintf(out, "%zu %s, %zu refused, %zu failed, %zu kept", o->n[RESULT_REMOVED],
                o->dry_run ? "would be removed" : "removed", o->n[RESULT_REFUSED], o->n[RESULT_FAILED],
                o->n[RESULT_KEPT]);
        if (o->n[RESULT_REPAIRED] > 0)
                fprintf(out, ", %zu %s", o->n[RESULT_REPAIRED],
                        o->dry_run ? "would be repaired" : "repaired");
        if (o->n[RESULT_REMOVED] + o->n[RESULT_FAILED] > 0 && outcome_is_measured(o))
                fprintf(out, "; %" PRIu64 " files, %s", o->files_freed, human_bytes(size, o->bytes_freed));
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
        _cleanup_rows_ struct rows rows = ROWS_INIT;
        struct sheet sheet = {0};
        int r = 0;

        if (!library_load(LIBSMARTCOLS_NAME, libsmartcols_names, ARRAY_SIZE(libsmartcols_names),
                          &libsmartcols))
                return -ELIBACC;

        for (size_t i = 0; r >= 0 && i < n; i++)
                r = rows_add(&rows, &parts[i], style);
        if (r < 0)
                return r;

        sheet.table = table = libsmartcols.scols_new_table();
        if (!table)
                return -ENOMEM;

        choose_columns(&sheet, &rows, n > 0 && parts[0].user);
        r = libsmartcols.scols_table_enable_colors(table, style->color);
        if (r >= 0)
                r = add_columns(&sheet, style->summary);
        if (r >= 0)
                r = add_lines(&sheet, &rows);
        if (r >= 0)
                r = print(out, table);
        if (r >= 0)
                put_summary(out, sums);
        return r;
}

int report_table(FILE *out, const struct outcome *outcome, const struct report_style *style) {
        return report_table_of(out, &(struct report_part){.outcome = outcome}, 1, outcome, style);
}
