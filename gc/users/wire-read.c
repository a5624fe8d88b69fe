/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a user's process told, by the root that started it: input of a stranger. */

#include <string.h>

#include "base/array.h"
#include "users/wire-text.h"
#include "users/wire.h"

#define FIELDS_MAX 12 /* the longest line has eleven */

void told_done(struct told *told) {
        problems_done(&told->problems);
        outcome_done(&told->outcome);
        facts_done(&told->facts);
}

/* ----------------------------------------------------------------------------------------- the fields */

static int hex_digit(char c) {
        const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c) : NULL;

        return at ? (int) (at - digits) : -1;
}

/* The byte that is written at s, and how long that is; 0 where it is none. */
static size_t unescape_one(const char *s, char *ret) {
        int high, low;

        *ret = s[0];
        if (s[0] != '\\')
                return s[0] >= ' ' && s[0] < 0x7f ? 1 : 0;
        if (s[1] == '\\')
                return 2;
        high = s[1] == 'x' ? hex_digit(s[2]) : -1;
        low = high >= 0 ? hex_digit(s[3]) : -1;
        *ret = (char) (high * 16 + low);
        return low >= 0 && *ret != '\0' ? 4 : 0;
}

/* In place. */
static int unescape(char *s) {
        char *to = s;
        size_t n;

        for (; *s; s += n) {
                n = unescape_one(s, to++);
                if (n == 0)
                        return -EBADMSG;
        }
        *to = '\0';
        return 0;
}

struct fields {
        char *s[FIELDS_MAX]; /* NULL: none was meant */
        size_t n;
};

static int split(char *line, struct fields *ret) {
        char *s;

        ret->n = 0;
        while ((s = strsep(&line, "\t"))) {
                if (ret->n == FIELDS_MAX)
                        return -EBADMSG;
                if (strcmp(s, TOLD_NULL) == 0)
                        s = NULL;
                else if (unescape(s) < 0)
                        return -EBADMSG;
                ret->s[ret->n++] = s;
        }
        return 0;
}

static int keep(struct told *told, const char *s, const char **ret) {
        *ret = s ? arena_text(&told->facts.arena, s, strlen(s)) : NULL;
        return s && !*ret ? -ENOMEM : 0;
}

static int number(const char *s, uint64_t *ret) {
        return s && parse_u64(s, ret) >= 0 ? 0 : -EBADMSG;
}

static int flag(const char *s, bool *ret) {
        uint64_t value;

        if (number(s, &value) < 0 || value > 1)
                return -EBADMSG;
        *ret = value;
        return 0;
}

/* The value whose name this is, of n. */
static int find(const char *s, const char *(*name)(unsigned i), unsigned n, unsigned *ret) {
        for (unsigned i = 0; s && i < n; i++)
                if (strcmp(s, name(i)) == 0) {
                        *ret = i;
                        return 0;
                }
        return -EBADMSG;
}

static const char *kind_name_of(unsigned i) {
        return fact_kind_name((enum cstorage_entry_kind) i);
}

static const char *fate_name_of(unsigned i) {
        return fate_name((enum fate) i);
}

static const char *reason_name_of(unsigned i) {
        return reason_name((enum reason) i);
}

/* ------------------------------------------------------------------------------------------ the lines */

static int read_fate(struct told *told, char *const *s) {
        return s[0] ? user_fate_claimed(s[0], &told->fate) : -EBADMSG;
}

static int read_store(struct told *told, char *const *s) {
        struct facts *facts = &told->facts;
        int r;

        if (!s[0])
                return -EBADMSG;
        r = keep(told, s[0], &facts->graphroot);
        if (r >= 0)
                r = keep(told, s[1], &facts->runroot);
        if (r >= 0)
                r = keep(told, s[2], &facts->imagestore);
        if (r >= 0)
                r = keep(told, s[3], &facts->driver);
        return r < 0 ? r : flag(s[4], &facts->transient);
}

static int read_sum(struct told *told, char *const *s) {
        struct outcome *outcome = &told->outcome;
        uint64_t *const rest[] = {&outcome->entries_freed, &outcome->bytes_freed, &outcome->lock_held_us,
                                  &outcome->elapsed_us};
        uint64_t value;

        for (size_t i = 0; i < FATE_COUNT; i++) {
                if (number(s[i], &value) < 0 || value > SIZE_MAX)
                        return -EBADMSG;
                outcome->n[i] = (size_t) value;
        }
        for (size_t i = 0; i < ARRAY_SIZE(rest); i++)
                if (number(s[FATE_COUNT + i], rest[i]) < 0)
                        return -EBADMSG;
        return 0;
}

static int read_problem(struct told *told, char *const *s) {
        struct problems *problems = &told->problems;
        const char *path;
        int r;

        if (!told->facts.graphroot || !s[0] || !s[1])
                return -EBADMSG;
        r = keep(told, s[0], &path);
        if (r >= 0)
                r = ARRAY_RESERVE(problems->problems, problems->cap, problems->n + 1);
        if (r < 0)
                return r;
        problems->problems[problems->n] = (struct problem){.path = path, .text = TEXT_INIT};
        return text_adds(&problems->problems[problems->n++].text, s[1]);
}

static int read_entry(struct told *told, char *const *s, struct fact_entry *entry) {
        unsigned kind;
        int r;

        if (find(s[0], kind_name_of, FACT_KIND_STORE + 1, &kind) < 0 || !s[5])
                return -EBADMSG;
        entry->kind = (enum cstorage_entry_kind) kind;
        entry->problem = "";
        r = flag(s[3], &entry->imagestore);
        if (r >= 0)
                r = keep(told, s[4], &entry->id);
        return r < 0 ? r : keep(told, s[5], &entry->path);
}

/* The entry is found by its number until there are no more of them: the array may move. */
static int read_subject(struct told *told, char *const *s) {
        struct outcome *outcome = &told->outcome;
        struct fact_entry *entry;
        struct subject subject = {0};
        unsigned fate, reason;
        int r;

        if (!told->facts.graphroot || find(s[1], fate_name_of, FATE_COUNT, &fate) < 0 ||
            find(s[2], reason_name_of, REASON_COUNT, &reason) < 0 || flag(s[7], &subject.measured) < 0 ||
            number(s[8], &subject.entries) < 0 || number(s[9], &subject.bytes) < 0)
                return -EBADMSG;
        r = ARRAY_RESERVE(outcome->subjects, outcome->cap_subjects, outcome->n_subjects + 1);
        entry = r < 0 ? NULL : facts_add_entry(&told->facts);
        if (!entry)
                return -ENOMEM;

        r = read_entry(told, s, entry);
        subject.text = r >= 0 && s[6] ? strdup(s[6]) : NULL;
        if (r < 0) {
                told->facts.n_entries--;
                return r;
        }
        subject.fate = (enum fate) fate;
        subject.reason = (enum reason) reason;
        outcome->subjects[outcome->n_subjects++] = subject;
        return 0;
}

static const struct {
        const char *keyword;
        size_t n_fields;
        int (*read)(struct told *told, char *const *fields);
} lines[] = {
        {TOLD_FATE, 1, read_fate},
        {TOLD_STORE, 5, read_store},
        {TOLD_SUM, FATE_COUNT + 4, read_sum},
        {TOLD_PROBLEM, 2, read_problem},
        {TOLD_SUBJECT, 10, read_subject},
};

static int read_line(struct told *told, char *line) {
        struct fields fields;

        if (split(line, &fields) < 0 || !fields.s[0])
                return -EBADMSG;
        for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
                if (strcmp(fields.s[0], lines[i].keyword) == 0)
                        return fields.n == lines[i].n_fields + 1 ? lines[i].read(told, fields.s + 1)
                                                                 : -EBADMSG;
        return -EBADMSG;
}

int told_read(struct told *told, char *text) {
        char *line;
        int r = 0;

        while ((line = strsep(&text, "\n")) && r >= 0 && strcmp(line, TOLD_END) != 0)
                r = text ? read_line(told, line) : -EBADMSG; /* the last line has to end, too */
        told->cut = !line || r < 0;
        if (told->fate == USER_COLLECTED && !told->facts.graphroot)
                told->fate = USER_WAITING;

        assert(told->facts.n_entries == told->outcome.n_subjects);
        for (size_t i = 0; i < told->outcome.n_subjects; i++)
                told->outcome.subjects[i].entry = &told->facts.entries[i];
        told->outcome.facts = &told->facts;
        return r == -ENOMEM ? r : 0;
}
