/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "format/timestamp.h"
#include "unit.h"

#define NSEC 1000000000LL

static void a_time_is_written_as_go_writes_it(void **state) {
        static const struct {
                int64_t ns;
                const char *text;
        } cases[] = {
                {0, "1970-01-01T00:00:00Z"},
                {1, "1970-01-01T00:00:00.000000001Z"},
                {-1, "1969-12-31T23:59:59.999999999Z"},
                {1795459241703211868, "2026-11-23T18:40:41.703211868Z"},
                {1795459241700000000, "2026-11-23T18:40:41.7Z"},
                {1795459240000000000, "2026-11-23T18:40:40Z"},
                {1795459200000000000, "2026-11-23T18:40:00Z"},
                {951782400 * NSEC, "2000-02-29T00:00:00Z"},
                {951868800 * NSEC, "2000-03-01T00:00:00Z"},
                {4107542399 * NSEC, "2100-02-28T23:59:59Z"},
                {4107542400 * NSEC, "2100-03-01T00:00:00Z"},
                {INT64_MIN, "1677-09-21T00:12:43.145224192Z"},
                {INT64_MAX, "2262-04-11T23:47:16.854775807Z"},
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                char text[TIME_TEXT_MAX];

                assert_string_equal(time_format(cases[i].ns, text), cases[i].text);
                assert_true(time_is_rfc3339(text, strlen(text)));
        }
        assert_true(time_is_rfc3339(TIME_ZERO, strlen(TIME_ZERO)));
}

/* The C library as the witness, on every 37th hour of the years that 64 bits have. */
static void every_date_is_that_of_the_calendar(void **state) {
        (void) state;
        for (int64_t sec = INT64_MIN / NSEC; sec < INT64_MAX / NSEC; sec += 37 * 3600) {
                char text[TIME_TEXT_MAX], wanted[64];
                time_t time = sec;
                struct tm tm;

                assert_non_null(gmtime_r(&time, &tm));
                assert_true(strftime(wanted, sizeof(wanted), "%Y-%m-%dT%H:%M:%SZ", &tm) > 0);
                assert_string_equal(time_format(sec * NSEC, text), wanted);
        }
}

/* The same with one digit less of the fraction, which is not looked at sixteen characters at a time. */
static bool is_sound_if_shorter(const char text[static TIME_TEXT_MAX]) {
        char shorter[TIME_TEXT_MAX];

        memcpy(shorter, text, TIME_TEXT_MAX);
        memcpy(shorter + TIME_TEXT_MAX - 3, text + TIME_TEXT_MAX - 2, 2);
        return time_is_rfc3339(shorter, TIME_TEXT_MAX - 2);
}

static void a_time_of_the_usual_length_is_judged_like_others(void **state) {
        static const char *const years[] = {"0000", "1900", "2000", "2023", "2024"};
        char text[TIME_TEXT_MAX] = "2006-01-02T15:04:05.999999999Z";

        (void) state;
        for (size_t i = 0; i < sizeof("2006-01-02T15:04:05.99999999") - 1; i++) {
                const char before = text[i];

                for (int c = 0; c < 256; c++) {
                        text[i] = (char) c;
                        assert_int_equal(time_is_rfc3339(text, TIME_TEXT_MAX - 1), is_sound_if_shorter(text));
                }
                text[i] = before;
        }
        for (int i = 0; i < (int) ARRAY_SIZE(years) * 100 * 100; i++) {
                (void) snprintf(text, sizeof(text), "%s-%02d-%02dT%02d:04:05.999999999Z", years[i / 10000],
                                i / 100 % 100, i % 100, i % 30);
                assert_int_equal(time_is_rfc3339(text, TIME_TEXT_MAX - 1), is_sound_if_shorter(text));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_time_is_written_as_go_writes_it),
                cmocka_unit_test(every_date_is_that_of_the_calendar),
                cmocka_unit_test(a_time_of_the_usual_length_is_judged_like_others),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
