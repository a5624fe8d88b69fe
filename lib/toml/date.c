/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dates and times of TOML (RFC 3339). No setting is a date, but a file with an invalid date is refused, as by
 * every other reader. */

#include "toml/lex.h"

struct cursor {
        const char *s, *end;
};

static bool take(struct cursor *c, const char *one_of) {
        for (; c->s < c->end && *one_of; one_of++) {
                if (*c->s == *one_of) {
                        c->s++;
                        return true;
                }
        }
        return false;
}

/* Read a number of this many digits between low and high; -1 if there is none. */
static int take_number(struct cursor *c, int digits, int low, int high) {
        int n = 0;

        if (c->end - c->s < digits)
                return -1;
        for (int i = 0; i < digits; i++, c->s++) {
                if (*c->s < '0' || *c->s > '9')
                        return -1;
                n = n * 10 + (*c->s - '0');
        }
        return n >= low && n <= high ? n : -1;
}

static int days_in(int year, int month) {
        static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

        return days[month - 1] + (month == 2 && leap);
}

static bool take_date(struct cursor *c) {
        int year, month;

        year = take_number(c, 4, 0, 9999);
        if (year < 0 || !take(c, "-"))
                return false;
        month = take_number(c, 2, 1, 12);
        return month > 0 && take(c, "-") && take_number(c, 2, 1, days_in(year, month)) > 0;
}

static bool take_time(struct cursor *c) {
        if (take_number(c, 2, 0, 23) < 0 || !take(c, ":") || take_number(c, 2, 0, 59) < 0)
                return false;
        if (!take(c, ":"))
                return true;
        if (take_number(c, 2, 0, 59) < 0) /* Go has no leap seconds */
                return false;
        if (!take(c, "."))
                return true;
        if (take_number(c, 1, 0, 9) < 0)
                return false;
        while (take(c, "0123456789"))
                ;
        return true;
}

static bool take_offset(struct cursor *c) {
        if (take(c, "Zz"))
                return true;
        return take(c, "+-") && take_number(c, 2, 0, 23) >= 0 && take(c, ":") &&
               take_number(c, 2, 0, 59) >= 0;
}

static int done(const struct cursor *c, enum toml_type type, enum toml_type *ret) {
        if (c->s != c->end)
                return -EBADMSG;
        *ret = type;
        return 0;
}

int toml_parse_date(const char *s, size_t n, enum toml_type *ret) {
        struct cursor c = {s, s + n}, t = {s, s + n};

        if (take_time(&t))
                return done(&t, TOML_TIME_LOCAL, ret);
        if (!take_date(&c))
                return -EBADMSG;
        if (!take(&c, "Tt "))
                return done(&c, TOML_DATE_LOCAL, ret);
        if (!take_time(&c))
                return -EBADMSG;
        if (c.s == c.end)
                return done(&c, TOML_DATETIME_LOCAL, ret);
        return take_offset(&c) ? done(&c, TOML_DATETIME, ret) : -EBADMSG;
}
