/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Functions return negative errno; struct error holds the message for it. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

/* Writes at most size - 1 bytes. */
_printf_(3, 0) static void error_format(struct error *e, size_t size, const char *format, va_list args) {
        int n = vsnprintf(e->text, size, format, args);

        if (n >= (int) size)
                memcpy(e->text + size - 4, "...", 4);
}

int error_set(struct error *e, int code, const char *format, ...) {
        int saved = errno;
        va_list args;

        assert(code < 0);

        if (!e)
                return code;

        e->code = code;
        va_start(args, format);
        error_format(e, sizeof(e->text), format, args);
        va_end(args);
        errno = saved;
        return code;
}

/* A remedy that depends on the errno alone. NULL: the remedy depends on the failed operation. */
static const char *remedy(int code) {
        switch (-code) {
        case EMFILE:
                return "Raise the limit of open files (ulimit -n, LimitNOFILE=) and try again";
        case ENFILE:
                return "Close programs that hold many files open, or raise fs.file-max, and try again";
        case ENOMEM:
                return "Free memory, or raise the memory limit, and try again";
        case EACCES:
        case EPERM:
                return "Run this as root or as the owner of the store";
        case EIO:
        case EUCLEAN:
                return "Check the disk and its file system (dmesg, fsck)";
        case EROFS:
                return "Mount the file system writable and try again";
        case ENOSPC:
        case EDQUOT:
                return "Free disk space and try again";
        case ENOTCONN:
        case EHOSTDOWN:
                return "Mount the file system again";
        case ELOOP:
        case ENOTDIR:
                return "Put a real directory or file where a symbolic link, or a file, stands";
        default:
                return NULL;
        }
}

/* Room for the text of any errno and the longest remedy. */
#define CAUSE_MAX 200

static void format_cause(char cause[static CAUSE_MAX], int code) {
        const char *todo = remedy(code);

        errno = -code; /* for %m: strerror_r() differs between glibc and musl */
        (void) snprintf(cause, CAUSE_MAX, ": %m%s%s", todo ? ". " : "", todo ? todo : "");
}

int error_errno(struct error *e, int code, const char *format, ...) {
        char cause[CAUSE_MAX];
        int saved = errno;
        va_list args;

        assert(code < 0);

        if (!e)
                return code;

        e->code = code;
        format_cause(cause, code);
        va_start(args, format);
        error_format(e, sizeof(e->text) - strlen(cause), format, args);
        va_end(args);
        (void) strcat(e->text, cause);
        errno = saved;
        return code;
}
