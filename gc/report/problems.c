/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Error messages that contain the path of the file and the remedy. */

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "plan/lost-files.h"
#include "report/losses.h"
#include "report/problems.h"
#include "util/log.h"

#define OWNER_ENTRY_MAX 4096 /* of passwd(5) */

void problems_done(struct problems *problems) {
        for (size_t i = 0; i < problems->n; i++)
                text_done(&problems->problems[i].text);
        free(problems->problems);
        *problems = PROBLEMS_INIT;
}

/* Append a sentence with a full stop; the library's texts have none. NULL and "" are skipped. */
static int add_sentence(struct text *text, const char *sentence) {
        size_t n = sentence ? strlen(sentence) : 0;
        int r;

        if (n == 0)
                return 0;
        r = text_addf(text, "%s%s", text->len > 0 ? " " : "", sentence);
        return r < 0 || sentence[n - 1] == '.' ? r : text_adds(text, ".");
}

/* Some of the library's texts end with a remedy, which is to come last here, too. */
static int add_cause(struct text *text, const char *what, const char **ret_remedy) {
        const char *end = strstr(what, ". ");
        int r;

        *ret_remedy = end ? end + 2 : NULL;
        if (!end)
                return add_sentence(text, what);
        r = text_add(text, what, (size_t) (end - what));
        return r < 0 ? r : text_adds(text, ".");
}

/* Many of the library's texts begin with the path already. */
static const char *without_path(const char *path, const char *what) {
        size_t n = strlen(path);

        if (strncmp(what, path, n) == 0 && what[n] == ':')
                what += n + 1 + strspn(what + n + 1, " ");
        return what;
}

/* If the file does not exist, the owner of its directory. */
static int find_owner(const char *path, uid_t *ret) {
        _cleanup_free_ char *there = strdup(path);
        struct stat st;
        char *slash;

        if (!there)
                return -ENOMEM;
        while (lstat(there, &st) < 0) {
                slash = strrchr(there, '/');
                if (!slash || slash == there || (errno != ENOENT && errno != ENOTDIR))
                        return negative_errno();
                *slash = '\0';
        }
        *ret = st.st_uid;
        return 0;
}

/* A uid that is not mapped in this user namespace: the kernel reports the overflow id. */
#define UID_UNMAPPED 65534

static int add_owner(struct text *text, const char *path) {
        char buffer[OWNER_ENTRY_MAX];
        struct passwd entry, *found = NULL;
        uid_t uid;
        int r;

        r = find_owner(path, &uid);
        if (r < 0)
                return r == -ENOMEM ? r : 0;
        if (uid == UID_UNMAPPED)
                return add_sentence(text, "It belongs to another user");
        if (uid == geteuid())
                return 0;
        if (uid == 0)
                return add_sentence(text, "It belongs to root");
        if (getpwuid_r(uid, &entry, buffer, sizeof(buffer), &found) == 0 && found)
                return text_addf(text, " It belongs to %s.", found->pw_name);
        return text_addf(text, " It belongs to the user %u.", uid);
}

static int add(struct problems *problems, const char *path, const char *what, const char *follows,
               const char *advice) {
        const char *remedy;
        struct problem *problem;
        int r;

        r = ARRAY_RESERVE(problems->problems, problems->cap, problems->n + 1);
        if (r < 0)
                return r;

        problem = &problems->problems[problems->n++];
        *problem = (struct problem){.path = path, .text = TEXT_INIT};
        r = add_cause(&problem->text, without_path(path, what), &remedy);
        if (r >= 0 && *path == '/')
                r = add_owner(&problem->text, path);
        if (r >= 0)
                r = add_sentence(&problem->text, follows);
        if (r >= 0)
                r = add_sentence(&problem->text, remedy);
        return r < 0 ? r : add_sentence(&problem->text, advice);
}

static bool blamed(const struct outcome *outcome, const struct fact_file *file) {
        for (size_t i = 0; i < outcome->n_subjects; i++)
                if (outcome->subjects[i].because == file)
                        return true;
        return false;
}

/* If a file or directory is repaired, its subject is reported instead of a problem. */
static bool is_repaired(const struct outcome *outcome, const char *path) {
        for (size_t i = 0; i < outcome->n_subjects; i++) {
                const struct subject *subject = &outcome->subjects[i];

                if (subject->result == RESULT_REPAIRED && strcmp(subject->entry->path, path) == 0)
                        return true;
        }
        return false;
}

/* The consequence of a missing file. */
static const char *loss(enum cstorage_record_file_kind kind) {
        switch (kind) {
        case CSTORAGE_RECORD_FILE_LAYERS:
                return "Until the file is back, podman can use no image and no container whose layers "
                       "it listed; their data is still on the disk";
        case CSTORAGE_RECORD_FILE_IMAGES:
                return "Until the file is back, podman has lost every image that it listed; their data "
                       "is still on the disk";
        case CSTORAGE_RECORD_FILE_CONTAINERS:
                return "Until the file is back, podman has lost every container that it listed; their "
                       "data is still on the disk";
        case CSTORAGE_RECORD_FILE_MOUNTS:
                break;
        }
        return NULL;
}

static bool is_volatile(const struct fact_file *file) {
        return file->location == CSTORAGE_LOCATION_VOLATILE ||
               file->location == CSTORAGE_LOCATION_VOLATILE_RUNROOT ||
               file->location == CSTORAGE_LOCATION_RUNROOT;
}

/* This user cannot repair the additional store of another user. */
static const char additional_follows[] = "podman misses the images of that additional image store, and "
                                         "nothing that may use them is removed";
static const char additional_advice[] =
        "Mount that store, or have its owner repair it or let you read it. If "
        "it is not needed, remove it from additionalimagestores in "
        "storage.conf; the next run may then remove what is refused now";

static int add_missing(struct problems *problems, const struct fact_file *file, bool is_proven) {
        return add(
                problems, file->path,
                is_proven ? "is missing, although other record files refer to what it listed"
                          : "is missing, and must have been there",
                loss(file->kind),
                "Mount the file system that has it, or restore it from a backup, and look at "
                "cstorage-gc --dry-run before the next run. Only if all that it listed may be lost: create "
                "it with the content [] and the mode 0600, run \"podman rm --all --force\" and \"podman rmi "
                "--all --force\", and run this after the next boot");
}

static int add_damaged(struct problems *problems, const struct fact_file *file, const char *what) {
        what = file->problem[0] ? file->problem : what;
        if (file->location == CSTORAGE_LOCATION_ADDITIONAL)
                return add(problems, file->path, what, additional_follows, additional_advice);
        if (is_volatile(file))
                return add(
                        problems, file->path, what,
                        "podman cannot work until this file is repaired. Nothing that it may list is removed",
                        "It need not survive a reboot: if no container runs, remove it");
        return add(problems, file->path, what,
                   "podman cannot work until this file is repaired. Nothing that it may list is removed",
                   "Copy it aside, then restore it from a backup, and look at cstorage-gc --dry-run before "
                   "the next run. Only if all that it listed may be lost: write [] into it, run \"podman rm "
                   "--all --force\" and \"podman rmi --all --force\", and run this after the next boot");
}

/* The cause contains its own remedy; the file itself may be intact. */
static int add_unreadable(struct problems *problems, const struct fact_file *file) {
        const char *what = file->problem[0] ? file->problem : "cannot be read";

        if (file->location == CSTORAGE_LOCATION_ADDITIONAL)
                return add(problems, file->path, what, additional_follows, additional_advice);
        return add(problems, file->path, what, "Nothing that it may list is removed",
                   file->location == CSTORAGE_LOCATION_IMAGESTORE && strstr(what, "does not exist")
                           ? "Mount it, or correct imagestore in storage.conf"
                           : NULL);
}

static int add_file(struct problems *problems, const struct outcome *outcome, const struct fact_file *file,
                    const struct lost_files *lost) {
        bool is_proven = file == lost->layers || file == lost->images;

        if (is_repaired(outcome, file->path))
                return 0;

        switch (file->state) {
        case CSTORAGE_RECORD_FILE_OK:
                return 0;
        case CSTORAGE_RECORD_FILE_MISSING:
                return is_proven || blamed(outcome, file) ? add_missing(problems, file, is_proven) : 0;
        case CSTORAGE_RECORD_FILE_EMPTY:
                if (file->kind == CSTORAGE_RECORD_FILE_MOUNTS) /* no mounts (layers.go:loadMounts) */
                        return 0;
                return add_damaged(problems, file, "is empty, or null");
        case CSTORAGE_RECORD_FILE_DAMAGED:
                return add_damaged(problems, file, "is damaged");
        case CSTORAGE_RECORD_FILE_UNREADABLE:
                return add_unreadable(problems, file);
        }
        return 0;
}

/* If a resource is exhausted, that is the cause, whichever file is first. */
static const char *lack_of(const struct fact_file *file) {
        static const char *const lacks[] = {"Too many open files", "Cannot allocate memory"};

        for (size_t i = 0; i < ARRAY_SIZE(lacks); i++)
                if (file->state == CSTORAGE_RECORD_FILE_UNREADABLE && strstr(file->problem, lacks[i]))
                        return lacks[i];
        return file->problem;
}

/* If a store is missing, two of its files are missing for the same cause. */
static bool is_repeated(const struct facts *facts, size_t file) {
        for (size_t i = 0; i < file; i++)
                if (facts->files[file].state == CSTORAGE_RECORD_FILE_UNREADABLE &&
                    facts->files[i].state == CSTORAGE_RECORD_FILE_UNREADABLE &&
                    facts->files[file].problem[0] &&
                    strcmp(lack_of(&facts->files[i]), lack_of(&facts->files[file])) == 0)
                        return true;
        return false;
}

static int add_files(struct problems *problems, const struct outcome *outcome) {
        const struct facts *facts = outcome->facts;
        struct lost_files lost;
        int r;

        r = lost_files_find(&lost, facts);
        for (size_t i = 0; i < facts->n_files && r >= 0; i++)
                r = is_repeated(facts, i) ? 0 : add_file(problems, outcome, &facts->files[i], &lost);
        return r;
}

/* No other facts about a store are known that is refused as a whole. */
static int add_store(struct problems *problems, const struct subject *subject) {
        if (subject->reason != REASON_UNSUPPORTED_DRIVER)
                return 0;
        return add(problems, subject->entry->path, subject->entry->problem, NULL, NULL);
}

int problems_collect(struct problems *problems, const struct outcome *outcome) {
        const struct facts *facts = outcome->facts;
        int r;

        for (size_t i = 0; i < outcome->n_subjects; i++) {
                r = add_store(problems, &outcome->subjects[i]);
                if (r < 0)
                        return r;
        }

        r = add_files(problems, outcome);
        for (size_t i = 0; i < facts->n_problems && r >= 0; i++)
                r = is_repaired(outcome, facts->problems[i].path)
                            ? 0
                            : add(problems, facts->problems[i].path, facts->problems[i].text,
                                  "Nothing is removed that may lie there or depend on it", NULL);
        if (r < 0)
                return r;
        return 0;
}

/* The error of one subject, or why it could not be examined. */
static const char *sentence_of(const struct subject *subject) {
        if (subject->result == RESULT_FAILED)
                return subject->text;
        return subject->reason == REASON_UNREADABLE && *subject->entry->problem ? subject->entry->problem
                                                                                : NULL;
}

/* If consecutive subjects have the same error (for the whole temp dir, for example), print one line. */
static void print_sentences(const struct outcome *outcome) {
        const char *before = NULL;

        for (size_t i = 0; i < outcome->n_subjects; i++) {
                const char *sentence = sentence_of(&outcome->subjects[i]);

                if (!sentence)
                        continue;
                if (!before || strcmp(before, sentence) != 0)
                        log_error_about(outcome->subjects[i].entry->path, sentence);
                before = sentence;
        }
}

static void print_reset(const char *path, bool dry_run) {
        const char *text = reason_text(REASON_TORN_VOLATILE_FILE);

        if (dry_run)
                log_notice("%s: %s. A run without --dry-run replaces it by an empty list and keeps the "
                           "torn file as %s.torn",
                           path, text, path);
        else
                log_notice("%s: %s. It was replaced by an empty list; the torn file is kept as "
                           "%s.torn. Nothing else needs to be done",
                           path, text, path);
}

static void print_repair(const struct subject *subject, bool dry_run, const char *would, const char *did) {
        if (dry_run)
                log_notice("%s: %s. cstorage-gc repair %s", subject->entry->path,
                           reason_text(subject->reason), would);
        else
                log_notice("%s: %s. %s", subject->entry->path, reason_text(subject->reason), did);
}

/* A repair is always reported. */
static void print_repaired(const struct outcome *outcome) {
        for (size_t i = 0; i < outcome->n_subjects; i++) {
                const struct subject *subject = &outcome->subjects[i];

                if (subject->reason == REASON_INCOMPLETE && subject->result == RESULT_REMOVED)
                        print_repair(subject, outcome->dry_run, "removes the layer and its record",
                                     "The layer and its record were removed");
                if (subject->result != RESULT_REPAIRED)
                        continue;
                if (subject->reason == REASON_TORN_VOLATILE_FILE)
                        print_reset(subject->entry->path, outcome->dry_run);
                else if (subject->reason == REASON_MERGED_NOT_EMPTY)
                        print_repair(subject, outcome->dry_run, "moves them to merged.aside beside it",
                                     "They were moved to merged.aside beside it");
                else
                        print_repair(subject, outcome->dry_run, "makes it anew", "It was made anew");
        }
}

/* Print one line for each reason: often a hundred directories are refused for the same one. */
static void print_refusals(const struct outcome *outcome) {
        const char *first[REASON_COUNT] = {NULL};
        size_t n[REASON_COUNT] = {0};

        for (size_t i = 0; i < outcome->n_subjects; i++) {
                const struct subject *subject = &outcome->subjects[i];

                if (subject->result == RESULT_REFUSED && subject->reason != REASON_IMAGE_LOST &&
                    subject->reason != REASON_CONTAINER_LOST && n[subject->reason]++ == 0)
                        first[subject->reason] = subject->entry->path;
        }

        for (size_t i = 0; i < REASON_COUNT; i++) {
                const char *advice = reason_advice((enum reason) i);

                if (n[i] > 0)
                        log_error("refused %zu (%s)%s %s: %s%s%s", n[i], reason_name((enum reason) i),
                                  n[i] > 1 ? ", the first is" : "", first[i], reason_text((enum reason) i),
                                  advice ? ". " : "", advice ?: "");
        }
}

void problems_print(const struct problems *problems, const struct outcome *outcome) {
        for (size_t i = 0; i < problems->n; i++)
                log_error_about(problems->problems[i].path, problems->problems[i].text.s ?: "");
        print_sentences(outcome);
        print_repaired(outcome);
        print_refusals(outcome);
        losses_print(outcome);
}
