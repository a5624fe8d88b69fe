/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "fixture.h"
#include "tree/dirstream.h"
#include "unit.h"
#include "without-memory.h"
#include "json/json.h"

DEFINE_CLEANUP(struct cstorage_store *, cstorage_store_unref);

#define LINK "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const char *unreadable; /* the name of a directory */
static bool threads_fail;

int __real_dir_stream_fill(struct dir_stream *stream, int fd);
int __wrap_dir_stream_fill(struct dir_stream *stream, int fd);

int __wrap_dir_stream_fill(struct dir_stream *stream, int fd) {
        _cleanup_free_ char *path = NULL;

        if (unreadable && fd_path(fd, &path) >= 0 && strcmp(strrchr(path, '/') + 1, unreadable) == 0)
                return -EIO;
        return __real_dir_stream_fill(stream, fd);
}

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *userdata);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *userdata);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *userdata) {
        return threads_fail ? EAGAIN : __real_pthread_create(thread, attributes, run, userdata);
}

static bool reads_fail;

ssize_t __real_read(int fd, void *bytes, size_t n);
ssize_t __wrap_read(int fd, void *bytes, size_t n);

ssize_t __wrap_read(int fd, void *bytes, size_t n) {
        ssize_t r = __real_read(fd, bytes, n);

        return r == 0 && reads_fail ? -1 : r;
}

static int accounted(struct fixture *f, uint64_t *ret_entries) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);

        return cstorage_store_is_clean(store, ret_entries);
}

static void record(struct fixture *f, const char *path, const char *format, const char *id) {
        char text[512];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        (void) snprintf(text, sizeof(text), format, id);
#pragma GCC diagnostic pop
        fixture_write(f, path, text);
}

static void an_empty_store_is(void **state) {
        uint64_t entries = 7;

        assert_int_equal(accounted(*state, &entries), 1);
        assert_int_equal(entries, 0);
}

static void a_layer_is_when_a_record_of_any_mode_has_its_id(void **state) {
        static const char *const paths[] = {
                "graphroot/overlay-layers/layers.json",
                "graphroot/overlay-layers/volatile-layers.json",
                "runroot/overlay-layers/volatile-layers.json",
        };
        uint64_t entries = 0;

        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        assert_int_equal(accounted(*state, NULL), 0);
        for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
                record(*state, paths[i], "[{\"id\":\"%s\",\"created\":\"2026-11-23T18:40:41Z\"}]",
                       fixture_id("ab"));
                assert_int_equal(accounted(*state, &entries), 1);
                assert_int_equal(entries, 1);
                fixture_write(*state, paths[i], "[]");
                assert_int_equal(accounted(*state, NULL), 0);
        }
}

static void the_record_of_a_container_speaks_for_no_layer(void **state) {
        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        record(*state, "graphroot/overlay-containers/containers.json", "[{\"id\":\"%s\"}]", fixture_id("ab"));
        assert_int_equal(accounted(*state, NULL), 0);
}

static void an_id_that_is_only_mentioned_is_no_record(void **state) {
        static const char *const texts[] = {
                "[{\"id\":\"x\",\"parent\":\"%s\"}]",
                "[{\"id\":\"x\",\"metadata\":\"{\\\"id\\\":\\\"%s\\\"}\"}]",
                "[{\"id\":\"%s0\"}]",
        };

        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                record(*state, "graphroot/overlay-layers/layers.json", texts[i], fixture_id("ab"));
                assert_int_equal(accounted(*state, NULL), 0);
        }
}

static void a_file_that_is_no_whole_list_wants_a_closer_look(void **state) {
        static const char *const texts[] = {"",   "{}", "null", "[{\"id\":\"%s\"}", "[{\"id\":\"%s\"}]x",
                                            " x", " ",  " []"};

        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                record(*state, "graphroot/overlay-layers/layers.json", texts[i], fixture_id("ab"));
                assert_int_equal(accounted(*state, NULL), 0);
        }
        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                record(*state, "graphroot/overlay-layers/layers.json", texts[i], fixture_id("ab"));
                assert_int_equal(accounted(*state, NULL), 0);
        }
}

static void a_newline_may_follow_a_list(void **state) {
        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        record(*state, "graphroot/overlay-layers/layers.json", "[{\"id\":\"%s\"}]\n", fixture_id("ab"));
        assert_int_equal(accounted(*state, NULL), 1);
}

static void other_white_space_wants_a_closer_look(void **state) {
        static const char *const texts[] = {"[{\"id\":\"%s\"}] ", "[{\"id\":\"%s\"}]\t",
                                            "[{\"id\":\"%s\"}]\r", "[ {\"id\":\"%s\"}]"};

        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                record(*state, "graphroot/overlay-layers/layers.json", texts[i], fixture_id("ab"));
                assert_int_equal(accounted(*state, NULL), 0);
        }
}

static void what_is_neither_layer_nor_data_wants_a_closer_look(void **state) {
        static const char *const paths[] = {
                "graphroot/overlay/stranger/x",
                "graphroot/overlay/tempdirs/lock-1",
                "graphroot/overlay-layers/tmp/temp-dir-1/x",
                "graphroot/overlay/staging/1/staging.lock",
                "graphroot/overlay-layers/.tmp-layers.json1",
                "graphroot/overlay-images/.tmp-images.json1",
                "graphroot/overlay-containers/stranger/x",
                "runroot/overlay-layers/.tmp-volatile-layers.json1",
        };
        struct fixture *f = *state;

        for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
                char moved[32];

                fixture_write(f, paths[i], "");
                assert_int_equal(accounted(f, NULL), 0);

                /* Away with it, and with the directory that it may be in. */
                (void) snprintf(moved, sizeof(moved), "moved-%zu", i);
                if (renameat(f->fd, paths[i], f->fd, moved) == 0 && strstr(paths[i], "/x")) {
                        _cleanup_free_ char *above = strndup(paths[i], strlen(paths[i]) - 2);

                        assert_int_equal(unlinkat(f->fd, above, AT_REMOVEDIR), 0);
                }
                if (strstr(paths[i], "staging.lock"))
                        assert_int_equal(unlinkat(f->fd, "graphroot/overlay/staging/1", AT_REMOVEDIR), 0);
                assert_int_equal(accounted(f, NULL), 1);
        }
}

static void more_links_than_layers_want_a_closer_look(void **state) {
        fixture_symlink(*state, "../x/diff", "graphroot/overlay/l/" LINK);
        assert_int_equal(accounted(*state, NULL), 0);
}

static void a_layers_files_must_be_spoken_for_too(void **state) {
        char path[256];

        (void) snprintf(path, sizeof(path), "graphroot/overlay-layers/%s.tar-split.gz", fixture_id("ab"));
        fixture_write(*state, path, "");
        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        assert_int_equal(accounted(*state, NULL), 0);
        record(*state, "graphroot/overlay-layers/layers.json", "[{\"id\":\"%s\"}]", fixture_id("ab"));
        assert_int_equal(accounted(*state, NULL), 1);
}

static void only_layer_directories_count_as_layers(void **state) {
        char path[256];

        (void) snprintf(path, sizeof(path), "graphroot/overlay-layers/%s.tar-split.gz", fixture_id("ab"));
        fixture_write(*state, path, "");
        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        fixture_symlink(*state, "../x/diff", "graphroot/overlay/l/AAAAAAAAAAAAAAAAAAAAAAAAAA");
        record(*state, "graphroot/overlay-layers/layers.json", "[{\"id\":\"%s\"}]", fixture_id("ab"));
        assert_int_equal(accounted(*state, NULL), 0);
}

static void damage_wants_a_closer_look(void **state) {
        static const char *const texts[] = {
                "[{\"id\":\"%s\",,\"created\":\"2026-11-23T18:40:41Z\"}]",
                "[{\"id\":\"%s\",\"created\":\"yesterday\"}]",
                "[{\"id\":\"%s\",\"names\":7}]",
                "[{\"id\":\"%s\"},{\"id\":7}]",
                "[{\"id\":\"%s\"}{}]",
        };

        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                record(*state, "graphroot/overlay-layers/layers.json", texts[i], fixture_id("ab"));
                assert_int_equal(accounted(*state, NULL), 0);
        }
}

static void files_that_others_refer_to_are_missed(void **state) {
        struct fixture *f = *state;

        fixture_add_layer_dir(f, fixture_id("ab"), LINK);
        record(*state, "graphroot/overlay-layers/layers.json", "[{\"id\":\"%s\"}]", fixture_id("ab"));
        record(*state, "graphroot/overlay-containers/containers.json", "[{\"id\":\"%s\"}]", fixture_id("cd"));
        assert_int_equal(accounted(f, NULL), 1);
        assert_int_equal(renameat(f->fd, "graphroot/overlay-images/images.json", f->fd, "moved"), 0);
        assert_int_equal(accounted(f, NULL), 0);
        assert_int_equal(renameat(f->fd, "moved", f->fd, "graphroot/overlay-images/images.json"), 0);
        assert_int_equal(renameat(f->fd, "graphroot/overlay-layers/layers.json", f->fd, "moved"), 0);
        assert_int_equal(accounted(f, NULL), 0);
}

static void layers_without_a_home_want_a_closer_look(void **state) {
        struct fixture *f = *state;

        record(f, "graphroot/overlay-layers/layers.json", "[{\"id\":\"%s\"}]", fixture_id("ab"));
        assert_int_equal(renameat(f->fd, "graphroot/overlay", f->fd, "moved"), 0);
        assert_int_equal(accounted(f, NULL), 0);
        fixture_mkdir(f, "graphroot/overlay"); /* the mount point of what is not mounted */
        assert_int_equal(accounted(f, NULL), 0);
}

/* An image has a layer, so a file that lists layers must be there; without images none need be. */
static void a_missing_layers_json_wants_a_closer_look_if_there_are_images(void **state) {
        struct fixture *f = *state;
        char path[256];

        assert_int_equal(unlinkat(f->fd, "graphroot/overlay-layers/layers.json", 0), 0);
        assert_int_equal(accounted(f, NULL), 1);
        (void) snprintf(path, sizeof(path), "graphroot/overlay-images/%s", fixture_id("ab"));
        fixture_mkdir(f, path);
        record(f, "graphroot/overlay-images/images.json", "[{\"id\":\"%s\"}]", fixture_id("ab"));
        assert_int_equal(accounted(f, NULL), 0);
        record(f, "graphroot/overlay-containers/containers.json", "[{\"id\":\"%s\"}]", fixture_id("cd"));
        assert_int_equal(accounted(f, NULL), 0);
}

static void a_large_file_is_read_to_its_end(void **state) {
        enum { RECORDS = 5000 };
        _cleanup_text_ struct text text = TEXT_INIT;
        char digits[16];
        uint64_t entries;

        fixture_add_layer_dir(*state, fixture_id("00000000"), LINK);
        assert_ok(text_adds(&text, "["));
        for (int i = 0; i < RECORDS; i++) {
                (void) snprintf(digits, sizeof(digits), "%08x", i * 2654435761U);
                assert_ok(text_addf(&text, "%s{\"id\":\"%s\",\"created\":\"2026-11-23T18:40:41.703211868Z\"}",
                                    i ? "," : "", fixture_id(digits)));
                if (i % 100 == 0) {
                        char path[256];

                        (void) snprintf(path, sizeof(path), "graphroot/overlay-layers/%s",
                                        fixture_id(digits));
                        fixture_mkdir(*state, path);
                }
        }
        assert_ok(text_adds(&text, "]"));
        fixture_write(*state, "graphroot/overlay-layers/layers.json", text.s);
        assert_int_equal(accounted(*state, &entries), 1);
        assert_int_equal(entries, RECORDS / 100 + 1);
        fixture_mkdir(*state, "graphroot/overlay-layers/"
                              "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
        assert_int_equal(accounted(*state, &entries), 0);
        assert_int_equal(entries, RECORDS / 100 + 1); /* as it was */
}

static void containers_and_images_want_records_of_their_own_kind(void **state) {
        static const struct {
                const char *dir, *file;
        } kinds[] = {
                {"graphroot/overlay-images", "graphroot/overlay-images/images.json"},
                {"graphroot/overlay-containers", "graphroot/overlay-containers/containers.json"},
        };
        uint64_t entries;

        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
                char path[256];

                (void) snprintf(path, sizeof(path), "%s/%s", kinds[i].dir, fixture_id("ab"));
                fixture_mkdir(*state, path);
                for (size_t k = 0; k < i; k++)
                        record(*state, kinds[k].file, "[{\"id\":\"%s\"}]", fixture_id("ab"));
                record(*state, "graphroot/overlay-layers/layers.json", "[{\"id\":\"%s\"}]", fixture_id("ab"));
                assert_int_equal(accounted(*state, NULL), 0);
                record(*state, kinds[i].file, "[{\"id\":\"%s\"}]", fixture_id("ab"));
                assert_int_equal(accounted(*state, &entries), 1);
                assert_int_equal(entries, i + 2);
        }
}

static void links_that_cannot_be_listed_want_a_closer_look(void **state) {
        struct fixture *f = *state;

        assert_int_equal(unlinkat(f->fd, "graphroot/overlay/l", AT_REMOVEDIR), 0);
        assert_int_equal(accounted(f, NULL), 1);
        fixture_write(f, "graphroot/overlay/l", "");
        assert_int_equal(accounted(f, NULL), 0);
}

static void a_record_that_is_no_file_wants_a_closer_look(void **state) {
        fixture_mkdir(*state, "runroot/overlay-layers/volatile-layers.json");
        assert_int_equal(accounted(*state, NULL), 0);
}

static void the_counts_of_mounts_are_looked_at(void **state) {
        fixture_write(*state, "runroot/overlay-layers/mountpoints.json", "[]");
        assert_int_equal(accounted(*state, NULL), 1);
        fixture_write(*state, "runroot/overlay-layers/mountpoints.json", "[");
        assert_int_equal(accounted(*state, NULL), 0);
}

#define FILLING_RECORD "{\"id\":\"x\",\"metadata\":\"%s\"},"

#define FILLING_BYTES_MAX 4096U /* of one record; far less than the longest that a glance takes */

/* Records of so many bytes, each followed by a comma. */
static void fill(struct text *text, size_t n) {
        char metadata[FILLING_BYTES_MAX];
        const size_t shortest = strlen(FILLING_RECORD) - 2;

        while (n > 0) {
                size_t part = n < FILLING_BYTES_MAX + shortest ? n : FILLING_BYTES_MAX / 2;

                assert_true(part >= shortest);
                memset(metadata, 'x', sizeof(metadata));
                metadata[part - shortest] = '\0';
                assert_ok(text_addf(text, FILLING_RECORD, metadata));
                n -= part;
        }
}

/* A list of n bytes in which the record of the layer is the last. */
static void write_list(struct fixture *f, size_t n) {
        _cleanup_text_ struct text text = TEXT_INIT;
        char last[128];

        (void) snprintf(last, sizeof(last), "{\"id\":\"%s\"}]", fixture_id("ab"));
        assert_ok(text_adds(&text, "["));
        fill(&text, n - 1 - strlen(last));
        assert_ok(text_adds(&text, last));
        assert_int_equal(text.len, n);
        fixture_write(f, "graphroot/overlay-layers/layers.json", text.s);
}

static void append(struct fixture *f, const char *bytes, size_t n) {
        _cleanup_close_ int fd =
                openat(f->fd, "graphroot/overlay-layers/layers.json", O_WRONLY | O_APPEND | O_CLOEXEC);

        assert_int_equal(write(fd, bytes, n), n);
}

static void a_nul_in_a_file_wants_a_closer_look(void **state) {
        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        write_list(*state, 1000);
        assert_int_equal(accounted(*state, NULL), 1);
        append(*state, "", 1);
        assert_int_equal(accounted(*state, NULL), 0);
}

static void a_file_that_cannot_be_read_to_its_end_wants_a_closer_look(void **state) {
        reads_fail = true;
        assert_int_equal(accounted(*state, NULL), 0);
        reads_fail = false;
        assert_int_equal(accounted(*state, NULL), 1);
}

static void an_empty_file_wants_a_closer_look_after_a_list_too(void **state) {
        fixture_write(*state, "graphroot/overlay-layers/volatile-layers.json", "");
        assert_int_equal(accounted(*state, NULL), 0);
}

static void a_link_to_a_record_file_wants_a_closer_look(void **state) {
        fixture_symlink(*state, "layers.json", "graphroot/overlay-layers/volatile-layers.json");
        assert_int_equal(accounted(*state, NULL), 0);
}

static void a_pipe_is_no_record_file(void **state) {
        static const char path[] = "graphroot/overlay-layers/volatile-layers.json";
        struct fixture *f = *state;
        _cleanup_close_ int reader = -1;
        int writer;

        assert_int_equal(mkfifoat(f->fd, path, 0600), 0);
        reader = openat(f->fd, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        writer = openat(f->fd, path, O_WRONLY | O_CLOEXEC);
        assert_true(reader >= 0 && writer >= 0);
        assert_int_equal(write(writer, "[]", 2), 2);
        close(writer);
        assert_int_equal(accounted(f, NULL), 0);
}

/* Files are read in pieces of some power of two: the record begins before its end, or its last byte is the
 * first of the next piece. */
static void a_record_may_lie_across_two_pieces(void **state) {
        enum { PIECE_MAX = 1024 * 1024 };
        struct fixture *f = *state;

        fixture_add_layer_dir(f, fixture_id("ab"), LINK);
        for (size_t n = 32 * 1024; n <= PIECE_MAX; n *= 2) {
                write_list(f, n + 40);
                assert_int_equal(accounted(f, NULL), 1);
                write_list(f, n + 1);
                assert_int_equal(accounted(f, NULL), 1);
        }
}

/* All files are read into the same memory; what is left there of one is no part of the next. */
static void a_file_that_was_cut_off_does_not_go_on_with_the_one_before(void **state) {
        char text[1024];
        int n;

        n = snprintf(text, sizeof(text), "[{\"id\":\"x\",\"metadata\":\"%0500d\"}]", 0);
        fixture_write(*state, "graphroot/overlay-layers/layers.json", text);
        assert_int_equal(accounted(*state, NULL), 1);
        for (int cut = 1; cut < 500; cut += 7) {
                text[n - cut] = '\0';
                fixture_write(*state, "graphroot/overlay-layers/volatile-layers.json", text);
                assert_int_equal(accounted(*state, NULL), 0);
        }
}

static void a_limit_wants_the_record_of_its_layer(void **state) {
        struct fixture *f = *state;
        char path[256];

        assert_ok(cstorage_config_set_driver(f->config, "btrfs"));
        (void) snprintf(path, sizeof(path), "graphroot/btrfs/quotas/%s", fixture_id("ab"));
        fixture_write(f, path, "");
        assert_int_equal(accounted(f, NULL), 0);
        (void) snprintf(path, sizeof(path), "graphroot/btrfs/subvolumes/%s", fixture_id("ab"));
        fixture_mkdir(f, path);
        record(f, "graphroot/btrfs-layers/layers.json", "[{\"id\":\"%s\"}]", fixture_id("ab"));
        assert_int_equal(accounted(f, NULL), 1);
}

static void a_file_that_is_too_large_wants_a_closer_look(void **state) {
        struct fixture *f = *state;

        fixture_add_layer_dir(f, fixture_id("ab"), LINK);
        write_list(f, JSON_BYTES_MAX);
        assert_int_equal(accounted(f, NULL), 1);
        append(f, "\n", 1);
        assert_int_equal(accounted(f, NULL), 0);
}

static void a_root_that_cannot_be_opened_wants_a_closer_look(void **state) {
        struct fixture *f = *state;

        assert_int_equal(renameat(f->fd, "runroot", f->fd, "away"), 0);
        assert_int_equal(accounted(f, NULL), 1);
        fixture_write(f, "runroot", "");
        assert_int_equal(accounted(f, NULL), 0);
}

static void a_home_that_is_missing_or_no_directory_wants_a_closer_look(void **state) {
        struct fixture *f = *state;

        assert_int_equal(renameat(f->fd, "graphroot/overlay", f->fd, "away"), 0);
        assert_int_equal(accounted(f, NULL), 0);
        fixture_write(f, "graphroot/overlay", "");
        assert_int_equal(accounted(f, NULL), 0);
}

static void configure_imagestore(struct fixture *f) {
        _cleanup_free_ char *path = NULL;

        assert_true(asprintf(&path, "%s/imagestore", f->top) > 0);
        assert_ok(cstorage_config_set_imagestore(f->config, path));
}

static void an_image_store_that_is_not_there_wants_a_closer_look(void **state) {
        configure_imagestore(*state);
        assert_int_equal(accounted(*state, NULL), 0);
        fixture_mkdir(*state, "imagestore");
        assert_int_equal(accounted(*state, NULL), 1);
        fixture_write(*state, "imagestore/overlay", "");
        assert_int_equal(accounted(*state, NULL), 0);
}

static void all_layers_may_lie_in_the_image_store(void **state) {
        char path[256];

        configure_imagestore(*state);
        (void) snprintf(path, sizeof(path), "imagestore/overlay/%s", fixture_id("ab"));
        fixture_mkdir(*state, path);
        assert_int_equal(accounted(*state, NULL), 0);
        record(*state, "imagestore/overlay-layers/layers.json", "[{\"id\":\"%s\"}]", fixture_id("ab"));
        assert_int_equal(accounted(*state, NULL), 1);
}

static void links_and_layers_of_the_image_store_are_counted_there(void **state) {
        char path[256];

        configure_imagestore(*state);
        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        record(*state, "graphroot/overlay-layers/layers.json", "[{\"id\":\"%s\"}]", fixture_id("ab"));
        fixture_symlink(*state, "../x/diff", "imagestore/overlay/l/" LINK);
        assert_int_equal(accounted(*state, NULL), 0);
        (void) snprintf(path, sizeof(path), "imagestore/overlay/%s", fixture_id("ab"));
        fixture_mkdir(*state, path);
        assert_int_equal(accounted(*state, NULL), 1);
}

static void a_directory_that_cannot_be_read_is_an_error(void **state) {
        static const char *const names[] = {"overlay", "overlay-layers", "l"};

        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        record(*state, "graphroot/overlay-layers/layers.json", "[{\"id\":\"%s\"}]", fixture_id("ab"));
        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                unreadable = names[i];
                assert_int_equal(accounted(*state, NULL), -EIO);
                unreadable = NULL;
                assert_int_equal(accounted(*state, NULL), 1);
        }
}

/* Then one listing has all that was found, and the other nothing. */
static void without_threads_the_answer_is_the_same(void **state) {
        uint64_t entries;

        threads_fail = true;
        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        assert_int_equal(accounted(*state, NULL), 0);
        record(*state, "graphroot/overlay-layers/layers.json", "[{\"id\":\"%s\"}]", fixture_id("ab"));
        assert_int_equal(accounted(*state, &entries), 1);
        assert_int_equal(entries, 1);
        fixture_symlink(*state, "../x/diff", "graphroot/overlay/l/AAAAAAAAAAAAAAAAAAAAAAAAAA");
        assert_int_equal(accounted(*state, NULL), 0);
        threads_fail = false;
}

/* Without threads, so that the allocations have one order. */
static void without_memory_there_is_no_answer(void **state) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        unsigned failed = 0;
        int r = -ENOMEM;

        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        record(*state, "graphroot/overlay-layers/layers.json", "[{\"id\":\"%s\"}]", fixture_id("ab"));
        store = fixture_open(*state);
        threads_fail = true;
        while (r < 0) {
                allocations_left = ++failed;
                r = cstorage_store_is_clean(store, NULL);
                assert_int_equal(r, allocations_left > 0 ? 1 : -ENOMEM);
                allocations_left = 0;
        }
        threads_fail = false;
        assert_true(failed > 5);
}

static void what_else_lies_in_the_runroot_is_not_looked_at(void **state) {
        fixture_write(*state, "runroot/overlay-images/.tmp-images.json1", "");
        assert_int_equal(accounted(*state, NULL), 1);
}

static void nothing_is_asked_of_no_store(void **state) {
        uint64_t entries;

        (void) state;
        assert_int_equal(cstorage_store_is_clean(NULL, &entries), -EINVAL);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                CASE(an_empty_store_is),
                CASE(a_layer_is_when_a_record_of_any_mode_has_its_id),
                CASE(the_record_of_a_container_speaks_for_no_layer),
                CASE(an_id_that_is_only_mentioned_is_no_record),
                CASE(a_file_that_is_no_whole_list_wants_a_closer_look),
                CASE(a_newline_may_follow_a_list),
                CASE(other_white_space_wants_a_closer_look),
                CASE(what_is_neither_layer_nor_data_wants_a_closer_look),
                CASE(more_links_than_layers_want_a_closer_look),
                CASE(a_layers_files_must_be_spoken_for_too),
                CASE(only_layer_directories_count_as_layers),
                CASE(damage_wants_a_closer_look),
                CASE(files_that_others_refer_to_are_missed),
                CASE(layers_without_a_home_want_a_closer_look),
                CASE(a_missing_layers_json_wants_a_closer_look_if_there_are_images),
                CASE(a_large_file_is_read_to_its_end),
                CASE(containers_and_images_want_records_of_their_own_kind),
                CASE(links_that_cannot_be_listed_want_a_closer_look),
                CASE(a_record_that_is_no_file_wants_a_closer_look),
                CASE(the_counts_of_mounts_are_looked_at),
                CASE(a_nul_in_a_file_wants_a_closer_look),
                CASE(a_file_that_cannot_be_read_to_its_end_wants_a_closer_look),
                CASE(an_empty_file_wants_a_closer_look_after_a_list_too),
                CASE(a_link_to_a_record_file_wants_a_closer_look),
                CASE(a_pipe_is_no_record_file),
                CASE(a_record_may_lie_across_two_pieces),
                CASE(a_file_that_was_cut_off_does_not_go_on_with_the_one_before),
                CASE(a_limit_wants_the_record_of_its_layer),
                CASE(a_file_that_is_too_large_wants_a_closer_look),
                CASE(a_root_that_cannot_be_opened_wants_a_closer_look),
                CASE(a_home_that_is_missing_or_no_directory_wants_a_closer_look),
                CASE(an_image_store_that_is_not_there_wants_a_closer_look),
                CASE(all_layers_may_lie_in_the_image_store),
                CASE(links_and_layers_of_the_image_store_are_counted_there),
                CASE(a_directory_that_cannot_be_read_is_an_error),
                CASE(without_threads_the_answer_is_the_same),
                CASE(without_memory_there_is_no_answer),
                CASE(what_else_lies_in_the_runroot_is_not_looked_at),
                CASE(nothing_is_asked_of_no_store),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
