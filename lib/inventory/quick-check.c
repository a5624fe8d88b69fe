/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The quick check for a clean store, the most frequent result of a collection. It does not parse records, and
 * neither sorts nor keeps lists: it only checks that each id in the name of an entry is the id of a record.
 * If it cannot decide, the result is no, and the caller takes an inventory and a snapshot.
 */

#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "base/array.h"
#include "base/fd.h"
#include "format/id-scan.h"
#include "format/name.h"
#include "inventory/kinds.h"
#include "snapshot/snapshot.h"
#include "tree/dirstream.h"
#include "json/json.h"

/* The kinds of objects, and of the records that refer to entries. */
#define OBJECTS (CSTORAGE_OBJECT_CONTAINER + 1)

/* The directories to list; each thread takes the next one. */
struct work {
        const enum store_dir_kind *kinds;
        size_t n;
        atomic_size_t next;
};

/* The entries in some of the directories. */
struct listing {
        const struct cstorage_store *store;
        struct work *work;
        struct hexids ids[OBJECTS];
        size_t n_layers[ROOT_RUN], n_links[ROOT_RUN];
        int result; /* 1: all entries so far have an id; 0: one has none; or negative errno */
};

/* ------------------------------------------------------------- listing */

_Static_assert(ID_LENGTH <= DIR_STREAM_NAME_BYTES, "so much of each name can be read");

static int account_id(struct listing *listing, const struct store_dir *place, const char *name, int kind) {
        assert(entry_kinds[kind].check == ENTRY_CHECK_RECORD);

        if (place->kind == STORE_DIR_LAYERS)
                listing->n_layers[place->root]++;
        return hexids_add(&listing->ids[entry_kinds[kind].object], name) < 0 ? -ENOMEM : 1;
}

static int account_name(struct listing *listing, const struct store_dir *place,
                        const struct dir_entry *entry) {
        int kind = entry_kind_by_name(place, entry->name, entry->type);

        if (kind == NOT_LISTED)
                return 1;

        switch (entry_kinds[kind].check) {
        case ENTRY_CHECK_NUMBER:
                listing->n_links[place->root]++;
                return 1;
        case ENTRY_CHECK_CONTENT:
                return 1;
        case ENTRY_CHECK_RECORD: /* no record has this name */
        case ENTRY_CHECK_NEVER:
                break;
        }
        return 0;
}

static int account_entry(struct listing *listing, const struct store_dir *place,
                         const struct dir_entry *entry) {
        int kind = NOT_LISTED;

        if (name_has_id_digits(entry->name))
                kind = entry_kind_by_suffix(place, entry->name + ID_LENGTH);
        return kind == NOT_LISTED ? account_name(listing, place, entry)
                                  : account_id(listing, place, entry->name, kind);
}

static int account_place(struct listing *listing, const struct store_dir *place) {
        struct dir_stream stream;
        struct dir_entry entry;
        int r;

        while ((r = dir_stream_fill(&stream, place->fd)) > 0)
                while (dir_stream_take(&stream, &entry)) {
                        r = account_entry(listing, place, &entry);
                        if (r <= 0)
                                return r;
                }
        return r < 0 ? r : 1;
}

static int account_root(struct listing *listing, enum root root, enum store_dir_kind kind) {
        struct store_dir place = STORE_DIR_INIT;
        int r;

        r = store_dir_open(listing->store, root, kind, &place);
        if (r < 0)
                return r == -ENOENT;

        r = account_place(listing, &place);
        store_dir_done(&place);
        return r;
}

static void *account_places(void *userdata) {
        struct listing *listing = userdata;
        struct work *work = listing->work;
        size_t i;

        listing->result = 1;
        while ((i = atomic_fetch_add(&work->next, 1)) < work->n)
                for (enum root root = ROOT_GRAPH; root < ROOT_COUNT && listing->result > 0; root++)
                        if (store_dir_is_in(root, work->kinds[i]))
                                listing->result = account_root(listing, root, work->kinds[i]);
        return NULL;
}

/*
 * In a large store three of these directories are large. Listing them takes time in the kernel, so two
 * threads share them. They must be listed before the records are read; the links need not.
 */
static const enum store_dir_kind recorded_kinds[] = {
        STORE_DIR_LAYER_DATA, STORE_DIR_LAYERS,      STORE_DIR_CONTAINERS, STORE_DIR_IMAGES,
        STORE_DIR_STAGING,    STORE_DIR_DRIVER_TEMP, STORE_DIR_DATA_TEMP,  STORE_DIR_QUOTAS,
};
static const enum store_dir_kind link_kinds[] = {STORE_DIR_LINKS};

_Static_assert(ARRAY_SIZE(recorded_kinds) + ARRAY_SIZE(link_kinds) == STORE_DIR_KINDS,
               "each kind has its turn");

struct helper {
        pthread_t thread;
        bool runs;
};

/*
 * The thread blocks all signals: they belong to the caller's threads. Without a thread the work is done here.
 */
static void helper_start(struct helper *helper, struct listing *listing) {
        sigset_t all, before;

        (void) sigfillset(&all);
        (void) pthread_sigmask(SIG_SETMASK, &all, &before);
        helper->runs = pthread_create(&helper->thread, NULL, account_places, listing) == 0;
        (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (!helper->runs)
                account_places(listing);
}

static void helper_join(struct helper *helper) {
        if (helper->runs)
                (void) pthread_join(helper->thread, NULL);
}

static void list_recorded(struct listing *first, struct listing *second) {
        struct helper helper;

        helper_start(&helper, second);
        account_places(first);
        helper_join(&helper);
}

static bool links_are_too_many(const struct listing *first, const struct listing *second,
                               const struct listing *links) {
        for (size_t root = 0; root < ARRAY_SIZE(links->n_links); root++)
                if (links->n_links[root] > first->n_layers[root] + second->n_layers[root])
                        return true;
        return false;
}

/* ---------------------------------------------------------- record files */

/*
 * Files are read in pieces, so that a large file needs little memory, and all into one buffer, because new
 * pages cost time in the kernel.
 */
enum { PIECE_BYTES = 128 * 1024 };

struct piece {
        struct id_scan scan;
        size_t n;
        char bytes[PIECE_BYTES + ID_SCAN_SLACK];
};

static const struct record_type *const record_types[FILE_KINDS] = {
        [CSTORAGE_RECORD_FILE_LAYERS] = &layer_record,
        [CSTORAGE_RECORD_FILE_IMAGES] = &image_record,
        [CSTORAGE_RECORD_FILE_CONTAINERS] = &container_record,
        [CSTORAGE_RECORD_FILE_MOUNTS] = &mount_record,
};

/* The ids in the record files of one kind. */
struct tally {
        struct hexids ids;
        size_t n_files;
};

/* Returns 1 if the file is a complete list in the form that Go writes, 0 if not. */
static int scan_pieces(int fd, struct piece *piece) {
        size_t total = 0, used;
        ssize_t n;
        int r;

        while ((n = read(fd, piece->bytes + piece->n, PIECE_BYTES - piece->n)) > 0) {
                total += (size_t) n;
                piece->n += (size_t) n;
                memset(piece->bytes + piece->n, '\0', ID_SCAN_SLACK);
                r = id_scan(&piece->scan, piece->bytes, piece->n, &used);
                if (r <= 0)
                        return r;
                assert(used <= piece->n);
                piece->n -= used;
                memmove(piece->bytes, piece->bytes + used, piece->n);
                if (total > JSON_BYTES_MAX)
                        return 0;
        }
        return n == 0 && id_scan_is_complete(&piece->scan);
}

static int scan_file(const struct cstorage_store *store, const struct own_file *file, struct tally *tally,
                     struct piece *piece) {
        const struct store_root *root = &store->roots[file->root];
        _cleanup_close_ int fd = -1;
        char name[PATH_LENGTH_MAX];
        struct identity id;

        if (root->fd < 0)
                return 1;

        fd = open_beneath(root->fd, path_of(file->path, store->driver->name, name), O_RDONLY);
        if (fd < 0)
                return fd == -ENOENT;
        if (identity_at(fd, "", &id) < 0 || !S_ISREG(id.mode))
                return 0;

        tally->n_files++;
        piece->n = 0;
        id_scan_init(&piece->scan, record_types[file->kind], &tally->ids);
        return scan_pieces(fd, piece);
}

static int scan_files(const struct cstorage_store *store, enum cstorage_record_file_kind kind,
                      struct tally *tally, struct piece *piece) {
        int r = 1;

        for (size_t i = 0; i < OWN_FILES && r > 0; i++)
                if (own_files[i].kind == kind)
                        r = scan_file(store, &own_files[i], tally, piece);
        return r;
}

/* ----------------------------------------------------------------- comparing */

static bool has_all(const struct hexids *recorded, const struct hexids *found) {
        for (size_t i = 0; i < found->n; i++)
                if (!hexids_has(recorded, &found->ids[i]))
                        return false;
        return true;
}

static const enum cstorage_record_file_kind object_files[OBJECTS] = {
        [CSTORAGE_OBJECT_LAYER] = CSTORAGE_RECORD_FILE_LAYERS,
        [CSTORAGE_OBJECT_IMAGE] = CSTORAGE_RECORD_FILE_IMAGES,
        [CSTORAGE_OBJECT_CONTAINER] = CSTORAGE_RECORD_FILE_CONTAINERS,
};

static int compare(const struct cstorage_store *store, enum cstorage_object object,
                   const struct listing *first, const struct listing *second, struct tally *tally,
                   struct piece *piece) {
        int r;

        r = scan_files(store, object_files[object], tally, piece);
        if (r <= 0)
                return r;

        r = hexids_seal(&tally->ids);
        if (r < 0)
                return r;
        return has_all(&tally->ids, &first->ids[object]) && has_all(&tally->ids, &second->ids[object]);
}

/*
 * A container has an image, and both have layers: if there are none of these files at all, they may be lost.
 * If layers are recorded and there is no layer directory, their file system may not be mounted.
 */
static bool all_is_there(const struct tally tallies[static OBJECTS], bool has_directories) {
        const struct tally *layers = &tallies[CSTORAGE_OBJECT_LAYER],
                           *images = &tallies[CSTORAGE_OBJECT_IMAGE];
        size_t n_containers = tallies[CSTORAGE_OBJECT_CONTAINER].ids.n;

        return (has_directories || layers->ids.n == 0) &&
               (layers->n_files > 0 || images->ids.n + n_containers == 0) &&
               (images->n_files > 0 || n_containers == 0);
}

/*
 * False if a configured directory cannot be opened, or if the graphroot has no driver home: a full check must
 * report that.
 */
static bool roots_are_known(const struct cstorage_store *store) {
        for (enum root i = ROOT_GRAPH; i < ROOT_COUNT; i++) {
                const struct store_root *root = &store->roots[i];

                if (root->fd < 0 && root->path && !(i == ROOT_RUN && root->error == -ENOENT))
                        return false;
                if (root->home_error < 0 && (i == ROOT_GRAPH || root->home_error != -ENOENT))
                        return false;
        }
        return true;
}

/* No entry depends on the mounts, but a full check must report a damaged mountpoints.json. */
static int glance_at_mounts(const struct cstorage_store *store, struct piece *piece) {
        struct tally tally = {.ids = HEXIDS_INIT};
        int r = scan_files(store, CSTORAGE_RECORD_FILE_MOUNTS, &tally, piece);

        hexids_done(&tally.ids);
        return r;
}

static bool has_layers(const struct listing *listing) {
        return listing->n_layers[ROOT_GRAPH] > 0 || listing->n_layers[ROOT_IMAGE] > 0;
}

static int compare_objects(const struct cstorage_store *store, const struct listing *first,
                           const struct listing *second, struct piece *piece) {
        struct tally tallies[OBJECTS] = {0};
        int r = 1;

        for (enum cstorage_object object = 0; object < OBJECTS && r > 0; object++)
                r = compare(store, object, first, second, &tallies[object], piece);
        if (r > 0)
                r = all_is_there(tallies, has_layers(first) || has_layers(second));
        for (enum cstorage_object object = 0; object < OBJECTS; object++)
                hexids_done(&tallies[object].ids);
        return r;
}

/* An error precedes 0, and 0 precedes 1. */
static int gravest(int a, int b) {
        return a < b ? a : b;
}

static int compare_all(const struct cstorage_store *store, const struct listing *first,
                       const struct listing *second) {
        _cleanup_free_ struct piece *piece = NULL;
        int r = gravest(first->result, second->result);

        if (r <= 0)
                return r;
        piece = malloc(sizeof(*piece));
        if (!piece)
                return -ENOMEM;
        r = compare_objects(store, first, second, piece);
        return r > 0 ? glance_at_mounts(store, piece) : r;
}

static void listing_done(struct listing *listing) {
        for (enum cstorage_object object = 0; object < OBJECTS; object++)
                hexids_done(&listing->ids[object]);
}

static uint64_t count(const struct listing *listing) {
        uint64_t n = 0;

        for (enum cstorage_object object = 0; object < OBJECTS; object++)
                n += listing->ids[object].n;
        return n;
}

static int account(struct listing *first, struct listing *second, struct listing *links) {
        struct helper helper;
        int r;

        list_recorded(first, second);
        helper_start(&helper, links);
        r = compare_all(first->store, first, second);
        helper_join(&helper);
        r = gravest(r, links->result);
        return r > 0 ? !links_are_too_many(first, second, links) : r;
}

_public_ int cstorage_store_is_clean(const struct cstorage_store *store, uint64_t *ret_entries) {
        struct work recorded_work = {.kinds = recorded_kinds, .n = ARRAY_SIZE(recorded_kinds)};
        struct work link_work = {.kinds = link_kinds, .n = ARRAY_SIZE(link_kinds)};
        struct listing first = {.store = store, .work = &recorded_work}, second = first;
        struct listing links = {.store = store, .work = &link_work};
        int r;

        if (!store)
                return -EINVAL;
        if (!roots_are_known(store))
                return 0;

        r = account(&first, &second, &links);
        if (r > 0 && ret_entries)
                *ret_entries = count(&first) + count(&second);
        listing_done(&first);
        listing_done(&second);
        listing_done(&links);
        return r;
}
