/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Print the names of each image, the number of its layers, and their uncompressed sizes and paths. */
#include <cstorage.h>
#include <stdio.h>
#include <unistd.h>

/* The path of this layer alone; nothing is mounted. */
static void print_directory(const struct cstorage_layer *layer) {
        int fd = cstorage_layer_open_diff(layer, NULL);
        char link[64], path[4096];
        ssize_t n;

        (void) snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        n = readlink(link, path, sizeof(path));
        if (n > 0)
                printf("        %.*s\n", (int) n, path);
        if (fd >= 0)
                (void) close(fd);
}

static void print_image(const struct cstorage_snapshot *snapshot, const struct cstorage_image *image) {
        const struct cstorage_layer *layer = NULL;
        int64_t bytes = 0;
        size_t n = 0;

        (void) cstorage_snapshot_find_layer(snapshot, cstorage_image_get_layer_id(image), &layer);
        for (; layer; layer = cstorage_snapshot_get_parent(snapshot, layer), n++)
                bytes += cstorage_layer_get_diff_size(layer);

        for (size_t i = 0; cstorage_image_get_name(image, i); i++)
                printf("%s ", cstorage_image_get_name(image, i));
        printf("%zu layers %lld bytes\n", n, (long long) bytes);

        layer = NULL;
        (void) cstorage_snapshot_find_layer(snapshot, cstorage_image_get_layer_id(image), &layer);
        for (; layer; layer = cstorage_snapshot_get_parent(snapshot, layer))
                print_directory(layer);
}

int main(void) {
        struct cstorage_config *config = NULL;
        struct cstorage_store *store = NULL;
        struct cstorage_snapshot *snapshot = NULL;
        struct cstorage_error error = {.text = "out of memory"};
        int r;

        r = cstorage_config_load(&config, &error);
        if (r >= 0)
                r = cstorage_store_open(config, &store, &error);
        if (r >= 0)
                r = cstorage_snapshot_new(store, &snapshot, &error);
        if (r < 0)
                fprintf(stderr, "%s\n", error.text);
        else
                for (const struct cstorage_image *image = NULL;
                     (image = cstorage_snapshot_next_image(snapshot, image));)
                        print_image(snapshot, image);

        cstorage_snapshot_unref(snapshot);
        cstorage_store_unref(store);
        cstorage_config_free(config);
        return r < 0;
}
