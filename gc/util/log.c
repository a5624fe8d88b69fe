/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* All output to standard error. Everything is escaped: a file name may contain terminal control sequences,
 * and a line break in one would forge a line. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "util/color.h"
#include "util/log.h"

static const char *about;
static bool in_color;

void log_set_user(const char *user) {
        about = user;
}

void log_enable_color(bool on) {
        in_color = on;
}

/* Unlike text_add_escaped() this does not escape a backslash: most lines are sentences already. */
static void put_escaped(const char *line) {
        for (; *line; line++) {
                unsigned char c = (unsigned char) *line;

                if (c >= 0x20 && c < 0x7f)
                        putc(c, stderr);
                else
                        fprintf(stderr, "\\x%02x", c);
        }
}

static void put(const char *line, const char *color) {
        fprintf(stderr, "%s%s:%s ", in_color ? color : "", program_invocation_short_name,
                in_color ? COLOR_NORMAL : "");
        if (about) {
                put_escaped(about);
                fputs(": ", stderr);
        }
        put_escaped(line);
        putc('\n', stderr);
}

_printf_(2, 0) static void put_formatted(const char *color, const char *format, va_list args) {
        _cleanup_free_ char *line = NULL;

        if (vasprintf(&line, format, args) < 0)
                line = NULL; /* it is undefined on error (asprintf(3)) */
        put(line ?: format, color);
}

void log_error(const char *format, ...) {
        va_list args;

        va_start(args, format);
        put_formatted(COLOR_BOLD_RED, format, args);
        va_end(args);
}

void log_notice(const char *format, ...) {
        va_list args;

        va_start(args, format);
        put_formatted(COLOR_BOLD, format, args);
        va_end(args);
}

void log_error_about(const char *path, const char *text) {
        log_error("%s: %s", path, text);
}
