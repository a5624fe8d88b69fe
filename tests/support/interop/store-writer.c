/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Change a store, with the public library only: one transaction for a command line.
 *
 *   store-writer [-t] [-f] DRIVER GRAPHROOT RUNROOT CHANGE [, CHANGE]...
 *
 * -t: the store is transient. -f: ignore an existing object in a creation and a missing one in a deletion.
 * "-" is a missing word. Prints the requested paths. Exit status 1: the transaction failed; 3: it succeeded,
 * and the trash is still in temp dirs.
 */

#include <cstorage.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store-open.h"

#define CHANGES_MAX      64 /* in a command line; scripts have fewer */
#define EXIT_NOT_EMPTIED 3

struct change {
        char **words; /* NULL-terminated */
        size_t n;
        struct cstorage_stage *stage;
        char *path;
};

struct writer {
        struct cstorage_store *store;
        struct cstorage_txn *txn;
        struct change changes[CHANGES_MAX];
        size_t n;
        bool transient, force;
        struct cstorage_error error;
};

static const char *given(const char *word) {
        return word && strcmp(word, "-") != 0 ? word : NULL;
}

/* A missing word is a bug in a script. */
static enum cstorage_object object_of(const char *word) {
        return strcmp(word, "layer") == 0   ? CSTORAGE_OBJECT_LAYER
               : strcmp(word, "image") == 0 ? CSTORAGE_OBJECT_IMAGE
                                            : CSTORAGE_OBJECT_CONTAINER;
}

static int no_memory(struct writer *writer) {
        snprintf(writer->error.text, sizeof(writer->error.text), "out of memory");
        return -ENOMEM;
}

/* ----------------------------------------------------------------------------- layers */

/* With owners, times, attributes and devices, since whiteouts are devices. */
static int copy_tree(struct writer *writer, const char *from, int to) {
        int status = -1;
        pid_t pid = fork();

        if (pid == 0) {
                char dot[4096];

                snprintf(dot, sizeof(dot), "%s/.", from);
                if (fchdir(to) == 0)
                        execlp("cp", "cp", "-a", dot, ".", (char *) NULL);
                _exit(127);
        }
        if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0)
                return 0;
        snprintf(writer->error.text, sizeof(writer->error.text), "cannot copy %s", from);
        return -EIO;
}

/* Before the transaction, so that no lock is held while content is copied. */
static int fill_stage(struct writer *writer, struct change *change) {
        int r;

        r = cstorage_stage_new(writer->store, given(change->words[2]), &change->stage, &writer->error);
        if (r < 0)
                return r;
        return copy_tree(writer, change->words[3], cstorage_stage_get_fd(change->stage));
}

/* layer ID PARENT DIRECTORY DIGEST SIZE NAME... */
static int make_layer(struct writer *writer, const struct change *change, uint64_t flags) {
        const struct cstorage_layer_options options = {
                .size = sizeof(options),
                .flags = flags,
                .id = given(change->words[1]),
                .parent = given(change->words[2]),
                .stage = change->stage,
                .diff_digest = given(change->words[4]),
                .diff_size = given(change->words[5]) ? atoll(change->words[5]) : 0,
                .names = (const char *const *) change->words + 6,
        };

        return cstorage_txn_create_layer(writer->txn, &options, NULL, &writer->error);
}

static int layer(struct writer *writer, struct change *change) {
        return make_layer(writer, change, 0);
}

static int volatile_layer(struct writer *writer, struct change *change) {
        return make_layer(writer, change, CSTORAGE_LAYER_VOLATILE);
}

/* ------------------------------------------------------------------ images, containers */

/* image ID LAYER DIGEST NAME... */
static int image(struct writer *writer, struct change *change) {
        const struct cstorage_image_options options = {
                .size = sizeof(options),
                .id = given(change->words[1]),
                .layer = given(change->words[2]),
                .digest = given(change->words[3]),
                .names = (const char *const *) change->words + 4,
        };

        return cstorage_txn_create_image(writer->txn, &options, NULL, &writer->error);
}

static int make_container(struct writer *writer, const struct change *change, uint64_t flags) {
        const struct cstorage_container_options options = {
                .size = sizeof(options),
                .flags = flags,
                .id = given(change->words[1]),
                .layer = given(change->words[2]),
                .image = given(change->words[3]),
                .names = (const char *const *) change->words + 4,
        };

        return cstorage_txn_create_container(writer->txn, &options, NULL, &writer->error);
}

/* container ID LAYER IMAGE NAME... */
static int container(struct writer *writer, struct change *change) {
        return make_container(writer, change, 0);
}

static int volatile_container(struct writer *writer, struct change *change) {
        return make_container(writer, change, CSTORAGE_CONTAINER_VOLATILE);
}

/* ------------------------------------------------------------------- all of the three */

/* names KIND ID NAME... */
static int names(struct writer *writer, struct change *change) {
        return cstorage_txn_set_names(writer->txn, object_of(change->words[1]), change->words[2],
                                      (const char *const *) change->words + 3, &writer->error);
}

/* metadata KIND ID TEXT */
static int metadata(struct writer *writer, struct change *change) {
        return cstorage_txn_set_metadata(writer->txn, object_of(change->words[1]), change->words[2],
                                         change->words[3], &writer->error);
}

/* flag KIND ID FLAG JSON */
static int flag(struct writer *writer, struct change *change) {
        return cstorage_txn_set_flag(writer->txn, object_of(change->words[1]), change->words[2],
                                     change->words[3], given(change->words[4]), &writer->error);
}

/* data KIND ID KEY FILE */
static int data(struct writer *writer, struct change *change) {
        static char buffer[1024 * 1024];
        FILE *file = fopen(change->words[4], "re");
        size_t n;

        if (!file)
                return -errno;
        n = fread(buffer, 1, sizeof(buffer), file);
        fclose(file);
        return cstorage_txn_set_big_data(writer->txn, object_of(change->words[1]), change->words[2],
                                         change->words[3], buffer, n, NULL, &writer->error);
}

/* delete KIND ID */
static int delete (struct writer *writer, struct change *change) {
        return cstorage_txn_delete(writer->txn, object_of(change->words[1]), change->words[2], 0,
                                   &writer->error);
}

/* directory KIND ID */
static int directory(struct writer *writer, struct change *change) {
        return cstorage_txn_make_directory(writer->txn, object_of(change->words[1]), change->words[2], false,
                                           &change->path, &writer->error);
}

/* mount KIND ID */
static int mount(struct writer *writer, struct change *change) {
        return cstorage_txn_mount(writer->txn, object_of(change->words[1]), change->words[2], NULL,
                                  &change->path, &writer->error);
}

/* unmount KIND ID */
static int unmount(struct writer *writer, struct change *change) {
        return cstorage_txn_unmount(writer->txn, object_of(change->words[1]), change->words[2], 0,
                                    &writer->error);
}

static const struct verb {
        const char *name;
        size_t words; /* at least, its name counted */
        int (*run)(struct writer *writer, struct change *change);
        int forgiven; /* with -f */
} verbs[] = {
        {"layer", 6, layer, -EEXIST},
        {"volatile-layer", 6, volatile_layer, -EEXIST},
        {"image", 4, image, -EEXIST},
        {"container", 4, container, -EEXIST},
        {"volatile-container", 4, volatile_container, -EEXIST},
        {"names", 3, names, 0},
        {"metadata", 4, metadata, 0},
        {"flag", 5, flag, 0},
        {"data", 5, data, 0},
        {"delete", 3, delete, -ENOENT},
        {"directory", 3, directory, 0},
        {"mount", 3, mount, 0},
        {"unmount", 3, unmount, 0},
};

/* ------------------------------------------------------------------------ a command line */

static const struct verb *find_verb(struct writer *writer, const struct change *change) {
        for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
                if (strcmp(change->words[0], verbs[i].name) == 0 && change->n >= verbs[i].words)
                        return &verbs[i];
        snprintf(writer->error.text, sizeof(writer->error.text), "no such change: %s", change->words[0]);
        return NULL;
}

static int split_changes(struct writer *writer, char **words) {
        while (*words) {
                struct change *change = &writer->changes[writer->n++];

                if (writer->n == CHANGES_MAX)
                        return no_memory(writer);
                change->words = words;
                while (words[change->n] && strcmp(words[change->n], ",") != 0)
                        change->n++;
                words += change->n;
                if (*words)
                        *words++ = NULL;
                if (!find_verb(writer, change))
                        return -EINVAL;
        }
        return 0;
}

/* No lock is held while content is copied. */
static int fill_stages(struct writer *writer) {
        int r = 0;

        for (size_t i = 0; i < writer->n && r >= 0; i++) {
                struct change *change = &writer->changes[i];

                if (strstr(change->words[0], "layer") && given(change->words[3]) && change->n >= 6)
                        r = fill_stage(writer, change);
        }
        return r;
}

static int ask_for_changes(struct writer *writer) {
        for (size_t i = 0; i < writer->n; i++) {
                const struct verb *verb = find_verb(writer, &writer->changes[i]);
                int r;

                r = verb->run(writer, &writer->changes[i]);
                if (r < 0 && !(writer->force && r == verb->forgiven))
                        return r;
        }
        return 0;
}

static int commit(struct writer *writer) {
        struct cstorage_trash *trash = NULL;
        int r;

        r = cstorage_txn_commit(writer->txn, &trash, &writer->error);
        if (r < 0)
                return r;

        r = cstorage_trash_empty(trash, &writer->error);
        if (r < 0)
                fprintf(stderr, "store-writer: %s\n", writer->error.text);
        cstorage_trash_free(trash);
        for (size_t i = 0; i < writer->n; i++)
                if (writer->changes[i].path)
                        printf("%s\n", writer->changes[i].path);
        return r < 0 ? EXIT_NOT_EMPTIED : 0;
}

static int write_store(struct writer *writer, char **words) {
        int r;

        r = split_changes(writer, words);
        if (r >= 0)
                r = fill_stages(writer);
        if (r >= 0)
                r = cstorage_txn_begin(writer->store, NULL, &writer->txn, &writer->error);
        if (r >= 0)
                r = ask_for_changes(writer);
        if (r >= 0)
                r = commit(writer);

        cstorage_txn_free(writer->txn);
        for (size_t i = 0; i < writer->n; i++) {
                cstorage_stage_free(writer->changes[i].stage);
                free(writer->changes[i].path);
        }
        return r;
}

int main(int argc, char **argv) {
        struct writer writer = {0};
        int option, r;

        while ((option = getopt(argc, argv, "+tf")) != -1) {
                writer.transient |= option == 't';
                writer.force |= option == 'f';
        }
        if (argc - optind < 4)
                return 2;

        r = store_open(argv + optind, writer.transient, cstorage_store_create, &writer.store, &writer.error);
        if (r >= 0)
                r = write_store(&writer, argv + optind + 3);
        if (r < 0)
                fprintf(stderr, "store-writer: %s (%s)\n", writer.error.text, strerror(-r));
        cstorage_store_unref(writer.store);
        return r < 0 ? 1 : r;
}
