/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lowers of a layer from any bytes: refused, or the names in the text in their order. */

#include <string.h>

#include "base/text.h"
#include "driver/overlay-lower.h"
#include "fuzz.h"

/* The joined names are equal to the text. */
static void check(const struct overlay_lower *lowers, const char *prefix, const uint8_t *data, size_t size) {
        _cleanup_text_ struct text text = TEXT_INIT;

        FUZZ_ASSERT(lowers->n > 0 && lowers->n <= LOWERS_MAX && !lowers->ids[lowers->n]);
        for (size_t i = 0; i < lowers->n; i++)
                FUZZ_ASSERT(text_addf(&text, "%s%s%s", i > 0 ? ":" : "", prefix, lowers->ids[i]) >= 0);
        FUZZ_ASSERT(text.len == size && memcmp(text.s, data, size) == 0);
}

static void check_target(const uint8_t *data, size_t size) {
        _cleanup_free_ char *target = strndup((const char *) data, size);
        const char *id = target ? overlay_lower_link_target_id(target) : NULL;

        FUZZ_ASSERT(!id || (name_starts_with_id(id) && strcmp(id + ID_LENGTH, "/diff") == 0 && id > target));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const char *text = size > 0 ? (const char *) data : "";
        _cleanup_free_ char **ids = NULL, **links = NULL;
        struct overlay_lower lowers;
        int r;

        r = overlay_lower_parse_ids(text, size, &lowers);
        if (r >= 0) {
                ids = lowers.ids;
                check(&lowers, "", data, size);
        } else
                FUZZ_ASSERT(r == -EBADMSG);

        r = overlay_lower_parse_links(text, size, &lowers);
        if (r >= 0) {
                links = lowers.ids;
                check(&lowers, "l/", data, size);
        } else
                FUZZ_ASSERT(r == -EBADMSG);

        check_target(data, size);
        return 0;
}
