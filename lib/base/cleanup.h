/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Ownership: the declaration of a local variable shows that the variable owns its value. TAKE_PTR and TAKE_FD
 * hand the value over. */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f)        __attribute__((__cleanup__(f)))
#define _printf_(fmt, args) __attribute__((__format__(__printf__, fmt, args)))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Defines func##p(), for _cleanup_(func##p), from a destructor that accepts NULL. */
#define DEFINE_CLEANUP(type, func)                                                                           \
        static inline void func##p(type *p) {                                                                \
                func(*p);                                                                                    \
        }                                                                                                    \
        struct cleanup_wants_a_semicolon

static inline void freep(void *p) {
        free(*(void **) p);
}

/* Close fd and keep errno. Returns -1, for fd = close_fd(fd). */
static inline int close_fd(int fd) {
        int saved = errno;

        if (fd >= 0)
                (void) close(fd);
        errno = saved;
        return -1;
}

static inline void closep(int *fd) {
        close_fd(*fd);
}

#define _cleanup_free_  _cleanup_(freep)
#define _cleanup_close_ _cleanup_(closep)

#define TAKE_PTR(p)                                                                                          \
        ({                                                                                                   \
                __typeof__(p) *_take = &(p);                                                                 \
                __typeof__(p) _taken = *_take;                                                               \
                *_take = NULL;                                                                               \
                _taken;                                                                                      \
        })

static inline int take_fd(int *fd) {
        int taken = *fd;

        *fd = -1;
        return taken;
}

#define TAKE_FD(fd) take_fd(&(fd))
