/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of a tar-split and the headers in them, put together. */

#include <string.h>

#include "verify/archive.h"
#include "verify/entry-path.h"
#include "verify/tar-header.h"
#include "verify/tar-split.h"

struct archive {
        struct tar_split *split;
        struct tar_headers *headers;
        uint64_t n; /* entries so far */
        char *path, *link;
};

/* Other files of aufs, which no driver keeps (pkg/archive/whiteouts.go:WhiteoutMetaPrefix). */
#define META_PREFIX ".wh..wh."

int archive_new(int fd, struct archive **ret, struct error *reterr) {
        _cleanup_(archive_freep) struct archive *archive = calloc(1, sizeof(*archive));
        int r;

        if (!archive)
                return -ENOMEM;
        archive->headers = tar_headers_new();
        if (!archive->headers)
                return -ENOMEM;
        r = tar_split_new(fd, &archive->split, reterr);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(archive);
        return 0;
}

struct archive *archive_free(struct archive *archive) {
        if (!archive)
                return NULL;
        tar_headers_free(archive->headers);
        tar_split_free(archive->split);
        free(archive->path);
        free(archive->link);
        free(archive);
        return NULL;
}

static bool has_slash(const char *name) {
        size_t n = strlen(name);

        return n > 0 && name[n - 1] == '/';
}

static enum archive_type type_of(const struct tar_header *header, const char *name) {
        switch (header->type) {
        case TAR_OLD_REGULAR:
                return has_slash(name) ? ARCHIVE_DIRECTORY : ARCHIVE_REGULAR;
        case TAR_HARD_LINK:
                return ARCHIVE_HARD_LINK;
        case TAR_SYMLINK:
                return ARCHIVE_SYMLINK;
        case TAR_CHAR:
                return ARCHIVE_CHAR;
        case TAR_BLOCK:
                return ARCHIVE_BLOCK;
        case TAR_DIRECTORY:
                return ARCHIVE_DIRECTORY;
        case TAR_FIFO:
                return ARCHIVE_FIFO;
        case TAR_REGULAR:
        case TAR_CONTIGUOUS:
        case TAR_GNU_SPARSE:
        case TAR_GLOBAL:
                break;
        }
        return ARCHIVE_REGULAR;
}

/* The directory of a path, in place. */
static void to_parent(char *path) {
        char *slash = strrchr(path, '/');

        if (slash)
                *slash = '\0';
        else
                memcpy(path, ".", 2);
}

/* Turn the path of ".wh.NAME" into that of NAME. Returns 0 if it stands for nothing in the layer. */
static int convert_whiteout(char *path, struct archive_entry *entry) {
        size_t prefix = strlen(WHITEOUT_PREFIX), length;
        char *base = path + (entry_basename(path) - path);

        if (strncmp(base, WHITEOUT_PREFIX, prefix) != 0)
                return 1;
        if (strcmp(base, OPAQUE_NAME) == 0) {
                entry->type = ARCHIVE_OPAQUE;
                to_parent(path);
                return 1;
        }
        length = strlen(base);
        if (length <= prefix || strncmp(base, META_PREFIX, strlen(META_PREFIX)) == 0)
                return 0;
        entry->type = ARCHIVE_WHITEOUT;
        memmove(base, base + prefix, length - prefix + 1);
        return 1;
}

/* Links into a directory of aufs lead to files that no driver keeps. */
static bool is_below_meta(const char *path) {
        return strncmp(path, META_PREFIX, strlen(META_PREFIX)) == 0 && strchr(path, '/');
}

static int convert_link(struct archive *archive, const char *link, struct archive_entry *entry) {
        int r;

        entry->link = link;
        if (entry->type != ARCHIVE_HARD_LINK)
                return 1;
        free(archive->link);
        archive->link = NULL;
        r = entry_path(link, &archive->link);
        entry->link = archive->link;
        return r < 0 ? r : !is_below_meta(archive->link);
}

/* Returns 0 if the entry stands for nothing in the layer. */
static int convert(struct archive *archive, const struct tar_split_entry *file,
                   const struct tar_header *header, struct archive_entry *entry) {
        int r;

        *entry = (struct archive_entry){
                .index = archive->n++,
                .type = type_of(header, file->name),
                .mode = header->mode,
                .size = file->size,
                .has_crc = file->has_crc,
                .crc = file->crc,
                .major = header->major,
                .minor = header->minor,
        };
        if (header->type == TAR_GLOBAL)
                return 0;

        free(archive->path);
        archive->path = NULL;
        r = entry_path(file->name, &archive->path);
        if (r < 0)
                return r;
        entry->path = archive->path;
        if (is_below_meta(archive->path))
                return 0;
        r = convert_whiteout(archive->path, entry);
        return r <= 0 ? r : convert_link(archive, header->link, entry);
}

static int convert_file(struct archive *archive, const struct tar_split_entry *file,
                        struct archive_entry *ret, struct error *reterr) {
        struct tar_header header;
        int r;

        r = tar_headers_take(archive->headers, &header, reterr);
        if (r < 0)
                return r;
        r = convert(archive, file, &header, ret);
        if (r == -EBADMSG)
                return error_set(reterr, r, "no layer can have the name of entry %ju",
                                 (uintmax_t) archive->n);
        return r;
}

int archive_next(struct archive *archive, struct archive_entry *ret, struct error *reterr) {
        struct tar_split_entry line;
        int r;

        while ((r = tar_split_next(archive->split, &line, reterr)) > 0) {
                if (line.type == TAR_SPLIT_FILE)
                        r = convert_file(archive, &line, ret, reterr);
                else
                        r = tar_headers_feed(archive->headers, line.bytes, line.n_bytes, reterr);
                if (r < 0 || (r > 0 && line.type == TAR_SPLIT_FILE))
                        return r;
        }
        return r;
}
