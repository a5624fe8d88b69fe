/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Digests of contents. No other file uses libmd. */

#include <pthread.h>
#include <sha2.h>
#include <string.h>

#include "base/library.h"
#include "base/sha256.h"

/* The soname identifies the ABI that the header describes. */
#define LIBMD_NAME "libmd.so.0"
LIBRARY_NOTE(libmd, LIBMD_NAME, "digests", "digests of what is put into a store", "required");

#define LIBMD_FUNCTIONS(F) F(SHA256Init) F(SHA256Update) F(SHA256Final)

static struct { LIBMD_FUNCTIONS(LIBRARY_POINTER) } libmd;

static const char *const libmd_names[] = {LIBMD_FUNCTIONS(LIBRARY_NAME)};

static pthread_once_t libmd_once = PTHREAD_ONCE_INIT;
static bool libmd_loaded;

static void load_libmd(void) {
        libmd_loaded = library_load(LIBMD_NAME, libmd_names, ARRAY_SIZE(libmd_names), &libmd);
}

static bool have_libmd(void) {
        (void) pthread_once(&libmd_once, load_libmd);
        return libmd_loaded;
}

int sha256_text(const void *bytes, size_t n, char ret[static SHA256_TEXT_MAX], struct error *reterr) {
        static const char digits[] = "0123456789abcdef";
        uint8_t digest[SHA256_DIGEST_LENGTH];
        SHA2_CTX context;
        char *at;

        if (!have_libmd())
                return error_set(reterr, -ELIBACC, LIBMD_NAME " cannot be loaded; install libmd");

        libmd.SHA256Init(&context);
        libmd.SHA256Update(&context, bytes, n);
        libmd.SHA256Final(digest, &context);

        at = stpcpy(ret, "sha256:");
        for (size_t i = 0; i < sizeof(digest); i++) {
                *at++ = digits[digest[i] >> 4];
                *at++ = digits[digest[i] & 15];
        }
        *at = '\0';
        return 0;
}
