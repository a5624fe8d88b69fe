/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors travel as negative errno; this is the sentence that goes with one. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

_printf_(2, 0) static void error_format(struct error *e, const char *format, va_list args) {
        int n = vsnprintf(e->text, sizeof(e->text), format, args);

        if (n >= (int) sizeof(e->text))
                memcpy(e->text + sizeof(e->text) - 4, "...", 4);
}

int error_set(struct error *e, int code, const char *format, ...) {
        int saved = errno;
        va_list args;

        assert(code < 0);

        if (!e)
                return code;

        e->code = code;
        va_start(args, format);
        error_format(e, format, args);
        va_end(args);
        errno = saved;
        return code;
}

int error_errno(struct error *e, int code, const char *format, ...) {
        int saved = errno;
        va_list args;
        size_t n;

        assert(code < 0);

        if (!e)
                return code;

        e->code = code;
        va_start(args, format);
        error_format(e, format, args);
        va_end(args);
        n = strlen(e->text);
        errno = -code; /* for %m: there are two functions strerror_r(), and musl has the other one */
        (void) snprintf(e->text + n, sizeof(e->text) - n, ": %m");
        errno = saved;
        return code;
}
