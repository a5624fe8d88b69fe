/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Create and delete a container in a loop in one process, in an overlay store with so many containers
 * (missing ones are made from one image), and print the medians in one line:
 *
 *     create_wall_us create_cpu_us create_bytes delete_wall_us delete_cpu_us delete_bytes
 *
 * Bytes are those passed to write(2) on any file system. The time of a deletion includes the deletion of the
 * trash.
 *
 *     bench-store GRAPHROOT RUNROOT stable|volatile|transient CONTAINERS ROUNDS
 *
 * Or the minimum of any library, which makes a record before an object and marks one before a deletion: write
 * two files of LAYERS bytes and one of CONTAINERS bytes, and replace others by them; if MODE is stable, sync
 * the files and their directories. In one line: wall_us cpu_us bytes.
 *
 *     bench-store DIRECTORY files MODE LAYERS CONTAINERS ROUNDS
 */

#include <cstorage.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_MAX 10000L

#define FILL_AT_ONCE 100 /* containers in one transaction */

static struct cstorage_error error;

static void check(int r, const char *what) {
        if (r < 0)
                errx(1, "%s: %s", what, error.text);
}

/* ----------------------------------------------------------------------------------------- costs */

enum what { WALL_US, CPU_US, BYTES, WHATS };

struct cost {
        long long of[WHATS];
};

static long long clock_us(clockid_t clock) {
        struct timespec t;

        (void) clock_gettime(clock, &t);
        return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static long long bytes_written(void) {
        FILE *f = fopen("/proc/self/io", "re");
        long long bytes = 0;
        char line[128];

        if (!f)
                err(1, "/proc/self/io");
        while (fgets(line, sizeof(line), f) && sscanf(line, "wchar: %lld", &bytes) != 1)
                ;
        (void) fclose(f);
        return bytes;
}

static struct cost now(void) {
        struct cost cost;

        cost.of[BYTES] = bytes_written();
        cost.of[CPU_US] = clock_us(CLOCK_PROCESS_CPUTIME_ID);
        cost.of[WALL_US] = clock_us(CLOCK_MONOTONIC);
        return cost;
}

static struct cost since(struct cost before) {
        struct cost after = {.of = {
                                     [WALL_US] = clock_us(CLOCK_MONOTONIC),
                                     [CPU_US] = clock_us(CLOCK_PROCESS_CPUTIME_ID),
                                     [BYTES] = bytes_written(),
                             }};

        for (size_t i = 0; i < WHATS; i++)
                after.of[i] -= before.of[i];
        return after;
}

static int compare(const void *a, const void *b) {
        const long long *x = a, *y = b;

        return *x < *y ? -1 : *x > *y;
}

static long long median(const struct cost *costs, long n, enum what what) {
        static long long sorted[ROUNDS_MAX];

        for (long i = 0; i < n; i++)
                sorted[i] = costs[i].of[what];
        qsort(sorted, (size_t) n, sizeof(*sorted), compare);
        return sorted[n / 2];
}

static void print_medians(const struct cost *costs, long n, char end) {
        printf("%lld %lld %lld%c", median(costs, n, WALL_US), median(costs, n, CPU_US),
               median(costs, n, BYTES), end);
}

/* ------------------------------------------------------------------------------------ measured operations */

struct bench {
        struct cstorage_store *store;
        struct cstorage_snapshot *references; /* of the previous transaction */
        uint64_t flags;                       /* of containers */
};

static struct cstorage_txn *begin(struct bench *bench) {
        struct cstorage_txn_options options = {.size = sizeof(options),
                                               .timeout_us = 30 * 1000000,
                                               .references = bench->references};
        struct cstorage_txn *txn;

        check(cstorage_txn_begin(bench->store, &options, &txn, &error), "begin");
        return txn;
}

static void end(struct bench *bench, struct cstorage_txn *txn) {
        struct cstorage_trash *trash;

        check(cstorage_txn_commit(txn, &trash, &error), "commit");
        check(cstorage_trash_empty(trash, &error), "empty");
        cstorage_trash_free(trash);
        cstorage_snapshot_unref(bench->references);
        check(cstorage_txn_get_snapshot(txn, &bench->references, &error), "get the records");
        cstorage_txn_free(txn);
}

/* With the metadata that podman writes for a container. */
static const char *create(struct bench *bench, struct cstorage_txn *txn) {
        struct cstorage_container_options options = {
                .size = sizeof(options),
                .flags = bench->flags,
                .image = "localhost/base:latest",
                .metadata =
                        "{\"image-name\":\"localhost/base:latest\",\"image-id\":\"5f3b0ec0\",\"name\":\"a\","
                        "\"created-at\":1700000000,\"mountlabel\":\"\"}",
        };
        const char *id;

        check(cstorage_txn_create_container(txn, &options, &id, &error), "create");
        return id;
}

static struct cost measure_create(struct bench *bench, char id[static 65]) {
        struct cost before = now();
        struct cstorage_txn *txn = begin(bench);

        (void) snprintf(id, 65, "%s", create(bench, txn));
        end(bench, txn);
        return since(before);
}

static struct cost measure_delete(struct bench *bench, const char *id) {
        struct cost before = now();
        struct cstorage_txn *txn = begin(bench);

        check(cstorage_txn_delete(txn, CSTORAGE_OBJECT_CONTAINER, id, 0, &error), "delete");
        end(bench, txn);
        return since(before);
}

/* --------------------------------------------------------------------------------------------- the store */

static void make_image(struct bench *bench) {
        const char *const names[] = {"localhost/base:latest", NULL};
        struct cstorage_image_options options = {.size = sizeof(options), .names = names};
        struct cstorage_txn *txn = begin(bench);

        check(cstorage_txn_create_layer(txn, NULL, &options.layer, &error), "create a layer");
        check(cstorage_txn_create_image(txn, &options, NULL, &error), "create an image");
        end(bench, txn);
}

static long count_containers(const struct bench *bench) {
        const struct cstorage_container *container = NULL;
        long n = 0;

        while ((container = cstorage_snapshot_next_container(bench->references, container)))
                n++;
        return n;
}

static void fill(struct bench *bench, long containers) {
        check(cstorage_snapshot_new(bench->store, &bench->references, &error), "read");
        if (!cstorage_snapshot_next_image(bench->references, NULL))
                make_image(bench);

        for (long n = count_containers(bench); n < containers;) {
                struct cstorage_txn *txn = begin(bench);

                for (int i = 0; i < FILL_AT_ONCE && n < containers; i++, n++)
                        (void) create(bench, txn);
                end(bench, txn);
        }
}

static struct cstorage_store *open_store(const char *graphroot, const char *runroot, bool transient) {
        struct cstorage_config *config;
        struct cstorage_store *store;

        check(cstorage_config_new(&config), "configure");
        check(cstorage_config_set_graphroot(config, graphroot), "graphroot");
        check(cstorage_config_set_runroot(config, runroot), "runroot");
        check(cstorage_config_set_driver(config, "overlay"), "driver");
        check(cstorage_config_set_transient(config, transient), "transient");
        check(cstorage_store_create(config, &store, &error), "open");
        cstorage_config_free(config);
        return store;
}

/* ---------------------------------------------------------------------------------------- files alone */

#define FILES 3

static const int in_directory[FILES] = {0, 0, 1};

static void must(bool done, const char *what) {
        if (!done)
                err(1, "%s", what);
}

static int open_directory(const char *path, int i) {
        char name[16];
        int dir, fd;

        (void) snprintf(name, sizeof(name), "%d", i);
        dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        must(dir >= 0, path);
        (void) mkdirat(dir, name, 0700);
        fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        must(fd >= 0, name);
        (void) close(dir);
        return fd;
}

static void write_new(int dir, int i, const char *bytes, size_t n, bool durable, int *ret_fd) {
        char name[16];

        (void) snprintf(name, sizeof(name), "new%d", i);
        *ret_fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        must(*ret_fd >= 0 && write(*ret_fd, bytes, n) == (ssize_t) n, "write");
        if (durable)
                (void) sync_file_range(*ret_fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

static void put_in_place(int dir, int i, int fd, bool durable) {
        char name[16];

        (void) snprintf(name, sizeof(name), "new%d", i);
        must(!durable || fdatasync(fd) == 0, "fdatasync");
        must(renameat(dir, name, dir, "file") == 0, "rename");
        must(close(fd) == 0, "close");
}

static struct cost measure_files(const int dirs[static 2], const char *bytes, const size_t sizes[static 2],
                                 bool durable) {
        struct cost before = now();
        int fds[FILES];

        for (int i = 0; i < FILES; i++)
                write_new(dirs[in_directory[i]], i, bytes, sizes[in_directory[i]], durable, &fds[i]);
        for (int i = 0; i < FILES; i++)
                put_in_place(dirs[in_directory[i]], i, fds[i], durable);
        for (int i = 0; i < 2; i++)
                must(!durable || fsync(dirs[i]) == 0, "fsync");
        return since(before);
}

static void bench_files(const char *path, bool durable, const size_t sizes[static 2], long rounds) {
        static struct cost costs[ROUNDS_MAX];
        size_t n = sizes[0] > sizes[1] ? sizes[0] : sizes[1];
        char *bytes = malloc(n);
        int dirs[2];

        must(bytes, "malloc");
        memset(bytes, 'x', n);
        for (int i = 0; i < 2; i++)
                dirs[i] = open_directory(path, i);
        for (long i = 0; i < rounds; i++)
                costs[i] = measure_files(dirs, bytes, sizes, durable);
        print_medians(costs, rounds, '\n');
        for (int i = 0; i < 2; i++)
                (void) close(dirs[i]);
        free(bytes);
}

int main(int argc, char **argv) {
        static struct cost creates[ROUNDS_MAX], deletes[ROUNDS_MAX];
        struct bench bench = {0};
        bool is_files;
        long rounds;
        char id[65];

        is_files = argc > 2 && strcmp(argv[2], "files") == 0;
        if (argc != (is_files ? 7 : 6))
                errx(2, "usage: bench-store GRAPHROOT RUNROOT stable|volatile|transient CONTAINERS ROUNDS\n"
                        "       bench-store DIRECTORY files MODE LAYERS CONTAINERS ROUNDS");
        rounds = strtol(argv[argc - 1], NULL, 10);
        if (rounds < 0 || rounds > ROUNDS_MAX)
                errx(2, "%s: too many rounds", argv[argc - 1]);
        if (is_files) {
                const size_t sizes[] = {strtoul(argv[4], NULL, 10), strtoul(argv[5], NULL, 10)};

                bench_files(argv[1], strcmp(argv[3], "stable") == 0, sizes, rounds);
                return 0;
        }
        bench.flags = strcmp(argv[3], "volatile") == 0 ? CSTORAGE_CONTAINER_VOLATILE : 0;
        bench.store = open_store(argv[1], argv[2], strcmp(argv[3], "transient") == 0);
        fill(&bench, strtol(argv[4], NULL, 10));

        for (long i = 0; i < rounds; i++) {
                creates[i] = measure_create(&bench, id);
                deletes[i] = measure_delete(&bench, id);
        }
        if (rounds > 0) {
                print_medians(creates, rounds, ' ');
                print_medians(deletes, rounds, '\n');
        }
        cstorage_snapshot_unref(bench.references);
        cstorage_store_unref(bench.store);
        return 0;
}
