/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Make the configuration of a store from the options, in the same way as podman
 * (pkg/domain/infra/runtime_libpod.go). */

#include "options/options.h"

#include <string.h>

DEFINE_CLEANUP(struct cstorage_config *, cstorage_config_free);

/* storage.conf is not needed if the options contain all settings that select a store. */
static int load(const struct options *options, struct cstorage_config **ret, struct error *reterr) {
        const struct cstorage_config_options load_options = {.size = sizeof(load_options),
                                                             .rules = options->rules};
        struct error error;
        int r;

        r = cstorage_config_load_with(&load_options, ret, (struct cstorage_error *) &error);
        if (r >= 0)
                return 0;
        if (options->root && options->runroot && options->driver)
                return cstorage_config_new(ret);
        if (r == -ENOTUNIQ)
                return error_set(reterr, r, "%.180s: say which with --config-compat", error.text);
        if (reterr)
                *reterr = error;
        return r;
}

bool options_runroot_is_configured(const struct options *options) {
        const struct cstorage_config_options load_options = {.size = sizeof(load_options),
                                                             .rules = options->rules};
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = NULL;
        const char *runroot;

        if (cstorage_config_load_with(&load_options, &config, NULL) < 0)
                return false;
        runroot = cstorage_config_get_runroot(config);
        return runroot && strcmp(runroot, options->runroot) == 0;
}

static int set(int r, const char *option, struct error *reterr) {
        return r < 0 ? error_errno(reterr, r, "cannot use the value of %s", option) : 0;
}

/* Each option replaces the configured value; other values are kept. */
static int set_places(const struct options *options, struct cstorage_config *config, struct error *reterr) {
        int r = 0;

        if (options->root)
                r = set(cstorage_config_set_graphroot(config, options->root), "--root", reterr);
        if (r >= 0 && options->runroot)
                r = set(cstorage_config_set_runroot(config, options->runroot), "--runroot", reterr);
        if (r >= 0 && options->imagestore)
                r = set(cstorage_config_set_imagestore(config, options->imagestore), "--imagestore", reterr);
        if (r >= 0 && options->driver)
                r = set(cstorage_config_set_driver(config, options->driver), "--storage-driver", reterr);
        if (r >= 0 && options->transient != SWITCH_UNSET)
                r = set(cstorage_config_set_transient(config, options->transient == SWITCH_ON),
                        "--transient-store", reterr);
        return r;
}

/* Configured driver options belong to the configured store: with another root or driver they are not used. */
static int set_storage_opts(const struct options *options, struct cstorage_config *config,
                            struct error *reterr) {
        int r;

        if (options->root || options->driver || options->n_storage_opts > 0)
                cstorage_config_clear_options(config);

        for (size_t i = 0; i < options->n_storage_opts; i++) {
                if (options->storage_opts[i][0] == '\0')
                        continue;
                r = set(cstorage_config_add_option(config, options->storage_opts[i]), "--storage-opt",
                        reterr);
                if (r < 0)
                        return r;
        }
        return 0;
}

int options_config(const struct options *options, struct cstorage_config **ret, struct error *reterr) {
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = NULL;
        int r;

        r = load(options, &config, reterr);
        if (r < 0)
                return r;

        r = set_places(options, config, reterr);
        if (r < 0)
                return r;

        r = set_storage_opts(options, config, reterr);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(config);
        return 0;
}
