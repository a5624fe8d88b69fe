/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verifies the layers of all images, and prints each file that is not as it was pulled. */
#include <cstorage.h>
#include <errno.h>
#include <stdio.h>

static void print(const struct cstorage_mismatch *mismatch, void *layer) {
        printf("%s: %s is damaged\n", cstorage_layer_get_id(layer), mismatch->path);
}

/* Layers of containers have no archive to compare with. */
static int verify(const struct cstorage_layer *layer) {
        struct cstorage_error error;
        int r = cstorage_layer_verify(layer, NULL, print, (void *) layer, NULL, &error);

        if (r < 0 && r != -ENODATA)
                fprintf(stderr, "%s\n", error.text);
        return r == -ENODATA ? 0 : r;
}

int main(void) {
        struct cstorage_config *config = NULL;
        struct cstorage_store *store = NULL;
        struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_layer *layer = NULL;
        struct cstorage_error error = {.text = "out of memory"};
        int r, damaged = 0;

        r = cstorage_config_load(&config, &error);
        if (r >= 0)
                r = cstorage_store_open(config, &store, &error);
        if (r >= 0)
                r = cstorage_snapshot_new(store, &snapshot, &error);
        if (r < 0)
                fprintf(stderr, "%s\n", error.text);
        while (r >= 0 && (layer = cstorage_snapshot_next_layer(snapshot, layer)))
                damaged |= verify(layer) != 0;

        cstorage_snapshot_unref(snapshot);
        cstorage_store_unref(store);
        cstorage_config_free(config);
        return r < 0 || damaged;
}
