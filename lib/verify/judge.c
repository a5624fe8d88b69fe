/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The decision whether a file differs from its entry. It makes no system call. */

#include <string.h>
#include <sys/sysmacros.h>

#include "verify/judge.h"

#define PERMISSIONS 07777U

static const mode_t file_types[] = {
        [ARCHIVE_REGULAR] = S_IFREG, [ARCHIVE_SYMLINK] = S_IFLNK,   [ARCHIVE_CHAR] = S_IFCHR,
        [ARCHIVE_BLOCK] = S_IFBLK,   [ARCHIVE_DIRECTORY] = S_IFDIR, [ARCHIVE_FIFO] = S_IFIFO,
};

static uint64_t device_number(uint32_t major, uint32_t minor) {
        return (uint64_t) major << 32 | minor;
}

static uint64_t device_of(const struct stat *st) {
        return device_number(major(st->st_rdev), minor(st->st_rdev));
}

static bool differs(struct mismatch *ret, enum cstorage_mismatch_kind kind, uint64_t expected,
                    uint64_t found) {
        *ret = (struct mismatch){.kind = kind, .expected = expected, .found = found};
        return expected != found;
}

/* The file cannot be examined, or does not exist: expected and found are errno values. */
static bool report_error(const struct sight *sight, struct mismatch *ret) {
        *ret = (struct mismatch){
                .kind = error_is_absence(sight->error) ? CSTORAGE_MISMATCH_MISSING
                                                       : CSTORAGE_MISMATCH_UNREADABLE,
                .found = (uint64_t) -sight->error,
        };
        return true;
}

static bool judge_symlink(const struct archive_entry *entry, const struct sight *sight,
                          struct mismatch *ret) {
        *ret = (struct mismatch){
                .kind = CSTORAGE_MISMATCH_LINK,
                .expected_text = entry->link,
                .found_text = sight->link,
        };
        return strcmp(entry->link, sight->link) != 0;
}

static bool judge_hard_link(const struct archive_entry *entry, const struct sight *sight,
                            struct mismatch *ret) {
        *ret = (struct mismatch){.kind = CSTORAGE_MISMATCH_HARD_LINK, .expected_text = entry->link};
        return sight->target_error < 0 || sight->target_device != sight->st.st_dev ||
               sight->target_inode != sight->st.st_ino;
}

static bool is_whiteout_device(const struct sight *sight) {
        return S_ISCHR(sight->st.st_mode) && sight->st.st_rdev == makedev(0, 0);
}

/*
 * In a whole content the name is absent. In a difference there is a device or a file in its place; it is
 * missing if another whiteout stands for a directory above it (archive_linux.go:ConvertReadWithHandler).
 */
static bool judge_whiteout(const struct sight *sight, bool keeps_lower, struct mismatch *ret) {
        *ret = (struct mismatch){.kind = CSTORAGE_MISMATCH_WHITEOUT};
        if (sight->error == -ENOTDIR || sight->has_marker)
                return false;
        if (error_is_absence(sight->error))
                return !keeps_lower;
        if (sight->error < 0)
                return report_error(sight, ret);
        return keeps_lower || !is_whiteout_device(sight);
}

static bool judge_opaque(const struct sight *sight, bool keeps_lower, struct mismatch *ret) {
        if (sight->error < 0)
                return report_error(sight, ret);
        if (!S_ISDIR(sight->st.st_mode))
                return differs(ret, CSTORAGE_MISMATCH_TYPE, S_IFDIR, sight->st.st_mode & S_IFMT);
        *ret = (struct mismatch){.kind = CSTORAGE_MISMATCH_OPAQUE};
        return !keeps_lower && !sight->has_marker && !sight->marker_unknown;
}

static bool judge_mode(const struct archive_entry *entry, const struct sight *sight, struct mismatch *ret) {
        if (strcmp(entry->path, ".") == 0 || sight->is_overridden)
                return false;
        return differs(ret, CSTORAGE_MISMATCH_MODE, entry->mode, sight->st.st_mode & PERMISSIONS);
}

static bool is_device(enum archive_type type) {
        return type == ARCHIVE_CHAR || type == ARCHIVE_BLOCK;
}

static bool judge_file(const struct archive_entry *entry, const struct sight *sight, struct mismatch *ret) {
        mode_t type = sight->st.st_mode & S_IFMT;

        if (sight->error == -ENOENT && is_device(entry->type))
                return false;
        if (sight->error < 0)
                return report_error(sight, ret);
        if (type != file_types[entry->type])
                return !(S_ISREG(type) && sight->is_overridden) &&
                       differs(ret, CSTORAGE_MISMATCH_TYPE, file_types[entry->type], type);
        if (entry->type == ARCHIVE_SYMLINK)
                return judge_symlink(entry, sight, ret);
        if (entry->type == ARCHIVE_REGULAR &&
            differs(ret, CSTORAGE_MISMATCH_SIZE, entry->size, (uint64_t) sight->st.st_size))
                return true;
        if (is_device(entry->type) &&
            differs(ret, CSTORAGE_MISMATCH_DEVICE, device_number(entry->major, entry->minor),
                    device_of(&sight->st)))
                return true;
        return judge_mode(entry, sight, ret);
}

bool judge_entry(const struct archive_entry *entry, const struct sight *sight, bool keeps_lower,
                 struct mismatch *ret) {
        switch (entry->type) {
        case ARCHIVE_WHITEOUT:
                return judge_whiteout(sight, keeps_lower, ret);
        case ARCHIVE_OPAQUE:
                return judge_opaque(sight, keeps_lower, ret);
        case ARCHIVE_HARD_LINK:
                return sight->error < 0 ? report_error(sight, ret) : judge_hard_link(entry, sight, ret);
        case ARCHIVE_REGULAR:
        case ARCHIVE_SYMLINK:
        case ARCHIVE_CHAR:
        case ARCHIVE_BLOCK:
        case ARCHIVE_DIRECTORY:
        case ARCHIVE_FIFO:
                break;
        }
        return judge_file(entry, sight, ret);
}
