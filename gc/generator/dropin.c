/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Compose the drop-in of cstorage-gc.service: the mounts of the store, and the order.
 *
 * The drop-in requires the mounts (RequiresMountsFor=). If a mount failed and the collector ran, it would see
 * the directory that the mount covers, and would take an image store for empty. If a required mount fails,
 * systemd does not start the collector; it tries the mount again at the next start, by hand or at the next
 * boot. No unit requires the collector, so no other unit fails. Before systemd stops a required mount, it
 * stops the collector, which would otherwise keep the mount busy.
 *
 * RequiresMountsFor= also includes mounts that have a unit and no line in fstab. But it would also mount
 * on-demand mounts (noauto, automounts), and the collector at boot must not cause that. If a path of the
 * store is on such a mount, the drop-in requires only the parent directory of the mount point, and orders
 * the collector after the mount unit (After=).
 *
 * systemd reaches basic.target before it starts services with default dependencies and user managers. It
 * reaches network-online.target before it starts quadlets with default dependencies, podman-restart.service
 * and crio.service. This order also holds for a unit of these that is not ordered after basic.target. The
 * drop-in orders the collector before these targets only if no needed mount is possibly ordered after them.
 * Otherwise there is an ordering cycle: systemd deletes the job of one unit in the cycle. If the collector
 * triggers an automount in the cycle, both wait for ever.
 */

#include <string.h>

#include "generator/dropin.h"
#include "generator/unit-file.h"

#define STORE_PATHS_MAX 3U

/* podman's volumes are in the graphroot, often on a mount of their own. The collector does not need them. */
#define VOLUMES "/volumes"

/* The paths of the store, the mounts that contain them or are in them, and the mounts that contain the source
 * of one of these mounts (bind, loop). */
struct store_mounts {
        char *paths[STORE_PATHS_MAX];
        size_t n_paths;
        const struct dropin_mounts *mounts;
        size_t *needed, n_needed; /* indices into the mounts */
        bool *is_needed;          /* one for each mount */
};

static void store_mounts_done(struct store_mounts *needs) {
        for (size_t i = 0; i < needs->n_paths; i++)
                free(needs->paths[i]);
        free(needs->needed);
        free(needs->is_needed);
}

void dropin_mounts_done(struct dropin_mounts *mounts) {
        for (size_t i = 0; i < mounts->n; i++) {
                free(mounts->mounts[i].target);
                free(mounts->mounts[i].source);
        }
        free(mounts->mounts);
        *mounts = DROPIN_MOUNTS_INIT;
}

/* ------------------------------------------------------------------------------------------ needed mounts */

/* Whether the path is the directory or below it. Return false for "/": it is always mounted. */
static bool holds(const char *directory, const char *path) {
        size_t len = strlen(directory);

        return len > 1 && strncmp(path, directory, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

static bool is_volume(const char *store, const char *target) {
        return holds(VOLUMES, target + strlen(store));
}

/* The directory of a driver may be a mount of its own. */
static bool lies_in_store(const struct store_mounts *needs, const struct dropin_mount *mount) {
        for (size_t i = 0; i < needs->n_paths; i++)
                if (holds(needs->paths[i], mount->target) && !is_volume(needs->paths[i], mount->target))
                        return true;
        return false;
}

static bool holds_store(const struct store_mounts *needs, const struct dropin_mount *mount) {
        for (size_t i = 0; i < needs->n_paths; i++)
                if (holds(mount->target, needs->paths[i]))
                        return true;
        return false;
}

static void need(struct store_mounts *needs, size_t mount) {
        if (needs->is_needed[mount])
                return;
        needs->is_needed[mount] = true;
        needs->needed[needs->n_needed++] = mount;
}

static void need_holders(struct store_mounts *needs, const char *path) {
        for (size_t i = 0; i < needs->mounts->n; i++)
                if (holds(needs->mounts->mounts[i].target, path))
                        need(needs, i);
}

/* The list grows during the loop: a source may be on a mount that has a source. */
static void find_needed(struct store_mounts *needs) {
        for (size_t i = 0; i < needs->n_paths; i++)
                need_holders(needs, needs->paths[i]);
        for (size_t i = 0; i < needs->mounts->n; i++)
                if (lies_in_store(needs, &needs->mounts->mounts[i]))
                        need(needs, i);
        for (size_t i = 0; i < needs->n_needed; i++)
                if (needs->mounts->mounts[needs->needed[i]].source)
                        need_holders(needs, needs->mounts->mounts[needs->needed[i]].source);
}

static int add_path(struct store_mounts *needs, const char *path, const char *name, struct error *reterr) {
        struct error error;
        char *normal;
        int r;

        r = unit_path_normalise(path, &normal, &error);
        if (r < 0)
                return error_set(reterr, r, "%s: %s", name, error.text);

        for (size_t i = 0; i < needs->n_paths; i++) {
                if (strcmp(needs->paths[i], normal) == 0) {
                        free(normal);
                        return 0;
                }
        }
        needs->paths[needs->n_paths++] = normal;
        return 0;
}

static int survey(struct store_mounts *needs, const struct dropin_store *store, struct error *reterr) {
        int r;

        r = add_path(needs, store->graphroot, "graphroot", reterr);
        if (r >= 0)
                r = add_path(needs, store->runroot, "runroot", reterr);
        if (r >= 0 && store->imagestore)
                r = add_path(needs, store->imagestore, "imagestore", reterr);
        if (r < 0)
                return r;

        needs->needed = calloc(needs->mounts->n + 1, sizeof(*needs->needed));
        needs->is_needed = calloc(needs->mounts->n + 1, sizeof(*needs->is_needed));
        if (!needs->needed || !needs->is_needed)
                return error_errno(reterr, -ENOMEM, "cannot list the mounts of the store");
        find_needed(needs);
        return 0;
}

/* ------------------------------------------------------------------------------------------------- output */

static const struct dropin_mount *innermost(const struct dropin_mounts *mounts, const char *path) {
        const struct dropin_mount *found = NULL;

        for (size_t i = 0; i < mounts->n; i++)
                if (holds(mounts->mounts[i].target, path) &&
                    (!found || strlen(mounts->mounts[i].target) >= strlen(found->target)))
                        found = &mounts->mounts[i];
        return found;
}

static int add_requirement(const struct store_mounts *needs, const char *path, struct text *text) {
        _cleanup_free_ char *required = strdup(path);
        const struct dropin_mount *mount;

        if (!required)
                return -ENOMEM;
        while ((mount = innermost(needs->mounts, required)) && mount->on_demand)
                required[strrchr(mount->target, '/') - mount->target] = '\0';
        return *required ? unit_add_path(text, "RequiresMountsFor", "", required) : 0;
}

static int add_requirements(const struct store_mounts *needs, struct text *text) {
        int r = 0;

        for (size_t i = 0; i < needs->n_paths && r >= 0; i++)
                r = add_requirement(needs, needs->paths[i], text);
        for (size_t i = 0; i < needs->mounts->n && r >= 0; i++) {
                const struct dropin_mount *mount = &needs->mounts->mounts[i];

                if (lies_in_store(needs, mount) && !mount->on_demand && !holds_store(needs, mount))
                        r = add_requirement(needs, mount->target, text);
        }
        return r;
}

static int add_mount_order(const struct store_mounts *needs, struct text *text) {
        int r = 0;

        for (size_t i = 0; i < needs->mounts->n && r >= 0; i++) {
                const struct dropin_mount *mount = &needs->mounts->mounts[i];

                if (!mount->on_demand || !(holds_store(needs, mount) || lies_in_store(needs, mount)))
                        continue;
                r = text_adds(text, "After=");
                if (r >= 0)
                        r = unit_add_name(text, mount->target, ".mount");
                if (r >= 0)
                        r = text_adds(text, "\n");
        }
        return r;
}

static int add_boot_order(const struct store_mounts *needs, struct text *text, bool *ret_early) {
        bool network = false, unsure = false;

        for (size_t i = 0; i < needs->n_needed; i++) {
                const struct dropin_mount *mount = &needs->mounts->mounts[needs->needed[i]];

                network = network || mount->network;
                unsure = unsure || mount->on_demand || mount->unsure;
        }
        *ret_early = !network && !unsure;
        if (network)
                return text_adds(text, "After=remote-fs.target\n");
        return unsure ? 0 : text_adds(text, "Before=basic.target network-online.target\n");
}

static int compose(const struct store_mounts *needs, struct text *text, bool *ret_early) {
        int r;

        r = text_adds(text, "# Made by cstorage-gc-generator(8) from storage.conf and fstab.\n[Unit]\n");
        if (r >= 0)
                r = add_requirements(needs, text);
        if (r >= 0)
                r = add_mount_order(needs, text);
        if (r >= 0)
                r = add_boot_order(needs, text, ret_early);
        if (r >= 0)
                r = text_adds(text, "\n[Service]\n");
        for (size_t i = 0; i < needs->n_paths && r >= 0; i++)
                r = unit_add_path(text, "ReadWritePaths", "-", needs->paths[i]);
        return r;
}

int dropin_compose(const struct dropin_store *store, const struct dropin_mounts *mounts, struct text *text,
                   bool *ret_early, struct error *reterr) {
        _cleanup_(store_mounts_done) struct store_mounts needs = {.mounts = mounts};
        int r;

        r = survey(&needs, store, reterr);
        if (r < 0)
                return r;
        r = compose(&needs, text, ret_early);
        return r < 0 ? error_errno(reterr, r, "cannot compose the drop-in") : 0;
}
