/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Make the storage of a container, print its mount point, and remove it, without waiting for the disk. */
#include <cstorage.h>
#include <stdio.h>
#include <stdlib.h>

/* Commit the transaction, and delete the trash. */
static int finish(struct cstorage_txn *txn, struct cstorage_error *error) {
        struct cstorage_trash *trash = NULL;
        int r = cstorage_txn_commit(txn, &trash, error);

        if (r >= 0)
                r = cstorage_trash_empty(trash, error);
        cstorage_trash_free(trash);
        cstorage_txn_free(txn);
        return r;
}

static int start(struct cstorage_store *store, const char *name, const char *image,
                 struct cstorage_error *error) {
        const char *const names[] = {name, NULL};
        const struct cstorage_container_options options = {.size = sizeof(options),
                                                           .names = names,
                                                           .image = image};
        struct cstorage_txn *txn = NULL;
        char *path = NULL;
        int r;

        r = cstorage_txn_begin(store, NULL, &txn, error);
        if (r >= 0)
                r = cstorage_txn_create_container(txn, &options, NULL, error);
        if (r >= 0)
                r = cstorage_txn_mount(txn, CSTORAGE_OBJECT_CONTAINER, name, NULL, &path, error);
        if (r >= 0)
                r = finish(txn, error);
        else
                cstorage_txn_free(txn);
        if (r >= 0)
                printf("%s\n", path);
        free(path);
        return r;
}

static int stop(struct cstorage_store *store, const char *name, struct cstorage_error *error) {
        struct cstorage_txn *txn = NULL;
        int r;

        r = cstorage_txn_begin(store, NULL, &txn, error);
        if (r >= 0)
                r = cstorage_txn_unmount(txn, CSTORAGE_OBJECT_CONTAINER, name, 0, error);
        if (r >= 0)
                r = cstorage_txn_delete(txn, CSTORAGE_OBJECT_CONTAINER, name, 0, error);
        if (r >= 0)
                return finish(txn, error);
        cstorage_txn_free(txn);
        return r;
}

int main(int argc, char **argv) {
        struct cstorage_config *config = NULL;
        struct cstorage_store *store = NULL;
        struct cstorage_error error = {.text = "out of memory"};
        int r;

        if (argc != 3)
                return 2;
        r = cstorage_config_load(&config, &error);
        if (r >= 0)
                r = cstorage_config_set_transient(config, true);
        if (r >= 0)
                r = cstorage_store_create(config, &store, &error);
        if (r >= 0)
                r = start(store, argv[1], argv[2], &error);
        if (r >= 0) {
                (void) fflush(stdout);
                (void) getchar(); /* a runtime would start the container here */
                r = stop(store, argv[1], &error);
        }
        if (r < 0)
                fprintf(stderr, "%s\n", error.text);
        cstorage_store_unref(store);
        cstorage_config_free(config);
        return r < 0;
}
