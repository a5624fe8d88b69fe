/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Directory listings. The names stay in the buffers of getdents64(2); only references to them are sorted. */

#include <dirent.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/array.h"
#include "base/dir.h"
#include "base/error.h"

#define CHUNK_BYTES (64U * 1024)

/* With 64-bit offsets, getdents64(2) writes this structure in glibc and in musl. */
_Static_assert(offsetof(struct dirent, d_name) == 2 * sizeof(uint64_t) + sizeof(uint16_t) + sizeof(uint8_t),
               "struct dirent is that of the kernel");

struct dir_chunk {
        struct dir_chunk *next;
        _Alignas(struct dirent) char bytes[CHUNK_BYTES];
};

void dir_list_done(struct dir_list *list) {
        for (struct dir_chunk *c = list->chunks, *next; c; c = next) {
                next = c->next;
                free(c);
        }
        free(list->entries);
        *list = DIR_LIST_INIT;
}

static int add_entry(struct dir_list *list, const struct dirent *d) {
        int r;

        if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
                return 0;
        if (list->n >= DIR_ENTRIES_MAX)
                return -E2BIG;

        r = ARRAY_RESERVE(list->entries, list->cap, list->n + 1);
        if (r < 0)
                return r;

        list->entries[list->n++] = (struct dir_entry){.name = d->d_name, .ino = d->d_ino, .type = d->d_type};
        return 0;
}

static int add_chunk(struct dir_list *list, const struct dir_chunk *chunk, size_t n) {
        int r = 0;

        for (size_t at = 0; at < n && r >= 0;) {
                const struct dirent *d = (const struct dirent *) (const void *) (chunk->bytes + at);

                r = add_entry(list, d);
                at += d->d_reclen;
        }
        return r;
}

/* Returns 1 if there is more to read. */
static int read_chunk(struct dir_list *list, int fd) {
        _cleanup_free_ struct dir_chunk *chunk = malloc(sizeof(*chunk));
        long n;
        int r;

        if (!chunk)
                return -ENOMEM;

        n = syscall(SYS_getdents64, fd, chunk->bytes, sizeof(chunk->bytes));
        if (n <= 0)
                return n < 0 ? negative_errno() : 0;

        chunk->next = list->chunks;
        list->chunks = chunk;
        r = add_chunk(list, TAKE_PTR(chunk), (size_t) n);
        return r < 0 ? r : 1;
}

static int compare_entries(const void *a, const void *b) {
        return strcmp(((const struct dir_entry *) a)->name, ((const struct dir_entry *) b)->name);
}

int dir_list_read(struct dir_list *list, int fd) {
        int r;

        assert(!list->entries && !list->chunks);

        if (lseek(fd, 0, SEEK_SET) < 0)
                return negative_errno();
        do
                r = read_chunk(list, fd);
        while (r > 0);
        if (r < 0) {
                dir_list_done(list);
                return r;
        }

        if (list->n > 0)
                qsort(list->entries, list->n, sizeof(*list->entries), compare_entries);
        return 0;
}

bool dir_list_has(const struct dir_list *list, const char *name) {
        const struct dir_entry key = {.name = name};

        return list->n > 0 && bsearch(&key, list->entries, list->n, sizeof(key), compare_entries);
}
