/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Measure the entries that a dry run would remove. Every directory is read, so this is done on request
 * only. */

#include <sys/stat.h>

#include "collect/disk-usage.h"
#include "tree/measure.h"

/* A file or link is one entry. Its blocks count if this is its last name. The path is from the listing; if
 * it refers to another file by now, only the size is wrong. */
static void measure_file(struct subject *subject) {
        struct stat st;

        if (lstat(subject->entry->path, &st) < 0 || S_ISDIR(st.st_mode))
                return;

        subject->measured = true;
        subject->entries = 1;
        subject->bytes = st.st_nlink == 1 ? (uint64_t) st.st_blocks * 512 : 0;
}

static void measure_subject(struct subject *subject) {
        struct measured measured;
        _cleanup_close_ int fd = -1;

        if (subject->entry->identity.type != CSTORAGE_TYPE_DIRECTORY) {
                measure_file(subject);
                return;
        }

        fd = cstorage_entry_open(subject->entry->entry);
        if (fd < 0)
                return;
        if (tree_measure(fd, NULL, &measured) < 0)
                return;
        subject->measured = true;
        subject->entries = measured.entries;
        subject->bytes = measured.bytes;
}

void measure(struct outcome *outcome) {
        for (size_t i = 0; i < outcome->n_subjects; i++)
                if (outcome->subjects[i].result == RESULT_REMOVED)
                        measure_subject(&outcome->subjects[i]);
}
