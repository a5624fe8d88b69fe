/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Detect an image store that the graphroot was used with and that is not configured. In the graphroot,
 * objects of such a store look like orphans: the contents of all layers (releases 1.47 to 1.52), the
 * tar-split files and big data of image layers (1.53 and later), and image directories (all releases,
 * store.go:ImageDirectory). The evidence is one of these:
 *
 *   - split layers, if the image store (if any) has the other directory of none of them;
 *   - containers of images that have no record;
 *   - tar-split files or big data of layers without record and directory, if no recorded layer has such
 *     files: the layers of all pulled images are in another store;
 *   - a record of a complete layer that has no directory (1.53 to 1.57);
 *   - a record of this store that refers to a layer without record and directory. The layer may be in an
 *     additional store, so this is no evidence of images.
 *
 * An intact store contains none of these. A store that lost records or directories may contain them too:
 * split layers, and objects of images and their layers, are then kept. A record file that cannot be read is
 * no evidence; missing-records.c handles it.
 */

#include "plan/foreign-store.h"

static bool has_lonely_parts(const struct facts *facts, const struct references *references) {
        bool here = false, there = false;

        for (size_t i = 0; i < facts->n_entries; i++) {
                if (!facts->entries[i].split_layer)
                        continue;
                if (!facts->entries[i].imagestore)
                        here = true;
                else if (*references_marks(references, i) & MARK_DIR_GRAPHROOT)
                        there = true;
        }
        return here && !there;
}

static bool has_lost_images(const struct references *references) {
        for (size_t i = 0; i < references->used_images.n; i++)
                if (!idset_has(&references->images, references->used_images.ids[i]))
                        return true;
        return false;
}

static bool has_foreign_side_files(const struct references *references) {
        bool foreign = false;

        for (size_t n = 0; n < references->numbers.n_distinct; n++) {
                uint32_t marks = references->marks[n];

                if ((marks & MARK_SIDE_FILE) && (marks & MARK_RECORDS))
                        return false;
                foreign |= (marks & MARK_SIDE_FILE) && !(marks & MARK_DIRS);
        }
        return foreign;
}

static bool has_layers(const struct references *references, bool (*is_elsewhere)(uint32_t marks)) {
        for (size_t n = 0; n < references->numbers.n_distinct; n++)
                if (!(references->marks[n] & MARK_DIRS) && is_elsewhere(references->marks[n]))
                        return true;
        return false;
}

static bool is_finished(uint32_t marks) {
        return marks & MARK_STABLE_COMPLETE;
}

static bool is_lost(uint32_t marks) {
        return (marks & MARK_OF_OWN_RECORD) && !(marks & MARK_RECORDS);
}

void foreign_store_find(struct foreign_store *foreign_store, const struct facts *facts,
                        const struct references *references) {
        bool split_layers = has_lonely_parts(facts, references);
        bool images = split_layers || has_lost_images(references) || has_foreign_side_files(references) ||
                      has_layers(references, is_finished);

        *foreign_store = (struct foreign_store){
                .split_layers = split_layers,
                .images = images,
                .layers = images || has_layers(references, is_lost),
                .hidden = references_has_hidden_side_files(facts) || references_has_hidden_dirs(facts),
        };
}
