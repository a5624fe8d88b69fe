/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What went wrong, in lines that name the file and say what to do. */

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "complain.h"
#include "problems.h"

void problems_done(struct problems *problems) {
        for (size_t i = 0; i < problems->n; i++)
                text_done(&problems->problems[i].text);
        free(problems->problems);
        *problems = PROBLEMS_INIT;
}

/* The library's sentences often name the file already. */
static int say(struct text *text, const char *path, const char *what, const char *advice) {
        size_t n = strlen(path);
        int r;

        if (strncmp(what, path, n) == 0 && what[n] == ':')
                what += n + 1 + strspn(what + n + 1, " ");

        r = text_adds(text, what);
        if (r >= 0 && advice)
                r = text_addf(text, ". %s", advice);
        return r;
}

static int add(struct problems *problems, const char *path, const char *what, const char *advice) {
        struct problem *problem;
        int r;

        r = ARRAY_RESERVE(problems->problems, problems->cap, problems->n + 1);
        if (r < 0)
                return r;

        problem = &problems->problems[problems->n++];
        *problem = (struct problem){.path = path, .text = TEXT_INIT};
        return say(&problem->text, path, what, advice);
}

static bool blamed(const struct outcome *outcome, const struct fact_file *file) {
        for (size_t i = 0; i < outcome->n_subjects; i++)
                if (outcome->subjects[i].because == file)
                        return true;
        return false;
}

/* Whose subject says all there is to say: no problem any more, or not one of the file's. */
static bool is_healed(const struct outcome *outcome, const struct fact_file *file) {
        for (size_t i = 0; i < outcome->n_subjects; i++) {
                const struct subject *subject = &outcome->subjects[i];

                if (subject->fate == FATE_HEALED && strcmp(subject->entry->path, file->path) == 0)
                        return true;
        }
        return false;
}

static int add_file(struct problems *problems, const struct outcome *outcome, const struct fact_file *file) {
        const char *damaged = reason_advice(REASON_RECORDS_DAMAGED);

        if (is_healed(outcome, file))
                return 0;

        switch (file->state) {
        case CSTORAGE_FILE_OK:
                return 0;
        case CSTORAGE_FILE_MISSING:
                if (!blamed(outcome, file))
                        return 0;
                return add(problems, file->path, "is missing, and must have been there",
                           reason_advice(REASON_RECORDS_MISSING));
        case CSTORAGE_FILE_EMPTY:
                if (file->kind == CSTORAGE_FILE_MOUNTS) /* nothing is mounted (layers.go:loadMounts) */
                        return 0;
                return add(problems, file->path, file->problem[0] ? file->problem : "is empty, or null",
                           damaged);
        case CSTORAGE_FILE_DAMAGED:
                return add(problems, file->path, file->problem[0] ? file->problem : "is damaged", damaged);
        case CSTORAGE_FILE_UNREADABLE:
                return add(problems, file->path, file->problem[0] ? file->problem : "cannot be read",
                           damaged);
        }
        return 0;
}

/* Of a whole store nothing else is known. */
static int add_store(struct problems *problems, const struct subject *subject) {
        if (subject->reason != REASON_DRIVER_UNKNOWN)
                return 0;
        return add(problems, subject->entry->path, subject->entry->problem, NULL);
}

int problems_collect(struct problems *problems, const struct outcome *outcome) {
        const struct facts *facts = outcome->facts;
        int r;

        for (size_t i = 0; i < outcome->n_subjects; i++) {
                r = add_store(problems, &outcome->subjects[i]);
                if (r < 0)
                        return r;
        }

        for (size_t i = 0; i < facts->n_files; i++) {
                r = add_file(problems, outcome, &facts->files[i]);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < facts->n_problems; i++) {
                r = add(problems, facts->problems[i].path, facts->problems[i].text,
                        reason_advice(REASON_NOT_EXAMINED));
                if (r < 0)
                        return r;
        }
        return 0;
}

/* What is to be said of one subject: what failed, or why it could not be looked at. */
static const char *sentence_of(const struct subject *subject) {
        if (subject->fate == FATE_FAILED)
                return subject->text;
        return subject->reason == REASON_NOT_EXAMINED && *subject->entry->problem ? subject->entry->problem
                                                                                  : NULL;
}

/* Where it is the same for all (the whole temp dir, say), that is one line. */
static void print_sentences(const struct outcome *outcome) {
        const char *before = NULL;

        for (size_t i = 0; i < outcome->n_subjects; i++) {
                const char *sentence = sentence_of(&outcome->subjects[i]);

                if (!sentence)
                        continue;
                if (!before || strcmp(before, sentence) != 0)
                        complain_about(outcome->subjects[i].entry->path, sentence);
                before = sentence;
        }
}

/* What was done to a record file nobody should have to find out. */
static void print_healed(const struct outcome *outcome) {
        for (size_t i = 0; i < outcome->n_subjects; i++) {
                const struct subject *subject = &outcome->subjects[i];

                if (subject->fate == FATE_HEALED)
                        complain("%s: %s; %s an empty one in its place, and the broken one is kept as "
                                 "%s.broken",
                                 subject->entry->path, reason_text(subject->reason),
                                 outcome->dry_run ? "a run would put" : "put", subject->entry->path);
        }
}

/* Once for each reason: a hundred directories are refused for the same one more often than not. */
static void print_refusals(const struct outcome *outcome) {
        size_t n[REASON_COUNT] = {0};

        for (size_t i = 0; i < outcome->n_subjects; i++)
                if (outcome->subjects[i].fate == FATE_REFUSED)
                        n[outcome->subjects[i].reason]++;

        for (size_t i = 0; i < REASON_COUNT; i++) {
                const char *advice = reason_advice((enum reason) i);

                if (n[i] > 0)
                        complain("refused %zu (%s): %s%s%s", n[i], reason_name((enum reason) i),
                                 reason_text((enum reason) i), advice ? ". " : "", advice ?: "");
        }
}

void problems_print(const struct problems *problems, const struct outcome *outcome) {
        for (size_t i = 0; i < problems->n; i++)
                complain_about(problems->problems[i].path, problems->problems[i].text.s ?: "");
        print_sentences(outcome);
        print_healed(outcome);
        print_refusals(outcome);
}
