/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CSTORAGE_H
#define CSTORAGE_H

/*
 * libcstorage: read and change the container stores of podman, buildah, skopeo and CRI-O from C.
 *
 * A store is a directory (the graphroot) with the layers, images and containers of one driver, a second
 * directory on a file system that a reboot empties (the runroot), and optionally a third one for images (the
 * image store). Record files such as layers.json list the contents. Writers take the locks of the Go library.
 * This library reads a store without taking a lock, and changes it only while it holds all locks:
 *
 *     cstorage_config_load()      find the store; or cstorage_config_new() and the set functions
 *     cstorage_store_open()       open its directories, find its driver; creates nothing, locks nothing
 *     cstorage_inventory_new()    list its directories; call it before cstorage_snapshot_new()
 *     cstorage_snapshot_new()     read its records as of one moment; immutable
 *     cstorage_stage_new()        prepare the content of a layer while no lock is held
 *     cstorage_txn_begin()        take every lock, in the only legal order
 *     cstorage_txn_create_*(), cstorage_txn_set_*(), cstorage_txn_delete(), cstorage_txn_mount(), ...
 *                                 request a change; it is checked at once and made by the commit
 *     cstorage_txn_trash_entry()  request that an orphan is moved to the trash
 *     cstorage_txn_repair_layer() request that damaged parts of a layer are made anew
 *     cstorage_txn_commit()       make the changes, release the locks, return the trash
 *     cstorage_trash_empty()      delete the trash while no lock of the store is held
 *     cstorage_txn_free()         without a commit: discard all requests
 *
 * Crash safety. After a commit is killed, each record file is the old one or the new one. After a power
 * failure, this holds for stable record files; a volatile record file may be damaged. A layer is recorded as
 * incomplete while it is being created or deleted; the next process that changes the store, a Go process or
 * this library, deletes an incomplete layer. An image or a container is recorded after its layers. The next
 * collection, or the next Go process with containers/storage 1.59 or newer, deletes trash that is left over.
 * It is always safe to repeat an operation.
 *
 * Objects. An object that has _ref and _unref functions is reference-counted, and threads may share it once
 * it is made. Any other object may be used by one thread at a time. _free and _unref accept NULL and return
 * NULL. Strings and objects that a get or next function returns belong to the object that was passed to it,
 * and are valid as long as that object.
 *
 * Errors. A function returns 0 or a positive value, or a negative errno; on failure it does not change its
 * outputs. Outputs come last. A struct cstorage_error may always be NULL; on failure it contains one sentence
 * that names the file and the cause. These codes have the same meaning everywhere:
 *
 *     -EINVAL      an argument is invalid, a flag is unknown, or the options are those of a newer library
 *     -ENOMEM      out of memory
 *     -ENOENT      the object does not exist
 *     -EEXIST      the object exists already; or several objects match and one was requested
 *     -EBADMSG     a file is damaged; nothing can be concluded from it
 *     -EOPNOTSUPP  the driver is unsupported, or the library does not support the operation for it: btrfs
 *                  layers can be read and deleted, but not created or mounted
 *     -ETIMEDOUT   a lock was not obtained in time
 *     -ESTALE      the object changed since it was examined
 *     -EBUSY       a mount or a lock still uses the object
 *     -EXDEV       the object is on another mount or file system than its parent
 *     -EROFS       the object is in an additional image store, which is read-only
 *
 * Every other code comes from the kernel. A get, next or is function must not be called with a NULL object:
 * that is a programming error. All other functions return -EINVAL if a required argument is NULL.
 *
 * An options struct begins with its size: set it with sizeof, and zero the rest. Undefined flags are refused.
 *
 * The library prints nothing, has no global state, installs no signal handler, and reads the environment only
 * in cstorage_config_load() and cstorage_config_load_with(). Every descriptor that it opens is close-on-exec.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CSTORAGE_ERROR_TEXT_MAX 512

/*
 * The cause of a failure, for people. The caller owns it; it needs no cleanup. text is one line. Since: 0.1
 */
struct cstorage_error {
        int code; /* the negative errno that was returned */
        char text[CSTORAGE_ERROR_TEXT_MAX];
};

struct cstorage_config;
struct cstorage_setting;
struct cstorage_store;
struct cstorage_snapshot;
struct cstorage_inventory;
struct cstorage_stage;
struct cstorage_txn;
struct cstorage_trash;

/* Owned by a snapshot. */
struct cstorage_record_file;
struct cstorage_layer;
struct cstorage_image;
struct cstorage_container;
struct cstorage_mount;

/* Owned by an inventory. */
struct cstorage_entry;

/* Owned by a trash. */
struct cstorage_trash_dir;
struct cstorage_trash_item;
struct cstorage_repair;

/* ------------------------------------------------------------------------------------------------- config */

/* Create an empty configuration. The caller frees it with cstorage_config_free(). Since: 0.1 */
int cstorage_config_new(struct cstorage_config **ret);

/*
 * Load storage.conf, its drop-ins and the environment as the Go library does. The store need not exist. The
 * caller frees the configuration with cstorage_config_free(). -EBADMSG: a file is not valid TOML, or a value
 * has the wrong type; the text contains file, line and column. -ENOTUNIQ: see CSTORAGE_CONFIG_AUTO. Since:
 * 0.1
 */
int cstorage_config_load(struct cstorage_config **ret, struct cstorage_error *reterr);

/*
 * How storage.conf is found. Releases of the Go library do this in two ways, and a store does not record
 * which of them uses it.
 *
 * CURRENT, releases from 1.63 on (pkg/configfile/parse.go:Read): one main file, ~/.config before /etc before
 * /usr/share, also for root; drop-ins override it; root and other users follow the same rules.
 *
 * LEGACY, releases up to 1.62 (types/options.go:loadStoreOptionsFromConfFile): no drop-ins; root's ~/.config
 * is ignored; other users take only driver, driver_priority and rootless_storage_path from the system's file,
 * and only rootless_storage_path if they have a file of their own.
 *
 * AUTO loads both ways. If the results differ, CURRENT is used, except in these cases. LEGACY is used if only
 * its graphroot exists and belongs to the caller; if the graphroot is the same, LEGACY is used if only its
 * runroot, or only the store of its driver, exists. LEGACY is also used if a file that only CURRENT reads is
 * invalid. -ENOTUNIQ: both give the same graphroot, but different image stores, or different runroots that
 * both exist, and it is unknown which of them is in use. Since: 0.1
 */
enum cstorage_config_compat {
        CSTORAGE_CONFIG_AUTO,
        CSTORAGE_CONFIG_CURRENT,
        CSTORAGE_CONFIG_LEGACY,
};

/*
 * Do not resolve symbolic links in graphroot and runroot: the paths are those of the files, cleaned
 * lexically. With this flag the library does not examine the directories of the store, so AUTO cannot choose
 * and means CURRENT. For callers that must not wait for the file system of the store, or that run before it
 * is mounted. Since: 0.1
 */
#define CSTORAGE_CONFIG_LEXICAL (UINT64_C(1) << 0)

/* For cstorage_config_load_with(). Since: 0.1 */
struct cstorage_config_options {
        size_t size;    /* sizeof(struct cstorage_config_options) */
        uint64_t flags; /* CSTORAGE_CONFIG_* */
        enum cstorage_config_compat rules;
};

/*
 * The same as cstorage_config_load(), with options. options may be NULL: AUTO, links resolved. The caller
 * frees the configuration with cstorage_config_free(). -EINVAL: an unknown flag or rule. Since: 0.1
 */
int cstorage_config_load_with(const struct cstorage_config_options *options, struct cstorage_config **ret,
                              struct cstorage_error *reterr);

/* Free a configuration. A store that was opened with it does not need it any more. Since: 0.1 */
struct cstorage_config *cstorage_config_free(struct cstorage_config *config);

/*
 * Override a setting. The string is copied. Paths must be absolute, and the name of a driver must not be
 * empty (-EINVAL). NULL removes the setting: no image store, or the driver is detected from the graphroot.
 * Since: 0.1
 */
int cstorage_config_set_graphroot(struct cstorage_config *config, const char *path);
int cstorage_config_set_runroot(struct cstorage_config *config, const char *path);
int cstorage_config_set_imagestore(struct cstorage_config *config, const char *path);
int cstorage_config_set_driver(struct cstorage_config *config, const char *name);
int cstorage_config_set_transient(struct cstorage_config *config, bool transient);

/*
 * Add a driver option, in the form of podman's --storage-opt: "[driver.]key=value". The string is copied.
 * -EINVAL: it has another form, or names a relative path. Since: 0.1
 */
int cstorage_config_add_option(struct cstorage_config *config, const char *option);

/* Remove all driver options, and with them the additional image stores that they name. Since: 0.1 */
void cstorage_config_clear_options(struct cstorage_config *config);

/*
 * Return a setting, NULL if it is not set; owned by the configuration, valid until the setting changes. The
 * functions with an index return NULL after the last one. Since: 0.1
 */
const char *cstorage_config_get_graphroot(const struct cstorage_config *config);
const char *cstorage_config_get_runroot(const struct cstorage_config *config);
const char *cstorage_config_get_imagestore(const struct cstorage_config *config);
const char *cstorage_config_get_driver(const struct cstorage_config *config);
bool cstorage_config_get_transient(const struct cstorage_config *config);
const char *cstorage_config_get_option(const struct cstorage_config *config, size_t index);
const char *cstorage_config_get_additional_image_store(const struct cstorage_config *config, size_t index);
const char *cstorage_config_get_driver_priority(const struct cstorage_config *config, size_t index);

/*
 * Enumerate the settings in effect, to show the origin of each; keys without effect are omitted.
 * previous is NULL for the first; returns NULL after the last. A setting is owned by the configuration, and
 * valid until another setting changes. Since: 0.1
 */
const struct cstorage_setting *cstorage_config_next_setting(const struct cstorage_config *config,
                                                            const struct cstorage_setting *previous);

/* Return the rules that the configuration was loaded with; AUTO if it was not loaded. Since: 0.1 */
enum cstorage_config_compat cstorage_config_get_compat(const struct cstorage_config *config);

/*
 * The key as in storage.conf, with its tables ("storage.options.overlay.mountopt"); an array yields one
 * setting per item. The key is "option" for a driver option that is in no file. The value is the effective
 * one, "" if there is none. Since: 0.1
 */
const char *cstorage_setting_get_key(const struct cstorage_setting *setting);
const char *cstorage_setting_get_value(const struct cstorage_setting *setting);

/*
 * The origin of a setting: the path of a file, and its line. For other origins the line is 0, and the origin
 * is the name of an environment variable after a "$", "" for a setting of the caller, or NULL for a default.
 * Since: 0.1
 */
const char *cstorage_setting_get_origin(const struct cstorage_setting *setting);
unsigned cstorage_setting_get_line(const struct cstorage_setting *setting);

/* -------------------------------------------------------------------------------------------------- store */

/*
 * List the drivers that have a store in the configured graphroot, supported or not: first the driver that
 * cstorage_store_open() takes, whether it has a store or not, then all others, sorted. Stores of several
 * drivers share nothing but the directory. The list is NULL-terminated and one block of memory; the caller
 * frees it with free(). -ENOENT: there is no graphroot, or no store in it. Since: 0.1
 */
int cstorage_config_find_drivers(const struct cstorage_config *config, char ***ret,
                                 struct cstorage_error *reterr);

/*
 * Open the directories of a store and find its driver. Creates nothing and takes no lock. The caller drops
 * the reference with cstorage_store_unref(). A missing runroot is not an error: nothing is recorded there
 * then. -ENOENT: the graphroot does not exist or contains no store; -EOPNOTSUPP: its driver is unsupported;
 * -EINVAL: no graphroot or no runroot is set. Since: 0.1
 */
int cstorage_store_open(const struct cstorage_config *config, struct cstorage_store **ret,
                        struct cstorage_error *reterr);

/*
 * The same as cstorage_store_open(), but first create the directories that a Go process creates when it opens
 * a store, with mode 0700: graphroot, runroot, image store and the driver's directories in them. If neither
 * the configuration nor the graphroot names a driver, it is overlay. Callers that change a store use this
 * function: a reboot removes the runroot, and without it nothing can be changed. Since: 0.1
 */
int cstorage_store_create(const struct cstorage_config *config, struct cstorage_store **ret,
                          struct cstorage_error *reterr);

/* Take or drop a reference. Every object that is made from a store has a reference to it. Since: 0.1 */
struct cstorage_store *cstorage_store_ref(struct cstorage_store *store);
struct cstorage_store *cstorage_store_unref(struct cstorage_store *store);

/*
 * Return a path with all links resolved, or the name of the driver; owned by the store. The image store is
 * NULL if there is none. Since: 0.1
 */
const char *cstorage_store_get_graphroot(const struct cstorage_store *store);
const char *cstorage_store_get_runroot(const struct cstorage_store *store);
const char *cstorage_store_get_imagestore(const struct cstorage_store *store);
const char *cstorage_store_get_driver(const struct cstorage_store *store);
bool cstorage_store_is_transient(const struct cstorage_store *store);

/*
 * Check whether a store is clean: 1 if every entry in its directories has a record, so that an inventory and
 * a snapshot would find no orphan; 0 if not, or if a quick check cannot decide. Takes no lock. This is many
 * times cheaper than an inventory and a snapshot: it reads only names and ids, and checks no more of a record
 * file than that it is a complete list. If the result is 1, *ret_entries is the number of entries;
 * ret_entries may be NULL. Since: 0.1
 */
int cstorage_store_is_clean(const struct cstorage_store *store, uint64_t *ret_entries);

/* ----------------------------------------------------------------------------------------------- snapshot */

/* The record file of a record (store.go, layers.go:layerLocations). */
enum cstorage_location {
        CSTORAGE_LOCATION_STABLE,           /* layers.json, images.json, containers.json in the graphroot */
        CSTORAGE_LOCATION_IMAGESTORE,       /* layers.json, images.json in the image store */
        CSTORAGE_LOCATION_VOLATILE,         /* volatile-*.json beside either of those */
        CSTORAGE_LOCATION_VOLATILE_RUNROOT, /* volatile-*.json in the runroot of a transient store */
        CSTORAGE_LOCATION_ADDITIONAL,       /* a file of an additional image store; read-only */
        CSTORAGE_LOCATION_RUNROOT,          /* mountpoints.json in the runroot */
};

enum cstorage_record_file_kind {
        CSTORAGE_RECORD_FILE_LAYERS,
        CSTORAGE_RECORD_FILE_IMAGES,
        CSTORAGE_RECORD_FILE_CONTAINERS,
        CSTORAGE_RECORD_FILE_MOUNTS,
};

enum cstorage_record_file_state {
        CSTORAGE_RECORD_FILE_MISSING,
        CSTORAGE_RECORD_FILE_OK,
        CSTORAGE_RECORD_FILE_EMPTY,      /* zero bytes long, or null: no save leaves it so */
        CSTORAGE_RECORD_FILE_DAMAGED,    /* not a list of records; the snapshot has none of its records */
        CSTORAGE_RECORD_FILE_UNREADABLE, /* cannot be opened or read */
};

/*
 * Read all record files: stable and volatile ones, those of the image store and of additional image stores.
 * Takes no lock. Each file is from one moment (a save replaces it by rename); if files changed during the
 * read, they are read again, a few times. The caller drops the reference with cstorage_snapshot_unref(). A
 * file that is unreadable or damaged is not an error: see cstorage_record_file_get_state(). -ESTALE: a
 * directory of the store was created, replaced, mounted over or removed since the store was opened; open the
 * store again. Since: 0.1
 */
int cstorage_snapshot_new(struct cstorage_store *store, struct cstorage_snapshot **ret,
                          struct cstorage_error *reterr);

/* Take or drop a reference. The records are valid as long as their snapshot. Since: 0.1 */
struct cstorage_snapshot *cstorage_snapshot_ref(struct cstorage_snapshot *snapshot);
struct cstorage_snapshot *cstorage_snapshot_unref(struct cstorage_snapshot *snapshot);

/*
 * Check whether the store changed since the snapshot: 1 if so, 0 if not. It compares the tokens, and the size
 * and times of the files (layers.go:layersModified). Since: 0.1
 */
int cstorage_snapshot_is_stale(const struct cstorage_snapshot *snapshot, struct cstorage_error *reterr);

/*
 * Enumerate the records in load order. prev is NULL for the first; returns NULL after the last. Layers:
 * stable, image store, volatile, then the additional image stores. A layer or container whose id occurred
 * earlier in the same file is skipped, as in the Go library (layers.go:load). If several files contain a
 * record of the same id, all of them are returned, because the objects that each refers to are in use; the
 * find functions return the first. Since: 0.1
 */
const struct cstorage_record_file *
cstorage_snapshot_next_record_file(const struct cstorage_snapshot *snapshot,
                                   const struct cstorage_record_file *prev);
const struct cstorage_layer *cstorage_snapshot_next_layer(const struct cstorage_snapshot *snapshot,
                                                          const struct cstorage_layer *prev);
const struct cstorage_image *cstorage_snapshot_next_image(const struct cstorage_snapshot *snapshot,
                                                          const struct cstorage_image *prev);
const struct cstorage_container *cstorage_snapshot_next_container(const struct cstorage_snapshot *snapshot,
                                                                  const struct cstorage_container *prev);
const struct cstorage_mount *cstorage_snapshot_next_mount(const struct cstorage_snapshot *snapshot,
                                                          const struct cstorage_mount *prev);

/*
 * Find a record by id, else by name, else by a unique prefix of the id; a container also by the id of its
 * layer, before the prefix (layers.go:lookup, images.go:lookup, containers.go:lookup). The stores are
 * searched in turn, the additional image stores last (store.go:Layer, store.go:Image). If several records
 * have the name, the last one is found. -ENOENT: no match; -EEXIST: the prefix matches several. Since: 0.1
 */
int cstorage_snapshot_find_layer(const struct cstorage_snapshot *snapshot, const char *name,
                                 const struct cstorage_layer **ret);
int cstorage_snapshot_find_image(const struct cstorage_snapshot *snapshot, const char *name,
                                 const struct cstorage_image **ret);
int cstorage_snapshot_find_container(const struct cstorage_snapshot *snapshot, const char *name,
                                     const struct cstorage_container **ret);

/*
 * Enumerate the layers with this digest, of the compressed or of the uncompressed content. digest must not be
 * NULL; "" matches no layer. prev is NULL for the first; returns NULL after the last. Since: 0.1
 */
const struct cstorage_layer *cstorage_snapshot_next_layer_by_digest(const struct cstorage_snapshot *snapshot,
                                                                    const char *digest, bool compressed,
                                                                    const struct cstorage_layer *prev);

/*
 * Enumerate the images with this digest (images.go:recomputeDigests). digest must not be NULL; "" matches no
 * image. prev is NULL for the first; returns NULL after the last. Since: 0.1
 */
const struct cstorage_image *cstorage_snapshot_next_image_by_digest(const struct cstorage_snapshot *snapshot,
                                                                    const char *digest,
                                                                    const struct cstorage_image *prev);

/*
 * Return the ids in the torn volatile files that cstorage_txn_reset_volatile_file() moved aside, as long as
 * these exist: every run of exactly 64 hexadecimal digits, whether it is the id of a layer, a container, an
 * image, or a digest. The file may have recorded an object with one of these ids. NULL after the last. Since:
 * 0.1
 */
const char *cstorage_snapshot_get_set_aside_id(const struct cstorage_snapshot *snapshot, size_t index);

/*
 * Return the parent of a layer; NULL if it has none, or if the parent has no record (see
 * cstorage_layer_get_parent_id()). Since: 0.1
 */
const struct cstorage_layer *cstorage_snapshot_get_parent(const struct cstorage_snapshot *snapshot,
                                                          const struct cstorage_layer *layer);

/*
 * The properties of a record file. get_problem returns NULL if there is none. A torn file is empty, null, cut
 * off, full of NULs, or not a list: no process can load it. A file that is damaged but not torn may be
 * readable for other processes. Since: 0.1
 */
const char *cstorage_record_file_get_path(const struct cstorage_record_file *file);
enum cstorage_record_file_kind cstorage_record_file_get_kind(const struct cstorage_record_file *file);
enum cstorage_location cstorage_record_file_get_location(const struct cstorage_record_file *file);
enum cstorage_record_file_state cstorage_record_file_get_state(const struct cstorage_record_file *file);
const char *cstorage_record_file_get_problem(const struct cstorage_record_file *file);
bool cstorage_record_file_is_torn(const struct cstorage_record_file *file);
size_t cstorage_record_file_get_n_records(const struct cstorage_record_file *file);

/* A range of ids in a container, the range of the host that it maps to, and their size. Since: 0.1 */
struct cstorage_id_map {
        uint32_t container_id, host_id, size;
};

/*
 * The members of a record, named as in the format and in Go. A text member that is not in the record is "", a
 * number 0. The functions with an index return NULL (or false) after the last. Times are the text of the
 * record (RFC 3339). The value of a flag is JSON text. get_json returns the record as it is in the file, not
 * NUL-terminated; ret_length must not be NULL. Since: 0.1
 */
const char *cstorage_layer_get_id(const struct cstorage_layer *layer);
const char *cstorage_layer_get_name(const struct cstorage_layer *layer, size_t index);
const char *cstorage_layer_get_parent_id(const struct cstorage_layer *layer);
const char *cstorage_layer_get_metadata(const struct cstorage_layer *layer);
const char *cstorage_layer_get_mount_label(const struct cstorage_layer *layer);
const char *cstorage_layer_get_created(const struct cstorage_layer *layer);
const char *cstorage_layer_get_compressed_digest(const struct cstorage_layer *layer);
int64_t cstorage_layer_get_compressed_size(const struct cstorage_layer *layer);
const char *cstorage_layer_get_diff_digest(const struct cstorage_layer *layer);
const char *cstorage_layer_get_toc_digest(const struct cstorage_layer *layer);
int64_t cstorage_layer_get_diff_size(const struct cstorage_layer *layer);
int cstorage_layer_get_compression(const struct cstorage_layer *layer);
bool cstorage_layer_get_uid(const struct cstorage_layer *layer, size_t index, uint32_t *ret);
bool cstorage_layer_get_gid(const struct cstorage_layer *layer, size_t index, uint32_t *ret);
const char *cstorage_layer_get_flag(const struct cstorage_layer *layer, size_t index, const char **ret_value);
bool cstorage_layer_get_uid_map(const struct cstorage_layer *layer, size_t index,
                                struct cstorage_id_map *ret);
bool cstorage_layer_get_gid_map(const struct cstorage_layer *layer, size_t index,
                                struct cstorage_id_map *ret);
const char *cstorage_layer_get_big_data_name(const struct cstorage_layer *layer, size_t index);
enum cstorage_location cstorage_layer_get_location(const struct cstorage_layer *layer);
bool cstorage_layer_is_incomplete(const struct cstorage_layer *layer);
const char *cstorage_layer_get_json(const struct cstorage_layer *layer, size_t *ret_length);

/*
 * The members of an image, as those of a layer. The names-history contains present and former names; mapped
 * layers are copies of the topmost layer with other id maps. get_big_data returns the name of the item.
 * ret_size, ret_digest and ret_value may be NULL. Sizes are in bytes. Since: 0.1
 */
const char *cstorage_image_get_id(const struct cstorage_image *image);
const char *cstorage_image_get_digest(const struct cstorage_image *image);
const char *cstorage_image_get_name(const struct cstorage_image *image, size_t index);
const char *cstorage_image_get_names_history(const struct cstorage_image *image, size_t index);
const char *cstorage_image_get_layer_id(const struct cstorage_image *image);
const char *cstorage_image_get_mapped_layer_id(const struct cstorage_image *image, size_t index);
const char *cstorage_image_get_metadata(const struct cstorage_image *image);
const char *cstorage_image_get_big_data(const struct cstorage_image *image, size_t index, int64_t *ret_size,
                                        const char **ret_digest);
const char *cstorage_image_get_created(const struct cstorage_image *image);
const char *cstorage_image_get_flag(const struct cstorage_image *image, size_t index, const char **ret_value);
enum cstorage_location cstorage_image_get_location(const struct cstorage_image *image);
const char *cstorage_image_get_json(const struct cstorage_image *image, size_t *ret_length);

/* The members of a container, as those of an image. Since: 0.1 */
const char *cstorage_container_get_id(const struct cstorage_container *container);
const char *cstorage_container_get_name(const struct cstorage_container *container, size_t index);
const char *cstorage_container_get_image_id(const struct cstorage_container *container);
const char *cstorage_container_get_layer_id(const struct cstorage_container *container);
const char *cstorage_container_get_metadata(const struct cstorage_container *container);
const char *cstorage_container_get_big_data(const struct cstorage_container *container, size_t index,
                                            int64_t *ret_size, const char **ret_digest);
const char *cstorage_container_get_created(const struct cstorage_container *container);
bool cstorage_container_get_uid_map(const struct cstorage_container *container, size_t index,
                                    struct cstorage_id_map *ret);
bool cstorage_container_get_gid_map(const struct cstorage_container *container, size_t index,
                                    struct cstorage_id_map *ret);
const char *cstorage_container_get_flag(const struct cstorage_container *container, size_t index,
                                        const char **ret_value);
enum cstorage_location cstorage_container_get_location(const struct cstorage_container *container);
const char *cstorage_container_get_json(const struct cstorage_container *container, size_t *ret_length);

/* A mounted layer that mountpoints.json lists: the mount point, and the number of its users. Since: 0.1 */
const char *cstorage_mount_get_layer_id(const struct cstorage_mount *mount);
const char *cstorage_mount_get_path(const struct cstorage_mount *mount);
int64_t cstorage_mount_get_count(const struct cstorage_mount *mount);

/*
 * Open the directory with the content of a layer for reading: with overlay, its difference to its lowers;
 * with vfs, the whole content. Nothing is mounted. Returns a descriptor; the caller closes it. -ENOENT: there
 * is no such directory. Since: 0.1
 */
int cstorage_layer_open_diff(const struct cstorage_layer *layer, struct cstorage_error *reterr);

/*
 * The parts of a layer on disk (overlay.go:create). A layer of any driver has a directory; only overlay has
 * the others. All are in the directory of the layer, except for the short link, which is in the directory "l"
 * of the driver home. Since: 0.1
 */
enum cstorage_layer_part {
        CSTORAGE_PART_DIRECTORY,    /* <id> */
        CSTORAGE_PART_DIFF,         /* the content; a link for a layer of an additional layer store */
        CSTORAGE_PART_LINK,         /* a file with the name of the short link */
        CSTORAGE_PART_SHORT_LINK,   /* l/<name>, which leads to ../<id>/diff */
        CSTORAGE_PART_LOWER,        /* a file with the short links of all lowers, nearest first */
        CSTORAGE_PART_LOWER_LAYERS, /* a file with their ids, written by releases from 1.63 on */
        CSTORAGE_PART_EMPTY,        /* the lower of a layer without parent */
        CSTORAGE_PART_WORK,
        CSTORAGE_PART_MERGED, /* the mount point */
};

#define CSTORAGE_PARTS_MAX      16 /* room for parts of later releases */
#define CSTORAGE_PART_BIT(part) (UINT64_C(1) << (part))

/* The state of a part. Since: 0.1 */
enum cstorage_part_state {
        CSTORAGE_STATE_NONE, /* it is missing, and need not exist */
        CSTORAGE_STATE_OK,
        CSTORAGE_STATE_UNKNOWN,    /* it cannot be examined, because a part that it depends on is damaged */
        CSTORAGE_STATE_MISSING,    /* it must exist */
        CSTORAGE_STATE_BLANK,      /* a file of zero bytes, or full of NULs, as a power failure leaves it */
        CSTORAGE_STATE_INVALID,    /* any other content */
        CSTORAGE_STATE_ELSEWHERE,  /* valid content that refers to another layer than the record */
        CSTORAGE_STATE_WRONG_TYPE, /* for example a file in place of a directory */
        CSTORAGE_STATE_NOT_EMPTY,  /* files in a mount point that is not mounted */
};

/*
 * The state of all parts of a layer at the moment of cstorage_layer_stat(). damaged contains the bits
 * (CSTORAGE_PART_BIT) of the parts that are none of NONE, OK and UNKNOWN; repairable those among them that
 * cstorage_txn_repair_layer() can repair. Since: 0.1
 */
struct cstorage_layer_stat {
        enum cstorage_part_state parts[CSTORAGE_PARTS_MAX]; /* index: enum cstorage_layer_part */
        uint64_t damaged, repairable;
        bool in_imagestore; /* the directory is in the image store; false if it is missing */
        bool split;         /* a split layer: only its directory was examined */
};

/*
 * Examine the parts of a recorded layer, in the driver home of the graphroot or of the image store. Takes no
 * lock, mounts nothing and changes nothing: if other processes work on the layer, their work in progress can
 * look like damage. Examine the layer again under the locks; a repair does so itself. The layer must be of
 * this snapshot. A layer that is missing, or damaged in any way, is not an error.
 *
 * The directory is UNKNOWN, and so are all other parts, if it is a symbolic link, which podman follows, or if
 * only an additional image store has one. lower and lower-layers must contain the parents as recorded. If one
 * of these has no record, or the layer or a parent has id maps, the state of both is UNKNOWN if they are
 * missing or have a valid form. diff is repairable only if it is known to be empty: the layer is that of a
 * container, and it has neither a digest nor a tar-split file; or its digest is that of an empty archive. An
 * incomplete layer (cstorage_layer_is_incomplete()) is examined like any other. -EROFS: the layer is in an
 * additional image store. Since: 0.1
 */
int cstorage_layer_stat(const struct cstorage_snapshot *snapshot, const struct cstorage_layer *layer,
                        struct cstorage_layer_stat *ret, struct cstorage_error *reterr);

/*
 * Examine the directory "l" with all short links, in the graphroot or in the image store: OK, MISSING,
 * WRONG_TYPE, or NONE if the driver has no such directory or the store has no driver home there. Since: 0.1
 */
int cstorage_store_stat_links(const struct cstorage_store *store, bool in_imagestore,
                              enum cstorage_part_state *ret, struct cstorage_error *reterr);

enum cstorage_object {
        CSTORAGE_OBJECT_LAYER,
        CSTORAGE_OBJECT_IMAGE,
        CSTORAGE_OBJECT_CONTAINER,
};

/*
 * Read an item of big data. id is a name, an id or a prefix, as for the find functions. The caller frees *ret
 * with free(); it is NUL-terminated, and *ret_size is its size in bytes without the NUL. -ENOENT: there is no
 * such object or no such item, even if the record lists it; -EINVAL: the key is invalid. Since: 0.1
 */
int cstorage_snapshot_read_big_data(const struct cstorage_snapshot *snapshot, enum cstorage_object object,
                                    const char *id, const char *key, char **ret, size_t *ret_size,
                                    struct cstorage_error *reterr);

/* ----------------------------------------------------------------------------------------- layer: verify */

/* How a file of a layer differs from the archive that the layer was made of. Since: 0.1 */
enum cstorage_mismatch_kind {
        CSTORAGE_MISMATCH_MISSING,    /* the file does not exist */
        CSTORAGE_MISMATCH_TYPE,       /* the type, as in st_mode (S_IFMT) */
        CSTORAGE_MISMATCH_SIZE,       /* the size in bytes */
        CSTORAGE_MISMATCH_CONTENT,    /* the CRC-64 of the content */
        CSTORAGE_MISMATCH_LINK,       /* the target of a symbolic link, as text */
        CSTORAGE_MISMATCH_HARD_LINK,  /* the file is not a link to expected_text, a path in the layer */
        CSTORAGE_MISMATCH_DEVICE,     /* the device: major number << 32 | minor number */
        CSTORAGE_MISMATCH_MODE,       /* permissions, setuid, setgid, sticky */
        CSTORAGE_MISMATCH_WHITEOUT,   /* the file of a lower layer is not deleted */
        CSTORAGE_MISMATCH_OPAQUE,     /* the directory does not hide that of the lower layers */
        CSTORAGE_MISMATCH_UNREADABLE, /* the file system is damaged there; found is the errno */
};

/*
 * A difference. The path is relative to the root directory of the layer, which is "."; names may have any
 * byte but NUL. Numbers without a meaning are 0, texts NULL. Later releases may append members. Since: 0.1
 */
struct cstorage_mismatch {
        const char *path;
        enum cstorage_mismatch_kind kind;
        uint64_t expected, found;
        const char *expected_text, *found_text;
};

/* The work of a verification. Since: 0.1 */
struct cstorage_verify_result {
        uint64_t entries;    /* of the archive, that were compared with the layer */
        uint64_t files;      /* whose content was read */
        uint64_t bytes;      /* of these */
        uint64_t mismatches; /* that were reported */
        bool complete;       /* false: the time is over, or 4096 mismatches were found */
};

#define CSTORAGE_VERIFY_SIZES_ONLY (1ULL << 0) /* do not read the content of files */

struct cstorage_verify_options {
        size_t size;         /* sizeof(struct cstorage_verify_options) */
        uint64_t flags;      /* CSTORAGE_VERIFY_* */
        unsigned threads;    /* that read files, including the caller's; 0: one for each processor */
        uint64_t timeout_us; /* in microseconds; 0: none */

        /* Called about ten times a second by the thread of the caller, with the work so far and userdata. A
         * negative result ends the verification and is its result. NULL: none */
        int (*progress)(const struct cstorage_verify_result *so_far, void *userdata);
};

/*
 * Compare the directory of a layer with its tar-split file, which contains the headers of all files of the
 * original archive, their sizes and CRC-64 sums. A power failure can leave files of a recorded layer empty or
 * torn, and podman does not notice. First types, sizes, modes and links of the whole layer are compared, then
 * the contents. Nothing is mounted, changed or locked, and access times stay.
 *
 * report is called for each mismatch, in the order of the archive, by the thread of the caller, after all
 * files are compared; it may be NULL. Its argument is valid during the call. userdata is for report and
 * progress. options may be NULL, and so may ret. Returns 1 if there are mismatches, 0 if not.
 *
 * Not compared: owners, extended attributes and times; the mode of the root directory; modes that the driver
 * keeps in an attribute (force_mask); files that are not in the archive; a device that does not exist,
 * because unprivileged processes do not create devices; without root rights, whether a directory is opaque.
 * An entry that a later entry of the archive replaces is not compared, unless one of the two has a name that
 * leads through a symbolic link.
 *
 * -ENODATA: the layer has no tar-split file, as that of a container, or is incomplete; -EBADMSG: the
 * tar-split file is damaged; -EACCES: the layer is of another user: run in the user namespace of that user;
 * -ESTALE: the layer was deleted during the verification; -EOPNOTSUPP: zlib is not installed, or the layer is
 * a composefs image. Since: 0.1
 */
int cstorage_layer_verify(const struct cstorage_layer *layer, const struct cstorage_verify_options *options,
                          void (*report)(const struct cstorage_mismatch *mismatch, void *userdata),
                          void *userdata, struct cstorage_verify_result *ret, struct cstorage_error *reterr);

/* ---------------------------------------------------------------------------------------------- inventory */

enum cstorage_entry_kind {
        CSTORAGE_ENTRY_LAYER_DIR,     /* a layer directory of the driver; the name is the layer's id */
        CSTORAGE_ENTRY_CONTAINER_DIR, /* data of a container */
        CSTORAGE_ENTRY_IMAGE_DIR,     /* data of an image */
        CSTORAGE_ENTRY_TAR_SPLIT,     /* <layer id>.tar-split.gz */
        CSTORAGE_ENTRY_LAYER_DATA,    /* big data of a layer */
        CSTORAGE_ENTRY_LINK,          /* the short link of an overlay layer; the id is that of its target */
        CSTORAGE_ENTRY_TEMP_DIR, /* temp-dir-N, lock-N or both: a deferred deletion or a staged addition */
        CSTORAGE_ENTRY_STAGING,  /* a staged layer of a partial pull */
        CSTORAGE_ENTRY_PROBE,    /* a directory in which the driver tests features of the kernel */
        CSTORAGE_ENTRY_SAVE_LEFTOVER, /* .tmp-<record file><N>: an interrupted save */
        CSTORAGE_ENTRY_VOLATILE_FILE, /* volatile-layers.json or volatile-containers.json, with any content */
        CSTORAGE_ENTRY_QUOTA,         /* the quota of a btrfs layer; the name is the layer's id */
};

/* The number of kinds that this header lists. A later release of the library may return more. */
#define CSTORAGE_ENTRY_KINDS (CSTORAGE_ENTRY_QUOTA + 1)

enum cstorage_entry_type {
        CSTORAGE_TYPE_ABSENT,
        CSTORAGE_TYPE_DIRECTORY,
        CSTORAGE_TYPE_FILE,
        CSTORAGE_TYPE_LINK,
        CSTORAGE_TYPE_OTHER,
};

enum cstorage_entry_lock {
        CSTORAGE_ENTRY_LOCK_NONE, /* there is no lock file */
        CSTORAGE_ENTRY_LOCK_FREE,
        CSTORAGE_ENTRY_LOCK_HELD, /* another process works on the entry */
};

/* The state of an entry at the moment of cstorage_entry_stat(). Since: 0.1 */
struct cstorage_entry_stat {
        uint64_t device, inode;
        uint64_t mount_id;  /* see statx(2) */
        int64_t changed_ns; /* ctime in nanoseconds since the epoch: the latest of the entry, its lock file
                               and the parts that a start of a container changes (diff, work, merged,
                               userdata) */
        enum cstorage_entry_type type; /* of a temp dir that has only a lock file: a file */
        enum cstorage_entry_lock lock;
        bool other_mount; /* on another mount than its parent directory */
        bool mount_below; /* a mount point is the entry or is below it */
};

/*
 * List the directories of a store: names only, the entries are not examined. Go writes a record before it
 * makes the directory: if the caller takes the snapshot after the inventory, the snapshot has the record of
 * every recorded entry, unless it was just deleted. Names that Go reserves (l, staging, ...) and "lost+found"
 * are omitted. In the runroot only volatile files and interrupted saves are listed. Entries are sorted by
 * kind, directory and name. The caller drops the reference with cstorage_inventory_unref(). Since: 0.1
 */
int cstorage_inventory_new(struct cstorage_store *store, struct cstorage_inventory **ret,
                           struct cstorage_error *reterr);

/* Take or drop a reference. The entries are valid as long as their inventory. Since: 0.1 */
struct cstorage_inventory *cstorage_inventory_ref(struct cstorage_inventory *inventory);
struct cstorage_inventory *cstorage_inventory_unref(struct cstorage_inventory *inventory);

/* Enumerate the entries. prev is NULL for the first; returns NULL after the last. Since: 0.1 */
const struct cstorage_entry *cstorage_inventory_next(const struct cstorage_inventory *inventory,
                                                     const struct cstorage_entry *prev);

/*
 * Return the error of a directory that could not be listed, and its path; its contents are unknown. ret_path
 * may be NULL. NULL after the last. Since: 0.1
 */
const char *cstorage_inventory_get_problem(const struct cstorage_inventory *inventory, size_t index,
                                           const char **ret_path);

/*
 * Return the ids of the layers and containers that mounts in /proc/self/mountinfo use: those in the options
 * of overlay mounts, in the source of a mount, and the last component of a mount point. NULL after the last.
 * Since: 0.1
 */
const char *cstorage_inventory_get_mounted_layer(const struct cstorage_inventory *inventory, size_t index);

/*
 * The id is NULL if the name contains none: it is not 64 hexadecimal digits (layers, containers, images), or
 * a link does not lead to a layer of its store. The target is NULL if the entry is not a link. The path is
 * for messages; NULL if there is no memory. Since: 0.1
 */
enum cstorage_entry_kind cstorage_entry_get_kind(const struct cstorage_entry *entry);
const char *cstorage_entry_get_id(const struct cstorage_entry *entry);
const char *cstorage_entry_get_name(const struct cstorage_entry *entry);
const char *cstorage_entry_get_path(const struct cstorage_entry *entry);
const char *cstorage_entry_get_target(const struct cstorage_entry *entry);
bool cstorage_entry_is_in_imagestore(const struct cstorage_entry *entry);

/*
 * Properties of a kind: its name, such as "layer-dir"; the type of an intact entry; the suffix that follows
 * the id in a name, often "". The kind of object that an entry belongs to: 1 and the kind, or 0 if there is
 * none. The name is NULL, and the type CSTORAGE_TYPE_ABSENT, if the library does not know the kind. The
 * suffix is NULL if names of this kind contain no id. Since: 0.1
 */
const char *cstorage_entry_kind_get_name(enum cstorage_entry_kind kind);
enum cstorage_entry_type cstorage_entry_kind_get_type(enum cstorage_entry_kind kind);
const char *cstorage_entry_kind_get_suffix(enum cstorage_entry_kind kind);
int cstorage_entry_kind_get_object(enum cstorage_entry_kind kind, enum cstorage_object *ret);

/*
 * Examine an entry, without opening it for writing and without taking a lock. The type of an entry that does
 * not exist is CSTORAGE_TYPE_ABSENT. -EBUSY: the entry is or contains the default subvolume of a btrfs.
 * Since: 0.1
 */
int cstorage_entry_stat(const struct cstorage_entry *entry, struct cstorage_entry_stat *ret,
                        struct cstorage_error *reterr);

/*
 * Read the ids of the lowers of a layer directory, nearest first, from its lower-layers file, else from its
 * lower file and the links. A lower that cannot be resolved is omitted. The list is NULL-terminated and one
 * block of memory; the caller frees it with free(). -EINVAL: the entry is not a layer directory with an id;
 * -EBADMSG: the file is damaged, for example by a power failure, and the lowers are unknown. Since: 0.1
 */
int cstorage_entry_read_lowers(const struct cstorage_entry *entry, char ***ret,
                               struct cstorage_error *reterr);

/*
 * Check whether a layer directory is one of the two of a split layer: 1 if so, 0 if not. If there was an
 * image store, releases 1.47 to 1.52 made a directory with the metadata of the layer in the image store, and
 * one with its content in the graphroot. -EINVAL: the entry is not a layer directory with an id. Since: 0.1
 */
int cstorage_entry_is_split_layer(const struct cstorage_entry *entry, struct cstorage_error *reterr);

/*
 * Open a directory entry for reading. Returns a descriptor; the caller closes it. -ELOOP or -ENOTDIR: it is
 * not a directory; -EXDEV: it is on another mount. Since: 0.1
 */
int cstorage_entry_open(const struct cstorage_entry *entry);

/* -------------------------------------------------------------------------------------------------- stage */

/*
 * Create a stage: a directory to prepare the content of a new layer in, for as long as necessary, while no
 * lock of the store is held. It is in a temp dir whose lock the stage holds (internal/tempdir/tempdir.go): Go
 * processes of release 1.59 and later leave it alone; releases up to 1.58 do not know temp dirs, and their
 * garbage collection (podman system prune --external) would delete it. If the process of the caller ends, the
 * next Go process deletes it.
 *
 * parent_id is the id of the parent of the new layer, NULL if it has none. The root directory gets the mode
 * and the owner of the parent's. With overlay the stage is empty at first, and accepts whiteouts as in
 * overlayfs(5); with vfs it is a copy of the parent. If an image store is configured, the stage is there, and
 * its layer must be there too. Missing directories of the store are made. The caller frees the stage with
 * cstorage_stage_free(). -ENOENT: the parent has no directory. Since: 0.1
 */
int cstorage_stage_new(struct cstorage_store *store, const char *parent_id, struct cstorage_stage **ret,
                       struct cstorage_error *reterr);

/*
 * Free a stage, and delete its content unless a commit moved it to a layer. A stage that is part of a
 * transaction must live until the transaction is committed or freed. Since: 0.1
 */
struct cstorage_stage *cstorage_stage_free(struct cstorage_stage *stage);

/*
 * Return a descriptor of the directory to fill. The stage owns it; it is valid until the stage is freed, also
 * after the commit. Since: 0.1
 */
int cstorage_stage_get_fd(const struct cstorage_stage *stage);

/*
 * Create the tar-split file of the layer (compressed with gzip), from which other programs can restore the
 * archive that the content came from. A layer works without it, but its archive then gets another digest.
 * Returns a descriptor for writing; the caller closes it. -EEXIST: it was made before. Since: 0.1
 */
int cstorage_stage_make_tar_split(struct cstorage_stage *stage, struct cstorage_error *reterr);

/* ---------------------------------------------------------------------------------------------------- txn */

struct cstorage_txn_options {
        size_t size;         /* sizeof(struct cstorage_txn_options) */
        uint64_t flags;      /* must be 0 */
        uint64_t timeout_us; /* for all locks together, in microseconds; 0: do not wait */
        /*
         * An earlier snapshot of the same store, or NULL: files that did not change since are not read again.
         * The best one is that of cstorage_txn_get_snapshot() after a commit. It is referenced.
         */
        struct cstorage_snapshot *references;
};

/*
 * Begin a transaction: take every lock of the store for writing, in the order layers (graphroot, then image
 * store), mountpoints, images, containers (graphroot, then runroot). Lock files are made only if a Go process
 * would make them, and are never replaced. options may be NULL: wait 30 seconds. The caller frees the
 * transaction with cstorage_txn_free(). -ETIMEDOUT: the text names the lock; -ESTALE: as for
 * cstorage_snapshot_new(). Since: 0.1
 */
int cstorage_txn_begin(struct cstorage_store *store, const struct cstorage_txn_options *options,
                       struct cstorage_txn **ret, struct cstorage_error *reterr);

/* Release the locks and free the transaction. Requests that were not committed are discarded. Since: 0.1 */
struct cstorage_txn *cstorage_txn_free(struct cstorage_txn *txn);

/*
 * Check whether a snapshot is current under the locks, by the tokens and the record files: 1 if so; 0 if the
 * records must be read again. Since: 0.1
 */
int cstorage_txn_is_current(const struct cstorage_txn *txn, const struct cstorage_snapshot *snapshot);

/*
 * Return the records under the locks, with all requested changes; after a successful commit, the records on
 * disk. The snapshot does not change any more; the caller drops the reference with cstorage_snapshot_unref().
 * -EINVAL: the commit failed, or the records were not read before the commit; -ESTALE: see the requests
 * below. Since: 0.1
 */
int cstorage_txn_get_snapshot(struct cstorage_txn *txn, struct cstorage_snapshot **ret,
                              struct cstorage_error *reterr);

/* ------------------------------------------------------------------------------------------ txn: changes */

/*
 * Each of these functions requests a change. It is checked at once against the records and the earlier
 * requests: if the check fails, the request has no effect, and the transaction can continue. Nothing is
 * written before the commit. Common codes, each with a text that names the object:
 *
 *     -EINVAL   an argument is invalid, or the transaction was committed
 *     -ENOENT   the object does not exist
 *     -EEXIST   the object exists already, or a prefix matches several objects
 *     -EROFS    the object is in an additional image store
 *     -EBADMSG  a record file is damaged or empty: it is unknown which objects are in use
 *     -ESTALE   from the first request, if lock files were missing when the transaction began and another
 *               process changed the store before they were taken; -ETIMEDOUT, if they could not be taken. The
 *               transaction can then only be freed, and the caller begins again.
 *
 * id is a name, an id or a prefix, as for the cstorage_snapshot_find_*() functions. A new object gets a
 * complete id of letters, digits, "_" and "-"; Go generates ids of 64 hexadecimal digits, and a collection
 * removes orphans only if they have such an id. Strings and data are copied.
 *
 * The first request makes the directories and lock files that a Go process makes when it opens a store, and
 * adds the deletion of incomplete layers to the commit, as the Go library does.
 *
 * The record file is chosen as in the Go library. A volatile layer or container goes to volatile-*.json; so
 * do, in a transient store, every container and its layer. volatile-*.json is in the runroot if the store is
 * transient. If there is an image store, images and layers that are not of a container go there. All others
 * go to the graphroot. Stable record files and their directories are synced; volatile ones never are.
 */

#define CSTORAGE_LAYER_VOLATILE (1ULL << 0) /* need not survive a reboot */
#define CSTORAGE_LAYER_WRITABLE                                                                              \
        (1ULL << 1) /* like the layer of a container: with an image store it is in the graphroot */

struct cstorage_layer_options {
        size_t size;                   /* sizeof(struct cstorage_layer_options) */
        uint64_t flags;                /* CSTORAGE_LAYER_* */
        const char *id;                /* NULL: generate an id */
        const char *const *names;      /* NULL-terminated; NULL: none */
        const char *parent;            /* NULL: none */
        const char *mount_label;       /* SELinux; NULL: none */
        const char *metadata;          /* NULL: "" */
        const char *compressed_digest; /* these three: NULL if unknown */
        const char *diff_digest;
        const char *toc_digest;
        int64_t compressed_size, diff_size;
        int compression;             /* 0 none, 1 bzip2, 2 gzip, 3 xz, 4 zstd */
        const uint32_t *uids, *gids; /* the owners in the content, sorted, without duplicates */
        size_t n_uids, n_gids;
        const struct cstorage_id_map *uid_map, *gid_map; /* the mapping of the owners in the content */
        size_t n_uid_map, n_gid_map;
        struct cstorage_stage *stage; /* for one layer only; NULL: empty content, with vfs the parent's */
};

/*
 * Create a layer. options may be NULL. The transaction owns *ret_id; ret_id may be NULL. -ENOENT: the parent
 * does not exist; -EEXIST: the id or a name is in use; -EBUSY: the parent is the layer of a container, which
 * cannot be a lower. Since: 0.1
 */
int cstorage_txn_create_layer(struct cstorage_txn *txn, const struct cstorage_layer_options *options,
                              const char **ret_id, struct cstorage_error *reterr);

struct cstorage_image_options {
        size_t size;              /* sizeof(struct cstorage_image_options) */
        uint64_t flags;           /* must be 0 */
        const char *id;           /* NULL: generate an id */
        const char *const *names; /* NULL-terminated; NULL: none */
        const char *layer;        /* the topmost layer; NULL: none */
        const char *metadata;     /* NULL: "" */
        const char *digest;       /* of the manifest; NULL: unknown */
        const char *created;      /* RFC 3339; NULL: now */
};

/*
 * Create an image. options may be NULL. The transaction owns *ret_id; ret_id may be NULL. -ENOENT: the layer
 * does not exist; -EEXIST: the id or a name is in use. Since: 0.1
 */
int cstorage_txn_create_image(struct cstorage_txn *txn, const struct cstorage_image_options *options,
                              const char **ret_id, struct cstorage_error *reterr);

#define CSTORAGE_CONTAINER_VOLATILE (1ULL << 0) /* need not survive a reboot */

struct cstorage_container_options {
        size_t size;                             /* sizeof(struct cstorage_container_options) */
        uint64_t flags;                          /* CSTORAGE_CONTAINER_* */
        const char *id;                          /* NULL: generate an id */
        const char *const *names;                /* NULL-terminated; NULL: none */
        const char *image;                       /* NULL: none */
        const char *layer;                       /* the id of its new layer; NULL: generate an id */
        const char *metadata;                    /* NULL: "" */
        const char *mount_label, *process_label; /* SELinux; both, or NULL or "": none */
        const char *const *mount_options;        /* NULL-terminated; NULL: those of the configuration */
        const struct cstorage_id_map *uid_map, *gid_map;
        size_t n_uid_map, n_gid_map;
};

/*
 * Create a container and its layer, whose parent is the topmost layer of the image. options may be NULL. The
 * transaction owns *ret_id; ret_id may be NULL. In a transient store the container is volatile, with any
 * flags. -ENOENT: the image or its layer does not exist; -EEXIST: an id or a name is in use; -EOPNOTSUPP:
 * the layers would have to be copied with other owners, which this library does not do. Since: 0.1
 */
int cstorage_txn_create_container(struct cstorage_txn *txn, const struct cstorage_container_options *options,
                                  const char **ret_id, struct cstorage_error *reterr);

/*
 * Replace all names of an object. names is NULL-terminated; NULL: no names. A name that another object of the
 * same kind has is taken from it, as in the Go library (layers.go, images.go, containers.go:updateNames); an
 * image adds its names to its names-history. Since: 0.1
 */
int cstorage_txn_set_names(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                           const char *const *names, struct cstorage_error *reterr);

/* Set the metadata, a text for the use of callers. "" removes it; NULL is -EINVAL. Since: 0.1 */
int cstorage_txn_set_metadata(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                              const char *metadata, struct cstorage_error *reterr);

/*
 * Set a flag to one JSON value; NULL removes the flag. -EINVAL: the value is not JSON, or the flag is
 * "incomplete" of a layer. Since: 0.1
 */
int cstorage_txn_set_flag(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                          const char *flag, const char *json, struct cstorage_error *reterr);

/*
 * Set an item of big data of size bytes; it replaces an item with the same key. digest may be NULL: the
 * sha256 of the data is computed. For a layer it must be NULL. -EINVAL: the key is "" or has no file name in
 * the format, or the digest is invalid. Since: 0.1
 */
int cstorage_txn_set_big_data(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                              const char *key, const void *data, size_t size, const char *digest,
                              struct cstorage_error *reterr);

#define CSTORAGE_DELETE_KEEP_LAYERS (1ULL << 0) /* delete an image or container, but keep its layers */

/*
 * Delete a layer; a container with its layer and its directories; or an image with its data and those of its
 * layers that no image, container or other layer needs (store.go:DeleteImage). -EBUSY: a child layer, an
 * image, a container or a mount in mountpoints.json uses the object, or the layer of the container; the text
 * names the user. The commit finds mounts that mountpoints.json does not list; it then fails with -EBUSY and
 * changes nothing. Since: 0.1
 */
int cstorage_txn_delete(struct cstorage_txn *txn, enum cstorage_object object, const char *id, uint64_t flags,
                        struct cstorage_error *reterr);

/*
 * Delete one incomplete layer (cstorage_layer_is_incomplete()) that no other record needs. The first other
 * edit of a transaction deletes all incomplete layers, as Go does when it loads a store (layers.go:load).
 * Delete children first. -EINVAL: the layer is complete; -EBUSY: as for cstorage_txn_delete(). Since: 0.1
 */
int cstorage_txn_delete_incomplete_layer(struct cstorage_txn *txn, const char *id,
                                         struct cstorage_error *reterr);

/*
 * Make the directory "userdata", in which users of a container or image keep their files. The commit makes it
 * if it is missing, with mode 0700 (store.go:ContainerDirectory, ContainerRunDirectory, ImageDirectory,
 * ImageRunDirectory). The caller frees *ret_path with free(); ret_path may be NULL. -EINVAL: the object is a
 * layer. Since: 0.1
 */
int cstorage_txn_make_directory(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                                bool in_runroot, char **ret_path, struct cstorage_error *reterr);

#define CSTORAGE_MOUNT_READ_ONLY (1ULL << 0) /* implied for an image */

struct cstorage_mount_options {
        size_t size;    /* sizeof(struct cstorage_mount_options) */
        uint64_t flags; /* CSTORAGE_MOUNT_* */
        const char *const
                *options;  /* NULL-terminated; NULL: those of the container or of the configuration */
        const char *label; /* SELinux; NULL: the label of the layer */
};

/*
 * Mount a layer, the layer of a container, or the topmost layer of an image. The commit does so after all
 * other changes; if the layer is mounted already, it only increments the count. With vfs nothing is mounted:
 * the path is the directory of the layer. options may be NULL. Nothing is at *ret_path before the commit; the
 * caller frees it with free(), and ret_path may be NULL. Owners are as on disk, even if the layer has id
 * maps. -EOPNOTSUPP: the owners of the image or container would have to be mapped; -EROFS: the layer is in an
 * additional image store; -ENOENT: the image has no layer. Since: 0.1
 */
int cstorage_txn_mount(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                       const struct cstorage_mount_options *options, char **ret_path,
                       struct cstorage_error *reterr);

#define CSTORAGE_UNMOUNT_FORCE (1ULL << 0) /* unmount with any count */

/*
 * Decrement the mount count, and unmount when it reaches 0; the commit does so before it deletes anything.
 * Returns 1 if the layer stays mounted, 0 if not. If it is not mounted, that is not an error. Since: 0.1
 */
int cstorage_txn_unmount(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                         uint64_t flags, struct cstorage_error *reterr);

/* ------------------------------------------------------------------------------------------ txn: repairs */

/*
 * Repair parts of a layer (CSTORAGE_PART_BIT) so that podman can use it again. The commit examines the layer
 * again, and repairs those of the requested parts that are then damaged, after all other changes. It removes
 * no content. Each part is complete or unchanged if the commit is killed or the disk is full; another repair
 * completes the rest. The result is that of the request (see cstorage_trash_next_repair()); one that fails
 * does not affect other requests. id is a name, an id or a prefix.
 *
 * link is made from the short link that leads to the layer, or from the lower files of layers above it; if
 * there is neither, the layer gets a new short link. A repair of link makes the short link too. A short link
 * is made from link. If another layer has the same link, or if the name in "l" is not a symbolic link, the
 * layer gets a new one. Whenever a layer gets a new short link, the lower files of all layers above it are
 * written anew.
 *
 * lower and lower-layers are made from the recorded parents, whose short links must exist or be repaired in
 * the same commit. In state ELSEWHERE they are kept: the record or the file is wrong. Directories get the
 * owner and mode that the driver gives to those of new layers (overlay.go:create). A part of the wrong type,
 * and a mount point that is not empty, are renamed to <part>.aside in the directory of the layer, with a
 * number if this exists; podman removes it with the layer.
 *
 * -EINVAL: parts is 0 or contains undefined bits, or the transaction was committed; -ENOENT: the layer does
 * not exist; -EROFS: it is in an additional image store; -EOPNOTSUPP: the driver has no such parts. Codes of
 * the result: -EBADMSG: a part is damaged and not repairable; -ENOENT: the layer has no directory, or is
 * deleted in the same commit; -EBUSY: the mount point is not empty, and mountpoints.json lists the layer.
 * Since: 0.1
 */
int cstorage_txn_repair_layer(struct cstorage_txn *txn, const char *id, uint64_t parts,
                              struct cstorage_error *reterr);

/*
 * Repair the directory "l" in the graphroot or in the image store: if it is missing or no directory, the
 * commit moves the link or file to the trash without following it, makes the directory, and makes the short
 * link of each recorded layer whose link file is valid. It does so before it repairs layers. -EOPNOTSUPP: the
 * driver has no short links; -ENOENT: there is no such driver home. Since: 0.1
 */
int cstorage_txn_repair_links(struct cstorage_txn *txn, bool in_imagestore, struct cstorage_error *reterr);

/* -------------------------------------------------------------------------------- txn: trash and commit */

/*
 * Move an entry to the trash: the commit renames it into a temp dir with the layout of the Go library
 * (internal/tempdir/tempdir.go). seen is the result of cstorage_entry_stat(); it is copied. The result of the
 * entry (see cstorage_trash_next_item()) is -ESTALE if the entry changed since, and -EBUSY if something is
 * mounted there, if a mount uses the entry, or if another process holds its lock; it is -ECANCELED for a
 * layer directory if a side file or link of the layer stays for such a reason. userdata is any pointer, which
 * cstorage_trash_item_get_userdata() returns. The transaction references the inventory of the entry. -EINVAL:
 * the entry is of another store, is a directory without an id, or is a volatile file. Since: 0.1
 */
int cstorage_txn_trash_entry(struct cstorage_txn *txn, const struct cstorage_entry *entry,
                             const struct cstorage_entry_stat *seen, void *userdata);

/*
 * Replace a torn volatile file (see cstorage_record_file_is_torn()) by an empty list. podman fails as long as
 * the file is torn, and volatile records need not survive a reboot. Before it moves anything to the trash,
 * the commit writes the token, renames the torn file to <name>.torn in the same directory, in place of an
 * earlier one, and puts the new file in its place. On a full disk, or after a crash between these renames,
 * there is no file; it means the same as an empty list. The result of the entry is -ESTALE if it is not the
 * file that was examined, or not torn. The snapshot no longer contains its records, only the ids: see
 * cstorage_snapshot_get_set_aside_id(). userdata and the inventory are as for cstorage_txn_trash_entry().
 * -EINVAL: the entry is of another store or kind. Since: 0.1
 */
int cstorage_txn_reset_volatile_file(struct cstorage_txn *txn, const struct cstorage_entry *entry,
                                     const struct cstorage_entry_stat *seen, void *userdata);

/*
 * Make all requested changes, in a crash-safe order, and release the locks, also on failure. All record files
 * are written before anything changes. Each is put in its place after the token of its lock; the data of a
 * stable file are synced before that, and the directories once, after all files are in place. If one change
 * fails, all are undone: the result is negative, the text contains the cause, and the store is as before the
 * commit. If a change cannot be undone, the store is as after a crash at that point.
 *
 * The trash holds the locks of the temp dirs with the deleted entries: no Go process touches them until the
 * trash is emptied and its temp dirs are removed. After a crash, the next Go process or the next collection
 * finishes the deletion. If an entry cannot be moved to the trash, the others still are; each item has its
 * own result. The caller frees the trash with cstorage_trash_free().
 *
 * -ESTALE: another process changed the store under a lock whose file was missing when the transaction began;
 * nothing is done. -EINVAL: the transaction was committed before; it accepts no request after a commit, even
 * one that failed. Since: 0.1
 */
int cstorage_txn_commit(struct cstorage_txn *txn, struct cstorage_trash **ret, struct cstorage_error *reterr);

/*
 * Return how long the locks were held, in microseconds: until the commit released them, or until now. Since:
 * 0.1
 */
uint64_t cstorage_txn_get_held_us(const struct cstorage_txn *txn);

/* -------------------------------------------------------------------------------------------------- trash */

/*
 * Free a trash, and release the locks of its temp dirs. The next Go process deletes what is left in them.
 * Since: 0.1
 */
struct cstorage_trash *cstorage_trash_free(struct cstorage_trash *trash);

/*
 * Enumerate the temp dirs of the trash, and the entries that were requested with cstorage_txn_trash_entry()
 * or cstorage_txn_reset_volatile_file(). prev is NULL for the first; returns NULL after the last. Since: 0.1
 */
struct cstorage_trash_dir *cstorage_trash_next_dir(struct cstorage_trash *trash,
                                                   struct cstorage_trash_dir *prev);
const struct cstorage_trash_item *cstorage_trash_next_item(const struct cstorage_trash *trash,
                                                           const struct cstorage_trash_item *prev);

/*
 * Delete the contents of the trash and its temp dirs, several files at once. Returns 0, or a negative errno
 * with the first cause if something is left; the next Go process or the next collection deletes the rest. To
 * show progress, or to delete in another process, use the functions for temp dirs. Since: 0.1
 */
int cstorage_trash_empty(struct cstorage_trash *trash, struct cstorage_error *reterr);

/*
 * Lock a temp dir. The temp dirs of a commit are locked already. A temp dir that a dead process left is not:
 * each takes descriptors only when it is locked. Returns 1 if it is locked; 0 if it was removed or sent, or
 * if it is unlocked and is not one that a dead process left. -EBUSY: another process holds the lock; -ENOENT:
 * it does not exist any more; -ESTALE: it was replaced. Since: 0.1
 */
int cstorage_trash_dir_lock(struct cstorage_trash_dir *dir, struct cstorage_error *reterr);

/*
 * Release the lock of a temp dir, which must not be NULL, and close its descriptors. The next Go process or
 * the next collection deletes it. Since: 0.1
 */
void cstorage_trash_dir_unlock(struct cstorage_trash_dir *dir);

/*
 * The descriptors of a temp dir and of its lock, and its path; owned by the trash. The descriptors are -1 if
 * the temp dir is not locked; that of the directory is also -1 if only the lock file exists. Since: 0.1
 */
int cstorage_trash_dir_get_fd(const struct cstorage_trash_dir *dir);
int cstorage_trash_dir_get_lock_fd(const struct cstorage_trash_dir *dir);
const char *cstorage_trash_dir_get_path(const struct cstorage_trash_dir *dir);

/*
 * Remove a locked temp dir that is empty, its lock file, and the parent directory if this library made it and
 * it is empty. The descriptors of a removed temp dir are -1. -ENOTEMPTY: the temp dir is not empty; -EINVAL:
 * it is not locked, or was removed before. Since: 0.1
 */
int cstorage_trash_dir_remove(struct cstorage_trash_dir *dir, struct cstorage_error *reterr);

/*
 * Send all temp dirs to another process, over a connected Unix socket of type SOCK_SEQPACKET (SCM_RIGHTS).
 * Their locks are held all the time: the kernel keeps a descriptor open while it is in the socket, and closes
 * one that is never received together with the socket. A temp dir that was sent counts as removed; on failure
 * the others stay in the trash. Since: 0.1
 */
int cstorage_trash_send(struct cstorage_trash *trash, int socket_fd, struct cstorage_error *reterr);

/*
 * Receive the next temp dir. Returns 1 and a trash with this temp dir and without items, which the caller
 * frees with cstorage_trash_free(); 0 if the sender closed the socket. Both sides must use the same release.
 * The caller checks the identity of the sender (SO_PEERCRED). -EBADMSG: the message is invalid; the next one
 * may be valid. Since: 0.1
 */
int cstorage_trash_receive(int socket_fd, struct cstorage_trash **ret, struct cstorage_error *reterr);

/*
 * The result of one entry that was requested with cstorage_txn_trash_entry() or
 * cstorage_txn_reset_volatile_file(); objects that were deleted with their record have no item. The code is
 * 0, or a negative errno and then with a text. The directory is NULL if the entry was removed at once, was a
 * volatile file, or was not touched. The name is that in the directory, NULL if the directory itself is the
 * entry (a temp dir that another process left); for a volatile file it is the new name of the torn file.
 * Since: 0.1
 */
const struct cstorage_entry *cstorage_trash_item_get_entry(const struct cstorage_trash_item *item);
void *cstorage_trash_item_get_userdata(const struct cstorage_trash_item *item);
int cstorage_trash_item_get_code(const struct cstorage_trash_item *item);
const char *cstorage_trash_item_get_text(const struct cstorage_trash_item *item);
const struct cstorage_trash_dir *cstorage_trash_item_get_dir(const struct cstorage_trash_item *item);
const char *cstorage_trash_item_get_name(const struct cstorage_trash_item *item);

/*
 * Enumerate the results of cstorage_txn_repair_layer() and cstorage_txn_repair_links(), in the order of the
 * requests. prev is NULL for the first; returns NULL after the last. Since: 0.1
 */
const struct cstorage_repair *cstorage_trash_next_repair(const struct cstorage_trash *trash,
                                                         const struct cstorage_repair *prev);

/*
 * The result of one repair. The id is NULL for a directory of short links. get_done returns the bits of the
 * parts that were made anew, for a directory of short links those of CSTORAGE_PART_SHORT_LINK; 0 if nothing
 * was damaged any more. The code is 0, or a negative errno and then with a text: parts that are done are
 * repaired nevertheless. get_aside returns the new names of what was moved aside, in the directory of the
 * layer; NULL after the last. Since: 0.1
 */
const char *cstorage_repair_get_layer_id(const struct cstorage_repair *repair);
bool cstorage_repair_is_in_imagestore(const struct cstorage_repair *repair);
uint64_t cstorage_repair_get_done(const struct cstorage_repair *repair);
int cstorage_repair_get_code(const struct cstorage_repair *repair);
const char *cstorage_repair_get_text(const struct cstorage_repair *repair);
const char *cstorage_repair_get_aside(const struct cstorage_repair *repair, size_t index);

#ifdef __cplusplus
}
#endif

#endif
