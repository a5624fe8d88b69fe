/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The database of podman, its journal and its log from any bytes: SQLite recovers the copy in bounded time,
 * and the found strings are part of the bytes. */

#include <string.h>

#include "fuzz.h"
#include "podman/database-search.h"
#include "podman/database-sqlite.h"

#define INPUT_MAX (256U * 1024) /* larger inputs cost time and find no more */

/* Two lengths of three bytes before the three files. */
#define LENGTH_SIZE 3U

static size_t take_length(const uint8_t **data, size_t *size) {
        size_t len = 0;

        for (size_t i = 0; i<LENGTH_SIZE && * size> 0; i++, (*data)++, (*size)--)
                len = len << 8 | **data;
        return len;
}

static void take_file(struct podman_file *file, size_t len, const uint8_t **data, size_t *size) {
        if (len > *size)
                len = *size;
        file->exists = len > 0;
        file->len = len;
        file->bytes = malloc(len + 1);
        FUZZ_ASSERT(file->bytes);
        memcpy(file->bytes, *data, len);
        *data += len;
        *size -= len;
}

static void check_text(const struct podman_file *file, const struct podman_text *text) {
        FUZZ_ASSERT(text->s >= file->bytes && text->s + text->len <= file->bytes + file->len);
}

static void check_search(const struct podman_file *file, podman_search *search) {
        const char *at = file->bytes, *end = file->bytes + file->len, *last;
        struct podman_row row;

        while (last = at, (at = search(at, end, &row))) {
                FUZZ_ASSERT(at > last && at <= end);
                check_text(file, &row.graphroot);
                check_text(file, &row.runroot);
                check_text(file, &row.driver);
        }
}

static void check_userdata(const struct podman_file *file) {
        const char *at = file->bytes, *end = file->bytes + file->len;
        struct podman_text text;

        while ((at = podman_search_userdata(at, end, &text)))
                check_text(file, &text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_podman_files_ struct podman_files files = PODMAN_FILES_INIT;
        _cleanup_podman_database_ struct podman_database db = PODMAN_DATABASE_INIT;
        size_t main_len, journal_len;
        struct error error = {0};
        int r;

        if (size > INPUT_MAX)
                return 0;
        main_len = take_length(&data, &size);
        journal_len = take_length(&data, &size);
        take_file(&files.files[DB_MAIN], main_len, &data, &size);
        take_file(&files.files[DB_JOURNAL], journal_len, &data, &size);
        take_file(&files.files[DB_WAL], size, &data, &size);
        for (size_t i = 0; i < DB_FILES; i++) {
                check_search(&files.files[i], podman_search_sqlite);
                check_search(&files.files[i], podman_search_bolt);
                check_userdata(&files.files[i]);
        }
        r = podman_sqlite_read(&files, &db, &error);
        FUZZ_ASSERT(r >= 0 || error.text[0]);
        return 0;
}
