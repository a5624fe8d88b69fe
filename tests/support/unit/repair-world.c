/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "repair-world.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

/* ------------------------------------------------------------------------------- paths */

const char *part_path(const struct world *w, int layer, const char *name) {
        static char paths[8][512];
        static unsigned next;
        char *path = paths[next++ % ARRAY_SIZE(paths)];

        (void) snprintf(path, sizeof(paths[0]), "%s/%s%s%s", w->home[layer], w->id[layer], *name ? "/" : "",
                        name);
        return path;
}

const char *short_link_path(const struct world *w, int layer) {
        static char path[512];

        (void) snprintf(path, sizeof(path), "%s/l/%s", w->home[layer],
                        read_text(w->f, part_path(w, layer, "link")));
        return path;
}

/* ------------------------------------------------------------------------------- world */

static void use_imagestore(struct fixture *f) {
        _cleanup_free_ char *path = NULL;

        fixture_mkdir(f, "imagestore/overlay/l");
        assert_true(asprintf(&path, "%s/imagestore", f->top) > 0);
        assert_ok(cstorage_config_set_imagestore(f->config, path));
}

static void find_ids(struct world *w) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = records(w->f);
        const struct cstorage_container *box;

        assert_ok(cstorage_snapshot_find_container(snapshot, "box", &box));
        (void) snprintf(w->id[BASE], 65, "%s", fixture_id("1a"));
        (void) snprintf(w->id[TOP], 65, "%s", fixture_id("1b"));
        (void) snprintf(w->id[BOX], 65, "%s", cstorage_container_get_layer_id(box));
}

void make_world(struct world *w, bool imagestore, bool old) {
        void *state;

        if (access("/dev/shm", W_OK) >= 0)
                assert_ok(setenv("TMPDIR", "/dev/shm", /* overwrite= */ 0));
        assert_int_equal(fixture_setup(&state), 0);
        w->f = state;
        if (imagestore)
                use_imagestore(w->f);
        fill(w->f);
        find_ids(w);
        w->home[BASE] = w->home[TOP] = imagestore ? "imagestore/overlay" : "graphroot/overlay";
        w->home[BOX] = "graphroot/overlay";
        for (int i = TOP; i <= BOX && old; i++)
                assert_ok(unlinkat(w->f->fd, part_path(w, i, "lower-layers"), 0));
}

void drop_world(struct world *w) {
        void *state = w->f;

        assert_int_equal(fixture_teardown(&state), 0);
}

/* ------------------------------------------------------------------------------- parts */

void remove_part(const struct world *w, const char *path) {
        if (unlinkat(w->f->fd, path, 0) < 0)
                assert_ok(unlinkat(w->f->fd, path, AT_REMOVEDIR));
}

void write_bytes(const struct world *w, const char *path, const void *bytes, size_t n) {
        _cleanup_close_ int fd = openat(w->f->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

        assert_ok(fd);
        assert_int_equal(write(fd, bytes, n), n);
}

struct cstorage_layer_stat stat_layer(const struct world *w, int layer) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = records(w->f);
        const struct cstorage_layer *found;
        struct cstorage_layer_stat stat;
        struct cstorage_error error;

        assert_ok(cstorage_snapshot_find_layer(snapshot, w->id[layer], &found));
        if (cstorage_layer_stat(snapshot, found, &stat, &error) < 0)
                fail_msg("%s", error.text);
        return stat;
}

void assert_whole(const struct world *w) {
        for (int i = BASE; i <= BOX; i++) {
                struct cstorage_layer_stat stat = stat_layer(w, i);

                assert_false(stat.split);
                if (stat.damaged)
                        fail_msg("layer %d: damaged %#llx", i, (unsigned long long) stat.damaged);
        }
}
