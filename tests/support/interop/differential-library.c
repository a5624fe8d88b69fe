/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answer each line of standard input with a line that contains the record file or the configuration as this
 * project reads it, in the form of go/main.go. DIRECTORY is for a scratch file.
 *
 *   differential-library DIRECTORY
 *
 *     records KIND HEX      "ok", "empty" or "damaged", "reset" or "keep" for whether a volatile file with
 *                           these bytes may be reset, and the records
 *     config ROOT HEX...    the settings of storage.conf below ROOT; HEX is NAME=VALUE of the environment
 *     uid UID               the user of later configurations
 */

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/fd.h"
#include "base/text.h"
#include "config/config.h"
#include "disk/record-file.h"
#include "format/container.h"
#include "format/image.h"
#include "format/layer.h"
#include "format/mounts.h"

#define FILE_NAME "records.json"
#define ENV_MAX   16

static uint32_t user_id;

/* -------------------------------------------------------------------------------------------- answers */

/* Like escape() in go/main.go. */
static void put(struct text *out, const char *s) {
        for (; *s; s++) {
                unsigned char c = (unsigned char) *s;

                if (c > ' ' && c < 0x7f && !strchr("\\,|", c))
                        (void) text_add(out, s, 1);
                else
                        (void) text_addf(out, "\\x%02x", c);
        }
}

static void begin(struct text *out, const char *name) {
        (void) text_addf(out, "\t%s", name);
}

static void put_field(struct text *out, const char *s) {
        (void) text_adds(out, "|");
        put(out, s ?: "");
}

static void put_strings(struct text *out, const char *const *items, size_t n) {
        (void) text_adds(out, "|");
        for (size_t i = 0; i < n; i++) {
                (void) text_adds(out, i > 0 ? "," : "");
                put(out, items[i]);
        }
}

static void put_big_names(struct text *out, const struct big_data *data) {
        (void) text_adds(out, "|");
        for (size_t i = 0; i < data->n; i++) {
                (void) text_adds(out, i > 0 ? "," : "");
                put(out, data->items[i].name);
        }
}

/* -------------------------------------------------------------------------------------- record files */

static void put_layer(struct text *out, const struct layer *l) {
        begin(out, "layer");
        put_field(out, l->id);
        put_field(out, l->parent);
        put_strings(out, l->names.items, l->names.n);
        put_field(out, l->compressed_digest);
        put_field(out, l->diff_digest);
        put_field(out, l->toc_digest);
        (void) text_addf(out, "|%" PRId64 "|%" PRId64, l->compressed_size, l->diff_size);
        put_strings(out, l->big_data_names.items, l->big_data_names.n);
        (void) text_adds(out, l->incomplete ? "|true" : "|false");
}

static void put_image(struct text *out, const struct image *i) {
        begin(out, "image");
        put_field(out, i->id);
        put_field(out, i->layer);
        put_strings(out, i->names.items, i->names.n);
        put_strings(out, i->mapped_layers.items, i->mapped_layers.n);
        put_big_names(out, &i->big_data);
}

static void put_container(struct text *out, const struct container *c) {
        begin(out, "container");
        put_field(out, c->id);
        put_field(out, c->layer);
        put_strings(out, c->names.items, c->names.n);
        put_field(out, c->image);
        put_big_names(out, &c->big_data);
}

static void put_mount(struct text *out, const struct mount *m) {
        begin(out, "mount");
        put_field(out, m->id);
        put_field(out, m->path);
        (void) text_addf(out, "|%" PRId64, m->count);
}

static int read_layers(const char *text, size_t len, struct text *out, struct error *error) {
        _cleanup_layers_ struct layers list = LAYERS_INIT;
        int r = layers_parse(&list, text, len, error);

        for (size_t i = 0; i < list.n && r >= 0; i++)
                put_layer(out, &list.items[i]);
        return r;
}

static int read_images(const char *text, size_t len, struct text *out, struct error *error) {
        _cleanup_images_ struct images list = IMAGES_INIT;
        int r = images_parse(&list, text, len, error);

        for (size_t i = 0; i < list.n && r >= 0; i++)
                put_image(out, &list.items[i]);
        return r;
}

static int read_containers(const char *text, size_t len, struct text *out, struct error *error) {
        _cleanup_containers_ struct containers list = CONTAINERS_INIT;
        int r = containers_parse(&list, text, len, error);

        for (size_t i = 0; i < list.n && r >= 0; i++)
                put_container(out, &list.items[i]);
        return r;
}

static int read_mounts(const char *text, size_t len, struct text *out, struct error *error) {
        _cleanup_mounts_ struct mounts list = MOUNTS_INIT;
        int r = mounts_parse(&list, text, len, error);

        for (size_t i = 0; i < list.n && r >= 0; i++)
                put_mount(out, &list.items[i]);
        return r;
}

static const struct {
        const char *kind;
        int (*read)(const char *text, size_t len, struct text *out, struct error *error);
} readers[] = {
        {"layers", read_layers},
        {"images", read_images},
        {"containers", read_containers},
        {"mounts", read_mounts},
};

static int write_file(int dirfd, const char *bytes, size_t n) {
        _cleanup_close_ int fd = openat(dirfd, FILE_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

        return fd >= 0 && write(fd, bytes, n) == (ssize_t) n ? 0 : -EIO;
}

static int read_records(int dirfd, const char *kind, const char *bytes, size_t n, struct text *out) {
        struct record_file file = RECORD_FILE_INIT;
        struct error error = {.text = ""};
        const char *reset;
        int r;

        r = write_file(dirfd, bytes, n);
        if (r >= 0)
                r = record_file_read(&file, dirfd, FILE_NAME);
        if (r < 0)
                return r;

        reset = record_file_is_torn(&file) ? "reset" : "keep";
        if (file.state != RECORD_FILE_OK) {
                (void) text_addf(out, "%s\t%s", file.state == RECORD_FILE_EMPTY ? "empty" : "damaged", reset);
                record_file_done(&file);
                return 0;
        }
        (void) text_addf(out, "ok\t%s", reset);
        for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
                if (strcmp(readers[i].kind, kind) == 0)
                        r = readers[i].read(file.text, file.len, out, &error);
        record_file_done(&file);
        if (r < 0) {
                text_done(out);
                (void) text_addf(out, "damaged\t%s\t", reset);
                put(out, error.text);
        }
        return 0;
}

/* ------------------------------------------------------------------------------------ configurations */

struct environment {
        char *pairs[ENV_MAX];
        size_t n;
};

static const char *get_variable(void *userdata, const char *name) {
        const struct environment *env = userdata;
        size_t n = strlen(name);

        for (size_t i = 0; i < env->n; i++)
                if (strncmp(env->pairs[i], name, n) == 0 && env->pairs[i][n] == '=')
                        return env->pairs[i] + n + 1;
        return NULL;
}

static void put_config(struct text *out, const struct cstorage_config *config) {
        begin(out, "graphroot");
        put_field(out, cstorage_config_get_graphroot(config));
        begin(out, "runroot");
        put_field(out, cstorage_config_get_runroot(config));
        begin(out, "imagestore");
        put_field(out, cstorage_config_get_imagestore(config));
        begin(out, "driver");
        put_field(out, cstorage_config_get_driver(config));
        begin(out, "priority");
        put_strings(out, (const char *const *) config->driver_priority.s, config->driver_priority.n);
        begin(out, "transient");
        (void) text_adds(out, cstorage_config_get_transient(config) ? "|true" : "|false");
        begin(out, "options");
        put_strings(out, (const char *const *) config->options.s, config->options.n);
}

static void read_config(const char *root, struct environment *env, struct text *out) {
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = NULL;
        struct config_source source = {.root = root,
                                       .uid = user_id,
                                       .env = {.get = get_variable, .userdata = env},
                                       .rules = CSTORAGE_CONFIG_CURRENT};
        struct error error = {.text = ""};

        if (config_load_from(&source, &config, &error) < 0) {
                (void) text_adds(out, "error\t");
                put(out, error.text);
                return;
        }
        (void) text_adds(out, "ok");
        put_config(out, config);
}

/* ------------------------------------------------------------------------------------------- requests */

static unsigned digit(char c) {
        return (unsigned) (c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Hexadecimal digits to bytes, in place. Returns how many; a NUL follows them. */
static size_t decode_hex(char *text) {
        size_t n = strlen(text) / 2;

        for (size_t i = 0; i < n; i++)
                text[i] = (char) (digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
        text[n] = '\0';
        return n;
}

static int answer_records(int dirfd, char *words, struct text *out) {
        const char *kind = strsep(&words, " ");

        return words ? read_records(dirfd, kind, words, decode_hex(words), out) : -EINVAL;
}

static int answer_config(char *words, struct text *out) {
        const char *root = strsep(&words, " ");
        struct environment env = {.n = 0};

        while (words && env.n < ENV_MAX) {
                env.pairs[env.n] = strsep(&words, " ");
                (void) decode_hex(env.pairs[env.n++]);
        }
        read_config(root, &env, out);
        return 0;
}

static int answer_uid(const char *words, struct text *out) {
        uint64_t uid;

        if (!words || parse_u64(words, &uid) < 0)
                return -EINVAL;
        user_id = (uint32_t) uid;
        return text_adds(out, "ok");
}

static int answer(int dirfd, char *line, struct text *out) {
        const char *request = strsep(&line, " ");

        if (strcmp(request, "records") == 0 && line)
                return answer_records(dirfd, line, out);
        if (strcmp(request, "config") == 0 && line)
                return answer_config(line, out);
        if (strcmp(request, "uid") == 0)
                return answer_uid(line, out);
        return -EINVAL;
}

static int serve(int dirfd) {
        _cleanup_free_ char *line = NULL;
        size_t cap = 0;
        ssize_t n;

        while ((n = getline(&line, &cap, stdin)) > 0) {
                _cleanup_text_ struct text out = TEXT_INIT;
                int r;

                line[n - 1] = '\0';
                r = answer(dirfd, line, &out);
                if (r < 0)
                        return r;
                puts(out.s);
                fflush(stdout);
        }
        return 0;
}

int main(int argc, char **argv) {
        _cleanup_close_ int dirfd = -1;

        if (argc != 2)
                return 2;
        dirfd = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return dirfd < 0 || serve(dirfd) < 0;
}
