/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A tar archive as a state machine, which gets the bytes in pieces of any size. */

#include <stdbool.h>
#include <string.h>

#include "base/array.h"
#include "verify/pax.h"
#include "verify/tar-header.h"

#define BLOCK_BYTES 512U

#define META_MAX (1U << 20) /* archive/tar/format.go:maxSpecialFileSize */

#define PERMISSIONS 07777U

enum state {
        STATE_PADDING,  /* behind the content of a file or of an extended header */
        STATE_HEADER,   /* in a header */
        STATE_META,     /* in the content of an extended header */
        STATE_SPARSE,   /* in a continued map of the old GNU format */
        STATE_COMPLETE, /* a header is ready */
        STATE_END,      /* behind the last file */
};

/* Type flags of headers that describe the next header. */
enum meta_type {
        META_PAX = 'x',
        META_GNU_NAME = 'L',
        META_GNU_LINK = 'K',
};

struct tar_headers {
        enum state state;
        uint8_t block[BLOCK_BYTES];
        size_t n_block;
        size_t padding; /* bytes to skip */

        int meta_type;
        char *meta;
        size_t n_meta, meta_size, meta_cap;

        struct pax pax;  /* for the next header */
        char *long_link; /* likewise; NULL: none */

        struct tar_header header;
        char *link;        /* of the header */
        size_t after_data; /* padding behind the content of the file */
};

/* A field of the header (ustar in tar(5)). */
struct field {
        size_t offset, size;
};

static const struct field field_mode = {100, 8}, field_size = {124, 12}, field_sum = {148, 8},
                          field_link = {157, 100}, field_major = {329, 8}, field_minor = {337, 8};

#define OFFSET_TYPE                 156U
#define OFFSET_MAGIC                257U
#define OFFSET_SPARSE_CONTINUED     482U /* in a header of the old GNU format */
#define OFFSET_SPARSE_MAP_CONTINUED 504U /* in a block of the map */

struct tar_headers *tar_headers_new(void) {
        struct tar_headers *headers = calloc(1, sizeof(*headers));

        if (headers)
                headers->state = STATE_HEADER;
        return headers;
}

struct tar_headers *tar_headers_free(struct tar_headers *headers) {
        if (!headers)
                return NULL;
        pax_done(&headers->pax);
        free(headers->meta);
        free(headers->long_link);
        free(headers->link);
        free(headers);
        return NULL;
}

/* --------------------------------------------------------------------------------------------- fields */

/* Base 256: the highest bit of the first byte is set, the other bits are a big-endian number. A negative
 * number is invalid in these fields. */
static int parse_binary(const uint8_t *at, size_t n, uint64_t *ret) {
        uint64_t value = at[0] & 0x7f;

        if (at[0] & 0x40)
                return -EBADMSG;
        for (size_t i = 1; i < n; i++) {
                if (value >> 56)
                        return -EBADMSG;
                value = value << 8 | at[i];
        }
        *ret = value;
        return 0;
}

static bool is_blank(uint8_t c) {
        return c == ' ' || c == '\0';
}

/* archive/tar/strconv.go:parseOctal: digits up to a NUL, with blanks around them; none mean 0. */
static int parse_octal(const uint8_t *at, size_t n, uint64_t *ret) {
        uint64_t value = 0;

        while (n > 0 && is_blank(*at))
                at++, n--;
        while (n > 0 && is_blank(at[n - 1]))
                n--;
        for (; n > 0 && *at != '\0'; at++, n--) {
                if (*at < '0' || *at > '7' || value >> 61)
                        return -EBADMSG;
                value = value << 3 | (uint64_t) (*at - '0');
        }
        *ret = value;
        return 0;
}

static int parse_field(const uint8_t *block, struct field field, uint64_t *ret) {
        const uint8_t *at = block + field.offset;

        return at[0] & 0x80 ? parse_binary(at, field.size, ret) : parse_octal(at, field.size, ret);
}

/* The sum of all bytes, with blanks in place of the sum itself. Old programs add signed bytes. */
static bool is_sum_right(const uint8_t *block) {
        uint64_t sum;
        int64_t plain = 0, with_sign = 0;

        for (size_t i = 0; i < BLOCK_BYTES; i++) {
                uint8_t byte = i - field_sum.offset < field_sum.size ? ' ' : block[i];

                plain += byte;
                with_sign += (int8_t) byte;
        }
        return parse_octal(block + field_sum.offset, field_sum.size, &sum) >= 0 &&
               ((int64_t) sum == plain || (int64_t) sum == with_sign);
}

static bool is_zero(const uint8_t *block) {
        return block[0] == 0 && memcmp(block, block + 1, BLOCK_BYTES - 1) == 0;
}

static size_t padding_of(uint64_t size) {
        return (size_t) (-size % BLOCK_BYTES);
}

/* archive/tar/common.go:isHeaderOnlyType: no content follows, even if the size is not 0. */
static bool has_content(enum tar_type type) {
        return type < TAR_HARD_LINK || type > TAR_FIFO;
}

/* -------------------------------------------------------------------------------------------- headers */

/* The value of the field, of an extended header, or of a GNU header: the last of these that exists. */
static int choose_link(struct tar_headers *headers) {
        const char *field = (const char *) headers->block + field_link.offset;

        free(headers->link);
        if (headers->long_link)
                headers->link = TAKE_PTR(headers->long_link);
        else if (headers->pax.link)
                headers->link = TAKE_PTR(headers->pax.link);
        else
                headers->link = strndup(field, field_link.size);
        if (!headers->link)
                return -ENOMEM;
        headers->header.link = headers->link;
        return 0;
}

/* A v7 header has no magic. It contains other data at the offsets of these fields. */
static int parse_device(struct tar_headers *headers) {
        uint64_t major = 0, minor = 0;
        int r = 0;

        if (memcmp(headers->block + OFFSET_MAGIC, "ustar", 5) != 0)
                return 0;
        r = parse_field(headers->block, field_major, &major);
        if (r >= 0)
                r = parse_field(headers->block, field_minor, &minor);
        if (r < 0 || major > UINT32_MAX || minor > UINT32_MAX)
                return -EBADMSG;
        headers->header.major = (uint32_t) major;
        headers->header.minor = (uint32_t) minor;
        return 0;
}

static bool is_file_type(int type) {
        return (type >= TAR_REGULAR && type <= TAR_CONTIGUOUS) || type == TAR_OLD_REGULAR ||
               type == TAR_GNU_SPARSE;
}

static int begin_file(struct tar_headers *headers, enum tar_type type, uint64_t size) {
        uint64_t mode;
        int r;

        r = parse_field(headers->block, field_mode, &mode);
        if (r < 0)
                return r;
        headers->header = (struct tar_header){.type = type, .mode = (uint32_t) mode & PERMISSIONS};
        r = parse_device(headers);
        if (r >= 0)
                r = choose_link(headers);
        if (r < 0)
                return r;

        if (headers->pax.has_size)
                size = headers->pax.size;
        headers->after_data = has_content(type) ? padding_of(size) : 0;
        pax_done(&headers->pax);
        headers->state = type == TAR_GNU_SPARSE && headers->block[OFFSET_SPARSE_CONTINUED] ? STATE_SPARSE
                                                                                           : STATE_COMPLETE;
        return 0;
}

static int end_meta(struct tar_headers *headers);

static int begin_meta(struct tar_headers *headers, int type, uint64_t size) {
        int r;

        if (size > META_MAX)
                return -EBADMSG;
        r = ARRAY_RESERVE(headers->meta, headers->meta_cap, (size_t) size + 1);
        if (r < 0)
                return r;
        headers->meta_type = type;
        headers->meta_size = (size_t) size;
        headers->n_meta = 0;
        headers->state = STATE_META;
        return size > 0 ? 0 : end_meta(headers);
}

/* A block of zeros ends the archive; what may follow is not read. */
static int end_header(struct tar_headers *headers) {
        int type = headers->block[OFFSET_TYPE];
        uint64_t size;

        if (is_zero(headers->block)) {
                headers->state = STATE_END;
                return 0;
        }
        if (!is_sum_right(headers->block) || parse_field(headers->block, field_size, &size) < 0)
                return -EBADMSG;
        if (is_file_type(type))
                return begin_file(headers, (enum tar_type) type, size);
        if (type == META_PAX || type == META_GNU_NAME || type == META_GNU_LINK || type == TAR_GLOBAL)
                return begin_meta(headers, type, size);
        return -EBADMSG;
}

/* Go ends the text at a NUL. */
static int take_long_link(struct tar_headers *headers) {
        free(headers->long_link);
        headers->long_link = strndup(headers->meta, headers->meta_size);
        return headers->long_link ? 0 : -ENOMEM;
}

/* The tar-split has a line for a global header, too. */
static int take_global(struct tar_headers *headers) {
        headers->header = (struct tar_header){.type = TAR_GLOBAL, .link = ""};
        headers->after_data = padding_of(headers->meta_size);
        headers->state = STATE_COMPLETE;
        return 0;
}

static int end_meta(struct tar_headers *headers) {
        headers->padding = padding_of(headers->meta_size);
        headers->state = STATE_PADDING;
        switch (headers->meta_type) {
        case META_PAX:
                return pax_parse(&headers->pax, headers->meta, headers->meta_size);
        case META_GNU_LINK:
                return take_long_link(headers);
        case TAR_GLOBAL:
                return take_global(headers);
        default: /* a name, which the tar-split has, too */
                return 0;
        }
}

/* ---------------------------------------------------------------------------------------------- bytes */

static size_t at_most(size_t n, size_t max) {
        return n < max ? n : max;
}

/* Collect a block. Returns how many bytes of it were there; *ret_full if it is complete. */
static size_t fill_block(struct tar_headers *headers, const uint8_t *bytes, size_t n, bool *ret_full) {
        size_t k = at_most(n, BLOCK_BYTES - headers->n_block);

        memcpy(headers->block + headers->n_block, bytes, k);
        headers->n_block += k;
        *ret_full = headers->n_block == BLOCK_BYTES;
        if (*ret_full)
                headers->n_block = 0;
        return k;
}

static size_t skip_padding(struct tar_headers *headers, size_t n) {
        size_t k = at_most(n, headers->padding);

        headers->padding -= k;
        if (headers->padding == 0)
                headers->state = STATE_HEADER;
        return k;
}

static size_t fill_meta(struct tar_headers *headers, const uint8_t *bytes, size_t n, bool *ret_full) {
        size_t k = at_most(n, headers->meta_size - headers->n_meta);

        memcpy(headers->meta + headers->n_meta, bytes, k);
        headers->n_meta += k;
        *ret_full = headers->n_meta == headers->meta_size;
        return k;
}

/* Returns the number of bytes that were read, or -EBADMSG. */
static ssize_t feed_some(struct tar_headers *headers, const uint8_t *bytes, size_t n) {
        bool full = false;
        size_t k = n;
        int r = 0;

        switch (headers->state) {
        case STATE_PADDING:
                k = skip_padding(headers, n);
                break;
        case STATE_HEADER:
                k = fill_block(headers, bytes, n, &full);
                r = full ? end_header(headers) : 0;
                break;
        case STATE_META:
                k = fill_meta(headers, bytes, n, &full);
                r = full ? end_meta(headers) : 0;
                break;
        case STATE_SPARSE:
                k = fill_block(headers, bytes, n, &full);
                if (full && !headers->block[OFFSET_SPARSE_MAP_CONTINUED])
                        headers->state = STATE_COMPLETE;
                break;
        case STATE_COMPLETE:
                r = -EBADMSG;
                break;
        case STATE_END:
                break;
        }
        return r < 0 ? r : (ssize_t) k;
}

/* Each piece is at least one byte, or ends the padding. */
int tar_headers_feed(struct tar_headers *headers, const uint8_t *bytes, size_t n, struct error *reterr) {
        while (n > 0) {
                ssize_t k = feed_some(headers, bytes, n);

                if (k == -EBADMSG)
                        return error_set(reterr, -EBADMSG, "a tar header is invalid");
                if (k < 0)
                        return (int) k;
                bytes += k;
                n -= (size_t) k;
        }
        return 0;
}

int tar_headers_take(struct tar_headers *headers, struct tar_header *ret, struct error *reterr) {
        if (headers->state != STATE_COMPLETE)
                return error_set(reterr, -EBADMSG, "a file has no tar header");

        *ret = headers->header;
        headers->padding = headers->after_data;
        headers->state = STATE_PADDING;
        return 0;
}
