/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Delete a directory with the functions of lib/tree, for tests and benchmarks:
 *
 *   tree-tool remove DIR [threads=N] [fds=N] [count] [stop-after-ms=N]
 *
 * Prints "name entries bytes left error" for each entry of DIR, then the totals, then the most memory used in
 * KiB. The exit status is 0 if DIR is empty, 1 if entries are left, 2 if the deletion did not begin.
 */

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/text.h"
#include "tree/delete.h"

struct arguments {
        struct tree_options options;
        uint64_t stop_after_ms;
};

static bool number_argument(const char *argument, const char *name, uint64_t *ret) {
        return has_prefix(argument, name) && parse_u64(argument + strlen(name), ret) >= 0;
}

static bool parse_argument(struct arguments *args, const char *argument) {
        uint64_t n;

        if (number_argument(argument, "threads=", &n))
                args->options.threads = (unsigned) n;
        else if (number_argument(argument, "fds=", &n))
                args->options.max_fds = (unsigned) n;
        else if (number_argument(argument, "stop-after-ms=", &n))
                args->stop_after_ms = n;
        else if (strcmp(argument, "count") == 0)
                args->options.count_bytes = true;
        else
                return false;
        return true;
}

static atomic_bool stop_flag;

static void *stop_later(void *p) {
        const struct arguments *args = p;
        const struct timespec t = {
                .tv_sec = (time_t) (args->stop_after_ms / 1000),
                .tv_nsec = (long) (args->stop_after_ms % 1000) * 1000000,
        };

        (void) nanosleep(&t, NULL);
        atomic_store(&stop_flag, true);
        return NULL;
}

static int print_subject(const struct tree_subject *subject) {
        _cleanup_text_ struct text name = TEXT_INIT;
        const char *shown = subject->name ? subject->name : "total";
        int r;

        r = text_add_escaped(&name, shown, strlen(shown));
        if (r < 0)
                return r;
        printf("%s %" PRIu64 " %" PRIu64 " %" PRIu64 " %s\n", name.s, subject->entries, subject->bytes,
               subject->left, subject->error ? subject->error->text : "-");
        return 0;
}

static int print_result(const struct tree_result *result) {
        for (size_t i = 0; i < result->n; i++)
                if (print_subject(&result->subjects[i]) < 0)
                        return -ENOMEM;
        return print_subject(&result->total);
}

static void print_memory(void) {
        struct rusage usage;

        if (getrusage(RUSAGE_SELF, &usage) >= 0)
                printf("memory %ld\n", usage.ru_maxrss);
}

static int remove_all(int fd, struct arguments *args) {
        _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;
        struct error error;
        pthread_t stopper;
        int r;

        if (args->stop_after_ms > 0) {
                args->options.stop = &stop_flag;
                if (pthread_create(&stopper, NULL, stop_later, args) == 0)
                        (void) pthread_detach(stopper);
        }

        r = tree_remove(fd, &args->options, &result, &error);
        if (r < 0) {
                fprintf(stderr, "%s\n", error.text);
                return 2;
        }
        if (print_result(&result) < 0)
                return 2;
        print_memory();
        return r;
}

static int usage(void) {
        fputs("usage: tree-tool remove DIR [threads=N] [fds=N] [count] [stop-after-ms=N]\n", stderr);
        return 2;
}

int main(int argc, char **argv) {
        _cleanup_close_ int fd = -1;
        static struct arguments args; /* static, since the stopping thread may outlive main() */

        if (argc < 3 || strcmp(argv[1], "remove") != 0)
                return usage();
        for (int i = 3; i < argc; i++)
                if (!parse_argument(&args, argv[i]))
                        return usage();

        fd = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0) {
                perror(argv[2]);
                return 2;
        }
        return remove_all(fd, &args);
}
