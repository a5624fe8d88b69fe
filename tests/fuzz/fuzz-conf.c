/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* storage.conf of any bytes, as two files that are merged (a line "%%" separates them), its options and its
 * paths. */

#include <string.h>

#include "config/conf-option.h"
#include "config/conf-path.h"
#include "config/conf.h"
#include "fuzz.h"

#define INPUT_MAX (64U * 1024) /* larger inputs cost time and find no more */
#define BETWEEN   "\n%%\n"

static const char *variable(void *userdata, const char *name) {
        (void) userdata;
        return *name == 'H' ? "/home" : NULL;
}

static void check_path(const struct conf *conf, enum conf_key key) {
        static const struct conf_env env = {variable, NULL};
        _cleanup_free_ char *expanded = NULL, *clean = NULL, *again = NULL;
        const char *text = conf_get_text(conf, key);

        if (!text)
                return;
        FUZZ_ASSERT(conf_expand_path(text, 1000, &env, &expanded) == 0);
        FUZZ_ASSERT(conf_clean_path(expanded, &clean) == 0);
        FUZZ_ASSERT(*clean && (*clean == '/') == (*expanded == '/') && !strstr(clean, "//"));
        FUZZ_ASSERT(conf_clean_path(clean, &again) == 0 && strcmp(clean, again) == 0);
}

static void check_options(const struct conf *conf) {
        _cleanup_strlist_ struct strlist options = STRLIST_INIT, stores = STRLIST_INIT;

        FUZZ_ASSERT(conf_add_driver_options(conf, &options) == 0);
        for (size_t i = 0; i < options.n; i++) {
                _cleanup_free_ char *value = NULL;

                (void) conf_add_image_stores(options.s[i], i % 2 ? "overlay" : NULL, &stores);
                if (conf_option_value(options.s[i], "overlay", "mountopt", &value) >= 0)
                        FUZZ_ASSERT(strstr(options.s[i], value));
        }
        for (size_t i = 0; i < stores.n; i++)
                FUZZ_ASSERT(stores.s[i][0] == '/');
}

static int merge(struct conf *conf, const char *text, size_t len) {
        struct error e = {0};
        int r;

        r = conf_merge(conf, "f", text, len, &e);
        FUZZ_ASSERT(r == 0 || (r == -EBADMSG && strncmp(e.text, "f: line ", 8) == 0));
        return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_conf_ struct conf conf = CONF_INIT;
        const char *text = (const char *) data, *between;
        size_t first;

        if (size > INPUT_MAX)
                return 0;
        between = memmem(text, size, BETWEEN, strlen(BETWEEN));
        first = between ? (size_t) (between - text) : size;
        if (merge(&conf, text, first) < 0)
                return 0;
        first += between ? strlen(BETWEEN) : 0;
        if (merge(&conf, text + first, size - first) < 0)
                return 0;

        check_path(&conf, CONF_GRAPHROOT);
        check_path(&conf, CONF_RUNROOT);
        check_options(&conf);
        return 0;
}
