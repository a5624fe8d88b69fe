/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The message of a user's process from any bytes: the report of an accepted message is valid text, and the
 * message is equal after writing and reading. */

#include <string.h>

#include "fuzz.h"
#include "report/json-writer.h"
#include "report/report.h"
#include "users/wire.h"
#include "json/utf8.h"

#define INPUT_MAX (64U * 1024) /* larger inputs cost time and find no more */

static void check_told(const struct wire *wire) {
        FUZZ_ASSERT(wire->status == USER_WAITING ||
                    (wire->status >= USER_HOME_NETWORK && wire->status <= USER_COLLECTED));
        FUZZ_ASSERT(wire->status != USER_COLLECTED || wire->facts.graphroot);
        FUZZ_ASSERT(wire->facts.graphroot || wire->outcome.n_subjects + wire->problems.n == 0);
        for (size_t i = 0; i < wire->outcome.n_subjects; i++)
                FUZZ_ASSERT(wire->outcome.subjects[i].entry->path);
}

/* It contains no control characters. */
static void check_text(const char *s, size_t n) {
        for (size_t i = 0; i < n; i++)
                FUZZ_ASSERT((s[i] >= ' ' && s[i] < 0x7f) || s[i] == '\n');
}

static void check_report(const struct wire *wire) {
        const struct report_part part = {"bob", &wire->outcome};
        char *plain = NULL, *json = NULL;
        size_t n_plain, n_json;
        FILE *f;

        f = open_memstream(&plain, &n_plain);
        FUZZ_ASSERT(f);
        report_plain_part(f, &part, user_status_name(wire->status), &(struct report_style){.verbose = true});
        FUZZ_ASSERT(fclose(f) == 0);
        check_text(plain, n_plain);
        free(plain);

        f = open_memstream(&json, &n_json);
        FUZZ_ASSERT(f);
        report_json(f, &wire->outcome, &wire->problems, &(struct report_style){.verbose = true});
        FUZZ_ASSERT(fclose(f) == 0);
        for (size_t i = 0; i < n_json; i += utf8_length(json + i, n_json - i))
                FUZZ_ASSERT(utf8_length(json + i, n_json - i) > 0);
        free(json);
}

static void check_again(const struct wire *wire) {
        _cleanup_wire_ struct wire again = {0};
        char *text = NULL;
        size_t n;
        FILE *f = open_memstream(&text, &n);

        FUZZ_ASSERT(f);
        wire_write(f, &wire->outcome, &wire->problems, /* verbose= */ true);
        FUZZ_ASSERT(fclose(f) == 0);
        FUZZ_ASSERT(wire_read(&again, text) >= 0);
        free(text);

        FUZZ_ASSERT(!again.cut && again.status == USER_COLLECTED);
        FUZZ_ASSERT(strcmp(again.facts.graphroot, wire->facts.graphroot) == 0);
        FUZZ_ASSERT(memcmp(again.outcome.n, wire->outcome.n, sizeof(again.outcome.n)) == 0);
        FUZZ_ASSERT(again.problems.n == wire->problems.n);
        FUZZ_ASSERT(again.outcome.n_subjects == wire->outcome.n_subjects);
        for (size_t i = 0; i < again.outcome.n_subjects; i++)
                FUZZ_ASSERT(strcmp(again.outcome.subjects[i].entry->path,
                                   wire->outcome.subjects[i].entry->path) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_wire_ struct wire wire = {0};
        char *text;

        if (size > INPUT_MAX)
                return 0;
        text = strndup((const char *) data, size);
        FUZZ_ASSERT(text && wire_read(&wire, text) >= 0);
        free(text);
        check_told(&wire);
        if (!wire.facts.graphroot)
                return 0;
        check_report(&wire);
        check_again(&wire);
        return 0;
}
