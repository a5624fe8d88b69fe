/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The properties of record files and of mounts. */

#include "snapshot/snapshot.h"

_Static_assert((int) CSTORAGE_RECORD_FILE_MISSING == (int) RECORD_FILE_MISSING,
               "the public states are those of disk/recfile.h");
_Static_assert((int) CSTORAGE_RECORD_FILE_OK == (int) RECORD_FILE_OK,
               "the public states are those of disk/recfile.h");
_Static_assert((int) CSTORAGE_RECORD_FILE_EMPTY == (int) RECORD_FILE_EMPTY,
               "the public states are those of disk/recfile.h");
_Static_assert((int) CSTORAGE_RECORD_FILE_DAMAGED == (int) RECORD_FILE_DAMAGED,
               "the public states are those of disk/recfile.h");
_Static_assert((int) CSTORAGE_RECORD_FILE_UNREADABLE == (int) RECORD_FILE_UNREADABLE,
               "the public states are those of disk/recfile.h");

_public_ const char *cstorage_record_file_get_path(const struct cstorage_record_file *file) {
        return file->path;
}

_public_ enum cstorage_record_file_kind
cstorage_record_file_get_kind(const struct cstorage_record_file *file) {
        return file->kind;
}

_public_ enum cstorage_location cstorage_record_file_get_location(const struct cstorage_record_file *file) {
        return file->location;
}

_public_ enum cstorage_record_file_state
cstorage_record_file_get_state(const struct cstorage_record_file *file) {
        return (enum cstorage_record_file_state) file->bytes.state;
}

_public_ const char *cstorage_record_file_get_problem(const struct cstorage_record_file *file) {
        return file->bytes.error.code < 0 ? file->bytes.error.text : NULL;
}

_public_ bool cstorage_record_file_is_torn(const struct cstorage_record_file *file) {
        return file->torn;
}

_public_ size_t cstorage_record_file_get_n_records(const struct cstorage_record_file *file) {
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
