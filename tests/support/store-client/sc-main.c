/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The test client: it serves a verb, or executes the real program. CSTORAGE_CLIENT_REAL names that program
 * (default: containers-storage), and CSTORAGE_CLIENT_LOG a file that gets a line for each call: the verb,
 * "served" or "handed over", and the reason.
 */

#include <fcntl.h>
#include <string.h>

#include "sc.h"

static void log_call(const struct client *client, bool served) {
        const char *path = getenv("CSTORAGE_CLIENT_LOG");
        _cleanup_close_ int fd = -1;

        if (!path || !client->called)
                return;
        fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        if (fd >= 0)
                (void) dprintf(fd, "%s\t%s\t%s\n", client->verb ? client->verb->name : client->called,
                               served ? "served" : "handed over", served ? "" : client->why);
}

static int become_real(char **argv) {
        const char *real = getenv("CSTORAGE_CLIENT_REAL") ?: "containers-storage";

        (void) execvp(real, argv);
        perror(real);
        return 127;
}

static void client_done(struct client *client) {
        cstorage_snapshot_unref(client->snapshot);
        cstorage_txn_free(client->txn);
        cstorage_store_unref(client->store);
        cstorage_config_free(client->config);
        strlist_done(&client->settings.storage_opts);
        strlist_done(&client->settings.names);
}

/* The exit status, or HAND_OVER. */
static int serve(struct client *client, char **argv) {
        int r;

        r = options_parse(client, argv);
        if (r == 0)
                r = client_open(client);
        if (r == 0 && !client->verb->changes)
                r = client_read(client);
        if (r == 0)
                r = client->verb->serve(client);
        return r;
}

/* The output is held back until the verb is served. */
static int serve_or_hand_over(struct client *client, char **argv) {
        _cleanup_free_ char *out = NULL, *err = NULL;
        size_t n_out, n_err;
        int status;

        client->out = open_memstream(&out, &n_out);
        client->err = open_memstream(&err, &n_err);
        if (!client->out || !client->err)
                return 1;

        status = serve(client, argv);
        if (*client->complaint)
                fprintf(client->err, "%s\n", client->complaint);
        if (fclose(client->out) != 0 || fclose(client->err) != 0)
                return 1;
        log_call(client, status != HAND_OVER);
        if (status == HAND_OVER)
                return HAND_OVER;

        (void) fwrite(err, 1, n_err, stderr);
        (void) fwrite(out, 1, n_out, stdout);
        return fflush(stdout) == 0 ? status : 1;
}

int main(int argc, char **argv) {
        _cleanup_(client_done) struct client client = {0};
        int status;

        if (argc < 1)
                return 1;
        status = serve_or_hand_over(&client, argv);
        return status == HAND_OVER ? become_real(argv) : status;
}
