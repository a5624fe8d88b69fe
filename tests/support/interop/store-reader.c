/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Print the contents of a store, with the public library only.
 *
 *   store-reader [-t] DRIVER GRAPHROOT RUNROOT           a line for each record: kind, location, JSON
 *   store-reader [-t] -w DRIVER GRAPHROOT RUNROOT        for each line of stdin: 1 if the snapshot is stale,
 * else 0; after a 1 it takes a new one
 *
 * Exit status 1: a record file is invalid or cannot be read.
 */

#include <cstorage.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store-open.h"

static void print(const char *kind, enum cstorage_location location, const char *json, size_t length) {
        printf("%s %d %.*s\n", kind, (int) location, (int) length, json);
}

static void list_layers(const struct cstorage_snapshot *snapshot) {
        const struct cstorage_layer *layer = NULL;

        while ((layer = cstorage_snapshot_next_layer(snapshot, layer))) {
                size_t length;
                const char *json = cstorage_layer_get_json(layer, &length);

                print("layer", cstorage_layer_get_location(layer), json, length);
        }
}

static void list_images(const struct cstorage_snapshot *snapshot) {
        const struct cstorage_image *image = NULL;

        while ((image = cstorage_snapshot_next_image(snapshot, image))) {
                size_t length;
                const char *json = cstorage_image_get_json(image, &length);

                print("image", cstorage_image_get_location(image), json, length);
        }
}

static void list_containers(const struct cstorage_snapshot *snapshot) {
        const struct cstorage_container *container = NULL;

        while ((container = cstorage_snapshot_next_container(snapshot, container))) {
                size_t length;
                const char *json = cstorage_container_get_json(container, &length);

                print("container", cstorage_container_get_location(container), json, length);
        }
}

static void list_mounts(const struct cstorage_snapshot *snapshot) {
        const struct cstorage_mount *mount = NULL;

        while ((mount = cstorage_snapshot_next_mount(snapshot, mount)))
                printf("mount %s %lld\n", cstorage_mount_get_layer_id(mount),
                       (long long) cstorage_mount_get_count(mount));
}

static int list_problems(const struct cstorage_snapshot *snapshot) {
        const struct cstorage_record_file *file = NULL;
        int r = 0;

        while ((file = cstorage_snapshot_next_record_file(snapshot, file)))
                if (cstorage_record_file_get_problem(file)) {
                        fprintf(stderr, "store-reader: %s: %s\n", cstorage_record_file_get_path(file),
                                cstorage_record_file_get_problem(file));
                        r = 1;
                }
        return r;
}

static int list(struct cstorage_store *store, struct cstorage_error *error) {
        struct cstorage_snapshot *snapshot = NULL;
        int r;

        r = cstorage_snapshot_new(store, &snapshot, error);
        if (r < 0)
                return r;
        list_layers(snapshot);
        list_images(snapshot);
        list_containers(snapshot);
        list_mounts(snapshot);
        r = list_problems(snapshot);
        cstorage_snapshot_unref(snapshot);
        return r;
}

static int renew(struct cstorage_store *store, struct cstorage_snapshot **snapshot,
                 struct cstorage_error *error) {
        *snapshot = cstorage_snapshot_unref(*snapshot);
        return cstorage_snapshot_new(store, snapshot, error);
}

static int watch(struct cstorage_store *store, struct cstorage_error *error) {
        struct cstorage_snapshot *snapshot = NULL;
        int r;

        setlinebuf(stdout);
        r = renew(store, &snapshot, error);
        for (int c; r >= 0 && (c = getchar()) != EOF;) {
                if (c != '\n')
                        continue;
                r = cstorage_snapshot_is_stale(snapshot, error);
                printf("%d\n", r);
                if (r == 1)
                        r = renew(store, &snapshot, error);
        }
        cstorage_snapshot_unref(snapshot);
        return r;
}

int main(int argc, char **argv) {
        struct cstorage_store *store = NULL;
        struct cstorage_error error = {.text = "out of memory"};
        bool transient = false, watching = false;
        int option, r;

        while ((option = getopt(argc, argv, "+tw")) != -1) {
                transient |= option == 't';
                watching |= option == 'w';
        }
        if (argc - optind != 3)
                return 2;

        r = store_open(argv + optind, transient, cstorage_store_open, &store, &error);
        if (r >= 0)
                r = watching ? watch(store, &error) : list(store, &error);
        if (r < 0)
                fprintf(stderr, "store-reader: %s\n", error.text);
        cstorage_store_unref(store);
        return r < 0 ? 1 : r;
}
