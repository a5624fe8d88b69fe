/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options of a program that was built with another version of the library than this one. */

#include "arguments.h"

#include <errno.h>

int check_flags(uint64_t flags, uint64_t known_flags, const char *what, struct error *reterr) {
        if (flags & ~known_flags)
                return error_set(reterr, -EINVAL, "a flag of the %s is not known here", what);
        return 0;
}

int check_options(size_t size, size_t known_size, uint64_t flags, uint64_t known_flags, const char *what,
                  struct error *reterr) {
        if (size != known_size)
                return error_set(reterr, -EINVAL, "the options of the %s are of another size than known here",
                                 what);
        return check_flags(flags, known_flags, what, reterr);
}
