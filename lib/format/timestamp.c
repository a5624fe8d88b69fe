/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Times are kept as text. This file checks whether Go can parse one (time/format.go, and format_rfc3339.go
 * whose strict checks are switched off), and writes new ones. */

#include <stdio.h>
#include <string.h>

#include "format/timestamp.h"

static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

/* The number of n digits, if it is between low and high, else -1. */
static int digits(const char *at, int n, int low, int high) {
        int value = 0;

        for (int i = 0; i < n; i++) {
                if (!is_digit(at[i]))
                        return -1;
                value = value * 10 + (at[i] - '0');
        }
        return value >= low && value <= high ? value : -1;
}

static int month_days(int year, int month) {
        static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

        return days[month - 1] + (month == 2 && leap);
}

static bool date_is_sound(const char *at) {
        int year = digits(at, 4, 0, 9999), month = digits(at + 5, 2, 1, 12);

        return year >= 0 && month >= 0 && at[4] == '-' && at[7] == '-' &&
               digits(at + 8, 2, 1, month_days(year, month)) >= 0;
}

/* The part behind the hour. */
static bool minutes_are_sound(const char *at) {
        return at[0] == ':' && digits(at + 1, 2, 0, 59) >= 0 && at[3] == ':' && digits(at + 4, 2, 0, 59) >= 0;
}

static bool zone_is_sound(const char *at, size_t n) {
        if (n == 1)
                return at[0] == 'Z';
        return n == strlen("+01:00") && (at[0] == '+' || at[0] == '-') && digits(at + 1, 2, 0, 24) >= 0 &&
               at[3] == ':' && digits(at + 4, 2, 0, 60) >= 0;
}

typedef unsigned char bytes16 __attribute__((vector_size(16)));

/* Is each of the sixteen characters at most range above that of the pattern? */
static inline bool is_within(const char *at, const char *pattern, bytes16 range) {
        bytes16 bytes, low, within;
        uint64_t words[2];

        memcpy(&bytes, at, sizeof(bytes));
        memcpy(&low, pattern, sizeof(low));
        within = (bytes16) (bytes - low <= range);
        memcpy(words, &within, sizeof(words));
        return (words[0] & words[1]) == UINT64_MAX;
}

static int two_digits(const char *at) {
        return (at[0] - '0') * 10 + (at[1] - '0');
}

#define USUAL_LENGTH strlen("2006-01-02T15:04:05.999999999Z")

/* Most times have this form, and a large store has tens of thousands of them: compare the first and the last
 * sixteen characters at once. */
static bool is_usual(const char *text) {
        static const bytes16 begin = {9, 9, 9, 9, 0, 1, 9, 0, 3, 9, 0, 2, 9, 0, 5, 9},
                             end = {5, 9, 0, 5, 9, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9, 0};
        int month, day;

        if (!is_within(text, "0000-00-00T00:00", begin) ||
            !is_within(text + USUAL_LENGTH - sizeof(bytes16), "00:00.000000000Z", end))
                return false;
        month = two_digits(text + strlen("2006-"));
        day = two_digits(text + strlen("2006-01-"));
        return month >= 1 && month <= 12 && day >= 1 &&
               day <= month_days(two_digits(text) * 100 + two_digits(text + 2), month) &&
               two_digits(text + strlen("2006-01-02T")) <= 23;
}

bool time_is_rfc3339(const char *text, size_t n) {
        const char *at = text + strlen("2006-01-02T"), *end = text + n;
        int hour_digits;

        if (n == USUAL_LENGTH && is_usual(text))
                return true;
        if (n < strlen("2006-01-02T3:04:05Z") || !date_is_sound(text) || at[-1] != 'T')
                return false;
        hour_digits = is_digit(at[1]) ? 2 : 1;
        if (digits(at, hour_digits, 0, 23) < 0)
                return false;
        at += hour_digits;
        if (end - at <= (ptrdiff_t) strlen(":04:05") || !minutes_are_sound(at))
                return false;

        at += strlen(":04:05");
        if (end - at > 1 && (*at == '.' || *at == ',') && is_digit(at[1]))
                for (at++; at < end && is_digit(*at);)
                        at++;
        return zone_is_sound(at, (size_t) (end - at));
}

/* ----------------------------------------------------------------------------------------- writing */

#define NSEC_PER_SEC   1000000000
#define SEC_PER_DAY    86400
#define DAYS_FROM_1600 135140 /* to the epoch; 64 bits of nanoseconds cover 1677 to 2262 */

struct date {
        int year, month, day;
};

static int year_days(int year) {
        return month_days(year, 2) + 337;
}

static struct date date_of(int days_since_1600) {
        struct date date = {.year = 1600, .month = 1};
        int left = days_since_1600;

        while (left >= year_days(date.year))
                left -= year_days(date.year++);
        while (left >= month_days(date.year, date.month))
                left -= month_days(date.year, date.month++);
        date.day = left + 1;
        return date;
}

/* The remainder of a division by seconds or days, never negative. */
static int64_t remainder_of(int64_t value, int64_t unit) {
        return (value % unit + unit) % unit;
}

const char *time_format(int64_t ns, char ret[static TIME_TEXT_MAX]) {
        int64_t fraction = remainder_of(ns, NSEC_PER_SEC), sec = ns / NSEC_PER_SEC - (ns % NSEC_PER_SEC < 0);
        int64_t of_day = remainder_of(sec, SEC_PER_DAY), day = (sec - of_day) / SEC_PER_DAY;
        struct date date = date_of((int) day + DAYS_FROM_1600);
        int n;

        n = snprintf(ret, TIME_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d.%09d", date.year, date.month,
                     date.day, (int) (of_day / 3600), (int) (of_day / 60 % 60), (int) (of_day % 60),
                     (int) fraction);
        while (ret[n - 1] == '0')
                n--;
        if (ret[n - 1] == '.')
                n--;
        memcpy(ret + n, "Z", sizeof("Z"));
        return ret;
}
