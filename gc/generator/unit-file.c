/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Write paths in the syntax of systemd's unit files (systemd.syntax(7), basic/extract-word.c). */

#include <stdbool.h>
#include <string.h>

#include "generator/unit-file.h"

static bool has_control(const char *path) {
        for (; *path; path++)
                if ((unsigned char) *path < 0x20 || *path == 0x7f)
                        return true;
        return false;
}

/* The next component; its length is 0 after the last one. */
static size_t next_component(const char **path) {
        *path += strspn(*path, "/");
        return strcspn(*path, "/");
}

static int add_components(struct text *out, const char *path) {
        int r = 0;

        for (size_t len; (len = next_component(&path)) > 0 && r >= 0; path += len) {
                if (len == 1 && *path == '.')
                        continue;
                if (len == 2 && path[0] == '.' && path[1] == '.')
                        return -EINVAL;
                r = text_adds(out, "/");
                if (r >= 0)
                        r = text_add(out, path, len);
        }
        return r >= 0 && out->len == 0 ? text_adds(out, "/") : r;
}

int unit_path_normalise(const char *path, char **ret, struct error *reterr) {
        _cleanup_text_ struct text out = TEXT_INIT;
        int r;

        if (*path != '/')
                return error_set(reterr, -EINVAL, "\"%s\" is no absolute path", path);
        if (has_control(path))
                return error_set(reterr, -EINVAL, "\"%s\" has a control character in it", path);

        r = add_components(&out, path);
        if (r == -EINVAL)
                return error_set(reterr, r, "\"%s\" goes up, and where to is not known", path);
        if (r < 0)
                return error_errno(reterr, r, "cannot write down a path");
        *ret = text_take(&out);
        return 0;
}

static int add_quoted(struct text *unit, const char *path) {
        int r = 0;

        for (; *path && r >= 0; path++) {
                if (*path == '"' || *path == '\\')
                        r = text_adds(unit, "\\");
                else if (*path == '%')
                        r = text_adds(unit, "%");
                if (r >= 0)
                        r = text_add(unit, path, 1);
        }
        return r;
}

int unit_add_path(struct text *unit, const char *setting, const char *before, const char *path) {
        int r;

        assert(!has_control(path));
        r = text_addf(unit, "%s=\"%s", setting, before);
        if (r >= 0)
                r = add_quoted(unit, path);
        return r < 0 ? r : text_adds(unit, "\"\n");
}

static bool is_plain(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':' ||
               c == '_' || c == '.';
}

/* A dot at the beginning is escaped, so that the unit file is not hidden. */
int unit_add_name(struct text *unit, const char *path, const char *type) {
        const char *name = path + 1;
        int r = 0;

        assert(*path == '/');
        if (!*name)
                r = text_adds(unit, "-");
        for (const char *p = name; *p && r >= 0; p++) {
                if (*p == '/')
                        r = text_adds(unit, "-");
                else if (is_plain(*p) && (p > name || *p != '.'))
                        r = text_add(unit, p, 1);
                else
                        r = text_addf(unit, "\\x%02x", (unsigned char) *p);
        }
        return r < 0 ? r : text_adds(unit, type);
}
