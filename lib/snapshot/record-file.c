/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known of a record file, and of a mount that one of them counts. */

#include "snapshot/snapshot.h"

_Static_assert((int) CSTORAGE_FILE_MISSING == (int) RECFILE_MISSING,
               "the public states are those of disk/recfile.h");
_Static_assert((int) CSTORAGE_FILE_OK == (int) RECFILE_OK, "the public states are those of disk/recfile.h");
_Static_assert((int) CSTORAGE_FILE_EMPTY == (int) RECFILE_EMPTY,
               "the public states are those of disk/recfile.h");
_Static_assert((int) CSTORAGE_FILE_DAMAGED == (int) RECFILE_DAMAGED,
               "the public states are those of disk/recfile.h");
_Static_assert((int) CSTORAGE_FILE_UNREADABLE == (int) RECFILE_UNREADABLE,
               "the public states are those of disk/recfile.h");

_public_ const char *cstorage_file_get_path(const struct cstorage_file *file) {
        return file->path;
}

_public_ enum cstorage_file_kind cstorage_file_get_kind(const struct cstorage_file *file) {
        return file->kind;
}

_public_ enum cstorage_location cstorage_file_get_location(const struct cstorage_file *file) {
        return file->location;
}

_public_ enum cstorage_file_state cstorage_file_get_state(const struct cstorage_file *file) {
        return (enum cstorage_file_state) file->bytes.state;
}

_public_ const char *cstorage_file_get_problem(const struct cstorage_file *file) {
        return file->bytes.error.code < 0 ? file->bytes.error.text : NULL;
}

_public_ bool cstorage_file_is_broken(const struct cstorage_file *file) {
        return file->broken;
}

_public_ size_t cstorage_file_get_n_records(const struct cstorage_file *file) {
        return file->n_records;
}

static const struct mount *mount_of(const struct cstorage_mount *mount) {
        return mount->item.record;
}

_public_ const char *cstorage_mount_get_layer_id(const struct cstorage_mount *mount) {
        return mount_of(mount)->id;
}

_public_ const char *cstorage_mount_get_path(const struct cstorage_mount *mount) {
        return mount_of(mount)->path;
}

_public_ int64_t cstorage_mount_get_count(const struct cstorage_mount *mount) {
        return mount_of(mount)->count;
}
