/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The position of the TOML reader in the text, and the separators of tokens. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "toml/lex.h"

#define REASON_MAX 160 /* one sentence, which must also fit behind a file name */

unsigned toml_column(struct toml_reader *r, const char *at) {
        if (at < r->mark) {
                r->mark = r->line_start;
                r->mark_column = 1;
        }
        for (; r->mark < at; r->mark++)
                r->mark_column += ((unsigned char) *r->mark & 0xc0) != 0x80;
        return r->mark_column;
}

int toml_fail(struct toml_reader *r, const char *format, ...) {
        char reason[REASON_MAX];
        va_list args;

        va_start(args, format);
        (void) vsnprintf(reason, sizeof(reason), format, args);
        va_end(args);
        return error_set(r->reterr, -EBADMSG, "line %u, column %u: %s", r->line, toml_column(r, r->p),
                         reason);
}

int toml_peek_at(const struct toml_reader *r, size_t n) {
        return n < (size_t) (r->end - r->p) ? (unsigned char) r->p[n] : -1;
}

int toml_peek(const struct toml_reader *r) {
        return toml_peek_at(r, 0);
}

bool toml_take(struct toml_reader *r, char c) {
        if (toml_peek(r) != (unsigned char) c)
                return false;
        r->p++;
        return true;
}

bool toml_take_newline(struct toml_reader *r) {
        if (toml_peek(r) == '\n')
                r->p++;
        else if (toml_peek(r) == '\r' && toml_peek_at(r, 1) == '\n')
                r->p += 2;
        else
                return false;

        r->line++;
        r->line_start = r->mark = r->p;
        r->mark_column = 1;
        return true;
}

bool toml_is_control(int c) {
        return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f;
}

void toml_skip_space(struct toml_reader *r) {
        while (toml_peek(r) == ' ' || toml_peek(r) == '\t')
                r->p++;
}

int toml_skip_comment(struct toml_reader *r) {
        toml_skip_space(r);
        if (!toml_take(r, '#'))
                return 0;

        while (r->p < r->end && !toml_is_control(toml_peek(r)))
                r->p++;
        if (r->p < r->end && *r->p != '\n' && !(*r->p == '\r' && toml_peek_at(r, 1) == '\n'))
                return toml_fail(r, "control character 0x%02x in a comment", (unsigned) toml_peek(r));
        return 0;
}

int toml_skip_lines(struct toml_reader *r) {
        int rc;

        do {
                rc = toml_skip_comment(r);
                if (rc < 0)
                        return rc;
        } while (toml_take_newline(r));
        return 0;
}
