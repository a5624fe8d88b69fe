/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records of this store's containers in other runroots. */

#include "liveness/runroots.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/fd.h"
#include "base/userns.h"

DEFINE_CLEANUP(struct cstorage_config *, cstorage_config_free);
DEFINE_CLEANUP(struct cstorage_store *, cstorage_store_unref);
DEFINE_CLEANUP(struct cstorage_snapshot *, cstorage_snapshot_unref);

void runroots_done(struct runroots *runroots) {
        for (size_t i = 0; i < runroots->n; i++)
                cstorage_snapshot_unref(runroots->snapshots[i]);
        free(runroots->snapshots);
        *runroots = RUNROOTS_INIT;
}

/* ------------------------------------------------------------------------------------------- candidates */

#define ROOT_RUNROOT "/run/containers/storage" /* types/options_linux.go:defaultRunRoot */

/* pkg/homedir/homedir_unix.go:GetRuntimeDir */
static int add_users_defaults(struct strlist *paths) {
        const char *runtime = secure_getenv("XDG_RUNTIME_DIR"), *tmp = secure_getenv("TMPDIR");
        uint32_t uid = uid_outside();
        int r;

        r = strlist_addf(paths, "/run/user/%" PRIu32 "/containers", uid);
        if (r >= 0)
                r = strlist_addf(paths, "/tmp/storage-run-%" PRIu32 "/containers", uid);
        if (r >= 0 && runtime)
                r = strlist_addf(paths, "%s/containers", runtime);
        if (r >= 0 && tmp)
                r = strlist_addf(paths, "%s/storage-run-%" PRIu32 "/containers", tmp, uid);
        return r;
}

static int add_candidates(struct strlist *paths, const struct strlist *found) {
        int r;

        r = uid_outside() == 0 ? strlist_add(paths, ROOT_RUNROOT) : add_users_defaults(paths);
        for (size_t i = 0; r >= 0 && i < found->n; i++)
                r = strlist_add(paths, found->s[i]);
        return r;
}

/* A directory of another user is no evidence: any user can create one in /tmp. */
static bool is_directory_of_ours(const char *path, struct identity *ret) {
        return *path == '/' && identity_of_path(path, ret) >= 0 && S_ISDIR(ret->mode) &&
               ret->uid == geteuid();
}

static bool is_same(const char *path, const struct identity *id) {
        struct identity other;

        return identity_of_path(path, &other) >= 0 && other.dev == id->dev && other.ino == id->ino;
}

static bool is_new(const struct facts *facts, const struct strlist *paths, size_t index) {
        struct identity id;

        if (!is_directory_of_ours(paths->s[index], &id))
                return false;
        for (size_t i = 0; i < index; i++)
                if (is_same(paths->s[i], &id))
                        return false;
        return !is_same(facts->runroot, &id) && !is_same(facts->graphroot, &id);
}

/* ---------------------------------------------------------------------------------------------- records */

static bool is_of_runroot(enum cstorage_location location) {
        return location == CSTORAGE_LOCATION_VOLATILE_RUNROOT || location == CSTORAGE_LOCATION_RUNROOT;
}

static int add_files(struct facts *facts, const struct cstorage_snapshot *snapshot) {
        const struct cstorage_record_file *file = NULL;

        while ((file = cstorage_snapshot_next_record_file(snapshot, file))) {
                struct fact_file *fact;

                if (!is_of_runroot(cstorage_record_file_get_location(file)) ||
                    cstorage_record_file_get_state(file) == CSTORAGE_RECORD_FILE_MISSING)
                        continue;
                fact = facts_add_file(facts);
                if (!fact)
                        return -ENOMEM;
                *fact = (struct fact_file){
                        .kind = cstorage_record_file_get_kind(file),
                        .location = CSTORAGE_LOCATION_ADDITIONAL,
                        .state = cstorage_record_file_get_state(file),
                        .path = cstorage_record_file_get_path(file),
                        .problem = cstorage_record_file_get_problem(file) ?: "",
                };
        }
        return 0;
}

static int add_layers(struct facts *facts, const struct cstorage_snapshot *snapshot) {
        const struct cstorage_layer *layer = NULL;

        while ((layer = cstorage_snapshot_next_layer(snapshot, layer))) {
                struct fact_layer *fact;

                if (!is_of_runroot(cstorage_layer_get_location(layer)))
                        continue;
                fact = facts_add_layer(facts);
                if (!fact)
                        return -ENOMEM;
                *fact = (struct fact_layer){
                        .id = cstorage_layer_get_id(layer),
                        .parent = cstorage_layer_get_parent_id(layer),
                        .location = CSTORAGE_LOCATION_ADDITIONAL,
                        .incomplete = cstorage_layer_is_incomplete(layer),
                };
        }
        return 0;
}

static int add_containers(struct facts *facts, const struct cstorage_snapshot *snapshot) {
        const struct cstorage_container *container = NULL;

        while ((container = cstorage_snapshot_next_container(snapshot, container))) {
                struct fact_container *fact;

                if (!is_of_runroot(cstorage_container_get_location(container)))
                        continue;
                fact = facts_add_container(facts);
                if (!fact)
                        return -ENOMEM;
                *fact = (struct fact_container){
                        .id = cstorage_container_get_id(container),
                        .layer = cstorage_container_get_layer_id(container),
                        .image = cstorage_container_get_image_id(container),
                        .location = CSTORAGE_LOCATION_ADDITIONAL,
                };
        }
        return 0;
}

static int add_records(struct facts *facts, const struct cstorage_snapshot *snapshot) {
        int r;

        r = add_files(facts, snapshot);
        if (r >= 0)
                r = add_layers(facts, snapshot);
        return r < 0 ? r : add_containers(facts, snapshot);
}

/* --------------------------------------------------------------------------------------------- runroots */

static int open_store(const struct facts *facts, const char *runroot, struct cstorage_store **ret,
                      struct error *reterr) {
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = NULL;
        int r;

        r = cstorage_config_new(&config);
        if (r >= 0)
                r = cstorage_config_set_graphroot(config, facts->graphroot);
        if (r >= 0)
                r = cstorage_config_set_runroot(config, runroot);
        if (r >= 0 && facts->imagestore)
                r = cstorage_config_set_imagestore(config, facts->imagestore);
        if (r >= 0)
                r = cstorage_config_set_driver(config, facts->driver);
        return r < 0 ? r : cstorage_store_open(config, ret, (struct cstorage_error *) reterr);
}

static int take_snapshot(struct runroots *runroots, const struct facts *facts, const char *runroot,
                         struct error *reterr) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        int r;

        r = open_store(facts, runroot, &store, reterr);
        if (r >= 0)
                r = cstorage_snapshot_new(store, &snapshot, (struct cstorage_error *) reterr);
        if (r >= 0)
                r = ARRAY_RESERVE(runroots->snapshots, runroots->cap, runroots->n + 1);
        if (r < 0)
                return r;

        runroots->snapshots[runroots->n++] = TAKE_PTR(snapshot);
        return 0;
}

/* The records of such a runroot are not known. */
static int note_unreadable(struct facts *facts, const char *runroot, const struct error *error) {
        const char *path = arena_text(&facts->arena, runroot, strlen(runroot));
        const char *problem = arena_text(&facts->arena, error->text, strlen(error->text));
        struct fact_file *fact = facts_add_file(facts);

        if (!path || !problem || !fact)
                return -ENOMEM;

        *fact = (struct fact_file){
                .kind = CSTORAGE_RECORD_FILE_CONTAINERS,
                .location = CSTORAGE_LOCATION_ADDITIONAL,
                .state = CSTORAGE_RECORD_FILE_UNREADABLE,
                .path = path,
                .problem = problem,
        };
        return 0;
}

static int read_one(struct runroots *runroots, struct facts *facts, const char *runroot,
                    struct error *reterr) {
        struct error error = {.text = "cannot be read"};
        int r;

        r = take_snapshot(runroots, facts, runroot, &error);
        if (r == -ENOMEM || r == -ESTALE) {
                if (reterr)
                        *reterr = error;
                return r;
        }
        return r < 0 ? note_unreadable(facts, runroot, &error)
                     : add_records(facts, runroots->snapshots[runroots->n - 1]);
}

int runroots_read(struct runroots *runroots, struct facts *facts, const struct strlist *found,
                  struct error *reterr) {
        _cleanup_strlist_ struct strlist paths = STRLIST_INIT;
        int r;

        r = add_candidates(&paths, found);
        for (size_t i = 0; r >= 0 && i < paths.n; i++)
                if (is_new(facts, &paths, i))
                        r = read_one(runroots, facts, paths.s[i], reterr);
        return r;
}
