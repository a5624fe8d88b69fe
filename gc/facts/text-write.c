/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Write facts as text, for bug reports and for the tests of the plan. */

#include <inttypes.h>
#include <string.h>

#include "facts/text.h"

/* A value ends at a space, an element of a list also at a comma. */
static int add_value(struct text *text, const char *value, const char *ends) {
        int r = 0;

        while (r >= 0 && *value) {
                size_t n = strcspn(value, ends);

                r = text_add_escaped(text, value, n);
                value += n;
                if (r >= 0 && *value)
                        r = text_addf(text, "\\x%02x", (unsigned char) *value++);
        }
        return r;
}

static int add_values(struct text *text, const char *const *values, size_t n) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < n; i++) {
                if (i > 0)
                        r = text_adds(text, ",");
                if (r >= 0)
                        r = add_value(text, values[i], " ,");
        }
        return r;
}

static const char *string_at(const char *at) {
        return *(const char *const *) (const void *) at;
}

static unsigned name_at(const char *at) {
        unsigned value;

        memcpy(&value, at, sizeof(value));
        return value;
}

static bool is_left_out(const struct field *field, const char *object) {
        const char *at = object + field->offset;

        if (field->always)
                return false;
        if (field->is_default)
                return field->is_default(object);

        switch (field->type) {
        case FIELD_TEXT:
                return !string_at(at) || !*string_at(at);
        case FIELD_POINTER:
                return !string_at(at);
        case FIELD_TEXTS:
                return *(const size_t *) (const void *) (object + field->offset_n) == 0;
        case FIELD_FLAG:
                return !*(const bool *) (const void *) at;
        case FIELD_SIGNED:
        case FIELD_UNSIGNED:
                return *(const uint64_t *) (const void *) at == 0;
        case FIELD_NAME:
                return name_at(at) == 0;
        }
        return false;
}

static int add_field_value(struct text *text, const struct field *field, const char *object) {
        const char *at = object + field->offset;

        switch (field->type) {
        case FIELD_TEXT:
        case FIELD_POINTER:
                return add_value(text, string_at(at) ? string_at(at) : "", " ");
        case FIELD_TEXTS:
                return add_values(text, *(const char *const *const *) (const void *) at,
                                  *(const size_t *) (const void *) (object + field->offset_n));
        case FIELD_FLAG:
                return text_adds(text, *(const bool *) (const void *) at ? "yes" : "no");
        case FIELD_SIGNED:
                return text_addf(text, "%" PRIi64, *(const int64_t *) (const void *) at);
        case FIELD_UNSIGNED:
                return text_addf(text, "%" PRIu64, *(const uint64_t *) (const void *) at);
        case FIELD_NAME:
                return text_adds(text, field_name_of(field, name_at(at)));
        }
        return 0;
}

static int add_field(struct text *text, const struct field *field, const char *object) {
        int r;

        if (is_left_out(field, object))
                return 0;

        r = text_adds(text, " ");
        if (r >= 0)
                r = text_adds(text, field->key);
        if (r >= 0)
                r = text_adds(text, "=");
        return r < 0 ? r : add_field_value(text, field, object);
}

static int add_line(struct text *text, const struct line_kind *line, const char *object) {
        int r;

        r = text_adds(text, line->keyword);
        for (const struct field *field = line->fields; r >= 0 && field->key; field++)
                r = add_field(text, field, object);
        return r < 0 ? r : text_adds(text, "\n");
}

static int add_lines(struct text *text, const struct line_kind *line, const struct facts *facts) {
        const char *base = (const char *) facts, *array;
        size_t n;
        int r = 0;

        if (line->size == 0)
                return add_line(text, line, base);

        memcpy(&array, base + line->offset, sizeof(array));
        memcpy(&n, base + line->offset_n, sizeof(n));
        for (size_t i = 0; r >= 0 && i < n; i++)
                r = add_line(text, line, array + i * line->size);
        return r;
}

int facts_write(const struct facts *facts, struct text *text) {
        int r;

        r = text_adds(text, FACTS_VERSION_LINE);
        for (const struct line_kind *line = facts_lines; r >= 0 && line->keyword; line++)
                r = add_lines(text, line, facts);
        return r;
}
