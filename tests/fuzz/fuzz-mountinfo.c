/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mounts from any bytes: refused, or each found id is valid and part of the text. */

#include <string.h>

#include "driver/mountinfo.h"
#include "format/name.h"
#include "fuzz.h"

#define INPUT_MAX (64U * 1024) /* larger inputs cost time and find no more */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_(mountinfo_freep) struct mountinfo *info = NULL;
        const struct idset *layers;
        struct error e = {0};
        int r;

        if (size > INPUT_MAX)
                return 0;
        r = mountinfo_parse((const char *) data, size, &info, &e);
        if (r < 0) {
                FUZZ_ASSERT(r == -EBADMSG && e.code == r && !info);
                return 0;
        }

        layers = mountinfo_layers(info);
        for (size_t i = 0; i < layers->n; i++)
                FUZZ_ASSERT(name_is_id(layers->ids[i]) && idset_has(layers, layers->ids[i]));
        FUZZ_ASSERT(mountinfo_has_below(info, "/"));
        (void) mountinfo_has_below(info, "/var/lib/containers/storage/overlay");
        return 0;
}
