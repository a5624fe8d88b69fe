/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CSTORAGE_H
#define CSTORAGE_H

/*
 * libcstorage: the container stores that podman, buildah, skopeo and CRI-O keep on disk, from C.
 *
 * A store is a directory (the graphroot) with the layers, images and containers of one driver, a second one
 * on a file system that a reboot empties (the runroot), and now and then a third one for images (the image
 * store). What is in it is written down in record files; who changes them takes locks that the Go library
 * takes too. This library reads all of it without taking a lock, and changes it with all of them held:
 *
 *     cstorage_config_load()     where the store lies; or cstorage_config_new() and the set functions
 *     cstorage_store_open()      its directories and its driver; creates nothing, locks nothing
 *     cstorage_inventory_new()   what lies in its directories; before the records, see there
 *     cstorage_snapshot_new()    what its records say, all of one moment; immutable
 *     cstorage_stage_new()       content of a layer, put together while no lock is held
 *     cstorage_txn_begin()       every lock, in the one order that is legal
 *     cstorage_txn_create_*(), cstorage_txn_set_*(), cstorage_txn_delete(), cstorage_txn_mount(), ...
 *                                say what shall be; it is checked at once, and nothing happened yet
 *     cstorage_txn_trash_entry()      say what shall go that nothing records
 *     cstorage_txn_commit()      what was said happens; the locks are let go; what went lies in trash
 *     cstorage_trash_empty()     delete that, while no lock of the store is held
 *     cstorage_txn_free()        without a commit: nothing happened
 *
 * What a commit leaves when it is killed, or the power goes: each record file is the old one or the new one
 * (those of volatile records, after a power cut, perhaps neither). A layer that is made or deleted is
 * recorded as incomplete in between, and whoever next changes the store deletes it, be it a Go process or
 * this library; an image or container is recorded once its layers are. What was renamed on its way out lies
 * in temp dirs that the next Go process or collection empties. To do the same again is always right.
 *
 * Objects. What has _ref and _unref is counted and may be shared between threads once made; all other objects
 * belong to one thread at a time. _free and _unref take NULL and return NULL. Strings and sub-objects that a
 * get or next function returns belong to the object it was asked of, and live as long.
 *
 * Errors. Functions return 0 or more, or a negative errno and then leave their outputs as they were. Outputs
 * come last. A struct cstorage_error, wherever one is taken, may be NULL; on failure it holds a sentence for
 * people that names the file and what is wrong with it. These codes mean the same everywhere:
 *
 *     -EINVAL      an argument is not what it must be; an unknown flag; options of a newer library
 *     -ENOMEM      there is no memory
 *     -ENOENT      there is no such thing
 *     -EEXIST      there are several, and one was asked for; or there is one, and it was to be made
 *     -EBADMSG     a file is damaged; nothing can be concluded from it
 *     -EOPNOTSUPP  the driver is not one that this library knows, or it does not do that with it: layers of
 *                  btrfs are read and deleted, but neither made nor mounted
 *     -ETIMEDOUT   a lock was not obtained in time
 *     -ESTALE      the thing is no longer what it was when it was looked at
 *     -EBUSY       a mount or a lock still uses the thing
 *     -EXDEV       it lies on another mount or file system than what it belongs to
 *     -EROFS       it lies in an additional store, which is only read
 *
 * All others are what the kernel said. Where an object is asked for what it holds (get, next, is), it must be
 * one: NULL is then an error of the program. All other functions answer NULL with -EINVAL.
 *
 * Options structs start with their size: set it with sizeof, zero the rest. Flags that are not defined are
 * refused.
 *
 * The library prints nothing, keeps no state outside of its objects, installs no signal handler, and reads
 * the environment in cstorage_config_load() and its like alone. Every descriptor it opens is close-on-exec.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CSTORAGE_ERROR_TEXT_MAX 512

/* What went wrong, for people; the caller's own, no need to clear it. text is one line. Since: 0.1 */
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

/* Belong to a snapshot. */
struct cstorage_record_file;
struct cstorage_layer;
struct cstorage_image;
struct cstorage_container;
struct cstorage_mount;

/* Belongs to an inventory. */
struct cstorage_entry;

/* Belong to a trash. */
struct cstorage_trash_dir;
struct cstorage_trash_item;

/* ------------------------------------------------------------------------------------------------- config */

/* Nothing set. Since: 0.1 */
int cstorage_config_new(struct cstorage_config **ret);

/*
 * What storage.conf, its drop-ins and the environment say, as the Go side reads them. -EBADMSG where a file
 * is no TOML or a value not of its type: the text names file, line and column, and there is no configuration
 * then. A store need not exist. Since: 0.1
 */
int cstorage_config_load(struct cstorage_config **ret, struct cstorage_error *reterr);

/*
 * Releases of the Go library look for storage.conf in two ways, and which of them uses a store is written
 * nowhere.
 *
 * DROPINS, from 1.63 on (pkg/configfile/parse.go:Read): one main file, that of ~/.config before that of /etc
 * before that of /usr/share, also for root; drop-ins over it; the same for root and for users.
 *
 * ONE_FILE, up to 1.62 (types/options.go:loadStoreOptionsFromConfFile): no drop-ins; root's own ~/.config
 * does not count; of the system's file users have no more than driver, driver_priority and
 * rootless_storage_path, and only the last of them where they have a file of their own.
 *
 * AUTO goes both ways, which mostly lead to the same. If not, DROPINS counts, but ONE_FILE where only its
 * graphroot is there and the caller's, or its runroot, or the store of its driver, if the graphroot is the
 * same; so it does where a file that only DROPINS reads is not understood. Where one graphroot has two
 * runroots that are there, or two image stores, nothing tells whose records count: -ENOTUNIQ. Since: 0.1
 */
enum cstorage_config_compat {
        CSTORAGE_CONFIG_AUTO,
        CSTORAGE_CONFIG_CURRENT,
        CSTORAGE_CONFIG_LEGACY,
};

/*
 * Links in graphroot and runroot are not resolved: the paths are those of the files, cleaned by their text.
 * Only the files of the configuration are looked at, so AUTO is DROPINS. For who must not wait for the file
 * system that a store lies on, or comes before it is mounted. Since: 0.1
 */
#define CSTORAGE_CONFIG_LEXICAL (UINT64_C(1) << 0)

/* Since: 0.1 */
struct cstorage_config_options {
        size_t size;    /* sizeof(struct cstorage_config_options) */
        uint64_t flags; /* CSTORAGE_CONFIG_* */
        enum cstorage_config_compat rules;
};

/* cstorage_config_load() as the options say; NULL: by AUTO, with links resolved. Since: 0.1 */
int cstorage_config_load_with(const struct cstorage_config_options *options, struct cstorage_config **ret,
                              struct cstorage_error *reterr);

/* A store that was opened with it does not need it any more. Since: 0.1 */
struct cstorage_config *cstorage_config_free(struct cstorage_config *config);

/*
 * Set by hand, over what was loaded. Paths are absolute (-EINVAL). NULL takes a setting back: no image store,
 * the driver found out from the graphroot. Since: 0.1
 */
int cstorage_config_set_graphroot(struct cstorage_config *config, const char *path);
int cstorage_config_set_runroot(struct cstorage_config *config, const char *path);
int cstorage_config_set_imagestore(struct cstorage_config *config, const char *path);
int cstorage_config_set_driver(struct cstorage_config *config, const char *name);
int cstorage_config_set_transient(struct cstorage_config *config, bool transient);

/* One driver option as podman's --storage-opt takes it: "[driver.]key=value". Since: 0.1 */
int cstorage_config_add_option(struct cstorage_config *config, const char *option);

/* Forget all driver options, and with them the additional stores they name. Since: 0.1 */
void cstorage_config_clear_options(struct cstorage_config *config);

/* NULL where not set. The indexed ones return NULL after the last. Since: 0.1 */
const char *cstorage_config_get_graphroot(const struct cstorage_config *config);
const char *cstorage_config_get_runroot(const struct cstorage_config *config);
const char *cstorage_config_get_imagestore(const struct cstorage_config *config);
const char *cstorage_config_get_driver(const struct cstorage_config *config);
bool cstorage_config_get_transient(const struct cstorage_config *config);
const char *cstorage_config_get_option(const struct cstorage_config *config, size_t index);
const char *cstorage_config_get_additional_image_store(const struct cstorage_config *config, size_t index);
const char *cstorage_config_get_driver_priority(const struct cstorage_config *config, size_t index);

/*
 * What is set, one thing after the other, for people who wonder why a store is where it is; keys that count
 * for nothing are not among them. previous NULL: the first; NULL after the last. A setting belongs to the
 * configuration, until something else is set. Since: 0.1
 */
const struct cstorage_setting *cstorage_config_next_setting(const struct cstorage_config *config,
                                                            const struct cstorage_setting *previous);

/* By which rules it was loaded; AUTO where it was set by hand. Since: 0.1 */
enum cstorage_config_compat cstorage_config_get_compat(const struct cstorage_config *config);

/*
 * The key as in storage.conf, with the tables it is in ("storage.options.overlay.mountopt"), of which there
 * may be several with the items of an array; or "option", of a driver option that no file has. The
 * value as it came out, "" where there is none. Since: 0.1
 */
const char *cstorage_setting_get_key(const struct cstorage_setting *setting);
const char *cstorage_setting_get_value(const struct cstorage_setting *setting);

/*
 * Who said so: the path of a file, and the line there; else the line is 0, and this the name of a variable
 * behind a "$", "" where the caller set it, NULL where nobody did. Since: 0.1
 */
const char *cstorage_setting_get_origin(const struct cstorage_setting *setting);
unsigned cstorage_setting_get_line(const struct cstorage_setting *setting);

/* -------------------------------------------------------------------------------------------------- store */

/*
 * The drivers whose stores lie in the configured graphroot, whether this library knows them or not: first the
 * one that cstorage_store_open() takes, there or not, then all others, sorted; NULL-terminated, in one piece
 * of memory that the caller frees with free(). Stores of several drivers have nothing in common but the
 * directory. -ENOENT where no graphroot or no store is there. Since: 0.1
 */
int cstorage_config_find_drivers(const struct cstorage_config *config, char ***ret,
                                 struct cstorage_error *reterr);

/*
 * Open the directories of a store and find its driver. Creates nothing and takes no lock. -ENOENT where the
 * graphroot does not exist or holds no store; -EOPNOTSUPP where its driver is unknown; -EINVAL where no
 * graphroot or runroot is set. A runroot that does not exist (yet) is no error: nothing is recorded there
 * then. Since: 0.1
 */
int cstorage_store_open(const struct cstorage_config *config, struct cstorage_store **ret,
                        struct cstorage_error *reterr);

/*
 * The same, after making what a Go process makes when it opens a store: graphroot, runroot, image store and
 * the directories of the driver in them, mode 0700, where they are missing. Without a driver in the
 * configuration and in the graphroot it is overlay. Who changes a store opens it so: without a runroot, which
 * a reboot takes away, nothing can be changed. Since: 0.1
 */
int cstorage_store_create(const struct cstorage_config *config, struct cstorage_store **ret,
                          struct cstorage_error *reterr);

/* One holder more, one less; the last closes it. What is made of a store holds it. Since: 0.1 */
struct cstorage_store *cstorage_store_ref(struct cstorage_store *store);
struct cstorage_store *cstorage_store_unref(struct cstorage_store *store);

/* Paths with all links resolved; the image store is NULL where there is none. Since: 0.1 */
const char *cstorage_store_get_graphroot(const struct cstorage_store *store);
const char *cstorage_store_get_runroot(const struct cstorage_store *store);
const char *cstorage_store_get_imagestore(const struct cstorage_store *store);
const char *cstorage_store_get_driver(const struct cstorage_store *store);
bool cstorage_store_is_transient(const struct cstorage_store *store);

/*
 * 1 where everything that lies in the store's directories has a record of its own, so that there is nothing
 * that an inventory and a snapshot could tell more about; 0 where that is not so, or cannot be told at a
 * glance: look closely then. Many times cheaper than those two, and it keeps nothing: it reads names and ids,
 * and of the record files no more than that they look like lists from end to end. Takes no lock. With 1 the
 * number of those entries, if ret_entries is not NULL. Since: 0.1
 */
int cstorage_store_is_clean(const struct cstorage_store *store, uint64_t *ret_entries);

/* ----------------------------------------------------------------------------------------------- snapshot */

/* Which file a record stands in (store.go, layers.go:layerLocations). */
enum cstorage_location {
        CSTORAGE_LOCATION_STABLE,           /* layers.json, images.json, containers.json in the graphroot */
        CSTORAGE_LOCATION_IMAGESTORE,       /* layers.json, images.json in the image store */
        CSTORAGE_LOCATION_VOLATILE,         /* volatile-*.json beside either of those */
        CSTORAGE_LOCATION_VOLATILE_RUNROOT, /* volatile-*.json in the runroot: of a transient store */
        CSTORAGE_LOCATION_ADDITIONAL,       /* a file of an additional image store, which is only read */
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
        CSTORAGE_RECORD_FILE_EMPTY,   /* there, and not one byte long, or null: no save leaves it so */
        CSTORAGE_RECORD_FILE_DAMAGED, /* not what a record file is; none of its records is in the snapshot */
        CSTORAGE_RECORD_FILE_UNREADABLE, /* could not be opened or read */
};

/*
 * Read all record files: of both modes, of the image store and of the additional ones. Takes no lock: each
 * file is of one moment (they are replaced by rename), and where the files could be of different ones they
 * are read again, a few times. A file that cannot be read or understood is no error here but a fact: see
 * cstorage_record_file_get_state(). -ESTALE where a directory of the store was made, replaced, mounted over
 * or removed since the store was opened: open it again. Since: 0.1
 */
int cstorage_snapshot_new(struct cstorage_store *store, struct cstorage_snapshot **ret,
                          struct cstorage_error *reterr);

/* One holder more, one less; what it handed out goes with the last. Since: 0.1 */
struct cstorage_snapshot *cstorage_snapshot_ref(struct cstorage_snapshot *snapshot);
struct cstorage_snapshot *cstorage_snapshot_unref(struct cstorage_snapshot *snapshot);

/* 1 where the store changed since (tokens, and size and times of the files; layers.go:layersModified), else
 * 0. Since: 0.1 */
int cstorage_snapshot_is_stale(const struct cstorage_snapshot *snapshot, struct cstorage_error *reterr);

/*
 * One after the other, in the order of loading: NULL gives the first, NULL comes after the last. Layers:
 * stable, image store, volatile; then the additional stores. A layer or container whose id came before in the
 * same file is passed over, as the Go side does (layers.go:load). Of one that stands in several files all
 * records come, since what each refers to is in use for somebody; to find it gives the first. Since: 0.1
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
 * Find by id, else by name, else by a prefix of the id that only one has; a container, before the prefix,
 * also by the id of its layer (layers.go:lookup, images.go:lookup, containers.go:lookup). The stores are
 * asked one after the other, the additional ones last (store.go:Layer, store.go:Image). A name that several
 * have is the last one's. -ENOENT, or -EEXIST where a prefix fits several. Since: 0.1
 */
int cstorage_snapshot_find_layer(const struct cstorage_snapshot *snapshot, const char *name,
                                 const struct cstorage_layer **ret);
int cstorage_snapshot_find_image(const struct cstorage_snapshot *snapshot, const char *name,
                                 const struct cstorage_image **ret);
int cstorage_snapshot_find_container(const struct cstorage_snapshot *snapshot, const char *name,
                                     const struct cstorage_container **ret);

/*
 * The layers whose content has this digest, one after the other; compressed: as it was pulled. "" is the
 * digest of none, here and below. Since: 0.1
 */
const struct cstorage_layer *cstorage_snapshot_next_layer_by_digest(const struct cstorage_snapshot *snapshot,
                                                                    const char *digest, bool compressed,
                                                                    const struct cstorage_layer *prev);

/* The images that have this digest among theirs (images.go:recomputeDigests). Since: 0.1 */
const struct cstorage_image *cstorage_snapshot_next_image_by_digest(const struct cstorage_snapshot *snapshot,
                                                                    const char *digest,
                                                                    const struct cstorage_image *prev);

/*
 * The ids that stand in volatile files which cstorage_txn_reset_volatile_file() set aside, as long as these
 * are there: each run of 64 hexadecimal digits, of layers, containers, images and digests alike. What has one
 * of them may be what the file recorded. NULL after the last. Since: 0.1
 */
const char *cstorage_snapshot_get_set_aside_id(const struct cstorage_snapshot *snapshot, size_t index);

/* The layer below; NULL where there is none, or where it has no record (then the id is still there). Since:
 * 0.1 */
const struct cstorage_layer *cstorage_snapshot_get_parent(const struct cstorage_snapshot *snapshot,
                                                          const struct cstorage_layer *layer);

/*
 * A record file. get_problem is NULL where there is none. One that is broken says nothing to anybody, no Go
 * process either: it is empty, null, cut off, full of NULs, or no list. One that is damaged and not broken
 * may well be read by others. Since: 0.1
 */
const char *cstorage_record_file_get_path(const struct cstorage_record_file *file);
enum cstorage_record_file_kind cstorage_record_file_get_kind(const struct cstorage_record_file *file);
enum cstorage_location cstorage_record_file_get_location(const struct cstorage_record_file *file);
enum cstorage_record_file_state cstorage_record_file_get_state(const struct cstorage_record_file *file);
const char *cstorage_record_file_get_problem(const struct cstorage_record_file *file);
bool cstorage_record_file_is_torn(const struct cstorage_record_file *file);
size_t cstorage_record_file_get_n_records(const struct cstorage_record_file *file);

/* A range of ids: of the container, of the host, how many. Since: 0.1 */
struct cstorage_id_map {
        uint32_t container_id, host_id, size;
};

/*
 * The members of a record, as format and Go name them. Text members that the record has not are "", numbers
 * 0. The indexed ones return NULL (or false) after the last. Times are the text of the record (RFC 3339). The
 * value of a flag is its JSON text. get_json is the whole record as it stands in the file, not terminated.
 * Since: 0.1
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
 * Of an image, as above. Its names-history begins with the newest; mapped layers are copies of the topmost
 * with other owners. Of big data the name is returned; ret_size and ret_digest may be NULL, and so may
 * ret_value. Since: 0.1
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

/* Of a container, as above. Since: 0.1 */
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

/* A layer that is mounted, as mountpoints.json has it. Since: 0.1 */
const char *cstorage_mount_get_layer_id(const struct cstorage_mount *mount);
const char *cstorage_mount_get_path(const struct cstorage_mount *mount);
int64_t cstorage_mount_get_count(const struct cstorage_mount *mount);

/*
 * A descriptor of the directory of a layer's content, to read (the caller's to close): with overlay what this
 * layer adds to those below, with vfs all of it. Nothing is mounted. -ENOENT where there is none. Since: 0.1
 */
int cstorage_layer_open_diff(const struct cstorage_layer *layer, struct cstorage_error *reterr);

enum cstorage_object {
        CSTORAGE_OBJECT_LAYER,
        CSTORAGE_OBJECT_IMAGE,
        CSTORAGE_OBJECT_CONTAINER,
};

/*
 * Read an item of big data whole into fresh memory (the caller frees it with free()), with a NUL behind that
 * the size does not count. id is what the find functions take. -ENOENT where there is no such object, or no
 * such item, whatever the record says; -EINVAL where the key can be none. Since: 0.1
 */
int cstorage_snapshot_read_big_data(const struct cstorage_snapshot *snapshot, enum cstorage_object object,
                                    const char *id, const char *key, char **ret, size_t *ret_size,
                                    struct cstorage_error *reterr);

/* ---------------------------------------------------------------------------------------------- inventory */

enum cstorage_entry_kind {
        CSTORAGE_ENTRY_LAYER_DIR,     /* a directory of the driver's; the name is the layer's id */
        CSTORAGE_ENTRY_CONTAINER_DIR, /* data of a container */
        CSTORAGE_ENTRY_IMAGE_DIR,     /* data of an image */
        CSTORAGE_ENTRY_TAR_SPLIT,     /* <layer id>.tar-split.gz */
        CSTORAGE_ENTRY_LAYER_DATA,    /* big data of a layer */
        CSTORAGE_ENTRY_LINK, /* overlay's short name of a layer; the id is that of the layer it leads to */
        CSTORAGE_ENTRY_TEMP_DIR, /* temp-dir-N or lock-N or both: a deferred deletion or a staged addition */
        CSTORAGE_ENTRY_STAGING,  /* a staged layer of a partial pull */
        CSTORAGE_ENTRY_PROBE,    /* a directory in which the driver tries out what the kernel can do */
        CSTORAGE_ENTRY_SAVE_LEFTOVER, /* .tmp-<record file><N>: an interrupted save */
        CSTORAGE_ENTRY_VOLATILE_FILE, /* volatile-layers.json or volatile-containers.json, whatever is in it
                                       */
        CSTORAGE_ENTRY_QUOTA, /* a file with the limit of a layer (btrfs); the name is the layer's id */
};

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
        CSTORAGE_ENTRY_LOCK_HELD, /* somebody works on it */
};

/* What an entry is at the moment of cstorage_entry_stat(). Since: 0.1 */
struct cstorage_entry_stat {
        uint64_t device, inode;
        uint64_t mount_id;  /* of statx(2) */
        int64_t changed_ns; /* ctime, since the epoch: the latest of the entry, its lock file and those of its
                             * parts that a start of a container changes (diff, work, merged, userdata) */
        enum cstorage_entry_type type; /* a temp dir of which there is only the lock file is a file */
        enum cstorage_entry_lock lock;
        bool other_mount; /* on another mount than the directory it stands in */
        bool mount_below; /* something is mounted on it or below it */
};

/*
 * List the directories of a store: only names, nothing of what is in them is looked at. Go writes a record
 * before it makes the directory; who lists first and takes a snapshot after that will find a record for
 * everything that has one, unless it was just deleted. Names that are Go's own (l, staging, ...) and
 * "lost+found" are not listed. Of the runroot only volatile files and what saves left are. Sorted by kind,
 * then place, then name. Since: 0.1
 */
int cstorage_inventory_new(struct cstorage_store *store, struct cstorage_inventory **ret,
                           struct cstorage_error *reterr);

/* One holder more, one less; its entries go with the last. Since: 0.1 */
struct cstorage_inventory *cstorage_inventory_ref(struct cstorage_inventory *inventory);
struct cstorage_inventory *cstorage_inventory_unref(struct cstorage_inventory *inventory);

/* One after the other: NULL gives the first, NULL comes after the last. Since: 0.1 */
const struct cstorage_entry *cstorage_inventory_next(const struct cstorage_inventory *inventory,
                                                     const struct cstorage_entry *prev);

/*
 * A directory that could not be listed: its path and why. NULL after the last. What lies there is unknown.
 * Since: 0.1
 */
const char *cstorage_inventory_get_problem(const struct cstorage_inventory *inventory, size_t index,
                                           const char **ret_path);

/*
 * The layers that something mounted right now uses, after the options of overlay mounts in
 * /proc/self/mountinfo; NULL after the last. Since: 0.1
 */
const char *cstorage_inventory_get_mounted_layer(const struct cstorage_inventory *inventory, size_t index);

/*
 * The id is NULL where the name gives none: it is not 64 hex digits (layers, containers, images), or a link
 * does not lead to a layer of its store. The target of what is no link is NULL. The path is for people.
 * Since: 0.1
 */
enum cstorage_entry_kind cstorage_entry_get_kind(const struct cstorage_entry *entry);
const char *cstorage_entry_get_id(const struct cstorage_entry *entry);
const char *cstorage_entry_get_name(const struct cstorage_entry *entry);
const char *cstorage_entry_get_path(const struct cstorage_entry *entry);
const char *cstorage_entry_get_target(const struct cstorage_entry *entry);
bool cstorage_entry_is_in_imagestore(const struct cstorage_entry *entry);

/*
 * Look at an entry, without opening for writing and without taking a lock. An entry that is gone is
 * CSTORAGE_TYPE_ABSENT, and so is a temp dir of which only the lock file is left. -EBUSY where it is or
 * holds the default subvolume of a btrfs. Since: 0.1
 */
int cstorage_entry_stat(const struct cstorage_entry *entry, struct cstorage_entry_stat *ret,
                        struct cstorage_error *reterr);

/*
 * The ids of the layers that a layer directory lies on, nearest first, NULL-terminated, in one piece of
 * memory that the caller frees with free(): what its lower-layers file tells, else its lower file through the
 * links. Those lower names that lead nowhere are left out. -EBADMSG where the file holds no such thing, as
 * after a power cut: what the layer lies on is not known then. Since: 0.1
 */
int cstorage_entry_read_lowers(const struct cstorage_entry *entry, char ***ret,
                               struct cstorage_error *reterr);

/*
 * Releases 1.47 to 1.52 made two directories for a layer where there was an image store: one there, which
 * tells of it, and one in the graphroot, with what is in it. 1 where a layer directory is but one of these, 0
 * where not. Since: 0.1
 */
int cstorage_entry_is_split_layer(const struct cstorage_entry *entry, struct cstorage_error *reterr);

/* A descriptor of a directory entry, to read; -ELOOP or -ENOTDIR where it is none, -EXDEV on another mount.
 * Since: 0.1 */
int cstorage_entry_open(const struct cstorage_entry *entry);

/* -------------------------------------------------------------------------------------------------- stage */

/*
 * Room for the content of a layer that will be, so that it can be put together while no lock of the store is
 * held, as long as that takes. It lies in a temp dir whose lock is held (internal/tempdir/tempdir.go): Go
 * processes from release 1.59 on leave it alone, those up to 1.58 do not know temp dirs, and a collection by
 * them (podman system prune --external) would delete it. Should we die, the next Go process deletes it.
 *
 * parent_id is the id of the layer that it will lie on; NULL: none. Mode and owner of its root directory are
 * those of the parent's. With overlay it begins empty, and takes whiteouts as overlayfs(5) has them; with vfs
 * it begins as a copy of the parent. Where an image store is configured it lies there, and so must its layer.
 * What is missing of a store's directories is made. -ENOENT: the parent has no directory. Since: 0.1
 */
int cstorage_stage_new(struct cstorage_store *store, const char *parent_id, struct cstorage_stage **ret,
                       struct cstorage_error *reterr);

/*
 * What was not used is deleted; what became a layer's stays. A stage that a transaction was told of must live
 * until that is committed or freed. Since: 0.1
 */
struct cstorage_stage *cstorage_stage_free(struct cstorage_stage *stage);

/*
 * The directory to fill: a descriptor that stays the stage's, also when it has become a layer's. Since: 0.1
 */
int cstorage_stage_get_fd(const struct cstorage_stage *stage);

/*
 * Make the file that tells how the archive that the content came from looked (tar-split, compressed with
 * gzip), so that others can put the very same together again; without it a layer can be used, but its archive
 * has another digest. Returns a descriptor to write to, which is the caller's to close. -EEXIST where it was
 * made before. Since: 0.1
 */
int cstorage_stage_make_tar_split(struct cstorage_stage *stage, struct cstorage_error *reterr);

/* ---------------------------------------------------------------------------------------------------- txn */

struct cstorage_txn_options {
        size_t size;         /* sizeof(struct cstorage_txn_options) */
        uint64_t flags;      /* 0 */
        uint64_t timeout_us; /* for all locks together; 0: do not wait at all */
        /* A snapshot of the same store, of before, or NULL: what did not change since is not read again.
         * Best is what cstorage_txn_get_snapshot() gives after a commit. It is referenced. */
        struct cstorage_snapshot *references;
};

/*
 * Take every lock of the store, for writing: layers (graphroot, then image store), mountpoints, images,
 * containers (graphroot, then runroot). Lock files that a Go process would have made are never made here in
 * another way, and never replaced. options may be NULL: half a minute. -ETIMEDOUT: the text names the lock.
 * -ESTALE as for cstorage_snapshot_new(). Since: 0.1
 */
int cstorage_txn_begin(struct cstorage_store *store, const struct cstorage_txn_options *options,
                       struct cstorage_txn **ret, struct cstorage_error *reterr);

/* Lets go of the locks. What was not committed did not happen. Since: 0.1 */
struct cstorage_txn *cstorage_txn_free(struct cstorage_txn *txn);

/*
 * 1 where the locks' tokens and the record files are what this snapshot saw, so that it still holds; else 0:
 * read again. Since: 0.1
 */
int cstorage_txn_is_current(const struct cstorage_txn *txn, const struct cstorage_snapshot *snapshot);

/*
 * The records under the locks, with all that was asked for so far; after a commit that went well: what is on
 * disk now. A new reference, to a snapshot that does not change any more. After a commit that failed -EINVAL.
 * Since: 0.1
 */
int cstorage_txn_get_snapshot(struct cstorage_txn *txn, struct cstorage_snapshot **ret,
                              struct cstorage_error *reterr);

/* ------------------------------------------------------------------------------------------ txn: changes */

/*
 * Each of these says what shall be, and is checked at once against the records and what was said before:
 * where it fails, nothing of it stays, and the transaction can go on. Nothing is written before the commit.
 * They share these codes, each with a text that names the thing: -EINVAL after a commit, or where an argument
 * makes no sense; -ENOENT where what is named is not there; -EEXIST where it is there already, or several
 * are; -EROFS where it lies in an additional store; -EBADMSG where a record file of the store is damaged or
 * empty, since nobody knows then what is in use; -ESTALE from the first of them if lock files were missing
 * when the transaction began, and another process changed the store before they were taken, or -ETIMEDOUT if
 * they could not be taken: then the transaction can only be freed, and the caller begins again.
 *
 * id is what the cstorage_snapshot_find_*() functions take, except for something new: that gets its id whole.
 * The id of something new is of letters, digits, "_" and "-"; Go makes up 64 hexadecimal digits, and only
 * such are collected when they are left over. Strings and bytes that are given are copied.
 *
 * The first of them makes the directories and lock files that a Go process makes when it opens a store; and
 * with the first of them layers that somebody left incomplete are deleted by the commit, as the Go side does.
 *
 * A record goes to the stable or to the volatile file by the rule of the Go side: a volatile layer or
 * container, and each container and its layer in a transient store, goes to volatile-*.json, which is in the
 * runroot where the store is transient; with an image store, layers that are not a container's and images go
 * there; all else to the graphroot. Stable files are synced, and their directory; volatile ones never.
 */

#define CSTORAGE_LAYER_VOLATILE (1ULL << 0) /* need not survive a reboot */
#define CSTORAGE_LAYER_WRITABLE                                                                              \
        (1ULL << 1) /* it will be written to, like a container's: matters with an image store */

struct cstorage_layer_options {
        size_t size;                   /* sizeof(struct cstorage_layer_options) */
        uint64_t flags;                /* CSTORAGE_LAYER_* */
        const char *id;                /* NULL: one is made up */
        const char *const *names;      /* NULL-terminated, or NULL: none */
        const char *parent;            /* NULL: none */
        const char *mount_label;       /* SELinux; NULL: none */
        const char *metadata;          /* NULL: "" */
        const char *compressed_digest; /* these three: NULL where not known */
        const char *diff_digest;
        const char *toc_digest;
        int64_t compressed_size, diff_size;
        int compression;             /* 0 none, 1 bzip2, 2 gzip, 3 xz, 4 zstd */
        const uint32_t *uids, *gids; /* which ones the content has, sorted */
        size_t n_uids, n_gids;
        const struct cstorage_id_map *uid_map, *gid_map; /* what the content was shifted by */
        size_t n_uid_map, n_gid_map;
        struct cstorage_stage *stage; /* its content; NULL: it is empty, or with vfs as the parent's. It is
                                         used up by the commit, which alone may fail for it */
};

/*
 * A layer. options may be NULL. -ENOENT: the parent; -EEXIST: the id or a name; -EBUSY: the parent is a
 * container's layer, which nothing can lie on. The id that it has belongs to the transaction; ret_id may be
 * NULL. Since: 0.1
 */
int cstorage_txn_create_layer(struct cstorage_txn *txn, const struct cstorage_layer_options *options,
                              const char **ret_id, struct cstorage_error *reterr);

struct cstorage_image_options {
        size_t size;              /* sizeof(struct cstorage_image_options) */
        uint64_t flags;           /* 0 */
        const char *id;           /* NULL: one is made up */
        const char *const *names; /* NULL-terminated, or NULL: none */
        const char *layer;        /* the topmost; NULL: none */
        const char *metadata;     /* NULL: "" */
        const char *digest;       /* of its manifest; NULL: not known */
        const char *created;      /* RFC 3339; NULL: now */
};

/* An image. options may be NULL. -ENOENT: the layer; -EEXIST: the id or a name. Since: 0.1 */
int cstorage_txn_create_image(struct cstorage_txn *txn, const struct cstorage_image_options *options,
                              const char **ret_id, struct cstorage_error *reterr);

#define CSTORAGE_CONTAINER_VOLATILE (1ULL << 0) /* need not survive a reboot */

struct cstorage_container_options {
        size_t size;                             /* sizeof(struct cstorage_container_options) */
        uint64_t flags;                          /* CSTORAGE_CONTAINER_* */
        const char *id;                          /* NULL: one is made up */
        const char *const *names;                /* NULL-terminated, or NULL: none */
        const char *image;                       /* NULL: none */
        const char *layer;                       /* the id that its layer shall have; NULL: one is made up */
        const char *metadata;                    /* NULL: "" */
        const char *mount_label, *process_label; /* SELinux; both or, NULL or "", none */
        const char *const *mount_options;        /* NULL-terminated; NULL: those of the configuration */
        const struct cstorage_id_map *uid_map, *gid_map;
        size_t n_uid_map, n_gid_map;
};

/*
 * A container and its layer, on top of that of its image. options may be NULL. -ENOENT: the image, or its
 * layer; -EEXIST: an id or a name; -EOPNOTSUPP: the layers would have to be copied with other owners, which
 * is not done here. In a transient store it is volatile whatever the flag says. Since: 0.1
 */
int cstorage_txn_create_container(struct cstorage_txn *txn, const struct cstorage_container_options *options,
                                  const char **ret_id, struct cstorage_error *reterr);

/*
 * All names that it has from now on: NULL-terminated, or NULL: none. One that another object of the kind has
 * is taken from it, as the Go side does (layers.go, images.go, containers.go:updateNames); an image remembers
 * its names in its names-history. Since: 0.1
 */
int cstorage_txn_set_names(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                           const char *const *names, struct cstorage_error *reterr);

/* Text that is the callers' own; NULL is -EINVAL, "" takes it away. Since: 0.1 */
int cstorage_txn_set_metadata(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                              const char *metadata, struct cstorage_error *reterr);

/* The value is one JSON value; NULL: the flag goes. "incomplete" of layers is not for callers: -EINVAL.
 * Since: 0.1 */
int cstorage_txn_set_flag(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                          const char *flag, const char *json, struct cstorage_error *reterr);

/*
 * An item of big data. digest NULL: the sha256 of the data; layers have none. -EINVAL where the key is "" or
 * one that the format has no file for, or the digest is none. Since: 0.1
 */
int cstorage_txn_set_big_data(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                              const char *key, const void *data, size_t size, const char *digest,
                              struct cstorage_error *reterr);

#define CSTORAGE_DELETE_KEEP_LAYERS (1ULL << 0) /* an image or container: without its layers */

/*
 * A layer; a container with its layer and its directories; an image with its data and those of its layers
 * that no image, container or other layer needs (store.go:DeleteImage). -EBUSY where a layer on top of it, an
 * image, a container or a mount (mountpoints.json counts one) uses it or, of a container, its layer: the text
 * names it. What is mounted without being counted is found by the commit, which is then -EBUSY and has
 * changed nothing. Since: 0.1
 */
int cstorage_txn_delete(struct cstorage_txn *txn, enum cstorage_object object, const char *id, uint64_t flags,
                        struct cstorage_error *reterr);

/*
 * The directory "userdata" that users of a container or image keep their files in, made by the commit where
 * it is missing, mode 0700 (store.go:ContainerDirectory, ContainerRunDirectory, ImageDirectory,
 * ImageRunDirectory). The path is the caller's, to free with free(); ret_path may be NULL. -EINVAL for a
 * layer. Since: 0.1
 */
int cstorage_txn_make_directory(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                                bool in_runroot, char **ret_path, struct cstorage_error *reterr);

#define CSTORAGE_MOUNT_READ_ONLY (1ULL << 0) /* an image always is */

struct cstorage_mount_options {
        size_t size;    /* sizeof(struct cstorage_mount_options) */
        uint64_t flags; /* CSTORAGE_MOUNT_* */
        const char *const
                *options;  /* NULL-terminated; NULL: the container's, or those of the configuration */
        const char *label; /* SELinux; NULL: the layer's */
};

/*
 * Mount a layer, the layer of a container or the topmost of an image; the commit does so, after all else, or
 * only counts where it is mounted already. With vfs nothing is mounted: the path is the layer's directory.
 * options may be NULL. The path, which nothing stands at before the commit, is the caller's, to free with
 * free(); ret_path may be NULL. Owners are those on disk, also of a layer that has id maps; -EOPNOTSUPP: an
 * image or a container whose owners would have to be shifted. -EROFS: a layer of an additional store;
 * -ENOENT: an image without a layer. Since: 0.1
 */
int cstorage_txn_mount(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                       const struct cstorage_mount_options *options, char **ret_path,
                       struct cstorage_error *reterr);

#define CSTORAGE_UNMOUNT_FORCE (1ULL << 0) /* down to the last count */

/*
 * The reverse: one less, and unmounted with the last; which is done before anything is deleted. 1 where it is
 * still mounted then, 0 where not; that it was not mounted is no error. Since: 0.1
 */
int cstorage_txn_unmount(struct cstorage_txn *txn, enum cstorage_object object, const char *id,
                         uint64_t flags, struct cstorage_error *reterr);

/* ------------------------------------------------------------------------------------------- txn: the end */

/*
 * This entry shall go: it is renamed into a temp dir of the Go side's layout (internal/tempdir/tempdir.go) at
 * the commit, if it still is what seen tells (else -ESTALE is its result), nothing is mounted there and
 * nothing that is mounted uses it (-EBUSY), and its lock, where it has one, can be had (-EBUSY). -EINVAL for
 * an entry of another store, for a directory without an id, and for a volatile file. The entry's inventory is
 * referenced. Since: 0.1
 */
int cstorage_txn_trash_entry(struct cstorage_txn *txn, const struct cstorage_entry *entry,
                             const struct cstorage_entry_stat *seen);

/*
 * This volatile file, which is broken (see cstorage_record_file_is_torn()), shall be an empty list: podman
 * fails as long as it is not, and volatile records need not survive a reboot. At the commit, before anything
 * is retired, the broken one is renamed to <name>.torn beside it, in place of one that was put there
 * earlier, and the new one put in its place after its lock's token; where the disk has no room for that there
 * is none then, which says the same. Should we die in between, there is none either. -ESTALE is its result
 * where it is not the file that seen tells any more, or not a broken one. What it recorded is in no snapshot
 * any more, but for its ids: see cstorage_snapshot_get_set_aside_id(). -EINVAL for an entry of another store
 * or kind. The entry's inventory is referenced. Since: 0.1
 */
int cstorage_txn_reset_volatile_file(struct cstorage_txn *txn, const struct cstorage_entry *entry,
                                     const struct cstorage_entry_stat *seen);

/*
 * Do what was asked for, in an order that leaves nothing dangling should we die, and let go of the locks,
 * whatever came of it. Record files are all written before anything changes; each is then put in its place
 * after its lock's token: of stable ones the data are synced before it, and the directories once, when all
 * are in place. Changes are all done or, where one cannot be, undone: then it is negative, the text says what
 * failed, and the store is as it was before, as far as it could be put back; what could not is what a process
 * that died at this place would have left.
 *
 * What was deleted lies in temp dirs whose locks the trash holds: until it is emptied and removed no Go
 * process touches it, and should we die before, the next Go process or the next collection finishes the
 * deletion. Of what was retired, one entry that fails does not stop the rest; each item has its own result.
 * -ESTALE, and nothing is done, if another process changed the store under a lock whose file was missing when
 * the transaction began. Once only: after it, also after one that failed, the transaction takes nothing more
 * (-EINVAL). Since: 0.1
 */
int cstorage_txn_commit(struct cstorage_txn *txn, struct cstorage_trash **ret, struct cstorage_error *reterr);

/* How long the locks were held, in microseconds: until now, or until commit let go of them. Since: 0.1 */
uint64_t cstorage_txn_get_held_us(const struct cstorage_txn *txn);

/* Lets go of the temp dirs' locks: what still lies there, the next Go process deletes. Since: 0.1 */
struct cstorage_trash *cstorage_trash_free(struct cstorage_trash *trash);

/*
 * The temp dirs that things were moved to, and what was retired; one after the other: NULL gives the first,
 * NULL comes after the last. Since: 0.1
 */
struct cstorage_trash_dir *cstorage_trash_next_dir(struct cstorage_trash *trash,
                                                   struct cstorage_trash_dir *prev);
const struct cstorage_trash_item *cstorage_trash_next_item(const struct cstorage_trash *trash,
                                                           const struct cstorage_trash_item *prev);

/*
 * Delete all that is in it, several files at once, and its temp dirs. 0; or a negative errno with the first
 * reason where something is left, which the next Go process or collection tries again. Programs that want to
 * see progress, or have it done by another process, go through the directories instead. Since: 0.1
 */
int cstorage_trash_empty(struct cstorage_trash *trash, struct cstorage_error *reterr);

/*
 * Take the lock of a temp dir. Those that a commit has put things into are locked already; one that a dead
 * process left is not, so that any number of them takes no descriptors before its turn comes. 1 if it is
 * locked now; 0 if it was removed or handed over, or is not locked any more and was not left by others.
 * -EBUSY: another process has locked it; -ENOENT: it is gone; -ESTALE: there is another one. Since: 0.1
 */
int cstorage_trash_dir_lock(struct cstorage_trash_dir *dir, struct cstorage_error *reterr);

/* Let go of it, and close its descriptors. The next Go process or collection deletes what is in it.
 * Since: 0.1 */
void cstorage_trash_dir_unlock(struct cstorage_trash_dir *dir);

/*
 * A temp dir: its descriptor, that of its lock, its path. They stay the trash's. The descriptors are -1 if it
 * is not locked; that of the directory also if no more than the lock file is there. Since: 0.1
 */
int cstorage_trash_dir_get_fd(const struct cstorage_trash_dir *dir);
int cstorage_trash_dir_get_lock_fd(const struct cstorage_trash_dir *dir);
const char *cstorage_trash_dir_get_path(const struct cstorage_trash_dir *dir);

/*
 * Remove a locked temp dir that is empty by now, its lock file, and the directory of temp dirs if we made it
 * and it is empty. -ENOTEMPTY where something is left. Once it is removed its descriptors are -1, and to
 * remove it again is -EINVAL. Since: 0.1
 */
int cstorage_trash_dir_remove(struct cstorage_trash_dir *dir, struct cstorage_error *reterr);

/*
 * Hand all temp dirs to another process, over a connected Unix socket of sequential packets (SCM_RIGHTS). No
 * moment exists in which nobody holds their locks: on the way they are held too, and what is never received
 * is let go of by the kernel when the socket goes. Those that were sent are as if removed, those that were
 * not stay the trash's: negative errno, and the text says why. Since: 0.1
 */
int cstorage_trash_send(struct cstorage_trash *trash, int socket_fd, struct cstorage_error *reterr);

/*
 * Wait for the next temp dir: 1, and a trash without items that holds it; 0 when the other side has closed
 * the socket. Both sides are of one release. -EBADMSG for a message that is none, or that does not hold what
 * it says; the next may be a good one. Who may send is the caller's to find out (SO_PEERCRED). Since: 0.1
 */
int cstorage_trash_receive(int socket_fd, struct cstorage_trash **ret, struct cstorage_error *reterr);

/*
 * What became of one entry that was retired or healed; what is deleted with its record is none. The code is 0
 * or a negative errno, then with a text. The directory is NULL where the entry was removed at once, healed,
 * or nothing at all was done; the name is that inside of the directory, NULL where the whole directory is the
 * entry (a temp dir that others left). Of what was healed it is the name that the broken file has now.
 * Since: 0.1
 */
const struct cstorage_entry *cstorage_trash_item_get_entry(const struct cstorage_trash_item *item);
int cstorage_trash_item_get_code(const struct cstorage_trash_item *item);
const char *cstorage_trash_item_get_text(const struct cstorage_trash_item *item);
const struct cstorage_trash_dir *cstorage_trash_item_get_dir(const struct cstorage_trash_item *item);
const char *cstorage_trash_item_get_name(const struct cstorage_trash_item *item);

#ifdef __cplusplus
}
#endif

#endif
