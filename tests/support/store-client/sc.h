/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <cstorage.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/strlist.h"

/*
 * A test client with the command line of upstream's containers-storage (storage/cmd/containers-storage). It
 * uses libcstorage if possible, and else executes the real program, so that the tests of upstream can be run
 * with the library.
 */

/* The names of upstream; options of a single verb come last. Each is a bit in struct verb. */
enum option_id {
        OPT_GRAPH,
        OPT_RUN,
        OPT_IMAGE_STORE,
        OPT_TRANSIENT,
        OPT_DRIVER,
        OPT_STORAGE_OPT,
        OPT_DEBUG,
        OPT_UNSHARE,
        OPT_JSON,
        OPT_QUIET,
        OPT_FORCE,
        OPT_FILE,
        OPT_ID,
        OPT_NAME,
        OPT_LABEL,
        OPT_READONLY,
        OPT_METADATA,
        OPT_METADATA_FILE,
        OPT_DIGEST,
        OPT_VOLATILE,
        OPT_QUICK,
        OPT_TREE,
        OPT_TEST,
        OPT_READ_ONLY,
        OPT_MOUNT_OPT,
        OPT_IS_LAYER,
        OPT_IS_IMAGE,
        OPT_IS_CONTAINER,
        OPT_ID_MAPS,
        _OPT_MAX,
};

#define OPT(name) (1ULL << OPT_##name)

struct settings {
        const char *graph, *run, *image_store, *driver;
        struct strlist storage_opts, names;
        const char *file, *id, *label, *metadata, *metadata_file, *digest, *mount_opt;
        bool transient, debug, json, quiet, force, read_only, is_volatile, quick, test;
        bool is_layer, is_image, is_container;
};

/* A verb returns it instead of an exit status if the real program must do it. */
#define HAND_OVER (-1)

struct client;

struct verb {
        const char *name, *alias;
        int min_args, max_args;    /* -1: any number */
        uint64_t options;          /* besides those of all verbs */
        enum cstorage_object kind; /* of the objects of the verb, if verbs share a function */
        bool changes;              /* it begins its transactions, and reads nothing before */
        int (*serve)(struct client *client);
};

struct client {
        const struct verb *verb;
        const char *called; /* the verb in the arguments, or NULL */
        struct settings settings;
        char **args; /* the words after the options; ends with NULL */
        int n_args;
        struct cstorage_config *config;
        struct cstorage_store *store;
        struct cstorage_txn *txn; /* of verbs that change the store */
        struct cstorage_snapshot *snapshot;
        FILE *out, *err;     /* the output, printed when the verb is served */
        const char *why;     /* the verb is handed over */
        char complaint[512]; /* the error message; printed at the end, unless a verb replaces it
                              */
};

/* A layer, an image or a container; the two others are NULL. */
struct thing {
        enum cstorage_object kind;
        const struct cstorage_layer *layer;
        const struct cstorage_image *image;
        const struct cstorage_container *container;
};
/* Terminate a list with a NULL that is not counted. Returns 0 or -ENOMEM. */
int list_end(struct strlist *list);

/* ---- sc-verbs.c */

const struct verb *verb_find(const char *name);

/* ---- sc-options.c: 0, or HAND_OVER with the reason; the real program then prints the error */

int options_parse(struct client *client, char **argv);

/* ---- sc-store.c */

int client_open(struct client *client);
int client_read(struct client *client);

/* Leave the verb to the real program, before any change. Always HAND_OVER. */
static inline int hand_over(struct client *client, const char *why) {
        client->why = why;
        return HAND_OVER;
}

/* Set the error message, and replace an earlier one. Always 1. */
int log_error(struct client *client, const char *format, ...) _printf_(2, 3);

/* ---- sc-change.c */

/* Begin a transaction, and read the records under its locks; replaces an earlier one. */
int change_begin(struct client *client);

/* Read the records with the pending changes. */
int change_look(struct client *client);

/* Commit, delete the trash, and read the records. */
int change_end(struct client *client);

/*
 * The result of a change: 0, HAND_OVER if the library does not support it, or 1 with an error message.
 */
int change_check(struct client *client, int r, const struct cstorage_error *error);

/* Unmount it as often as it is mounted, as upstream does before a deletion. */
int change_unmount(struct client *client, const struct thing *thing);

/* The contents of a file, or of standard input if it is NULL, in new memory. */
int read_input(struct client *client, const char *path, char **ret, size_t *ret_size);

/* --metadata-file has precedence over --metadata. */
int read_metadata(struct client *client, char **ret);

/* ---- sc-find.c: the object that a Go process with the same configuration would find, or NULL */

const struct cstorage_layer *find_layer(const struct client *client, const char *name);
const struct cstorage_image *find_image(const struct client *client, const char *name);
const struct cstorage_container *find_container(const struct client *client, const char *name);

const struct cstorage_layer *next_layer(const struct client *client, const struct cstorage_layer *prev);
const struct cstorage_image *next_image(const struct client *client, const struct cstorage_image *prev);
const struct cstorage_container *next_container(const struct client *client,
                                                const struct cstorage_container *prev);

/* A container by its layer's id, an image by one of its top layers; NULL. */
const struct cstorage_container *next_container_of(const struct client *client, const char *layer_id,
                                                   const struct cstorage_container *prev);
const struct cstorage_image *next_image_of(const struct client *client, const char *layer_id,
                                           const struct cstorage_image *prev);

/* An object of any kind: layers first, then images, containers (store.go:Lookup). */
bool find_thing(const struct client *client, const char *name, struct thing *ret);
bool find_of_kind(const struct client *client, enum cstorage_object kind, const char *name,
                  struct thing *ret);
const char *thing_get_id(const struct thing *thing);
const char *thing_get_name(const struct thing *thing, size_t index);
const char *thing_get_metadata(const struct thing *thing);
const char *thing_get_json(const struct thing *thing, size_t *ret_size);
/* For layers, whose sizes and digests are not recorded: 0 and "". */
const char *thing_get_big_data(const struct thing *thing, size_t index, int64_t *ret_size,
                               const char **ret_digest);

/* A layer, or that of a container. */
bool is_mounted(const struct client *client, const struct thing *thing);

/* Set upstream's message about a missing object. Always 1. */
int complain_unknown(struct client *client, enum cstorage_object kind, const char *name);

/* images.go:recomputeDigests; NULL after the last. */
const char *image_get_digest(const struct cstorage_image *image, size_t index);

/* ---- sc-json.c: in the format of encoding/json; for lists, the text of an empty list */

void json_string(FILE *out, const char *s);
void json_strings(FILE *out, const struct strlist *list, const char *none);
void json_record(FILE *out, bool first, const struct thing *thing);
void json_end(FILE *out, bool none, const char *text);

/* The JSON text of a string in new memory; NULL without memory. */
char *json_text(const char *s);

/* A Go map, which is sorted when it is written. The caller owns the names. */
struct members {
        struct member {
                const char *name;
                char *json;
        } * items;
        size_t n, cap;
};

#define MEMBERS_INIT ((struct members){0})

void members_done(struct members *members);
#define _cleanup_members_ _cleanup_(members_done)

/* Takes ownership of the text; NULL gives -ENOMEM. Replaces an existing member. */
int members_set(struct members *members, const char *name, char *json);
void json_members(FILE *out, struct members *members);

/* ---- sc-size.c: 0 or HAND_OVER */

int image_size(struct client *client, const struct cstorage_image *image, int64_t *ret);

/* In a transaction, which makes the directories. */
int container_size(struct client *client, const struct cstorage_container *container, int64_t *ret);

/* ---- sc-pull-up.c */

int pull_up(struct client *client, const struct thing *image);

/* ---- the verbs */

int serve_layers(struct client *client);
int serve_images(struct client *client);
int serve_images_by_digest(struct client *client);
int serve_containers(struct client *client);
int serve_show(struct client *client);
int serve_show_container(struct client *client);
int serve_exists(struct client *client);
int serve_create_layer(struct client *client);
int serve_create_image(struct client *client);
int serve_create_container(struct client *client);
int serve_delete(struct client *client);
int serve_delete_object(struct client *client);
int serve_delete_image(struct client *client);
int serve_get_names(struct client *client);
int serve_add_names(struct client *client);
int serve_set_names(struct client *client);
int serve_remove_names(struct client *client);
int serve_metadata(struct client *client);
int serve_set_metadata(struct client *client);
int serve_list_data(struct client *client);
int serve_get_data(struct client *client);
int serve_data_size(struct client *client);
int serve_data_digest(struct client *client);
int serve_set_data(struct client *client);
int serve_directory(struct client *client);
int serve_run_directory(struct client *client);
int serve_mount(struct client *client);
int serve_unmount(struct client *client);
int serve_mounted(struct client *client);
int serve_status(struct client *client);
int serve_gc(struct client *client);
int serve_wipe(struct client *client);
