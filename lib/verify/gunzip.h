/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/* A reader of a gzip file with one or several members. */
struct gunzip;

/*
 * Read the file that is open at fd from its start. The descriptor stays the caller's, must outlive the
 * reader, and its position does not change. -EOPNOTSUPP: zlib is not installed.
 */
int gunzip_new(int fd, struct gunzip **ret, struct error *reterr);

struct gunzip *gunzip_free(struct gunzip *gunzip);
DEFINE_CLEANUP(struct gunzip *, gunzip_free);

/*
 * Read at most n bytes, n > 0. Returns their number; 0 at the end of the file. -EBADMSG: the file is not
 * gzip, is cut off, a checksum is wrong, or something else follows the last member.
 */
ssize_t gunzip_read(struct gunzip *gunzip, void *buffer, size_t n, struct error *reterr);
