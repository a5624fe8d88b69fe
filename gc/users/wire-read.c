/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parse the report of a user's process in the root process that started it: untrusted input. */

#include <string.h>

#include "base/array.h"
#include "users/wire-text.h"
#include "users/wire.h"

#define FIELDS_MAX 11 /* of the longest line */

void wire_done(struct wire *wire) {
        problems_done(&wire->problems);
        outcome_done(&wire->outcome);
        facts_done(&wire->facts);
}

/* ----------------------------------------------------------------------------------------- the fields */

/* Decode in place. */
static bool unescape(char *s) {
        const char *end = s + strlen(s);
        char *to = s;
        size_t n;

        for (; *s; s += n) {
                n = text_unescape(s, (size_t) (end - s), to++);
                if (n == 0)
                        return false;
        }
        *to = '\0';
        return true;
}

struct fields {
        char *s[FIELDS_MAX]; /* NULL: the field is WIRE_NULL */
        size_t n;
};

static bool split(char *line, struct fields *ret) {
        char *s;

        ret->n = 0;
        while ((s = strsep(&line, "\t"))) {
                if (ret->n == FIELDS_MAX)
                        return false;
                if (strcmp(s, WIRE_NULL) == 0)
                        s = NULL;
                else if (!unescape(s))
                        return false;
                ret->s[ret->n++] = s;
        }
        return true;
}

/* Return false if out of memory. */
static bool keep(struct wire *wire, const char *s, const char **ret) {
        *ret = s ? arena_text(&wire->facts.arena, s, strlen(s)) : NULL;
        return !s || *ret;
}

static bool number(const char *s, uint64_t *ret) {
        return s && parse_u64(s, ret) >= 0;
}

static bool flag(const char *s, bool *ret) {
        uint64_t value;

        if (!number(s, &value) || value > 1)
                return false;
        *ret = value;
        return true;
}

/* Find the value with this name among n values. */
static bool find(const char *s, const char *(*name)(unsigned i), unsigned n, unsigned *ret) {
        for (unsigned i = 0; s && i < n; i++)
                if (strcmp(s, name(i)) == 0) {
                        *ret = i;
                        return true;
                }
        return false;
}

static const char *kind_name_of(unsigned i) {
        return fact_kind_name((enum cstorage_entry_kind) i);
}

static const char *result_name_of(unsigned i) {
        return result_name((enum result) i);
}

static const char *reason_name_of(unsigned i) {
        return reason_name((enum reason) i);
}

/* ------------------------------------------------------------------------------------------ the lines */

static int read_status(struct wire *wire, char *const *s) {
        return s[0] ? user_status_claimed(s[0], &wire->status) : -EBADMSG;
}

static int read_store(struct wire *wire, char *const *s) {
        struct facts *facts = &wire->facts;

        if (!s[0])
                return -EBADMSG;
        if (!keep(wire, s[0], &facts->graphroot) || !keep(wire, s[1], &facts->runroot) ||
            !keep(wire, s[2], &facts->imagestore) || !keep(wire, s[3], &facts->driver))
                return -ENOMEM;
        return flag(s[4], &facts->transient) ? 0 : -EBADMSG;
}

/* A count that does not fit into a size_t is made up, so any value will do. */
static int read_sum(struct wire *wire, char *const *s) {
        struct outcome *outcome = &wire->outcome;
        uint64_t *const rest[] = {&outcome->files_freed, &outcome->bytes_freed, &outcome->lock_held_us,
                                  &outcome->elapsed_us};
        uint64_t value;

        for (size_t i = 0; i < RESULT_COUNT; i++) {
                if (!number(s[i], &value))
                        return -EBADMSG;
                outcome->n[i] = (size_t) value;
        }
        for (size_t i = 0; i < ARRAY_SIZE(rest); i++)
                if (!number(s[RESULT_COUNT + i], rest[i]))
                        return -EBADMSG;
        return 0;
}

static int read_problem(struct wire *wire, char *const *s) {
        struct problems *problems = &wire->problems;
        const char *path;

        if (!wire->facts.graphroot || !s[0] || !s[1])
                return -EBADMSG;
        if (!keep(wire, s[0], &path) || ARRAY_RESERVE(problems->problems, problems->cap, problems->n + 1) < 0)
                return -ENOMEM;
        problems->problems[problems->n] = (struct problem){.path = path, .text = TEXT_INIT};
        return text_adds(&problems->problems[problems->n++].text, s[1]);
}

static int read_entry(struct wire *wire, char *const *s, struct fact_entry *entry) {
        unsigned kind;

        if (!find(s[0], kind_name_of, FACT_KINDS, &kind) || !s[5] || !flag(s[3], &entry->imagestore))
                return -EBADMSG;
        entry->kind = (enum cstorage_entry_kind) kind;
        entry->problem = "";
        if (!keep(wire, s[4], &entry->id) || !keep(wire, s[5], &entry->path))
                return -ENOMEM;
        return 0;
}

static int read_decision(char *const *s, struct subject *subject) {
        unsigned result, reason;

        if (!find(s[1], result_name_of, RESULT_COUNT, &result) ||
            !find(s[2], reason_name_of, REASON_COUNT, &reason) || !flag(s[7], &subject->measured) ||
            !number(s[8], &subject->entries) || !number(s[9], &subject->bytes))
                return -EBADMSG;
        subject->result = (enum result) result;
        subject->reason = (enum reason) reason;
        return 0;
}

/* Subjects refer to entries only after the last was read: the array may move. */
static int read_subject(struct wire *wire, char *const *s) {
        struct outcome *outcome = &wire->outcome;
        struct fact_entry *entry;
        struct subject subject = {0};
        int r;

        if (!wire->facts.graphroot)
                return -EBADMSG;
        r = read_decision(s, &subject);
        if (r < 0)
                return r;
        r = ARRAY_RESERVE(outcome->subjects, outcome->cap_subjects, outcome->n_subjects + 1);
        if (r < 0)
                return r;
        entry = facts_add_entry(&wire->facts);
        if (!entry)
                return -ENOMEM;

        r = read_entry(wire, s, entry);
        if (r < 0) {
                wire->facts.n_entries--;
                return r;
        }
        subject.text = s[6] ? strdup(s[6]) : NULL;
        outcome->subjects[outcome->n_subjects++] = subject;
        return 0;
}

static const struct {
        const char *keyword;
        size_t n_fields;
        int (*read)(struct wire *wire, char *const *fields);
} lines[] = {
        {WIRE_STATUS, 1, read_status},          {WIRE_STORE, 5, read_store},
        {WIRE_SUM, RESULT_COUNT + 4, read_sum}, {WIRE_PROBLEM, 2, read_problem},
        {WIRE_SUBJECT, 10, read_subject},
};

static int read_line(struct wire *wire, char *line) {
        struct fields fields;

        if (!split(line, &fields) || !fields.s[0])
                return -EBADMSG;
        for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
                if (strcmp(fields.s[0], lines[i].keyword) == 0)
                        return fields.n == lines[i].n_fields + 1 ? lines[i].read(wire, fields.s + 1)
                                                                 : -EBADMSG;
        return -EBADMSG;
}

int wire_read(struct wire *wire, char *text) {
        char *line;
        int r = 0;

        while ((line = strsep(&text, "\n")) && r >= 0 && strcmp(line, WIRE_END) != 0)
                r = text ? read_line(wire, line) : -EBADMSG; /* the last line must end with a newline, too */
        assert(r == 0 || r == -ENOMEM || r == -EBADMSG);
        wire->cut = r < 0;
        if (wire->status == USER_COLLECTED && !wire->facts.graphroot)
                wire->status = USER_WAITING;

        assert(wire->facts.n_entries == wire->outcome.n_subjects);
        for (size_t i = 0; i < wire->outcome.n_subjects; i++)
                wire->outcome.subjects[i].entry = &wire->facts.entries[i];
        wire->outcome.facts = &wire->facts;
        return r == -ENOMEM ? r : 0;
}
