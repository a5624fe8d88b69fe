/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replay directories of inputs through a fuzz target, one case of TAP for each file: inputs that the fuzzer
 * has found, and inputs that are written for a rule. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "fuzz.h"

#define INPUT_MAX (16U * 1024 * 1024) /* no file of a corpus is larger */

static int replay_file(int dirfd, const char *name, unsigned number) {
        _cleanup_free_ char *data = NULL;
        _cleanup_close_ int fd = -1;
        size_t len;
        int r;

        fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC); /* valgrind does not support openat2() */
        r = fd < 0 ? negative_errno() : read_fd(fd, INPUT_MAX, &data, &len, NULL);
        if (r < 0) {
                printf("not ok %u - %s\n# %s\n", number, name, strerror(-r));
                return r;
        }
        (void) LLVMFuzzerTestOneInput((const uint8_t *) data, len);
        printf("ok %u - %s\n", number, name);
        (void) fflush(stdout); /* so that the log contains the last case before a crash */
        return 0;
}

static int replay_directory(const char *path, unsigned *number) {
        _cleanup_dir_list_ struct dir_list list = DIR_LIST_INIT;
        _cleanup_close_ int fd = -1;
        int r, failed = 0;

        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return negative_errno();
        r = dir_list_read(&list, fd);
        if (r < 0)
                return r;

        for (size_t i = 0; i < list.n; i++) {
                r = replay_file(fd, list.entries[i].name, ++*number);
                if (r < 0)
                        failed = r;
        }
        return failed;
}

int main(int argc, char **argv) {
        unsigned number = 0;
        int r, failed = 0;

        for (int i = 1; i < argc; i++) {
                r = replay_directory(argv[i], &number);
                if (r < 0) {
                        fprintf(stderr, "%s: %s\n", argv[i], strerror(-r));
                        failed = 1;
                }
        }
        printf("1..%u\n", number);
        return failed || number == 0;
}
