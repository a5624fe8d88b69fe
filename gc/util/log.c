/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The one door to standard error. Everything that goes through it is escaped: names of files may hold what a
 * terminal takes for commands, and a line break in one would forge a line.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "util/log.h"

static const char *about;

void complain_of(const char *user) {
        about = user;
}

/* Unlike text_add_escaped() this leaves a backslash alone: most of what comes here is a sentence already. */
static void put_escaped(const char *line) {
        for (; *line; line++) {
                unsigned char c = (unsigned char) *line;

                if (c >= 0x20 && c < 0x7f)
                        putc(c, stderr);
                else
                        fprintf(stderr, "\\x%02x", c);
        }
}

static void put(const char *line) {
        fprintf(stderr, "%s: ", program_invocation_short_name);
        if (about) {
                put_escaped(about);
                fputs(": ", stderr);
        }
        put_escaped(line);
        putc('\n', stderr);
}

void complain(const char *format, ...) {
        _cleanup_free_ char *line = NULL;
        va_list args;
        int n;

        va_start(args, format);
        n = vasprintf(&line, format, args);
        va_end(args);
        if (n < 0)
                line = NULL; /* the manual leaves it undefined */
        put(line ?: format);
}

void complain_about(const char *path, const char *text) {
        complain("%s: %s", path, text);
}
