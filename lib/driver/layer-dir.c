/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The directory of a layer, for any driver. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "driver/layer-dir.h"

bool driver_is_layer_id(const char *id) {
        return name_is_component(id) && strlen(id) <= NAME_MAX;
}

const char *driver_layer_path(const char *layers_dir, const char *id, const char *below,
                              char buffer[static LAYER_PATH_MAX]) {
        bool in_home = strcmp(layers_dir, ".") == 0;
        int n;

        n = snprintf(buffer, LAYER_PATH_MAX, "%s%s%s%s", in_home ? "" : layers_dir, in_home ? "" : "/", id,
                     below);
        assert(n > 0 && n < (int) LAYER_PATH_MAX);
        return buffer;
}

int driver_open_layer(const char *layers_dir, const struct homes *homes, const char *id, size_t *ret_index,
                      struct error *reterr) {
        char path[LAYER_PATH_MAX];

        if (!driver_is_layer_id(id))
                return error_set(reterr, -ENOENT, "no directory can be called \"%.64s\"", id);

        (void) driver_layer_path(layers_dir, id, "", path);
        for (size_t i = 0; i < homes->n; i++) {
                int fd = homes->fds[i] < 0 ? -ENOENT : open_dir_beneath(homes->fds[i], path);

                if (fd == -ENOENT)
                        continue;
                if (fd < 0)
                        return error_errno(reterr, fd, "cannot open the directory of layer %s", id);
                *ret_index = i;
                return fd;
        }
        return error_set(reterr, -ENOENT, "layer %s has no directory in the store", id);
}
