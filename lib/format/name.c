/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names that the Go library creates, and tests for them. */

#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "format/name.h"
#include "json/utf8.h"

#define DIGITS "0123456789"

typedef unsigned char bytes16 __attribute__((vector_size(16)));

static inline bool are_all_set(bytes16 bytes) {
        uint64_t words[2];

        memcpy(words, &bytes, sizeof(words));
        return (words[0] & words[1]) == UINT64_MAX;
}

/* Not strspn(3), which takes ten times as long: the name of each entry of a large store is tested. */
static inline bool has_id_digits(const char *digits) {
        bytes16 all = ~(bytes16){0}, bytes;

#pragma GCC unroll 4
        for (size_t i = 0; i < ID_LENGTH; i += sizeof(bytes)) {
                memcpy(&bytes, digits + i, sizeof(bytes));
                all &= (bytes16) ((bytes - '0' < 10) | (bytes - 'a' < 6));
        }
        return are_all_set(all);
}

bool name_has_id_digits(const char *digits) {
        return has_id_digits(digits);
}

bool name_starts_with_id(const char *name) {
        return strnlen(name, ID_LENGTH) == ID_LENGTH && has_id_digits(name);
}

bool name_is_id(const char *name) {
        return strnlen(name, ID_LENGTH + 1) == ID_LENGTH && has_id_digits(name);
}

/* Tests sixteen characters. The vector is not returned, because without SSE that changes the ABI. */
static inline bool are_base32_digits(const char *at) {
        bytes16 bytes;

        memcpy(&bytes, at, sizeof(bytes));
        return are_all_set((bytes16) ((bytes - 'A' < 26) | (bytes - '2' < 6)));
}

/* The first sixteen characters and the last sixteen overlap. */
bool name_is_link_id(const char *name) {
        return strnlen(name, LINK_ID_LENGTH + 1) == LINK_ID_LENGTH && are_base32_digits(name) &&
               are_base32_digits(name + LINK_ID_LENGTH - sizeof(bytes16));
}

bool name_is_component(const char *name) {
        return *name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !strchr(name, '/');
}

const char *name_number_after(const char *name, const char *prefix) {
        const char *digits;

        if (!has_prefix(name, prefix))
                return NULL;
        digits = name + strlen(prefix);
        return *digits && digits[strspn(digits, DIGITS)] == '\0' ? digits : NULL;
}

int name_diff_path(const char *path, char ret_id[static ID_LENGTH + 1]) {
        if (!name_starts_with_id(path) || strcmp(path + ID_LENGTH, "/diff") != 0)
                return -EINVAL;

        memcpy(ret_id, path, ID_LENGTH);
        ret_id[ID_LENGTH] = '\0';
        return 0;
}

int name_link_target(const char *target, char ret_id[static ID_LENGTH + 1]) {
        return has_prefix(target, "../") ? name_diff_path(target + strlen("../"), ret_id) : -EINVAL;
}

/* -------------------------------------------------------------------------------------------- big data */

/* Go reads characters up to the first that is not in [.0-9a-z], and encodes the key if more follow. The first
 * such character itself has been read by then, so at the end of the key it is not noticed. */
static bool is_verbatim(const char *key) {
        size_t plain = strspn(key, ".0123456789abcdefghijklmnopqrstuvwxyz"), n = strlen(key), length;

        if (plain == n)
                return true;
        length = utf8_length(key + plain, n - plain);
        return plain + (length == 0 ? 1 : length) == n;
}

/* "=" and standard base64 with padding. */
static char *encode(const char *key) {
        static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        size_t n = strlen(key);
        char *name = malloc(1 + (n + 2) / 3 * 4 + 1), *out = name;

        if (!name)
                return NULL;
        *out++ = '=';
        for (size_t i = 0; i < n; i += 3) {
                uint32_t bits = (uint32_t) (uint8_t) key[i] << 16;

                if (i + 1 < n)
                        bits |= (uint32_t) (uint8_t) key[i + 1] << 8;
                if (i + 2 < n)
                        bits |= (uint8_t) key[i + 2];
                *out++ = alphabet[bits >> 18];
                *out++ = alphabet[bits >> 12 & 63];
                *out++ = i + 1 < n ? alphabet[bits >> 6 & 63] : '=';
                *out++ = i + 2 < n ? alphabet[bits & 63] : '=';
        }
        *out = '\0';
        return name;
}

int name_big_data_file(const char *key, char **ret) {
        _cleanup_free_ char *name = NULL;
        size_t n = strlen(key);

        if (is_verbatim(key)) {
                name = strdup(key);
                if (!name)
                        return -ENOMEM;
                /* Go appends the name to the directory, and this drops a slash at the end. */
                if (n > 1 && name[n - 1] == '/')
                        name[n - 1] = '\0';
        } else {
                name = encode(key);
                if (!name)
                        return -ENOMEM;
        }
        if (!name_is_component(name) || strlen(name) > NAME_MAX)
                return -EINVAL;

        *ret = TAKE_PTR(name);
        return 0;
}
