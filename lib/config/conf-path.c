/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Paths in storage.conf: variables as in Go's os.Expand, and cleaning as in filepath.Clean. The result must
 * equal that of Go in every detail, because it is the location of a store. */

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "config/conf-path.h"

/* ---------------------------------------------------------------------------------------------- variables */

static bool is_name_byte(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* The shell's special variables, whose names are one character. The environment does not contain them. */
static bool is_special(char c) {
        return c != '\0' && strchr("*#$@!?-0123456789", c);
}

/* Parse a variable behind a dollar sign. Returns its length; *ret_name and *ret_len are the name. Go drops
 * "${}" and an unclosed "${", which have no name. */
static size_t scan_variable(const char *s, const char **ret_name, size_t *ret_len) {
        const char *end;

        *ret_name = s;
        if (*s == '{') {
                *ret_name = s + 1;
                end = strchr(s, '}');
                *ret_len = end ? (size_t) (end - s - 1) : 0;
                return end ? *ret_len + 2 : 1;
        }
        *ret_len = 0;
        if (is_special(*s))
                return *ret_len = 1;
        while (is_name_byte(s[*ret_len]))
                (*ret_len)++;
        return *ret_len;
}

static int add_variable(struct text *out, const char *name, size_t len, const struct conf_env *env) {
        _cleanup_free_ char *key = strndup(name, len);
        const char *value;

        if (!key)
                return -ENOMEM;
        value = len > 0 ? env->get(env->userdata, key) : NULL;
        return value ? text_adds(out, value) : 0;
}

static int add_expanded(struct text *out, const char *s, const struct conf_env *env) {
        const char *name, *dollar;
        size_t len, n;
        int r;

        for (;; s = dollar + 1 + n) {
                dollar = strchr(s, '$');
                if (!dollar)
                        return text_adds(out, s);
                r = text_add(out, s, (size_t) (dollar - s));
                if (r < 0)
                        return r;
                n = scan_variable(dollar + 1, &name, &len);
                r = n > 0 ? add_variable(out, name, len, env) : text_adds(out, "$");
                if (r < 0)
                        return r;
        }
}

/* Replace $UID first and at any position, also in "$UIDS". */
static int add_with_uid(struct text *out, const char *s, uint32_t uid) {
        const char *at;
        int r;

        for (; (at = strstr(s, "$UID")); s = at + strlen("$UID")) {
                r = text_add(out, s, (size_t) (at - s));
                if (r < 0)
                        return r;
                r = text_addf(out, "%u", uid);
                if (r < 0)
                        return r;
        }
        return text_adds(out, s);
}

int conf_expand_path(const char *path, uint32_t uid, const struct conf_env *env, char **ret) {
        _cleanup_text_ struct text with_uid = TEXT_INIT, out = TEXT_INIT;
        char *taken;
        int r;

        r = add_with_uid(&with_uid, path, uid);
        if (r < 0)
                return r;
        r = add_expanded(&out, with_uid.s, env);
        if (r < 0)
                return r;

        taken = text_take(&out);
        if (!taken)
                return -ENOMEM;
        *ret = taken;
        return 0;
}

/* ------------------------------------------------------------------------------------- cleaning */

/* The end of out without its last component, but not before floor. */
static size_t last_component(const char *out, size_t floor, size_t n) {
        while (n > floor && out[n - 1] != '/')
                n--;
        return n > floor ? n - 1 : floor;
}

/* Apply ".." to out: remove the last component; at the root, do nothing; in a relative path without more
 * components, append "..". */
static size_t step_up(char *out, size_t *floor, size_t n, bool absolute) {
        if (n > *floor)
                return last_component(out, *floor, n);
        if (absolute)
                return n;
        if (n > 0)
                out[n++] = '/';
        memcpy(out + n, "..", 2);
        *floor = n + 2;
        return n + 2;
}

int conf_clean_path(const char *path, char **ret) {
        bool absolute = *path == '/';
        size_t n = absolute, floor = absolute, len;
        char *out = malloc(strlen(path) + 2);

        if (!out)
                return -ENOMEM;
        out[0] = '/';
        for (const char *p = path; *p; p += len) {
                len = strcspn(p, "/");
                if (len == 0) {
                        len = 1;
                } else if (len == 2 && p[0] == '.' && p[1] == '.') {
                        n = step_up(out, &floor, n, absolute);
                } else if (len != 1 || *p != '.') {
                        if (n > absolute)
                                out[n++] = '/';
                        memcpy(out + n, p, len);
                        n += len;
                }
        }
        if (n == 0)
                out[n++] = '.';
        out[n] = '\0';
        *ret = out;
        return 0;
}
