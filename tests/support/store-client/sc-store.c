/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Open the store of the options or of storage.conf, and read its records. */

#include <stdarg.h>

#include "sc.h"

DEFINE_CLEANUP(struct cstorage_config *, cstorage_config_free);

int log_error(struct client *client, const char *format, ...) {
        va_list args;

        va_start(args, format);
        (void) vsnprintf(client->complaint, sizeof(client->complaint), format, args);
        va_end(args);
        return 1;
}

static bool is_given(const char *value) {
        return value && *value;
}

/* Relative paths are relative to the working directory, as in upstream. */
static int set_path(struct cstorage_config *config, int (*set)(struct cstorage_config *, const char *),
                    const char *path) {
        _cleanup_free_ char *cwd = NULL, *absolute = NULL;

        if (*path == '/')
                return set(config, path);

        cwd = getcwd(NULL, 0);
        if (!cwd || asprintf(&absolute, "%s/%s", cwd, path) < 0)
                return -errno;
        return set(config, absolute);
}

static int set_roots(const struct settings *settings, const struct cstorage_config *defaults,
                     struct cstorage_config *config) {
        const char *graph =
                is_given(settings->graph) ? settings->graph : cstorage_config_get_graphroot(defaults);
        const char *run = is_given(settings->run) ? settings->run : cstorage_config_get_runroot(defaults);
        int r;

        r = set_path(config, cstorage_config_set_graphroot, graph);
        if (r >= 0)
                r = set_path(config, cstorage_config_set_runroot, run);
        if (r >= 0 && is_given(settings->image_store))
                r = set_path(config, cstorage_config_set_imagestore, settings->image_store);
        return r;
}

/* store.go:GetStore: storage.conf has all settings, or only the root that is not an option. */
static int set_config(const struct settings *settings, const struct cstorage_config *defaults,
                      struct cstorage_config *config) {
        int r;

        r = set_roots(settings, defaults, config);
        if (r >= 0 && is_given(settings->driver))
                r = cstorage_config_set_driver(config, settings->driver);
        for (size_t i = 0; r >= 0 && i < settings->storage_opts.n; i++)
                r = cstorage_config_add_option(config, settings->storage_opts.s[i]);
        if (r >= 0)
                r = cstorage_config_set_transient(config, settings->transient);
        return r;
}

static int make_config(const struct settings *settings, struct cstorage_config **ret,
                       struct cstorage_error *reterr) {
        _cleanup_(cstorage_config_freep) struct cstorage_config *defaults = NULL, *config = NULL;
        int r;

        r = cstorage_config_load(&defaults, reterr);
        if (r < 0)
                return r;
        if (!is_given(settings->graph) && !is_given(settings->run) && !is_given(settings->driver) &&
            settings->storage_opts.n == 0) {
                *ret = TAKE_PTR(defaults);
                return 0;
        }

        r = cstorage_config_new(&config);
        if (r >= 0)
                r = set_config(settings, defaults, config);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(config);
        return 0;
}

int client_open(struct client *client) {
        struct cstorage_error error = {.text = "the options are not what they must be"};
        int r;

        r = make_config(&client->settings, &client->config, &error);
        if (r >= 0)
                r = cstorage_store_create(client->config, &client->store, &error);
        if (r == -EOPNOTSUPP)
                return hand_over(client, "the driver is not known");
        if (r < 0)
                return log_error(client, "error initializing: %s", error.text);
        return 0;
}

/* A Go process does not load a store with a damaged file. */
static int check_files(struct client *client) {
        const struct cstorage_record_file *file = NULL;

        while ((file = cstorage_snapshot_next_record_file(client->snapshot, file)))
                if (cstorage_record_file_get_state(file) == CSTORAGE_RECORD_FILE_DAMAGED)
                        return log_error(client, "loading %s: %s", cstorage_record_file_get_path(file),
                                         cstorage_record_file_get_problem(file));
        return 0;
}

int client_read(struct client *client) {
        struct cstorage_error error = {.text = "no memory"};

        if (cstorage_snapshot_new(client->store, &client->snapshot, &error) < 0)
                return log_error(client, "%s", error.text);
        return check_files(client);
}
