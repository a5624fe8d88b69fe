/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes the storage of a container of an image, which need not survive a reboot, mounts it, and removes it.
 */
#include <cstorage.h>
#include <stdio.h>
#include <stdlib.h>

/* What was deleted is emptied with no lock held; what is known now need not be read again. */
static int commit(struct cstorage_txn *txn, struct cstorage_snapshot **known, struct cstorage_error *error) {
        struct cstorage_trash *trash = NULL;
        int r;

        r = cstorage_txn_commit(txn, &trash, error);
        if (r < 0)
                return r;
        *known = cstorage_snapshot_unref(*known);
        r = cstorage_txn_get_snapshot(txn, known, error);
        if (r >= 0)
                r = cstorage_trash_empty(trash, error);
        cstorage_trash_free(trash);
        return r;
}

static int start(struct cstorage_store *store, const char *image, struct cstorage_snapshot **known,
                 char **ret_path, struct cstorage_error *error) {
        const char *const names[] = {"example", NULL};
        const struct cstorage_container_options options = {
                .size = sizeof(options),
                .flags = CSTORAGE_CONTAINER_VOLATILE,
                .names = names,
                .image = image,
        };
        struct cstorage_txn *txn = NULL;
        int r;

        r = cstorage_txn_begin(store, NULL, &txn, error);
        if (r >= 0)
                r = cstorage_txn_create_container(txn, &options, NULL, error);
        if (r >= 0)
                r = cstorage_txn_mount(txn, CSTORAGE_OBJECT_CONTAINER, "example", NULL, ret_path, error);
        if (r >= 0)
                r = commit(txn, known, error);
        cstorage_txn_free(txn);
        return r;
}

static int stop(struct cstorage_store *store, struct cstorage_snapshot **known,
                struct cstorage_error *error) {
        struct cstorage_txn_options options = {.size = sizeof(options),
                                               .timeout_us = 30ULL * 1000 * 1000,
                                               .known = *known};
        struct cstorage_txn *txn = NULL;
        int r;

        r = cstorage_txn_begin(store, &options, &txn, error);
        if (r >= 0)
                r = cstorage_txn_unmount(txn, CSTORAGE_OBJECT_CONTAINER, "example", CSTORAGE_UNMOUNT_FORCE,
                                         error);
        if (r >= 0)
                r = cstorage_txn_delete(txn, CSTORAGE_OBJECT_CONTAINER, "example", 0, error);
        if (r >= 0)
                r = commit(txn, known, error);
        cstorage_txn_free(txn);
        return r;
}

int main(int argc, char **argv) {
        struct cstorage_config *config = NULL;
        struct cstorage_store *store = NULL;
        struct cstorage_snapshot *known = NULL;
        struct cstorage_error error = {.text = "out of memory"};
        char *path = NULL;
        int r;

        r = cstorage_config_load(&config, &error);
        if (r >= 0)
                r = cstorage_store_create(config, &store, &error);
        if (r >= 0)
                r = start(store, argc > 1 ? argv[1] : NULL, &known, &path, &error);
        if (r >= 0)
                printf("mounted at %s\n", path);
        if (r >= 0)
                r = stop(store, &known, &error);
        if (r < 0)
                fprintf(stderr, "%s\n", error.text);

        free(path);
        cstorage_snapshot_unref(known);
        cstorage_store_unref(store);
        cstorage_config_free(config);
        return r < 0;
}
