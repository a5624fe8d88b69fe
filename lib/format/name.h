/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define ID_LENGTH      64U /* hexadecimal digits of 32 bytes */
#define LINK_ID_LENGTH 26U /* base32 digits (overlay.go:idLength) */

/* Does name start with 64 lowercase hexadecimal digits (pkg/stringid/stringid.go:ValidateID)? */
bool name_starts_with_id(const char *name);

/* As name_starts_with_id(), if 64 bytes are readable. */
bool name_has_id_digits(const char *digits);

/* Is name exactly such an id? */
bool name_is_id(const char *name);

/* 26 of [A-Z2-7]: the short link of an overlay layer (overlay.go:create). */
bool name_is_link_id(const char *name);

/* Is name a single path component, and not "", "." or ".."? */
bool name_is_component(const char *name);

/* "<prefix><digits>", as Go's os.CreateTemp and os.MkdirTemp create names. Returns the digits, or NULL. */
const char *name_number_after(const char *name, const char *prefix);

/* The layer id in the target of a link in "l", "../<id>/diff". Returns 0 or -EINVAL. */
int name_link_target(const char *target, char ret_id[static ID_LENGTH + 1]);

/* The layer id in a path relative to the driver home, "<id>/diff". Returns 0 or -EINVAL. */
int name_diff_path(const char *path, char ret_id[static ID_LENGTH + 1]);

/*
 * The name of the file for the big data item key (store.go:makeBigDataBaseName), in fresh memory. -EINVAL if
 * Go cannot write such a file: the name is not one component, is too long, or leads into a missing directory.
 */
int name_big_data_file(const char *key, char **ret);
