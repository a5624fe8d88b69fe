/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Call the driver of a store, for tests beside the real tools:
 *
 *   driver-tool DRIVER GRAPHROOT RUNROOT create ID LINK [PARENT...]    nearest parent first
 *   driver-tool DRIVER GRAPHROOT RUNROOT mount ID [PARENT...]          print the path
 *   driver-tool DRIVER GRAPHROOT RUNROOT mount-volatile ID [PARENT...]
 *   driver-tool DRIVER GRAPHROOT RUNROOT mount-read-only ID [PARENT...]
 *   driver-tool DRIVER GRAPHROOT RUNROOT unmount ID
 *   driver-tool DRIVER GRAPHROOT RUNROOT stage ID LINK DIR [PARENT...] with a copy of DIR
 */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "store/driver-homes.h"
#include "tree/copy.h"
#include "txn/stage.h"

struct call {
        struct cstorage_store *store;
        struct driver_homes homes;
        char **arguments; /* NULL-terminated */
        struct error error;
};

static int run_create(struct call *call) {
        const struct new_layer layer = {.id = call->arguments[0],
                                        .link = call->arguments[1],
                                        .parents = (const char *const *) call->arguments + 2};

        return call->store->driver->create_layer(&call->homes.homes, call->homes.fds[0], &layer,
                                                 &call->error);
}

static int mount_it(struct call *call, bool is_volatile, bool read_only) {
        const struct layer_mount mount = {.id = call->arguments[0],
                                          .parents = (const char *const *) call->arguments + 1,
                                          .is_volatile = is_volatile,
                                          .read_only = read_only};
        _cleanup_free_ char *path = NULL;
        int r;

        r = call->store->driver->mount(&call->homes.homes, &mount, &call->error);
        if (r >= 0)
                r = call->store->driver->mount_path(&call->homes.homes, true, mount.id, &path);
        if (r >= 0)
                puts(path);
        return r;
}

static int run_mount(struct call *call) {
        return mount_it(call, false, false);
}

static int run_mount_volatile(struct call *call) {
        return mount_it(call, true, false);
}

static int run_mount_read_only(struct call *call) {
        return mount_it(call, false, true);
}

static int run_unmount(struct call *call) {
        return call->store->driver->unmount(&call->homes.homes, call->arguments[0], &call->error);
}

static int fill(struct cstorage_stage *stage, const char *path) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        return fd < 0 ? negative_errno() : copy_tree(fd, cstorage_stage_get_fd(stage), NULL);
}

static int run_stage(struct call *call) {
        const struct new_layer layer = {.id = call->arguments[0],
                                        .link = call->arguments[1],
                                        .parents = (const char *const *) call->arguments + 3,
                                        .content_follows = true};
        _cleanup_(cstorage_stage_freep) struct cstorage_stage *stage = NULL;
        int r;

        r = cstorage_stage_new(call->store, layer.parents[0], &stage, (struct cstorage_error *) &call->error);
        if (r >= 0)
                r = fill(stage, call->arguments[2]);
        if (r >= 0)
                r = call->store->driver->create_layer(&call->homes.homes, call->homes.fds[0], &layer,
                                                      &call->error);
        return r < 0 ? r : stage_put_content(stage, call->homes.fds[0], layer.id, &call->error);
}

static const struct {
        const char *name;
        int arguments; /* at least */
        int (*run)(struct call *call);
} commands[] = {
        {"create", 2, run_create},
        {"mount", 1, run_mount},
        {"mount-volatile", 1, run_mount_volatile},
        {"mount-read-only", 1, run_mount_read_only},
        {"unmount", 1, run_unmount},
        {"stage", 3, run_stage},
};

static int open_it(struct call *call, char **argv) {
        struct cstorage_config *config = NULL;
        int r;

        r = cstorage_config_new(&config);
        if (r >= 0)
                r = cstorage_config_set_driver(config, argv[1]);
        if (r >= 0)
                r = cstorage_config_set_graphroot(config, argv[2]);
        if (r >= 0)
                r = cstorage_config_set_runroot(config, argv[3]);
        if (r >= 0)
                r = cstorage_store_open(config, &call->store, (struct cstorage_error *) &call->error);
        cstorage_config_free(config);
        return r < 0 ? r : driver_homes_open(call->store, &call->homes, &call->error);
}

static int run(struct call *call, int argc, char **argv) {
        for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
                if (strcmp(commands[i].name, argv[4]) == 0 && argc - 5 >= commands[i].arguments)
                        return commands[i].run(call);
        return -EINVAL;
}

int main(int argc, char **argv) {
        struct call call = {.homes = DRIVER_HOMES_INIT};
        int r = -EINVAL;

        if (argc > 5) {
                call.arguments = argv + 5;
                r = open_it(&call, argv);
        }
        if (r >= 0)
                r = run(&call, argc, argv);
        if (r < 0)
                fprintf(stderr, "%s (%s)\n", call.error.text, strerror(-r));
        driver_homes_done(&call.homes);
        cstorage_store_unref(call.store);
        return r < 0;
}
