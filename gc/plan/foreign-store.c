/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A graphroot holds more than its own record files speak for where there is an image store: the contents of
 * all layers (releases 1.47 to 1.52), the tar-split files and big data of image layers (1.53 and later), and
 * directories of images (all of them, store.go:ImageDirectory). Who forgets to configure that store, or
 * names another one, finds all of these without a record. It shows by
 *
 *   - halves of layers, where the image store, if any, has the other half of none;
 *   - containers of images that have no record;
 *   - tar-split files or big data of layers that have neither record nor directory, where no recorded layer
 *     has such files: all that were ever pulled lie elsewhere;
 *   - a layer with a record, and a finished one, that has no directory (1.53 to 1.57);
 *   - a record of ours that refers to a layer which has neither record nor directory. The layer may be of an
 *     additional store, and tells nothing of images.
 *
 * None of this is there in a store that is in order. One that lost records, or directories, may show it too:
 * then halves, and what only images and their layers have, stay where they are. A record file that cannot be
 * read shows nothing, and is a doubt of its own.
 */

#include "plan/foreign-store.h"

static bool has_lonely_halves(const struct facts *facts, const struct references *references) {
        bool here = false, there = false;

        for (size_t i = 0; i < facts->n_entries; i++) {
                if (!facts->entries[i].half)
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
        bool halves = has_lonely_halves(facts, references);
        bool images = halves || has_lost_images(references) || has_foreign_side_files(references) ||
                      has_layers(references, is_finished);

        *foreign_store = (struct foreign_store){
                .halves = halves,
                .images = images,
                .layers = images || has_layers(references, is_lost),
                .hidden = references_has_hidden_side_files(facts) || references_has_hidden_dirs(facts),
        };
}
