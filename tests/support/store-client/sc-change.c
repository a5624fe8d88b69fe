/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Change a store: a transaction for each argument, since upstream takes the locks for each. */

#include <fcntl.h>
#include <string.h>

#include "base/text.h"
#include "sc.h"

/* Larger than any test's data. */
#define INPUT_MAX (64U << 20)

int change_look(struct client *client) {
        struct cstorage_error error = {.text = "no memory"};

        client->snapshot = cstorage_snapshot_unref(client->snapshot);
        if (cstorage_txn_get_snapshot(client->txn, &client->snapshot, &error) < 0)
                return log_error(client, "%s", error.text);
        return 0;
}

int change_begin(struct client *client) {
        struct cstorage_error error = {.text = "no memory"};

        client->txn = cstorage_txn_free(client->txn);
        if (cstorage_txn_begin(client->store, NULL, &client->txn, &error) < 0)
                return log_error(client, "%s", error.text);
        return change_look(client);
}

static int empty(struct client *client, struct cstorage_trash *trash) {
        struct cstorage_error error = {.text = "no memory"};
        int r;

        r = cstorage_trash_empty(trash, &error);
        cstorage_trash_free(trash);
        return r < 0 ? log_error(client, "%s", error.text) : 0;
}

int change_end(struct client *client) {
        struct cstorage_error error = {.text = "no memory"};
        struct cstorage_trash *trash;
        int status;

        if (cstorage_txn_commit(client->txn, &trash, &error) < 0)
                return log_error(client, "%s", error.text);

        status = empty(client, trash);
        return status != 0 ? status : change_look(client);
}

int change_check(struct client *client, int r, const struct cstorage_error *error) {
        if (r == -EOPNOTSUPP)
                return hand_over(client, "the library does not do it");
        return r < 0 ? log_error(client, "%s", error->text) : 0;
}

int change_unmount(struct client *client, const struct thing *thing) {
        struct cstorage_error error = {.text = "no memory"};
        int r;

        if (!is_mounted(client, thing))
                return 0;
        r = cstorage_txn_unmount(client->txn, thing->kind, thing_get_id(thing), CSTORAGE_UNMOUNT_FORCE,
                                 &error);
        return r < 0 ? log_error(client, "%s", error.text) : 0;
}

/* Pipes as well as files. */
static int read_all(int fd, struct text *ret) {
        char buffer[BUFSIZ];
        ssize_t n;

        while ((n = read(fd, buffer, sizeof(buffer))) > 0)
                if (ret->len > INPUT_MAX || text_add(ret, buffer, (size_t) n) < 0)
                        return -ENOMEM;
        return n < 0 ? -errno : 0;
}

int read_input(struct client *client, const char *path, char **ret, size_t *ret_size) {
        _cleanup_text_ struct text data = TEXT_INIT;
        _cleanup_close_ int fd = -1;
        int r;

        fd = path && *path ? open(path, O_RDONLY | O_CLOEXEC) : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
        if (fd < 0)
                return log_error(client, "open %s: %s", path, strerror(errno));
        r = read_all(fd, &data);
        if (r < 0)
                return log_error(client, "read %s: %s", path ?: "standard input", strerror(-r));

        *ret_size = data.len;
        *ret = text_take(&data);
        return *ret ? 0 : log_error(client, "no memory");
}

int read_metadata(struct client *client, char **ret) {
        const struct settings *settings = &client->settings;
        size_t size;

        if (settings->metadata_file && *settings->metadata_file)
                return read_input(client, settings->metadata_file, ret, &size);

        *ret = strdup(settings->metadata ?: "");
        return *ret ? 0 : log_error(client, "no memory");
}
