/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Driver options (internal/driver/driver.go:ParseDriverOption). Only those that name additional image stores
 * affect the contents of a store; the others tune drivers. */

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "config/conf-option.h"
#include "config/conf-path.h"

/* The ASCII characters that Go's strings.TrimSpace removes. */
#define SPACE " \t\n\v\f\r"

/* A part of another string. */
struct slice {
        const char *s;
        size_t n;
};

int conf_split_options(const char *text, struct strlist *options) {
        return *text ? strlist_add_split(options, text) : 0;
}

static struct slice trim(const char *s, size_t n) {
        while (n > 0 && strchr(SPACE, *s)) {
                s++;
                n--;
        }
        while (n > 0 && strchr(SPACE, s[n - 1]))
                n--;
        return (struct slice){s, n};
}

static bool equals(struct slice a, const char *b) {
        return a.n == strlen(b) && strncasecmp(a.s, b, a.n) == 0;
}

static bool is_overlay(struct slice name) {
        return equals(name, "overlay") || equals(name, "overlay2");
}

/*
 * An option without a driver, or with an empty one as releases up to 1.62 wrote it, applies to every driver.
 */
static bool is_for(struct slice prefix, const char *driver) {
        if (prefix.n == 0 || !driver)
                return true;
        return equals(prefix, driver) || (is_overlay(prefix) && strcmp(driver, "overlay") == 0);
}

/* overlay.go:parseOptions accepts both names, the other drivers (vfs/driver.go:Init) only the first. */
static bool names_stores(struct slice key, const char *driver) {
        return equals(key, "imagestore") ||
               (equals(key, "additionalimagestore") && (!driver || strcmp(driver, "vfs") != 0));
}

static int add_store(struct strlist *stores, const char *path) {
        _cleanup_free_ char *clean = NULL;
        int r;

        if (*path != '/')
                return -EINVAL;
        r = conf_clean_path(path, &clean);
        if (r < 0)
                return r;
        return strlist_add(stores, clean);
}

/* One value may hold several paths. */
static int add_stores(struct strlist *stores, struct slice value) {
        _cleanup_free_ char *text = strndup(value.s, value.n);
        _cleanup_strlist_ struct strlist paths = STRLIST_INIT;
        int r;

        if (!text)
                return -ENOMEM;
        r = *text ? strlist_add_split(&paths, text) : 0;
        for (size_t i = 0; i < paths.n && r >= 0; i++)
                r = add_store(stores, paths.s[i]);
        return r;
}

struct option {
        struct slice prefix, key, value;
};

static int parse(const char *option, struct option *ret) {
        const char *equal = strchr(option, '='), *dot;
        struct slice key;

        if (!equal)
                return -EINVAL;
        key = trim(option, (size_t) (equal - option));
        *ret = (struct option){.prefix = {key.s, 0}, .value = trim(equal + 1, strlen(equal + 1))};
        dot = memchr(key.s, '.', key.n);
        if (dot) {
                ret->prefix.n = (size_t) (dot - key.s);
                key.n -= ret->prefix.n + 1;
                key.s = dot + 1;
        }
        ret->key = key;
        return 0;
}

int conf_add_image_stores(const char *option, const char *driver, struct strlist *stores) {
        struct option parsed;
        int r;

        r = parse(option, &parsed);
        if (r < 0)
                return r;
        if (!names_stores(parsed.key, driver) || !is_for(parsed.prefix, driver))
                return 0;
        return add_stores(stores, parsed.value);
}

int conf_option_value(const char *option, const char *driver, const char *key, char **ret) {
        struct option parsed;
        char *value;
        int r;

        r = parse(option, &parsed);
        if (r < 0)
                return r;
        if (!equals(parsed.key, key) || !is_for(parsed.prefix, driver))
                return -ENOENT;

        value = strndup(parsed.value.s, parsed.value.n);
        if (!value)
                return -ENOMEM;
        *ret = value;
        return 0;
}
