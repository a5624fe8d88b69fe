/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Verifies the layers of a store against their tar-split files, with nothing but the public library.
 *
 *   layer-verifier [-s] [-t THREADS] DRIVER GRAPHROOT RUNROOT [LAYER...]
 *
 * Prints a line for each layer: its id and "same", "different", "partly" (not all was compared), or
 * "none" (it has no tar-split); before that a line for each mismatch: kind, path, expected, found. -s: sizes
 * only. Exit status 1: a layer cannot be verified.
 */

#include <cstorage.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store-open.h"

static const char *const kinds[] = {
        [CSTORAGE_MISMATCH_MISSING] = "missing",
        [CSTORAGE_MISMATCH_TYPE] = "type",
        [CSTORAGE_MISMATCH_SIZE] = "size",
        [CSTORAGE_MISMATCH_CONTENT] = "content",
        [CSTORAGE_MISMATCH_LINK] = "link",
        [CSTORAGE_MISMATCH_HARD_LINK] = "hard-link",
        [CSTORAGE_MISMATCH_DEVICE] = "device",
        [CSTORAGE_MISMATCH_MODE] = "mode",
        [CSTORAGE_MISMATCH_WHITEOUT] = "whiteout",
        [CSTORAGE_MISMATCH_OPAQUE] = "opaque",
        [CSTORAGE_MISMATCH_UNREADABLE] = "unreadable",
};

static void print_mismatch(const struct cstorage_mismatch *mismatch, void *userdata) {
        (void) userdata;
        printf("%s %s", kinds[mismatch->kind], mismatch->path);
        if (mismatch->expected_text)
                printf(" \"%s\" \"%s\"\n", mismatch->expected_text,
                       mismatch->found_text ? mismatch->found_text : "");
        else
                printf(" %llx %llx\n", (unsigned long long) mismatch->expected,
                       (unsigned long long) mismatch->found);
}

static int verify(const struct cstorage_layer *layer, const struct cstorage_verify_options *options) {
        struct cstorage_verify_result result = {0};
        struct cstorage_error error;
        int r = cstorage_layer_verify(layer, options, print_mismatch, NULL, &result, &error);

        if (r < 0 && r != -ENODATA) {
                fprintf(stderr, "layer-verifier: %s\n", error.text);
                return r;
        }
        printf("%s %s %llu %llu %llu\n", cstorage_layer_get_id(layer),
               r == -ENODATA      ? "none"
               : !result.complete ? "partly"
               : r > 0            ? "different"
                                  : "same",
               (unsigned long long) result.entries, (unsigned long long) result.files,
               (unsigned long long) result.bytes);
        return 0;
}

static int is_wanted(const struct cstorage_layer *layer, char **ids) {
        const char *id = cstorage_layer_get_id(layer);

        for (char **wanted = ids; *wanted; wanted++)
                if (strcmp(*wanted, id) == 0)
                        return 1;
        return !*ids;
}

static int verify_all(char **words, const struct cstorage_verify_options *options,
                      struct cstorage_error *error) {
        struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_layer *layer = NULL;
        struct cstorage_store *store = NULL;
        int r, failed = 0;

        r = store_open(words, false, cstorage_store_open, &store, error);
        if (r >= 0)
                r = cstorage_snapshot_new(store, &snapshot, error);
        while (r >= 0 && (layer = cstorage_snapshot_next_layer(snapshot, layer)))
                if (is_wanted(layer, words + 3) && verify(layer, options) < 0)
                        failed = 1;
        cstorage_snapshot_unref(snapshot);
        cstorage_store_unref(store);
        return r < 0 ? r : failed;
}

int main(int argc, char **argv) {
        struct cstorage_verify_options options = {.size = sizeof(options)};
        struct cstorage_error error;
        int option, r;

        while ((option = getopt(argc, argv, "st:")) >= 0) {
                if (option == 's')
                        options.flags |= CSTORAGE_VERIFY_SIZES_ONLY;
                else if (option == 't')
                        options.threads = (unsigned) strtoul(optarg, NULL, 10);
                else
                        return 2;
        }
        if (argc - optind < 3)
                return 2;
        r = verify_all(argv + optind, &options, &error);
        if (r < 0)
                fprintf(stderr, "layer-verifier: %s\n", error.text);
        return r != 0;
}
