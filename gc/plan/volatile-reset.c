/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decide which volatile files may be reset: those that no Go process can read, and that cannot have listed a
 * running container. After a power cut no container runs. On a running machine, processes and mounts show
 * which layers and containers are in use:
 *
 *   - if a layer in use has no record, the file may have listed it;
 *   - if a layer in use is unreferenced, it belongs to a container that the file may have listed;
 *   - if a container directory without a record is in use or has a mount below it (its /dev/shm), the file
 * may have listed that container.
 *
 * mountpoints.json is no evidence of current mounts: if the runroot survives a reboot, so does the file. But
 * if a layer has a mount count there, or a container in the runroot's other file, and no directory in this
 * store, it belongs to another graphroot with the same runroot. The torn file may list containers of that
 * graphroot as well. They cannot be found from here, and they need not be mounted (vfs).
 *
 * A mounted layer that has no directory here belongs to another store. It does not prevent a reset: a file in
 * the graphroot lists no containers of other stores; and if another store used this runroot,
 * mountpoints.json, if it can be read, would list the layer.
 */

#include <string.h>

#include "plan/volatile-reset.h"

static const struct fact_file *find_file(const struct facts *facts, const struct fact_entry *entry) {
        for (size_t i = 0; i < facts->n_files; i++) {
                const struct fact_file *file = &facts->files[i];

                if ((file->location == CSTORAGE_LOCATION_VOLATILE ||
                     file->location == CSTORAGE_LOCATION_VOLATILE_RUNROOT) &&
                    strcmp(file->path, entry->path) == 0)
                        return file;
        }
        return NULL;
}

static bool counts_are_read(const struct facts *facts) {
        for (size_t i = 0; i < facts->n_files; i++)
                if (facts->files[i].kind == CSTORAGE_RECORD_FILE_MOUNTS &&
                    (facts->files[i].state == CSTORAGE_RECORD_FILE_OK ||
                     facts->files[i].state == CSTORAGE_RECORD_FILE_EMPTY))
                        return true;
        return false;
}

/* Whether a mounted layer without a directory in this store is certain to be recorded in another store. */
static bool others_are_apart(const struct facts *facts, const struct fact_file *file) {
        return !references_has_hidden_dirs(facts) &&
               (file->location == CSTORAGE_LOCATION_VOLATILE || counts_are_read(facts));
}

static bool has_layer_alive(const struct facts *facts, const struct references *references,
                            const struct fact_file *file) {
        bool of_container = file->kind == CSTORAGE_RECORD_FILE_CONTAINERS,
             apart = others_are_apart(facts, file);

        for (size_t i = 0; i < facts->n_in_use; i++) {
                uint32_t marks = references->marks[references->numbers.numbers[references->in_use_at + i]];

                if (apart && !(marks & MARK_DIRS))
                        continue;
                if (!(marks & MARK_RECORDS) || (of_container && !(marks & MARK_REFERENCES)))
                        return true;
        }
        return false;
}

static bool has_container_alive(const struct facts *facts, const struct references *references) {
        for (size_t i = 0; i < facts->n_entries; i++) {
                const struct fact_entry *entry = &facts->entries[i];

                if (entry->kind == CSTORAGE_ENTRY_CONTAINER_DIR &&
                    (entry->identity.mount_below || idset_has(&references->in_use, entry->name)) &&
                    !idset_has(&references->containers, entry->name))
                        return true;
        }
        return false;
}

static bool may_be_alive(const struct facts *facts, const struct references *references,
                         const struct fact_file *file) {
        return has_layer_alive(facts, references, file) ||
               (file->kind == CSTORAGE_RECORD_FILE_CONTAINERS && has_container_alive(facts, references));
}

/* Whether the layer has no directory in this store and no record in an additional store. */
static bool is_of_others(const struct references *references, size_t mention) {
        uint32_t number = references->numbers.numbers[mention];

        return number != references->numbers.n_distinct &&
               !(references->marks[number] & (MARK_DIRS | MARK_RECORD(CSTORAGE_LOCATION_ADDITIONAL)));
}

/* If mountpoints.json cannot be read, it may list layers of other graphroots. */
static bool may_be_counted(const struct facts *facts) {
        for (size_t i = 0; i < facts->n_files; i++)
                if (facts->files[i].kind == CSTORAGE_RECORD_FILE_MOUNTS &&
                    (facts->files[i].state == CSTORAGE_RECORD_FILE_DAMAGED ||
                     facts->files[i].state == CSTORAGE_RECORD_FILE_UNREADABLE))
                        return true;
        return false;
}

static bool may_be_shared(const struct facts *facts, const struct references *references) {
        for (size_t i = 0; i < facts->n_mounts; i++)
                if (is_of_others(references, references->mounts_at + i))
                        return true;
        for (size_t i = 0; i < facts->n_containers; i++)
                if (facts->containers[i].location == CSTORAGE_LOCATION_VOLATILE_RUNROOT &&
                    is_of_others(references, references->containers_at + i))
                        return true;
        return may_be_counted(facts);
}

enum reason volatile_reset_reason(const struct facts *facts, const struct references *references,
                                  const struct policy *policy, const struct fact_entry *entry,
                                  const struct fact_file **ret) {
        const struct fact_file *file = find_file(facts, entry);

        *ret = file;
        if (!file || file->state == CSTORAGE_RECORD_FILE_MISSING || file->state == CSTORAGE_RECORD_FILE_OK)
                return REASON_VANISHED;
        if (!file->torn)
                return REASON_RECORDS_DAMAGED;
        if (!policy->repair)
                return REASON_REPAIR_DISABLED;
        if (may_be_alive(facts, references, file))
                return REASON_POSSIBLY_IN_USE;
        if (file->location == CSTORAGE_LOCATION_VOLATILE_RUNROOT && may_be_shared(facts, references))
                return REASON_SHARED_RUNROOT;
        return REASON_TORN_VOLATILE_FILE;
}
