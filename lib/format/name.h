/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define ID_LENGTH      64U /* hexadecimal digits of 32 bytes */
#define LINK_ID_LENGTH 26U /* base32 digits (overlay.go:idLength) */

/* 64 lowercase hexadecimal digits (pkg/stringid/stringid.go:ValidateID), whatever follows them. */
bool name_starts_with_id(const char *name);

/* The same, if so many bytes can be read. */
bool name_has_id_digits(const char *digits);

/* That and nothing more. */
bool name_is_id(const char *name);

/* 26 of [A-Z2-7]: the short name of an overlay layer (overlay.go:create). */
bool name_is_link_id(const char *name);

/* One path component that is none of "", ".", "..". */
bool name_is_component(const char *name);

/* "<prefix><digits>", as Go's os.CreateTemp and os.MkdirTemp make names: the digits, or NULL. */
const char *name_number_after(const char *name, const char *prefix);

/* The layer that the target of a link in "l" leads to, "../<id>/diff": 0 and the id, else -EINVAL. */
int name_link_target(const char *target, char ret_id[static ID_LENGTH + 1]);

/* The same of what stands behind the driver's home: "<id>/diff". */
int name_diff_path(const char *path, char ret_id[static ID_LENGTH + 1]);

/*
 * The file that holds the big data item key (store.go:makeBigDataBaseName), in fresh memory. -EINVAL where Go
 * has none that it could write: the name would be no component, be too long for one, or lead into a directory
 * that does not exist.
 */
int name_big_data_file(const char *key, char **ret);
