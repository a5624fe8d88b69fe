/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decompression of tar-split files. No other file uses zlib. */

#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <zlib.h>

#include "base/library.h"
#include "verify/gunzip.h"

/* Loaded on first use: only the verification of layers needs it. */
#define ZLIB_NAME "libz.so.1"
LIBRARY_NOTE(zlib, ZLIB_NAME, "verify", "verification of image layers", "recommended");

#define ZLIB_FUNCTIONS(F) F(inflateInit2_) F(inflate) F(inflateReset) F(inflateEnd)

static struct { ZLIB_FUNCTIONS(LIBRARY_POINTER) } zlib;

static const char *const zlib_names[] = {ZLIB_FUNCTIONS(LIBRARY_NAME)};

static pthread_once_t zlib_once = PTHREAD_ONCE_INIT;
static bool zlib_loaded;

static void load_zlib(void) {
        zlib_loaded = library_load(ZLIB_NAME, zlib_names, ARRAY_SIZE(zlib_names), &zlib);
}

static bool have_zlib(void) {
        (void) pthread_once(&zlib_once, load_zlib);
        return zlib_loaded;
}

#define GZIP_ONLY (MAX_WBITS + 16) /* inflateInit2(): the largest window, a gzip header is required */

#define INPUT_BYTES (64U * 1024)

struct gunzip {
        z_stream z;
        int fd;
        off_t offset;   /* of the next read */
        bool in_member; /* a member began and has not ended */
        Bytef input[INPUT_BYTES];
};

int gunzip_new(int fd, struct gunzip **ret, struct error *reterr) {
        _cleanup_free_ struct gunzip *gunzip = NULL;

        assert(fd >= 0);
        if (!have_zlib())
                return error_set(reterr, -EOPNOTSUPP, ZLIB_NAME " cannot be loaded; install zlib");

        gunzip = calloc(1, sizeof(*gunzip));
        if (!gunzip)
                return -ENOMEM;
        gunzip->fd = fd;
        if (zlib.inflateInit2_(&gunzip->z, GZIP_ONLY, ZLIB_VERSION, (int) sizeof(gunzip->z)) != Z_OK)
                return -ENOMEM;

        *ret = TAKE_PTR(gunzip);
        return 0;
}

struct gunzip *gunzip_free(struct gunzip *gunzip) {
        if (gunzip)
                (void) zlib.inflateEnd(&gunzip->z);
        free(gunzip);
        return NULL;
}

/* Returns 1 if there is input, 0 at the end of the file. */
static int fill(struct gunzip *gunzip) {
        ssize_t n;

        if (gunzip->z.avail_in > 0)
                return 1;
        do
                n = pread(gunzip->fd, gunzip->input, sizeof(gunzip->input), gunzip->offset);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return negative_errno();

        gunzip->offset += n;
        gunzip->z.next_in = gunzip->input;
        gunzip->z.avail_in = (uInt) n;
        return n > 0;
}

static int inflate_error(const struct gunzip *gunzip, int code, struct error *reterr) {
        if (code == Z_MEM_ERROR)
                return -ENOMEM;
        return error_set(reterr, -EBADMSG, "the gzip file is damaged: %s",
                         gunzip->z.msg ? gunzip->z.msg : "the data are invalid");
}

/* Decompress the input that is there. */
static int step(struct gunzip *gunzip, struct error *reterr) {
        int code;

        gunzip->in_member = true;
        code = zlib.inflate(&gunzip->z, Z_NO_FLUSH);
        if (code == Z_STREAM_END) {
                gunzip->in_member = false;
                code = zlib.inflateReset(&gunzip->z);
        }
        return code == Z_OK || code == Z_BUF_ERROR ? 0 : inflate_error(gunzip, code, reterr);
}

/* Each step consumes input or produces output, so the loop ends. */
ssize_t gunzip_read(struct gunzip *gunzip, void *buffer, size_t n, struct error *reterr) {
        uInt size = n > UINT_MAX ? UINT_MAX : (uInt) n;
        int r = 0;

        assert(n > 0);
        gunzip->z.next_out = buffer;
        gunzip->z.avail_out = size;
        while (r >= 0 && gunzip->z.avail_out == size) {
                r = fill(gunzip);
                if (r == 0 && (gunzip->in_member || gunzip->offset == 0))
                        return error_set(reterr, -EBADMSG, "the gzip file is cut off");
                if (r <= 0)
                        break;
                r = step(gunzip, reterr);
        }
        return r < 0 ? r : (ssize_t) (size - gunzip->z.avail_out);
}
