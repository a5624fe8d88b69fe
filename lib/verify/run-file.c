/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading one file. */

#include <fcntl.h>

#include "verify/crc64.h"
#include "verify/run.h"

/* Only the owner of a file, and root, may read it without a change of its access time. */
static int open_file(const struct layer_content *content, const char *path) {
        int fd = layer_content_open(content, path, O_RDONLY | O_NOATIME);

        return fd == -EPERM ? layer_content_open(content, path, O_RDONLY) : fd;
}

/* The first pass saw a regular file. */
static int check_type(int fd) {
        struct stat st;

        if (fstat(fd, &st) < 0)
                return negative_errno();
        return S_ISREG(st.st_mode) ? 0 : -ESTALE;
}

static ssize_t read_some(int fd, void *buffer) {
        ssize_t n;

        do
                n = read(fd, buffer, VERIFY_BUFFER_BYTES);
        while (n < 0 && errno == EINTR);
        return n < 0 ? negative_errno() : n;
}

/* The end of the file, or the size in the archive, ends the loop. Returns 0 if the run stopped. */
static int sum_file(struct verify_run *run, int fd, const struct verify_job *job, void *buffer,
                    bool is_caller, uint64_t *ret) {
        uint64_t left = job->size, crc = CRC64_EMPTY;
        ssize_t n = 1;

        while (n > 0 && left > 0) {
                if (is_caller ? run_poll(run) : run_stopped(run))
                        return 0;
                n = read_some(fd, buffer);
                if (n < 0)
                        return (int) n;
                n = (uint64_t) n > left ? (ssize_t) left : n;
                crc = crc64_update(crc, buffer, (size_t) n);
                left -= (uint64_t) n;
        }
        *ret = crc;
        return 1;
}

static void note(struct verify_run *run, const struct verify_job *job, const struct mismatch *mismatch) {
        const struct archive_entry entry = {
                .index = job->index,
                .type = ARCHIVE_REGULAR,
                .path = job->path,
        };
        int r = run_add(run, &entry, mismatch);

        if (r < 0)
                run_fail(run, r);
}

static void count(struct verify_run *run, const struct verify_job *job) {
        pthread_mutex_lock(&run->lock);
        run->result.files++;
        run->result.bytes += job->size;
        pthread_mutex_unlock(&run->lock);
}

/* A file that vanished since the first pass belongs to a layer that is being deleted. */
static void note_error(struct verify_run *run, const struct verify_job *job, int error) {
        const struct mismatch mismatch = {
                .kind = CSTORAGE_MISMATCH_UNREADABLE,
                .found = (uint64_t) -error,
        };

        if (error_is_damage(error))
                note(run, job, &mismatch);
        else
                run_fail(run, error == -ENOENT ? -ESTALE : error);
}

void run_file(struct verify_run *run, const struct verify_job *job, void *buffer, bool is_caller) {
        _cleanup_close_ int fd = open_file(&run->content, job->path);
        struct mismatch mismatch = {.kind = CSTORAGE_MISMATCH_CONTENT, .expected = job->crc};
        int r;

        r = fd < 0 ? fd : check_type(fd);
        if (r >= 0)
                r = sum_file(run, fd, job, buffer, is_caller, &mismatch.found);
        if (r < 0)
                note_error(run, job, r);
        else if (r > 0) {
                count(run, job);
                if (mismatch.found != mismatch.expected)
                        note(run, job, &mismatch);
        }
}
