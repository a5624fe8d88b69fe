/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The TOML reader on any bytes: it returns an error with a position, or a document that can be walked.
 */

#include <string.h>

#include "fuzz.h"
#include "toml/toml.h"

#define INPUT_MAX (64U * 1024) /* larger inputs cost time and find no more */

static void check_texts(const struct toml_value *v) {
        if (v->key)
                FUZZ_ASSERT(v->key[v->key_len] == '\0');
        if (v->type == TOML_STRING || v->type == TOML_FLOAT)
                FUZZ_ASSERT(v->text && v->text[v->len] == '\0');
        FUZZ_ASSERT(v->line > 0 && v->column > 0);
}

/* The reader limits the depth. */
static size_t walk(const struct toml_value *parent, unsigned depth) {
        size_t n = 0;

        FUZZ_ASSERT(depth <= TOML_DEPTH_MAX);
        for (const struct toml_value *v = parent->first; v; v = v->next) {
                FUZZ_ASSERT((v->key != NULL) == (parent->type == TOML_TABLE));
                check_texts(v);
                n += 1 + (v->type == TOML_ARRAY || v->type == TOML_TABLE ? walk(v, depth + 1) : 0);
                FUZZ_ASSERT(n <= TOML_VALUES_MAX);
        }
        return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_(toml_freep) struct toml_doc *doc = NULL;
        struct error e = {0};
        int r;

        if (size > INPUT_MAX)
                return 0;
        r = toml_parse((const char *) data, size, &doc, &e);
        if (r < 0) {
                FUZZ_ASSERT(r == -EBADMSG && !doc && strncmp(e.text, "line ", 5) == 0);
                return 0;
        }
        (void) walk(toml_root(doc), 0);
        return 0;
}
