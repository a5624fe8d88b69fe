/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The golden plans: the plan of each NAME.facts in a directory must be equal to NAME.plan.
 *
 *     plan-tool DIRECTORY       TAP: one test for each pair
 *     plan-tool FILE.facts      print the plan of it
 */

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/dir.h"
#include "base/fd.h"
#include "plan/plan.h"

#define FILE_BYTES_MAX (64U * 1024 * 1024)

static const char *const verdict_names[] = {
        [VERDICT_KEEP] = "keep",
        [VERDICT_REMOVE] = "remove",
        [VERDICT_REPAIR] = "repair",
        [VERDICT_REFUSE] = "refuse",
};

static int add_decision(struct text *text, const struct fact_entry *entry, const struct decision *decision) {
        int r;

        r = text_addf(text, "%s %s %s ", verdict_names[reason_verdict(decision->reason)],
                      reason_name(decision->reason), fact_kind_name(entry->kind));
        if (r >= 0)
                r = text_add_escaped(text, entry->name, strlen(entry->name));
        if (r >= 0 && decision->because)
                r = text_addf(text, " because of %s", decision->because->path);
        return r < 0 ? r : text_adds(text, "\n");
}

static int add_line(struct text *text, enum reason reason, const char *kind, const char *id) {
        return text_addf(text, "%s %s %s %s\n", verdict_names[reason_verdict(reason)], reason_name(reason),
                         kind, id);
}

/* Damage and losses come after the entries. */
static int add_records(struct text *text, const struct facts *facts, const struct plan *plan) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < plan->n_damages; i++) {
                const char *layer = facts->damages[i].layer;

                r = add_line(text, plan->damages[i].reason, "layer", *layer ? layer : "l");
        }
        for (size_t i = 0; r >= 0 && i < plan->n_losses; i++) {
                const struct loss *loss = &plan->losses[i];

                r = loss->reason == REASON_IMAGE_LOST
                            ? add_line(text, loss->reason, "image", facts->images[loss->index].id)
                            : add_line(text, loss->reason, "container", facts->containers[loss->index].id);
        }
        return r;
}

/* Not read_file_at(): valgrind does not support openat2(2). */
static int read_whole(int dirfd, const char *name, char **ret, size_t *ret_len) {
        _cleanup_close_ int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);

        return fd < 0 ? negative_errno() : read_fd(fd, FILE_BYTES_MAX, ret, ret_len, NULL);
}

static int plan_of(int dirfd, const char *name, struct text *text) {
        _cleanup_facts_ struct facts facts = FACTS_INIT;
        _cleanup_plan_ struct plan plan = PLAN_INIT;
        _cleanup_free_ char *bytes = NULL;
        struct error error = {.text = "cannot be read"};
        size_t n;
        int r;

        r = read_whole(dirfd, name, &bytes, &n);
        if (r >= 0)
                r = facts_parse(&facts, bytes, n, &error);
        if (r < 0)
                return text_addf(text, "%s: %s\n", name, error.text) < 0 ? -ENOMEM : r;
        r = plan_make(&plan, &facts, &POLICY_DEFAULT);
        for (size_t i = 0; r >= 0 && i < plan.n; i++)
                r = add_decision(text, &facts.entries[i], &plan.decisions[i]);
        return r < 0 ? r : add_records(text, &facts, &plan);
}

/* Lines that begin with "#" are comments. */
static int without_comments(const char *bytes, struct text *text) {
        int r = 0;

        for (const char *line = bytes, *end; r >= 0 && *line; line = end) {
                end = line + strcspn(line, "\n");
                end += *end != '\0';
                if (*line != '#')
                        r = text_add(text, line, (size_t) (end - line));
        }
        return r;
}

static bool is_as_expected(int dirfd, const char *name, const char *base) {
        _cleanup_text_ struct text plan = TEXT_INIT, expected = TEXT_INIT, golden = TEXT_INIT;
        _cleanup_free_ char *bytes = NULL;
        size_t n;

        if (text_addf(&golden, "%s.plan", base) < 0 || plan_of(dirfd, name, &plan) < 0 ||
            read_whole(dirfd, golden.s, &bytes, &n) < 0 || without_comments(bytes, &expected) < 0) {
                fprintf(stderr, "%s\n", plan.s ? plan.s : golden.s);
                return false;
        }
        if (text_adds(&plan, "") < 0 || text_adds(&expected, "") < 0)
                return false;
        if (strcmp(plan.s, expected.s) == 0)
                return true;

        fprintf(stderr, "--- expected\n%s--- is\n%s", expected.s, plan.s);
        return false;
}

static int check_directory(const char *path) {
        _cleanup_dir_list_ struct dir_list list = DIR_LIST_INIT;
        _cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        size_t n = 0, failed = 0;

        if (fd < 0 || dir_list_read(&list, fd) < 0) {
                printf("Bail out! %s cannot be listed\n", path);
                return EXIT_FAILURE;
        }
        for (size_t i = 0; i < list.n; i++) {
                const char *name = list.entries[i].name;
                _cleanup_free_ char *base = strdup(name);
                bool ok;

                if (!base || !has_suffix(name, ".facts"))
                        continue;
                base[strlen(base) - strlen(".facts")] = '\0';
                ok = is_as_expected(fd, name, base);
                failed += !ok;
                printf("%sok %zu - %s\n", ok ? "" : "not ", ++n, base);
        }
        printf("1..%zu\n", n);
        return failed > 0 || n == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv) {
        _cleanup_text_ struct text text = TEXT_INIT;
        int r;

        if (argc != 2) {
                fprintf(stderr, "usage: plan-tool DIRECTORY | FILE.facts\n");
                return 2;
        }
        if (!has_suffix(argv[1], ".facts"))
                return check_directory(argv[1]);

        r = plan_of(AT_FDCWD, argv[1], &text);
        fputs(text.s ? text.s : "", r < 0 ? stderr : stdout);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
