/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cstorage_layer_verify(): opens what it compares, runs the passes, reports. */

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "api/arguments.h"
#include "base/fd.h"
#include "disk/paths.h"
#include "snapshot/object-dirs.h"
#include "store/driver-homes.h"
#include "verify/run.h"

#define NS_PER_SECOND UINT64_C(1000000000)
#define NS_PER_US     1000U

/* ------------------------------------------------------------------------------------------ tar-split */

static int open_in(int root_fd, const char *path) {
        return root_fd < 0 ? -ENOENT : open_beneath(root_fd, path, O_RDONLY);
}

/*
 * Beside the record in an additional image store, else in the graphroot, whatever the location of the record
 * is (layers.go:tspath). Releases 1.47 to 1.52 kept it in the image store.
 */
static int open_split_in(const struct cstorage_record_file *file, const char *path) {
        const struct cstorage_store *store = file->store;
        int fd;

        if (file->location == CSTORAGE_LOCATION_ADDITIONAL)
                return open_in(file->root->fd, path);
        fd = open_in(store->roots[ROOT_GRAPH].fd, path);
        return fd == -ENOENT ? open_in(store->roots[ROOT_IMAGE].fd, path) : fd;
}

static int open_split(const struct cstorage_layer *layer, struct error *reterr) {
        const struct cstorage_record_file *file = layer->item.file;
        const char *id = snapshot_item_id(CSTORAGE_RECORD_FILE_LAYERS, &layer->item);
        _cleanup_free_ char *data = object_dir(file->store, CSTORAGE_OBJECT_LAYER, id), *path = NULL;
        int fd;

        if (!data || asprintf(&path, "%s" TAR_SPLIT_SUFFIX, data) < 0) {
                path = NULL;
                return -ENOMEM;
        }
        fd = open_split_in(file, path);
        if (fd == -ENOENT)
                return error_set(reterr, -ENODATA, "layer %s has no tar-split file, so it cannot be verified",
                                 id);
        return fd < 0 ? error_errno(reterr, fd, "cannot open %s", path) : fd;
}

/* -------------------------------------------------------------------------------------------- content */

static int open_content(const struct cstorage_layer *layer, struct error *reterr) {
        _cleanup_driver_homes_ struct driver_homes homes = DRIVER_HOMES_INIT;
        const struct cstorage_store *store = layer->item.file->store;
        int r;

        r = driver_homes_open(store, &homes, reterr);
        if (r < 0)
                return r;
        return store->driver->open_content(&homes.homes,
                                           snapshot_item_id(CSTORAGE_RECORD_FILE_LAYERS, &layer->item),
                                           reterr);
}

/* A layer that is deleted during the run loses its files one by one, which is no damage. */
static int check_still_there(const struct cstorage_layer *layer, int fd, struct error *reterr) {
        _cleanup_close_ int again = open_content(layer, reterr);
        struct stat before, after;

        if (again < 0 && again != -ENOENT)
                return again;
        if (again >= 0 && (fstat(fd, &before) < 0 || fstat(again, &after) < 0))
                return negative_errno();
        if (again >= 0 && before.st_dev == after.st_dev && before.st_ino == after.st_ino)
                return 0;
        return error_set(reterr, -ESTALE, "layer %s was deleted during the verification",
                         cstorage_layer_get_id(layer));
}

/* ------------------------------------------------------------------------------------------------ run */

static unsigned count_processors(void) {
        cpu_set_t set;

        CPU_ZERO(&set);
        return sched_getaffinity(0, sizeof(set), &set) < 0 ? 1 : (unsigned) CPU_COUNT(&set);
}

static unsigned choose_threads(unsigned wanted) {
        unsigned n = wanted > 0 ? wanted : count_processors();

        if (n > VERIFY_THREADS_MAX)
                n = VERIFY_THREADS_MAX;
        return n > 0 ? n : 1;
}

static uint64_t deadline_of(uint64_t timeout_us) {
        struct timespec now;
        uint64_t ns;

        (void) clock_gettime(CLOCK_MONOTONIC, &now);
        if (timeout_us == 0 || __builtin_mul_overflow(timeout_us, NS_PER_US, &ns) ||
            __builtin_add_overflow(ns, (uint64_t) now.tv_sec * NS_PER_SECOND + (uint64_t) now.tv_nsec, &ns))
                return 0;
        return ns;
}

static int run_passes(struct verify_run *run, struct error *reterr) {
        int r;

        r = verify_entries(run, reterr);
        if (r >= 0 && !run->sizes_only && !atomic_load(&run->stop))
                r = verify_contents(run, reterr);
        if (r >= 0 && run->mismatches.n > 0)
                r = verify_later_entries(run, reterr);
        return r;
}

static void report_all(struct verify_run *run,
                       void (*report)(const struct cstorage_mismatch *mismatch, void *userdata)) {
        mismatches_sort(&run->mismatches);
        for (size_t i = 0; i < run->mismatches.n; i++) {
                const struct found *found = &run->mismatches.items[i];
                const struct cstorage_mismatch mismatch = {
                        .path = found->path,
                        .kind = found->mismatch.kind,
                        .expected = found->mismatch.expected,
                        .found = found->mismatch.found,
                        .expected_text = found->mismatch.expected_text,
                        .found_text = found->mismatch.found_text,
                };

                if (found->replaced)
                        continue;
                run->result.mismatches++;
                if (report)
                        report(&mismatch, run->userdata);
        }
}

static int run_layer(const struct cstorage_layer *layer, struct verify_run *run, struct error *reterr) {
        _cleanup_close_ int split_fd = -1, content_fd = -1;
        int r;

        split_fd = open_split(layer, reterr);
        if (split_fd < 0)
                return split_fd;
        content_fd = open_content(layer, reterr);
        if (content_fd < 0)
                return content_fd;

        run->split_fd = split_fd;
        run->content.fd = content_fd;
        run->content.keeps_lower = !layer->item.file->store->driver->read_lowers;
        r = run_passes(run, reterr);
        return r < 0 || run->mismatches.n == 0 ? r : check_still_there(layer, content_fd, reterr);
}

static int check(const struct cstorage_layer *layer, const struct cstorage_verify_options *options,
                 struct error *reterr) {
        int r;

        if (!layer)
                return -EINVAL;
        if (options) {
                r = check_options(options->size, sizeof(*options), options->flags, CSTORAGE_VERIFY_SIZES_ONLY,
                                  "a verification", reterr);
                if (r < 0)
                        return r;
        }
        if (cstorage_layer_is_incomplete(layer))
                return error_set(reterr, -ENODATA, "layer %s is incomplete", cstorage_layer_get_id(layer));
        return 0;
}

static int verify(const struct cstorage_layer *layer, const struct cstorage_verify_options *options,
                  void (*report)(const struct cstorage_mismatch *mismatch, void *userdata), void *userdata,
                  struct cstorage_verify_result *ret, struct error *reterr) {
        static const struct cstorage_verify_options defaults = {.size = sizeof(defaults)};
        struct verify_run run = {.content = LAYER_CONTENT_INIT, .split_fd = -1, .userdata = userdata};
        int r;

        r = check(layer, options, reterr);
        if (r < 0)
                return r;
        if (!options)
                options = &defaults;
        run.sizes_only = options->flags & CSTORAGE_VERIFY_SIZES_ONLY;
        run.threads = choose_threads(options->threads);
        run.deadline_ns = deadline_of(options->timeout_us);
        run.progress = options->progress;

        r = verify_run_init(&run);
        if (r < 0)
                return r;
        r = run_layer(layer, &run, reterr);
        if (r >= 0) {
                report_all(&run, report);
                r = run.result.mismatches > 0;
                if (ret)
                        *ret = run.result;
        }
        verify_run_done(&run);
        return r;
}

_public_ int cstorage_layer_verify(const struct cstorage_layer *layer,
                                   const struct cstorage_verify_options *options,
                                   void (*report)(const struct cstorage_mismatch *mismatch, void *userdata),
                                   void *userdata, struct cstorage_verify_result *ret,
                                   struct cstorage_error *reterr) {
        return error_end(reterr, verify(layer, options, report, userdata, ret, error_begin(reterr)),
                         "cannot verify a layer");
}
