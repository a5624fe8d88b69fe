/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * replay-corpus DIRECTORY: what lies in DIRECTORY/<kind>/good must parse, what lies in <kind>/bad must not.
 */

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "format/container.h"
#include "format/image.h"
#include "format/layer.h"
#include "format/mounts.h"
#include "json/json.h"

#define FILE_BYTES_MAX (1U << 20)

static int try_json(const char *text, size_t len, struct error *error) {
        _cleanup_json_ struct json json = JSON_INIT;
        _cleanup_arena_ struct arena arena = ARENA_INIT;
        int r;

        r = json_parse(&json, text, len, error);
        for (size_t i = 0; r >= 0 && i < json.n; i++) {
                const char *string;

                if (json.tokens[i].type == JSON_STRING)
                        r = json_string(&json, i, &arena, &string);
        }
        return r;
}

static int try_layers(const char *text, size_t len, struct error *error) {
        _cleanup_layers_ struct layers layers = LAYERS_INIT;

        return layers_parse(&layers, text, len, error);
}

static int try_images(const char *text, size_t len, struct error *error) {
        _cleanup_images_ struct images images = IMAGES_INIT;

        return images_parse(&images, text, len, error);
}

static int try_containers(const char *text, size_t len, struct error *error) {
        _cleanup_containers_ struct containers containers = CONTAINERS_INIT;

        return containers_parse(&containers, text, len, error);
}

static int try_mounts(const char *text, size_t len, struct error *error) {
        _cleanup_mounts_ struct mounts mounts = MOUNTS_INIT;

        return mounts_parse(&mounts, text, len, error);
}

static const struct kind {
        const char *name;
        int (*try)(const char *text, size_t len, struct error *error);
} kinds[] = {
        {"json", try_json},     {"layers", try_layers},
        {"images", try_images}, {"containers", try_containers},
        {"mounts", try_mounts},
};

/* The file in memory of just its size, so that a read past its end is noticed. */
static char *slurp(const char *path, size_t *ret_len) {
        static char buffer[FILE_BYTES_MAX];
        FILE *file = fopen(path, "re");
        char *text = NULL;

        if (!file)
                return NULL;
        *ret_len = fread(buffer, 1, sizeof(buffer), file);
        if (*ret_len < sizeof(buffer) && !ferror(file))
                text = malloc(*ret_len ? *ret_len : 1);
        if (text)
                memcpy(text, buffer, *ret_len);
        (void) fclose(file);
        return text;
}

static bool verdict_is(const struct kind *kind, const char *path, bool good) {
        _cleanup_free_ char *text = NULL;
        struct error error = {0};
        size_t len = 0;
        int r;

        text = slurp(path, &len);
        if (!text) {
                printf("# %s cannot be read\n", path);
                return false;
        }
        r = kind->try(text, len, &error);
        if (good)
                return r >= 0;
        return r == -EBADMSG;
}

static int is_case(const struct dirent *entry) {
        return entry->d_name[0] != '.';
}

static unsigned replay(const char *root, const struct kind *kind, bool good, unsigned *n) {
        _cleanup_text_ struct text dir = TEXT_INIT;
        struct dirent **entries = NULL;
        unsigned failed = 0;
        int count;

        if (text_addf(&dir, "%s/%s/%s", root, kind->name, good ? "good" : "bad") < 0)
                return 1;
        count = scandir(dir.s, &entries, is_case, alphasort);
        if (count <= 0) {
                printf("not ok %u - %s holds files\n", ++*n, dir.s);
                failed++;
        }
        for (int i = 0; i < count; i++) {
                _cleanup_text_ struct text path = TEXT_INIT;
                bool ok = text_addf(&path, "%s/%s", dir.s, entries[i]->d_name) >= 0 &&
                          verdict_is(kind, path.s, good);

                printf("%sok %u - %s: %s: %s\n", ok ? "" : "not ", ++*n, kind->name,
                       good ? "parses" : "is refused", entries[i]->d_name);
                failed += !ok;
                free(entries[i]);
        }
        free(entries);
        return failed;
}

int main(int argc, char **argv) {
        unsigned failed = 0, n = 0;

        if (argc != 2)
                return 2;
        for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
                for (int good = 0; good < 2; good++)
                        failed += replay(argv[1], &kinds[i], good, &n);
        printf("1..%u\n", n);
        return failed ? 1 : 0;
}
