/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* The bytes that n characters of base64 decode to, at most. */
#define BASE64_DECODED_MAX(n) ((n) / 4 * 3)

/*
 * Decode standard base64 with padding, as Go's encoding/json writes []byte. Returns the number of bytes, or
 * -EBADMSG. out has room for BASE64_DECODED_MAX(n) bytes, and may be the same memory as text.
 */
ssize_t base64_decode(const char *text, size_t n, void *out);
