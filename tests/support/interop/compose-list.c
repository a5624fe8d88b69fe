/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Print the records of a file in the form in which the library writes them.
 *
 *   compose-list layers|images|containers|mounts FILE
 */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "format/container.h"
#include "format/encode.h"
#include "format/image.h"
#include "format/layer.h"
#include "format/mounts.h"

static const struct {
        const char *name;
        const struct record_type *type;
} kinds[] = {
        {"layers", &layer_record},
        {"images", &image_record},
        {"containers", &container_record},
        {"mounts", &mount_record},
};

static int compose(const struct record_type *type, const char *list, size_t len, struct text *ret,
                   struct error *reterr) {
        _cleanup_arena_ struct arena arena = ARENA_INIT;
        _cleanup_free_ char *records = NULL;
        size_t n;
        int r;

        r = records_parse(type, list, len, &arena, &records, &n, reterr);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n && r >= 0; i++) {
                r = text_adds(ret, i > 0 ? "," : "");
                if (r >= 0)
                        r = record_compose(type, records + i * type->size, ret);
        }
        return r;
}

int main(int argc, char **argv) {
        _cleanup_text_ struct text text = TEXT_INIT;
        struct error error = {.text = "cannot be read"};
        _cleanup_free_ char *list = NULL;
        _cleanup_close_ int fd = -1;
        size_t len;
        int r = -EINVAL;

        if (argc != 3)
                return 2;
        fd = open(argv[2], O_RDONLY | O_CLOEXEC);
        if (fd >= 0 && read_fd(fd, JSON_BYTES_MAX, &list, &len, NULL) >= 0)
                for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
                        if (strcmp(kinds[i].name, argv[1]) == 0)
                                r = compose(kinds[i].type, list, len, &text, &error);
        if (r < 0) {
                fprintf(stderr, "%s: %s\n", argv[2], error.text);
                return 1;
        }
        printf("[%s]", text.s ? text.s : "");
        return 0;
}
