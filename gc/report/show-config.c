/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Print the configuration and the origin of each setting, in the format of git config --show-origin. */

#include "report/show-config.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "podman/databases.h"
#include "report/json-writer.h"
#include "report/report.h"
#include "util/exit-status.h"
#include "util/log.h"

/* For programs that read the JSON: members are added, never changed or removed. */
#define SHOW_VERSION 1

#define DRIVER_KEY "storage.driver"
#define RULES_KEY  "config-compat"

DEFINE_CLEANUP(struct cstorage_store *, cstorage_store_unref);

/* The output and its format. */
struct show {
        bool measuring;
        int width;
        struct json_writer *json;
};

/* Blanks separate the columns, so they are escaped in a name as in a string. */
static void describe(struct text *text, const char *origin, unsigned line) {
        if (!origin)
                (void) text_adds(text, "default");
        else if (!*origin)
                (void) text_adds(text, "option");
        else
                for (const char *s = origin; *s; s++)
                        (void) (*s == ' ' ? text_adds(text, "\\x20") : text_add_escaped(text, s, 1));
        if (line > 0)
                (void) text_addf(text, ":%u", line);
}

static void put_json(struct json_writer *json, const char *key, const char *value, const char *origin,
                     unsigned line) {
        json_writer_open(json, NULL, '{');
        json_writer_string(json, "key", key);
        json_writer_string(json, "value", value);
        json_writer_string(json, "origin", origin ? (*origin ? origin : "option") : "default");
        if (line > 0)
                json_writer_u64(json, "line", line);
        json_writer_close(json, '}');
}

static void put(struct show *show, const char *key, const char *value, const char *origin, unsigned line) {
        _cleanup_text_ struct text from = TEXT_INIT, shown = TEXT_INIT;

        if (show->json) {
                put_json(show->json, key, value, origin, line);
                return;
        }
        describe(&from, origin, line);
        if (show->measuring) {
                show->width = (int) from.len > show->width ? (int) from.len : show->width;
                return;
        }
        (void) text_add_escaped(&shown, value, strlen(value));
        printf("%-*s %s=%s\n", show->width, from.s ?: "", key, shown.s ?: "");
}

/* ----------------------------------------------------------------------------------------------- settings */

/* If no driver is configured, it is detected. */
static void put_found_driver(struct show *show, const struct cstorage_store *store) {
        if (store)
                put(show, DRIVER_KEY, cstorage_store_get_driver(store), cstorage_store_get_graphroot(store),
                    0);
        else
                put(show, DRIVER_KEY, "", NULL, 0);
}

static void put_settings(struct show *show, const struct cstorage_config *config,
                         const struct cstorage_store *store) {
        const struct cstorage_setting *setting = NULL;

        while ((setting = cstorage_config_next_setting(config, setting))) {
                const char *key = cstorage_setting_get_key(setting),
                           *value = cstorage_setting_get_value(setting);

                if (strcmp(key, DRIVER_KEY) == 0 && !*value)
                        put_found_driver(show, store);
                else
                        put(show, key, value, cstorage_setting_get_origin(setting),
                            cstorage_setting_get_line(setting));
        }
}

static void put_podman(struct show *show, const struct podman_database *db) {
        if (db->graphroot)
                put(show, "podman.graphroot", db->graphroot, db->path, 0);
        if (db->runroot)
                put(show, "podman.runroot", db->runroot, db->path, 0);
        if (db->driver)
                put(show, "podman.driver", db->driver, db->path, 0);
}

/* The values are found before they are printed: with columns, they are printed twice. */
struct shown {
        const struct options *options;
        const struct cstorage_config *config;
        struct cstorage_store *store; /* NULL: there is none */
        struct podman_databases dbs;
};

static void put_all(struct show *show, const struct shown *what) {
        enum cstorage_config_compat rules = cstorage_config_get_compat(what->config);

        put(show, RULES_KEY, config_compat_names[rules],
            what->options->rules == CSTORAGE_CONFIG_AUTO ? NULL : "", 0);
        put_settings(show, what->config, what->store);
        for (size_t i = 0; i < what->dbs.n; i++)
                put_podman(show, &what->dbs.entries[i].db);
}

static int log_unread(const struct podman_database *db) {
        if (db->state <= PODMAN_DATABASE_FOUND)
                return STATUS_DONE;
        log_error("cannot read podman's database %s: %s", db->path, db->error.text);
        return STATUS_REFUSED;
}

static int read_dbs(struct shown *what) {
        struct error error = {0};
        int status = STATUS_DONE;

        if (podman_databases_read(&what->dbs, cstorage_config_get_graphroot(what->config),
                                  cstorage_config_get_runroot(what->config), &error) < 0) {
                log_error("%s", error.text);
                return STATUS_REFUSED;
        }
        for (size_t i = 0; i < what->dbs.n; i++)
                if (log_unread(&what->dbs.entries[i].db) != STATUS_DONE)
                        status = STATUS_REFUSED;
        return status;
}

/* ------------------------------------------------------------------------------------------------- output */

static void show_json(const struct shown *what) {
        struct json_writer json = JSON_WRITER_INIT(stdout);

        json_writer_open(&json, NULL, '{');
        json_writer_u64(&json, "version", SHOW_VERSION);
        json_writer_open(&json, "settings", '[');
        put_all(&(struct show){.json = &json}, what);
        json_writer_close(&json, ']');
        json_writer_close(&json, '}');
        putchar('\n');
}

static void show_lines(const struct shown *what) {
        struct show show = {.measuring = true};

        put_all(&show, what);
        show.measuring = false;
        put_all(&show, what);
}

int show_config(const struct options *options, const struct cstorage_config *config) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        struct shown what = {.options = options, .config = config};
        int status = read_dbs(&what);

        if (cstorage_store_open(config, &store, NULL) >= 0)
                what.store = store;
        if (options->json)
                show_json(&what);
        else
                show_lines(&what);
        podman_databases_done(&what.dbs);
        return flush_report() ? status : STATUS_FAILED;
}
