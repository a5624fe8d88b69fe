/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mount table. No other file uses libmount. */

#include <dlfcn.h>
#include <fcntl.h>
#include <libmount.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/library.h"
#include "base/text.h"
#include "driver/mountinfo.h"
#include "format/name.h"

#define MOUNTINFO_PATH      "/proc/self/mountinfo"
#define MOUNTINFO_BYTES_MAX (256U * 1024 * 1024) /* the kernel allows 100000 mounts (fs.mount-max) */
#define READ_BYTES          (64U * 1024)

/* Loaded only if there may be something to remove. */
#define LIBMOUNT_NAME "libmount.so.1"
LIBRARY_NOTE(libmount, LIBMOUNT_NAME, "mounts", "what is mounted where", "required");

#define LIBMOUNT_FUNCTIONS(F)                                                                                \
        F(mnt_free_iter)                                                                                     \
        F(mnt_fs_get_fs_options)                                                                             \
        F(mnt_fs_get_fstype)                                                                                 \
        F(mnt_fs_get_root)                                                                                   \
        F(mnt_fs_get_target)                                                                                 \
        F(mnt_fs_is_kernel)                                                                                  \
        F(mnt_new_iter)                                                                                      \
        F(mnt_new_table)                                                                                     \
        F(mnt_table_get_userdata)                                                                            \
        F(mnt_table_is_empty)                                                                                \
        F(mnt_table_next_fs)                                                                                 \
        F(mnt_table_parse_stream)                                                                            \
        F(mnt_table_set_parser_errcb)                                                                        \
        F(mnt_table_set_userdata)                                                                            \
        F(mnt_unref_table)

static struct { LIBMOUNT_FUNCTIONS(LIBRARY_POINTER) } libmount;

static const char *const libmount_names[] = {LIBMOUNT_FUNCTIONS(LIBRARY_NAME)};

static pthread_once_t libmount_once = PTHREAD_ONCE_INIT;
static bool libmount_loaded;
static char libmount_problem[128]; /* error of the only attempt to load it */

static void load_libmount(void) {
        const char *why;

        libmount_loaded = library_load(LIBMOUNT_NAME, libmount_names, ARRAY_SIZE(libmount_names), &libmount);
        why = libmount_loaded ? "" : dlerror();
        (void) snprintf(libmount_problem, sizeof(libmount_problem), "%s", why ? why : "it lacks a function");
}

static bool have_libmount(void) {
        (void) pthread_once(&libmount_once, load_libmount);
        return libmount_loaded;
}

struct mountinfo {
        struct arena arena;   /* the strings in the sets */
        struct idset targets; /* paths of all mount points */
        struct idset layers;
};

struct mountinfo *mountinfo_free(struct mountinfo *info) {
        if (!info)
                return NULL;

        idset_done(&info->targets);
        idset_done(&info->layers);
        arena_done(&info->arena);
        free(info);
        return NULL;
}

static int keep(struct mountinfo *info, struct idset *set, const char *text, size_t len) {
        const char *kept = arena_text(&info->arena, text, len);

        return kept ? idset_add(set, kept) : -ENOMEM;
}

/*
 * Options are not parsed, because the kernel has several forms (lowerdir=a:b, lowerdir+=a, datadir+=; with
 * commas, colons and backslashes escaped more than once). Any string between two separators is taken for an
 * id if it has the form of one.
 */
#define SEPARATORS "/:,=\\"

static int keep_name(struct mountinfo *info, const char *name, size_t len) {
        char copy[ID_LENGTH + 1];

        if (len != ID_LENGTH)
                return 0;

        memcpy(copy, name, len);
        copy[len] = '\0';
        return name_is_id(copy) ? keep(info, &info->layers, name, len) : 0;
}

static int keep_names(struct mountinfo *info, const char *text) {
        int r = 0;

        for (const char *at = text; at && *at && r >= 0;) {
                size_t len = strcspn(at, SEPARATORS);

                r = keep_name(info, at, len);
                at += len;
                at += *at ? 1 : 0;
        }
        return r;
}

static bool has_type(struct libmnt_fs *fs, const char *start) {
        const char *type = libmount.mnt_fs_get_fstype(fs);

        return type && has_prefix(type, start);
}

/* FUSE: a mount_program mounts layers, too. */
static bool is_layer_mount(struct libmnt_fs *fs) {
        return has_type(fs, "overlay") || has_type(fs, "fuse");
}

/*
 * A mount directly on a layer directory hides the files that list its lowers, so the layer counts as in use.
 */
static int keep_last_name(struct mountinfo *info, const char *target) {
        const char *name = strrchr(target, '/') + 1;

        return keep_name(info, name, strlen(name));
}

/* The root of a mount is the directory of its file system that it shows, so a layer may be mounted anywhere.
 * A mount deep inside a layer does not mean that the layer is in use; mountinfo_has_below() reports it. */
static int keep_mount(struct mountinfo *info, struct libmnt_fs *fs) {
        const char *target = libmount.mnt_fs_get_target(fs);
        int r;

        if (!libmount.mnt_fs_is_kernel(fs) || !target || *target != '/')
                return -EBADMSG;

        r = keep(info, &info->targets, target, strlen(target));
        if (r >= 0)
                r = keep_last_name(info, target);
        if (r >= 0)
                r = keep_names(info, libmount.mnt_fs_get_root(fs));
        if (r >= 0 && is_layer_mount(fs))
                r = keep_names(info, target);
        if (r >= 0 && is_layer_mount(fs))
                r = keep_names(info, libmount.mnt_fs_get_fs_options(fs));
        return r;
}

/* A line that cannot be parsed may contain a layer. */
static int refuse_line(struct libmnt_table *table, const char *file, int line) {
        int *bad_line = libmount.mnt_table_get_userdata(table);

        (void) file;
        *bad_line = line;
        return -EBADMSG;
}

static void unref_tablep(struct libmnt_table **table) {
        libmount.mnt_unref_table(*table);
}

static void unref_iterp(struct libmnt_iter **iter) {
        libmount.mnt_free_iter(*iter);
}

static int keep_table(struct mountinfo *info, struct libmnt_table *table) {
        _cleanup_(unref_iterp) struct libmnt_iter *iter = libmount.mnt_new_iter(MNT_ITER_FORWARD);
        struct libmnt_fs *fs;
        int r;

        if (!iter)
                return -ENOMEM;

        while ((r = libmount.mnt_table_next_fs(table, iter, &fs)) == 0) {
                r = keep_mount(info, fs);
                if (r < 0)
                        return r;
        }
        return r < 0 ? r : 0;
}

static int parse_stream(FILE *stream, struct mountinfo *info, int *ret_bad_line) {
        _cleanup_(unref_tablep) struct libmnt_table *table = libmount.mnt_new_table();
        int r;

        if (!table)
                return -ENOMEM;

        (void) libmount.mnt_table_set_userdata(table, ret_bad_line);
        (void) libmount.mnt_table_set_parser_errcb(table, refuse_line);
        r = libmount.mnt_table_parse_stream(table, stream, "mountinfo");
        if (r < 0)
                return r == -ENOMEM ? r : -EBADMSG;
        if (libmount.mnt_table_is_empty(table))
                return -EBADMSG;
        return keep_table(info, table);
}

static int parse_text(const char *text, size_t len, struct mountinfo *info, int *ret_bad_line) {
        FILE *stream;
        int r;

        /* /proc itself is a mount, so a table without mounts is invalid. Without the last newline it is
         * incomplete. */
        if (len == 0 || text[len - 1] != '\n' || memchr(text, '\0', len))
                return -EBADMSG;

        stream = fmemopen((void *) (uintptr_t) text, len, "re");
        if (!stream)
                return negative_errno();
        r = parse_stream(stream, info, ret_bad_line);
        (void) fclose(stream);
        return r;
}

static int parse(const char *path, const char *text, size_t len, struct mountinfo **ret,
                 struct error *reterr) {
        _cleanup_(mountinfo_freep) struct mountinfo *info = calloc(1, sizeof(*info));
        int bad_line = 0, r;

        if (!have_libmount())
                return error_set(reterr, -ELIBACC,
                                 "cannot load " LIBMOUNT_NAME
                                 ", so what is mounted is unknown: %s. Install it, or "
                                 "provide what it lacks",
                                 libmount_problem);

        r = info ? parse_text(text, len, info, &bad_line) : -ENOMEM;
        if (r == -EBADMSG && bad_line > 0)
                return error_set(reterr, r,
                                 "%s, line %d is not as the kernel writes it; what is mounted is unknown",
                                 path, bad_line);
        if (r == -EBADMSG)
                return error_set(reterr, r, "%s is not as the kernel writes it; what is mounted is unknown",
                                 path);
        if (r < 0)
                return error_errno(reterr, r, "cannot understand %s", path);

        idset_seal(&info->targets);
        idset_seal(&info->layers);
        *ret = TAKE_PTR(info);
        return 0;
}

int mountinfo_parse(const char *text, size_t len, struct mountinfo **ret, struct error *reterr) {
        return parse("mountinfo", text, len, ret, reterr);
}

static int read_some(int fd, struct text *text) {
        char buffer[READ_BYTES];
        ssize_t n = read(fd, buffer, sizeof(buffer));
        int r;

        if (n < 0)
                return errno == EINTR ? 1 : negative_errno();
        if (text->len + (size_t) n > MOUNTINFO_BYTES_MAX)
                return -EFBIG;

        r = text_add(text, buffer, (size_t) n);
        return r < 0 ? r : n > 0;
}

int mountinfo_read(const char *path, struct mountinfo **ret, struct error *reterr) {
        _cleanup_text_ struct text text = TEXT_INIT;
        _cleanup_close_ int fd = -1;
        int r;

        path = path ? path : MOUNTINFO_PATH;
        fd = open(path, O_RDONLY | O_CLOEXEC);
        r = fd < 0 ? negative_errno() : 1;
        while (r > 0)
                r = read_some(fd, &text);
        if (r < 0)
                return error_errno(reterr, r, "cannot read %s; what is mounted is unknown", path);

        return parse(path, text.s ? text.s : "", text.len, ret, reterr);
}

/* The first of the sorted targets that is not before path followed by end, which is '/' or NUL. */
static const char *find_from(const struct idset *targets, const char *path, size_t len, char end) {
        size_t low = 0, high = targets->n;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                const char *target = targets->ids[middle];
                int order = strncmp(target, path, len);

                if (order < 0 || (order == 0 && (unsigned char) target[len] < (unsigned char) end))
                        low = middle + 1;
                else
                        high = middle;
        }
        return low < targets->n ? targets->ids[low] : "";
}

static bool has_target(const struct idset *targets, const char *path, size_t len, char end) {
        const char *target = find_from(targets, path, len, end);

        return strncmp(target, path, len) == 0 && target[len] == end;
}

/* Two searches: the path itself sorts before those below it, but not directly before them: "/a", "/a-b",
 * "/a/b". */
bool mountinfo_has_below(const struct mountinfo *info, const char *path) {
        size_t len = strlen(path);

        while (len > 0 && path[len - 1] == '/')
                len--;
        return has_target(&info->targets, path, len, '\0') || has_target(&info->targets, path, len, '/');
}

const struct idset *mountinfo_layers(const struct mountinfo *info) {
        return &info->layers;
}
