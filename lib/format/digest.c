/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Validation of digests, as in opencontainers/go-digest's Digest.Validate(). */

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "format/digest.h"

bool digest_is_valid(const char *digest) {
        static const struct {
                const char *prefix;
                size_t digits;
        } algorithms[] = {{"sha256:", 64}, {"sha384:", 96}, {"sha512:", 128}};

        for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++) {
                const char *hex = digest + strlen(algorithms[i].prefix);

                if (has_prefix(digest, algorithms[i].prefix))
                        return strspn(hex, "0123456789abcdef") == algorithms[i].digits &&
                               hex[algorithms[i].digits] == '\0';
        }
        return false;
}
