/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The config.json of a container: runtime-spec/config.md. */

#include "podman/container-config.h"

#include <string.h>

#include "base/fd.h"
#include "json/json.h"

/* podman's files have some 10 KB, those of pods with many mounts some 100 KB. */
#define CONFIG_MAX (1024U * 1024)

#define ID_DIGITS 64U

static bool is_string(const struct json *json, size_t token, const char *text) {
        const struct json_token *t = &json->tokens[token];
        size_t n = strlen(text);

        return t->type == JSON_STRING && t->end - t->start == n + 2 &&
               memcmp(json->text + t->start + 1, text, n) == 0;
}

/* The token of a member's value; 0 if there is none. Token 0 is the whole text. */
static size_t find_member(const struct json *json, size_t object, const char *name) {
        if (json->tokens[object].type != JSON_OBJECT)
                return 0;
        for (size_t i = object + 1; i < json->tokens[object].next; i = json->tokens[i + 1].next)
                if (is_string(json, i, name))
                        return i + 1;
        return 0;
}

static int take_text(const struct json *json, size_t object, const char *name, struct arena *arena,
                     const char **ret) {
        size_t value = find_member(json, object, name);
        const char *text;
        int r;

        r = value == 0 ? -EBADMSG : json_string(json, value, arena, &text);
        if (r >= 0 && *text)
                *ret = text;
        return r == -ENOMEM ? r : 0;
}

/* The last component of the path that is an id: <home>/<id>/merged of overlay, <home>/dir/<id> of vfs. */
static int take_layer(const char *path, struct arena *arena, const char **ret) {
        const char *id = NULL;

        for (const char *s = path; *s; s += strcspn(s, "/")) {
                s += strspn(s, "/");
                if (strcspn(s, "/") == ID_DIGITS && strspn(s, "0123456789abcdef") == ID_DIGITS)
                        id = s;
        }
        if (!id)
                return 0;
        *ret = arena_text(arena, id, ID_DIGITS);
        return *ret ? 0 : -ENOMEM;
}

static int take(const struct json *json, struct arena *arena, struct container_config *ret) {
        size_t annotations = find_member(json, 0, "annotations"), root = find_member(json, 0, "root");
        const char *path = "";
        int r = 0;

        if (annotations > 0)
                r = take_text(json, annotations, "io.kubernetes.cri-o.Name", arena, &ret->name);
        if (annotations > 0 && r >= 0)
                r = take_text(json, annotations, "io.kubernetes.cri-o.ImageName", arena, &ret->image);
        if (root > 0 && r >= 0)
                r = take_text(json, root, "path", arena, &path);
        return r < 0 ? r : take_layer(path, arena, &ret->layer);
}

int container_config_parse(const char *text, size_t len, struct arena *arena, struct container_config *ret) {
        _cleanup_json_ struct json json = JSON_INIT;
        int r;

        *ret = (struct container_config){0};
        r = json_parse(&json, text, len, NULL);
        if (r < 0)
                return r == -ENOMEM ? r : 0;
        return take(&json, arena, ret);
}

int container_config_read(int dirfd, struct arena *arena, struct container_config *ret) {
        _cleanup_free_ char *text = NULL;
        size_t len;
        int r;

        *ret = (struct container_config){0};
        r = read_file_at(dirfd, "userdata/config.json", CONFIG_MAX, &text, &len, NULL);
        if (r < 0)
                return r == -ENOMEM ? r : 0;
        return container_config_parse(text, len, arena, ret);
}
